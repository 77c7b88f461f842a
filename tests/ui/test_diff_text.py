"""How a diff becomes rows: alignment, changed words, C tokens, and characters that would mislead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.panes import CHAIN, OTHER
from uringreview.diff.model import DiffAnchor, Hunk, Line, LineKind
from uringreview.diff.parse import parse_diff
from uringreview.ui.diff_highlight import Token, coloured, open_comments
from uringreview.ui.diff_rows import RowKind
from uringreview.ui.diff_text import lay_out, side_by_side
from uringreview.ui.diff_words import changed_words, paired
from uringreview.ui.visible import visible


def test_a_changed_line_stands_beside_the_line_that_it_became() -> None:
    pairs = paired(["ring_claim(link, false);"], ["if (!link)", "return;", "ring_claim(link, true);"])
    assert pairs == [(None, 0), (None, 1), (0, 2)]


def test_lines_with_nothing_in_common_share_rows_but_no_marked_words() -> None:
    assert paired(["a = b;"], ["mutex_lock(lock)"]) == [(0, 0)]
    assert changed_words("a = b;", "mutex_lock(lock)") == ([], [])


def test_only_the_changed_word_is_marked() -> None:
    old, new = "ring_claim(link, false);", "ring_claim(link, true);"
    (left,), (right,) = changed_words(old, new)
    assert (old[slice(*left)], new[slice(*right)]) == ("false", "true")


_LINES = st.lists(st.tuples(st.sampled_from(LineKind), st.text(alphabet="ab ()\t", max_size=8)), max_size=25)


@given(_LINES)
def test_side_by_side_shows_every_line_once_on_each_side_it_belongs_to_and_in_order(
    lines: list[tuple[LineKind, str]],
) -> None:
    hunk = Hunk(1, 0, 1, 0, "", tuple(Line(kind, text, None, None) for kind, text in lines))
    pairs = side_by_side(hunk)
    old = [left for left, _ in pairs if left is not None]
    new = [right for _, right in pairs if right is not None]
    assert old == [i for i, (kind, _) in enumerate(lines) if kind is not LineKind.ADDED]
    assert new == [i for i, (kind, _) in enumerate(lines) if kind is not LineKind.REMOVED]
    assert all(pair != (None, None) for pair in pairs)


@given(st.text(max_size=60), st.text(max_size=60))
def test_marked_words_lie_inside_their_lines(old: str, new: str) -> None:
    left, right = changed_words(old, new)
    assert all(0 <= start < end <= len(old) for start, end in left)
    assert all(0 <= start <= end <= len(new) for start, end in right)


@pytest.mark.parametrize("columns", [True, False])
def test_the_text_of_each_row_is_the_diffs_own_line(columns: bool) -> None:
    sheet = lay_out(parse_diff(CHAIN), CHAIN, side_by_side=columns)
    new = sheet.texts(new_side=True)
    assert "+\t\treturn;" in new
    old = sheet.texts(new_side=False) if columns else new
    assert "-\tring_claim(link, false);" in old
    assert len(old) == len(new) == len(sheet.rows)
    assert any("ring_walk() · line 10" in text for text in old)


@pytest.mark.parametrize("columns", [True, False])
def test_an_anchor_finds_the_row_that_shows_its_line(columns: bool) -> None:
    sheet = lay_out(parse_diff(CHAIN + OTHER), "", side_by_side=columns)
    rows = sheet.rows_of(DiffAnchor("ring/stop.c", 0, 1))
    assert [sheet.texts(new_side=True)[row] for row in rows] == ["+int b;"]
    assert sheet.anchor(sheet.rows[rows[0]]) == DiffAnchor("ring/stop.c", 0, 1)
    assert not sheet.rows_of(DiffAnchor("ring/absent.c"))


def test_several_files_get_a_header_each_and_one_file_none() -> None:
    titles = [
        row.text for row in lay_out(parse_diff(CHAIN + OTHER), "", side_by_side=True).rows if row.kind is RowKind.FILE
    ]
    assert titles == ["ring/chain.c   +3 -2", "ring/stop.c   +1 -0"]
    assert not [row for row in lay_out(parse_diff(CHAIN), "", side_by_side=True).rows if row.kind is RowKind.FILE]


def test_mode_changes_renames_and_binary_files_are_said() -> None:
    text = (
        "diff --git a/run.sh b/start.sh\nold mode 100644\nnew mode 100755\nsimilarity index 100%\n"
        "rename from run.sh\nrename to start.sh\n"
        "diff --git a/logo.png b/logo.png\nindex 1111111..2222222 100644\n"
        "Binary files a/logo.png and b/logo.png differ\n"
    )
    notes = [row.text for row in lay_out(parse_diff(text), text, side_by_side=True).rows if row.kind is RowKind.NOTE]
    assert notes == ["renamed from run.sh", "mode 100644 becomes 100755", "binary file: its content is not shown"]


def test_a_damaged_diff_is_the_mailed_text_whatever_layout_is_wanted() -> None:
    lost = "\n".join(line.strip() for line in CHAIN.split("\n") if line.strip())
    sheet = lay_out(parse_diff(lost, white_space_lost=True), lost, side_by_side=True)
    assert not sheet.side_by_side
    assert sheet.texts(new_side=True) == lost.split("\n")
    second = sheet.rows[sheet.rows_of(DiffAnchor("ring/chain.c", 1))[0]]
    assert second.text.startswith("@@ -40")


@pytest.mark.parametrize(
    ("hidden", "mark"),
    [
        ("\u202e", "⟦U+202E⟧"),
        ("\u200b", "⟦U+200B⟧"),
        ("\r", "⟦CR⟧"),
        ("\x1b", "⟦ESC⟧"),
        ("\udce9", "⟦\\xE9⟧"),
        ("\u2029", "⟦U+2029⟧"),
    ],
)
def test_what_hides_is_shown_as_a_mark(hidden: str, mark: str) -> None:
    assert visible(f"a{hidden}b") == f"a{mark}b"


@given(st.text())
def test_no_line_can_break_a_row_in_two(text: str) -> None:
    assert len(visible(text).splitlines()) <= 1


def _tokens(text: str, in_comment: bool = False) -> list[tuple[str, Token]]:
    return [(text[span.start : span.start + span.length], span.token) for span in coloured(text, in_comment)[0]]


def test_c_tokens_are_told_apart() -> None:
    assert _tokens('\treturn foo("a/*b", 0x1f); /* why */') == [
        ("return", Token.KEYWORD),
        ('"a/*b"', Token.STRING),
        ("0x1f", Token.NUMBER),
        ("/* why */", Token.COMMENT),
    ]
    assert _tokens("#include <linux/io_uring.h>") == [
        ("#include", Token.PREPROCESSOR),
        ("<linux/io_uring.h>", Token.STRING),
    ]


def test_a_hunk_that_begins_inside_a_comment_is_seen_from_the_comments_end() -> None:
    assert open_comments(["\t * still", "\t */", "\tint a;", "/* open", "b"]) == [True, True, False, False, True]
    assert open_comments(["\tint a; /* closed */", "x"]) == [False, False]


@given(st.text(alphabet="/*\"'\\ a#\n\t0", max_size=80), st.booleans())
def test_tokens_follow_each_other_inside_the_line(text: str, inside: bool) -> None:
    at = 0
    for span in coloured(text, inside)[0]:
        assert span.start >= at
        assert span.length > 0
        at = span.start + span.length
    assert at <= len(text)
