"""Every layout is one tree of sections, from which no character of the rationale is missing."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import mail, rationales
from uringreview.mail.patch import Patch
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.rationale.claims import find_claims
from uringreview.rationale.document import Rationale, Section, VerdictWord
from uringreview.rationale.parse import read_rationale

RULE = re.compile(r"[ \t]*(?:-{3,}|={3,}|\*{3,}|_{3,})[ \t]*\r?")


def read(text: str) -> tuple[Patch, Rationale]:
    patch = rationales.patch(text)
    return patch, read_rationale(patch)


def shape(found: Rationale) -> list[tuple[int, int | None, str]]:
    return [(section.level, section.number, section.title) for section in found.sections]


def under(found: Rationale, title: str) -> list[str]:
    """The records of the section called `title`."""
    return [record.text for section in found.sections if section.title == title for record in section.records]


def assert_nothing_is_missing(patch: Patch, found: Rationale) -> None:
    """Sections follow each other and cover all but white space; headings and records all but drawn lines besides."""
    body = patch.message.body
    assert found.span is not None
    assert patch.rationale is not None
    at = patch.rationale.start
    drawn = []
    for line in patch.rationale_text.split("\n"):
        drawn.append((at, RULE.fullmatch(line) is not None))
        at += len(line) + 1
    inside = bytearray(len(body))
    ruled = bytearray(len(body))
    for (start, rule), (end, _) in zip(drawn, [*drawn[1:], (at, False)], strict=True):
        if rule:
            ruled[start : end - 1] = b"\1" * (end - 1 - start)
    last = patch.rationale.start
    covered = bytearray(len(body))
    for section in found.sections:
        assert last <= section.span.start < section.span.end <= patch.rationale.end
        last = section.span.end
        inside[section.span.start : section.span.end] = b"\1" * (section.span.end - section.span.start)
        for part in (*([section.heading] if section.heading else []), *(record.span for record in section.records)):
            assert section.span.start <= part.start < part.end <= section.span.end
            covered[part.start : part.end] = b"\1" * (part.end - part.start)
    for place in range(patch.rationale.start, patch.rationale.end):
        if not body[place].isspace():
            assert inside[place], body[place : place + 40]
            assert covered[place] or ruled[place], body[place : place + 40]


@pytest.mark.parametrize("layout", rationales.LAYOUTS)
def test_each_layout_is_known_by_its_name_and_read_whole(layout: str) -> None:
    patch, found = read(rationales.LAYOUTS[layout])
    assert found.layout == layout
    assert found.phases == ()
    assert found.verdict.word is (VerdictWord.ERROR if layout == "error" else VerdictWord.YES)
    assert_nothing_is_missing(patch, found)


@pytest.mark.parametrize("dressing", rationales.DRESSINGS)
def test_phases_are_sections_too(dressing: str) -> None:
    patch, found = read(rationales.rationale(dressing=dressing, closing="Take the series whole."))
    assert_nothing_is_missing(patch, found)
    phases = [section for section in found.sections if section.phase is not None]
    assert [section.phase for section in phases] == list(range(1, 10))
    assert [section.records for section in phases] == [phase.records for phase in found.phases]
    assert {section.level for section in phases} == {1}
    assert under(found, "Verification")[0] == "- [Phase 1] read the message and its tags"


def test_numbered_sections_keep_their_numbers_and_nest() -> None:
    _, found = read(rationales.LAYOUTS["numbered sections"])
    assert shape(found) == [
        (0, None, ""),
        (1, None, "Analysis"),
        (2, 1, "COMMIT MESSAGE ANALYSIS"),
        (2, 2, "CODE CHANGE ANALYSIS"),
        (1, 3, "Verdict on the ring"),
    ]
    assert under(found, "CODE CHANGE ANALYSIS") == [
        "1. `ring_walk()` stops where the link is gone\n```c\nif (!link)\nreturn;\n```",
        "2. Nothing else changes",
        "| Factor | Assessment |\n|--------|------------|\n| Lines changed | +2 |",
    ]


def test_a_line_bold_from_end_to_end_is_a_heading_but_the_verdict_is_not() -> None:
    _, found = read(rationales.LAYOUTS["headings"])
    assert shape(found) == [
        (0, None, ""),
        (1, None, "Why The Ring Needs It"),
        (2, None, "Risk Assessment"),
        (2, None, "Where it is"),
    ]
    assert under(found, "") == ["**Backport Status: YES**", "This commit should go to the stable trees."]
    assert under(found, "Why The Ring Needs It")[0] == "- It stops the walk\nand says so in the log"


def test_short_lines_above_lists_are_headings_where_there_are_no_others() -> None:
    text = "YES\n\nWhy it is good\n- It stops\n- It is small\n\nNotes for backporting\n- None.\n\nThe end is near:\n- x"
    assert shape(read(text)[1]) == [(0, None, ""), (1, None, "Why it is good"), (1, None, "Notes for backporting")]


def test_lines_that_are_underlined_are_headings() -> None:
    text = "Scope of it\n-----------\nIt is small, all in all.\n\nRisk of it\n==========\n\nIt is low.\n\n**YES**\n"
    assert shape(read(text)[1]) == [(1, None, "Scope of it"), (1, None, "Risk of it")]


@pytest.mark.parametrize(
    "layout", ["numbered sections", "headings", "numbered points", "bullets", "collapsed", "prose"]
)
def test_a_page_that_lost_blank_lines_and_indents_keeps_layout_and_headings(layout: str) -> None:
    whole = mail.autosel(rationale=rationales.LAYOUTS[layout]).decode()
    start = whole.index("---\n\n")
    bare = whole[:start] + "\n".join(line.strip() for line in whole[start:].split("\n") if line.strip())
    patch = rationales.queue(bare.encode()).patches[0]
    assert patch.white_space_lost
    found = read_rationale(patch)
    assert_nothing_is_missing(patch, found)
    assert found.layout == layout
    titles = [section.title for section in found.sections]
    assert titles == [section.title for section in read(rationales.LAYOUTS[layout])[1].sections]


def test_a_heading_loses_its_marks_and_no_underscore_of_a_name() -> None:
    text = "## **Tool: ring__walk__find**\n\nx\n\n### __2) Scope:__\n\ny\n"
    assert shape(read(text)[1]) == [(1, None, "Tool: ring__walk__find"), (2, 2, "Scope")]


def test_bullets_that_are_but_titles_are_headings() -> None:
    text = "YES\n\n- What it fixes\n  - the walk\n  - the ring\n\n- Scope and risk\n  - small\n"
    found = read(text)[1]
    assert (found.layout, shape(found)) == (
        "bullets",
        [(0, None, ""), (1, None, "What it fixes"), (1, None, "Scope and risk")],
    )
    assert under(found, "What it fixes") == ["- the walk", "- the ring"]


def test_collapsed_markdown_gets_its_lines_back() -> None:
    patch, found = read(rationales.LAYOUTS["collapsed"])
    assert max(len(line) for line in patch.rationale_text.split("\n")) <= 72
    assert shape(found) == [
        (0, None, ""),
        (1, None, "Bug Analysis"),
        (2, 1, "Minimal and Targeted Change"),
        (2, None, "Code Changes in the Ring"),
        (1, None, "Why This Qualifies"),
    ]
    assert under(found, "Bug Analysis") == ["The walk of the ring never ends."]
    assert under(found, "Minimal and Targeted Change") == [
        "The change is small:",
        "- **New check**: `ring_walk()` stops at the well-known end of the ring",
        "- Only one place is touched",
    ]
    assert under(found, "Code Changes in the Ring") == ["```c if (!link) + return; ```", "The check is plain."]
    assert under(found, "Why This Qualifies") == [
        "1. **Obvious**: all see it.",
        "2. **Small**: two lines.",
        "✅ **Contained**",
        "✅ **Tested**",
    ]
    body = patch.message.body
    for section in found.sections:
        for record in section.records:
            assert " ".join(record.span.of(body).split()).replace("well- known", "well-known") == record.text


@pytest.mark.parametrize("start", range(10))
def test_collapsed_marks_are_found_wherever_the_filling_put_them(start: int) -> None:
    text = f"{'x' * start} " + " ".join(rationales.LAYOUTS["collapsed"].split("\n"))
    _, found = read(rationales.fill(text) + "\n")
    assert [section.title for section in found.sections][1:] == [
        "Bug Analysis",
        "Minimal and Targeted Change",
        "Code Changes in the Ring",
        "Why This Qualifies",
    ]


def test_dashes_and_figures_of_prose_cut_nothing() -> None:
    text = (
        "**YES** - This commit is good. ## Analysis It is small - two lines - and was there in 6. It is a - b. ## Risk "
        "It is low - see 12. Nothing else."
    )
    _, found = read(rationales.fill(text))
    assert found.layout == "collapsed"
    assert [len(section.records) for section in found.sections] == [1, 1, 1]


def test_prose_that_counts_in_brackets_is_one_paragraph() -> None:
    _, found = read(rationales.LAYOUTS["prose"])
    assert [len(section.records) for section in found.sections] == [1]
    assert found.sections[0].records[0].text.endswith("a well-known one.")


def test_steps_above_the_first_phase_are_kept_as_records() -> None:
    whole = rationales.rationale(dressing="step headings")
    patch, found = read("of the message.\n\n" + whole[whole.index("### Step 1.2") :])
    assert_nothing_is_missing(patch, found)
    assert [phase.number for phase in found.phases] == list(range(2, 10))
    assert [(record.step, record.label) for record in found.sections[0].records] == [(None, ""), ("1.2", "POINT")]


def test_a_rationale_whose_top_is_lost_keeps_what_is_left_of_it() -> None:
    whole = rationales.LAYOUTS["numbered sections"]
    patch, found = read("freed, and goes on.\n\n" + whole[whole.index("### 2.") :])
    assert_nothing_is_missing(patch, found)
    assert shape(found)[0] == (0, None, "")
    assert under(found, "") == ["freed, and goes on."]
    patch, found = read("of the chain.\n\n" + rationales.rationale()[rationales.rationale().index("## Phase 7") :])
    assert_nothing_is_missing(patch, found)
    assert [section.phase for section in found.sections[:2]] == [None, 7]


def test_a_mail_without_text_has_no_sections() -> None:
    found = read_rationale(rationales.queue(mail.autosel(rationale=None)).patches[0])
    assert (found.layout, found.sections) == ("none", ())


_PARTS = st.sampled_from(
    ["## Head", "# 1. One", "### **2. Two:**", "**Bold line**", "**Lead:** words", "- item", "  - sub", "* star",
     "1. one", "   more", "12) x", "```c", "  ```", "| a | b |", "---", "====", "> quoted", "Plain title", "YES",
     "**NO**", "", " ", "## Phase 1: A", "## Phase 2: B", "Step 1.1 Record: x", "### Step 1.2", "## Verification",
     "Verification:",
     "- [Phase 2] z", "a ## b ### C d", "x - **y** ✅ z", "a ``` b", "# ", "##", "**", "\u00a0", "\u2028", "\r"]
)  # fmt: skip


@given(st.lists(st.one_of(_PARTS, st.text(max_size=30)), max_size=40))
@settings(deadline=None)
def test_of_any_lines_nothing_is_missing(lines: list[str]) -> None:
    patch, found = read("\n".join(lines) + "\n")
    if found.layout == "none":
        assert not patch.rationale_text.strip()
        return
    assert_nothing_is_missing(patch, found)
    find_claims(patch, found)


@given(st.lists(st.one_of(_PARTS, st.text(max_size=20)), min_size=1, max_size=60))
@settings(deadline=None)
def test_of_any_text_run_together_nothing_is_missing(parts: list[str]) -> None:
    patch, found = read(rationales.fill(" ".join(["Words. ## Head The words - **go** on.", *parts])) + "\n")
    assert_nothing_is_missing(patch, found)
    find_claims(patch, found)


_LONG = 190_000


@pytest.mark.parametrize(
    "text",
    [
        "x" * _LONG,
        " " * (_LONG - 99) + "x",
        "#" * _LONG,
        "# " * (_LONG // 2),
        "## A " * (_LONG // 5),
        "**" * (_LONG // 2),
        "- **a** " * (_LONG // 8),
        "YES NO " * (_LONG // 7),
        "a - B 1. C ``` ✅ **D:** " * (_LONG // 25),
        "> " * (_LONG // 2),
        "\n".join(f"{'#' * (n % 6 + 1)} {n}. Title" for n in range(16_000)),
        "\n".join(f"{' ' * (n % 70)}- item {n}" for n in range(4_000)),
        "```\n" * (_LONG // 4),
        "## Phase 1: A\nStep 1.1 Record:" + " " * (_LONG - 99) + "x\n## Phase 2: B\nRecord: y",
        "## Phase 1: A\n" + "### Step 1.1" + " " * (_LONG - 99) + "x\n## Phase 2: B\nRecord: y",
        "is this so?\n" + "Words " * 16_000 + "\nYES it is NO " + "YES " * 16_000,
        "One file changed, 2 insertions, " * (_LONG // 32),
        "No `Fixes:`, `Link:`, " * (_LONG // 22),
    ],
    ids=lambda text: f"{text[:12]!r} {len(text)}",
)
@pytest.mark.timeout(20)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    """A quadratic reader would take hours here; the time limit is the guard."""
    patch, found = read(text + "\n")
    assert found.sections[-1].span.end - found.sections[0].span.start >= len(text.rstrip())
    find_claims(patch, found)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        "a ## B " * 1_400_000,
        "\n".join(f"{'#' * (n % 6 + 1)} {n}. Title" for n in range(100_000)),
        "## Phase 1: A\nStep 1.1 Record: x\n" * 30_000,
    ],
    ids=["a line of 10 MB", "a collapsed line of 10 MB", "100,000 headings", "30,000 phases"],
)
@pytest.mark.timeout(20)
def test_what_is_far_too_long_for_a_rationale_is_one_record_and_may_still_end_in_a_verdict(text: str) -> None:
    patch, found = read(f"{text}\n\n**YES**\n")
    assert (found.layout, found.verdict.word, found.phases) == ("raw", VerdictWord.YES, ())
    assert [record.text for record in found.sections[0].records] == [patch.rationale_text]
    assert find_claims(patch, found) == ()


def test_every_mail_of_the_corpus_fits_a_layout_and_none_of_its_text_is_missing(shared: Path) -> None:
    queue = finish(load(sorted(str(path) for path in (shared / "corpus").glob("*.mbox"))))
    layouts: Counter[str] = Counter()
    for patch in queue.patches:
        found = read_rationale(patch)
        layouts[found.layout] += 1
        if found.layout != "none":
            assert_nothing_is_missing(patch, found)
    assert layouts.total() > 900
    assert layouts["raw"] <= 1
    assert min(layouts[name] for name in ("nine-phase", "collapsed", "headings", "numbered sections")) > 40
    assert min(layouts[name] for name in ("bullets", "numbered points", "error", "none", "prose")) > 0


def test_collapsed_headings_of_the_corpus_are_short(shared: Path) -> None:
    queue = finish(load(sorted(str(path) for path in (shared / "corpus").glob("202505*.mbox"))))
    titles = [section.title for patch in queue.patches for section in _sections(patch)]
    assert len(titles) > 200
    assert sum(len(title) <= 60 for title in titles) > 0.95 * len(titles)


def _sections(patch: Patch) -> list[Section]:
    return [section for section in read_rationale(patch).sections if section.heading]
