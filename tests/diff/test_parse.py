"""A mail's diff is read as git reads it, and what is wrong with it is said, not raised."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.diffs import as_page_text, file_diff
from tests.support.repos import Repo
from uringreview.diff.model import ChangeKind, DiffState, LineKind
from uringreview.diff.parse import parse_diff

HUNK = "@@ -10,4 +10,5 @@ static void walk(void)\n {\n \tint a;\n+\tint b;\n \n }\n"


def numstat(text: str, folder: Path) -> list[tuple[str, str]]:
    """Added and removed per file as `git apply --numstat` counts them."""
    done = subprocess.run(
        ["git", "apply", "--numstat", "-"], input=text.encode(), capture_output=True, check=True, cwd=folder
    )
    return [(row.split("\t")[0], row.split("\t")[1]) for row in done.stdout.decode().splitlines()]


def test_a_hunk_keeps_its_numbers_heading_and_text() -> None:
    diff = parse_diff(file_diff("ring/walk.c", [HUNK]) + "-- \n2.53.0\n\n")
    assert diff.state is DiffState.EXACT
    assert diff.appliable
    (change,) = diff.files
    assert (change.path, change.added, change.removed) == ("ring/walk.c", 1, 0)
    assert (change.old_blob, change.new_blob, change.new_mode) == ("1111111111111", "2222222222222", "100644")
    (hunk,) = change.hunks
    assert (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) == (10, 4, 10, 5)
    assert hunk.heading == "static void walk(void)"
    assert [(line.kind, line.text, line.old, line.new) for line in hunk.lines[1:4]] == [
        (LineKind.CONTEXT, "\tint a;", 11, 11),
        (LineKind.ADDED, "\tint b;", None, 12),
        (LineKind.CONTEXT, "", 12, 13),
    ]


def test_an_entirely_empty_line_is_an_empty_context_line() -> None:
    diff = parse_diff(file_diff("a.c", [HUNK.replace("\n \n", "\n\n")]))
    assert diff.state is DiffState.EXACT
    assert diff.files[0].hunks[0].lines[3].text == ""


def test_separators_that_are_no_line_end_stay_in_the_text(tmp_path: Path) -> None:
    odd = "\x0c a\u2028b\x85c\x1cd\re"
    text = file_diff("a.c", [f"@@ -1,2 +1,3 @@\n one\n+{odd}\n two\n"])
    diff = parse_diff(text)
    assert diff.state is DiffState.EXACT
    assert diff.files[0].hunks[0].lines[1].text == odd
    assert numstat(text, tmp_path) == [("1", "0")]


def test_a_carriage_return_before_the_line_end_is_kept() -> None:
    diff = parse_diff(file_diff("a.c", ["@@ -1,1 +1,2 @@\n one\r\n+two\r\n"]).replace("100644\n", "100644\r\n"))
    assert [line.text for line in diff.files[0].hunks[0].lines] == ["one\r", "two\r"]
    assert diff.files[0].new_mode == "100644"


def test_bytes_that_are_not_utf8_ride_along() -> None:
    raw = file_diff("a.c", ["@@ -1 +1 @@\n-x\n+x\n"]).encode().replace(b"+x\n", b"+\xe4\xff\n")
    diff = parse_diff(raw.decode("utf-8", "surrogateescape"))
    assert diff.files[0].hunks[0].lines[1].text.encode("utf-8", "surrogateescape") == b"\xe4\xff"


def test_no_newline_marks_belong_to_the_line_above_them() -> None:
    marker = "\\ No newline at end of file\n"
    diff = parse_diff(file_diff("a.c", [f"@@ -1 +1 @@\n-old\n{marker}+new\n{marker}"]))
    assert diff.state is DiffState.EXACT
    assert [line.no_newline for line in diff.files[0].hunks[0].lines] == [True, True]


def test_a_removed_line_of_two_dashes_is_no_signature_and_a_signature_no_line() -> None:
    text = file_diff("a.sql", ["@@ -1,3 +1,2 @@\n one\n-- \n two\n"])
    assert parse_diff(text).state is DiffState.EXACT
    short = parse_diff(file_diff("a.c", ["@@ -1,3 +1,2 @@\n one\n two\n"]) + "-- \n2.53.0\n")
    assert short.problems == ("hunk 1 of a.c says 3 old lines, has 2",)


@pytest.mark.parametrize(
    ("hunk", "problem"),
    [
        ("@@ -1,6 +1,3 @@\n one\n two\n+three\n", "hunk 1 of a.c says 6 old lines, has 2"),
        ("@@ -1,2 +1,2 @@\n one\n two\n+three\n", "hunk 1 of a.c is followed by lines that its header does not count"),
        ("@@ -1,2 +1,3 @@\n one\n+a line that a mail client\nwrapped\n two\n", "hunk 1 of a.c says 2 old lines, has 1"),
    ],
)
def test_wrong_counts_are_damage_and_said(hunk: str, problem: str) -> None:
    diff = parse_diff(file_diff("a.c", [hunk]))
    assert diff.state is DiffState.DAMAGED
    assert not diff.appliable
    assert problem in diff.problems


def test_a_diff_cut_off_at_any_byte_never_raises_and_is_never_called_whole() -> None:
    text = file_diff("a.c", [HUNK, HUNK.replace("-10", "-30").replace("+10", "+31")])
    between = text.index("@@ -30")
    for end in range(len(text)):
        cut = parse_diff(text[:end])
        assert cut.state is not DiffState.EXACT or (between <= end < between + 4 and len(cut.files[0].hunks) == 1)


def test_two_diffs_in_one_mail_give_all_their_files() -> None:
    diff = parse_diff(file_diff("a.c", [HUNK]) + "-- \n2.53.0\n\nand this one too:\n\n" + file_diff("b.c", [HUNK]))
    assert diff.state is DiffState.EXACT
    assert [change.path for change in diff.files] == ["a.c", "b.c"]


def test_everything_git_writes_is_read_as_git_reads_it(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "linux")
    long = "".join(f"line {n}\n" for n in range(40))
    name = 'odd "name" ä\t.c'
    before = repo.commit(
        "main", {"kept.c": long, "moved.c": long + "x\n", "gone.c": "a\n", "mode.sh": "b\n", name: "c\n"}
    )
    after = repo.commit(
        "main",
        {
            "kept.c": long.replace("line 7\n", "line seven\n"),
            "moved.c": None,
            "new place/moved.c": long + "y\n",
            "gone.c": None,
            "empty.c": "",
            "new.c": "no newline",
            "blob.bin": b"\0\1\2",
            "mode.sh": "b\n",
            name: "d\n",
        },
        modes={"mode.sh": "100755"},
    )
    for options in ((), ("--binary",), ("-U0",)):
        text = repo.diff(before, after, *options)
        diff = parse_diff(text)
        assert diff.state is DiffState.EXACT, diff.problems
        kinds = {change.path: change.kind for change in diff.files}
        assert kinds == {
            "kept.c": ChangeKind.MODIFIED,
            "new place/moved.c": ChangeKind.RENAMED,
            "gone.c": ChangeKind.DELETED,
            "empty.c": ChangeKind.NEW,
            "new.c": ChangeKind.NEW,
            "blob.bin": ChangeKind.NEW,
            "mode.sh": ChangeKind.MODE,
            name: ChangeKind.MODIFIED,
        }
        by_path = {change.path: change for change in diff.files}
        assert by_path["new place/moved.c"].old_path == "moved.c"
        assert by_path["blob.bin"].binary
        assert (by_path["mode.sh"].old_mode, by_path["mode.sh"].new_mode) == ("100644", "100755")
        if options == ("--binary",):
            counts = [("-", "-") if one.binary else (str(one.added), str(one.removed)) for one in diff.files]
            assert counts == numstat(text, tmp_path)


def test_page_text_is_damaged_with_its_lines_told_apart_by_their_first_character() -> None:
    diff = parse_diff(as_page_text(file_diff("a.c", [HUNK])), white_space_lost=True)
    assert diff.state is DiffState.DAMAGED
    assert not diff.appliable
    lines = diff.files[0].hunks[0].lines
    assert [(line.kind, line.text.strip()) for line in lines] == [
        (LineKind.CONTEXT, "{"),
        (LineKind.CONTEXT, "int a;"),
        (LineKind.ADDED, "int b;"),
        (LineKind.CONTEXT, "}"),
    ]


def test_text_without_a_diff_is_no_diff() -> None:
    assert parse_diff("only words\n---\nmore\n").state is DiffState.NONE


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "diff --git a/x b/x\n",
                "index 1234567..89abcde 100644\n",
                "--- a/x\n",
                "+++ b/x\n",
                "@@ -1,2 +1,3 @@ f\n",
                " \n",
                "\n",
                "+a\n",
                "-b\n",
                " c\n",
                "-- \n",
                "2.53.0\n",
                "\\ No newline at end of file\n",
                "GIT binary patch\n",
                "rename from x\n",
                "@@@ -1 -1 +1 @@@\n",
                'diff --git "a/\\303 b\n',
                '--- "a/q\n',
                "@@ -0,0 +0,0 @@\n",
                "\r\n",
                "Binary files a/x and b/x differ\n",
                "diff --cc x\n",
                "text\n",
                "+++ /dev/null\n",
            ]
        ),
        max_size=25,
    )
)
def test_no_sequence_of_lines_raises_and_exact_means_that_the_counts_agree(parts: list[str]) -> None:
    diff = parse_diff("".join(parts))
    if diff.state is DiffState.EXACT:
        for change in diff.files:
            for hunk in change.hunks:
                assert sum(line.kind is not LineKind.ADDED for line in hunk.lines) == hunk.old_count
                assert sum(line.kind is not LineKind.REMOVED for line in hunk.lines) == hunk.new_count


@pytest.mark.parametrize("removed", ["-", "- "])
@pytest.mark.parametrize("below", ["", "-- \n2.53.0\n\n", "diff"])
def test_a_counted_removed_line_that_looks_like_a_signature_is_a_line(removed: str, below: str, tmp_path: Path) -> None:
    """The mailed line is `--` or `-- `; git goes by the hunk's counts, so the diff is sound."""
    text = file_diff("a.txt", [f"@@ -1,3 +1,2 @@\n one\n two\n-{removed}\n"])
    text += text.replace("a.txt", "b.txt") if below == "diff" else below
    diff = parse_diff(text)
    assert diff.state is DiffState.EXACT
    assert diff.files[0].hunks[0].lines[-1].text == removed
    assert numstat(text, tmp_path) == [("0", "1")] * (2 if below == "diff" else 1)


def test_a_signature_inside_a_broken_off_hunk_still_ends_it() -> None:
    diff = parse_diff(file_diff("a.txt", ["@@ -1,9 +1,8 @@\n one\n two\n-three\n"]) + "-- \n2.53.0\n")
    assert diff.state is DiffState.DAMAGED
    assert [line.text for line in diff.files[0].hunks[0].lines] == ["one", "two", "three"]


def test_five_thousand_hunks_are_read() -> None:
    hunks = [f"@@ -{n * 20 + 1},3 +{n * 20 + 1},3 @@\n {'x' * 400}\n-old\n+new\n y\n" for n in range(5000)]
    diff = parse_diff(file_diff("a.c", hunks))
    assert diff.state is DiffState.EXACT
    assert (diff.files[0].added, diff.files[0].removed, len(diff.files[0].hunks)) == (5000, 5000, 5000)
