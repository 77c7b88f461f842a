"""Rationales as documents: every dressing of the nine phases, the verdict in all its forms, and its decoys."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import mail, rationales
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.rationale.document import Rationale, VerdictWord
from uringreview.rationale.parse import read_rationale

LONG = (
    "The walk is guarded by a well-known ring-wide lock and the long-lived hang-off state of this single-file, "
    "self-contained, deliberately long-winded sentence wraps at more than one real hyphen, as `Acked-by:` does too."
)


def read(text: str, **parts: object) -> Rationale:
    return read_rationale(rationales.patch(text, **parts))


@pytest.mark.parametrize("dressing", rationales.DRESSINGS)
def test_every_dressing_gives_nine_phases_with_their_steps(dressing: str) -> None:
    found = read(rationales.rationale({"2.2": LONG}, dressing=dressing))
    assert found.layout == "nine-phase"
    assert [phase.number for phase in found.phases] == list(range(1, 10))
    assert [phase.title.lower() for phase in found.phases] == [title.lower() for title in rationales.TITLES]
    assert [len(phase.records) for phase in found.phases] == [2] * 9
    if dressing != "record alone":
        assert [record.step for record in found.phases[1].records] == ["2.1", "2.2"]
    assert LONG in found.phases[1].records[1].text
    assert found.verdict.word is VerdictWord.YES
    assert [item.phase for item in found.verification] == [1, 2, None]


@pytest.mark.parametrize("dressing", rationales.DRESSINGS)
def test_spans_lead_back_to_what_was_mailed(dressing: str) -> None:
    patch = rationales.patch(rationales.rationale({"6.1": LONG}, dressing=dressing, closing="Take the whole series."))
    found = read_rationale(patch)
    body = patch.message.body
    for phase in found.phases:
        assert f"phase {phase.number}" in phase.span.of(body).lower()
        for record in phase.records:
            assert phase.span.start <= record.span.start < record.span.end <= phase.span.end
            bare = re.sub(r"\W+", "", record.span.of(body))
            assert all(re.sub(r"\W+", "", line) in bare for line in record.text.split("\n"))
    assert found.verdict.span is not None
    assert found.verdict.span.of(body) == "YES"
    assert [one.text for one in found.closing] == ["Take the whole series."]
    assert all(item.span.of(body).startswith("- ") for item in found.verification)


def test_a_page_that_lost_blank_lines_and_indents_still_gives_every_record() -> None:
    text = rationales.rationale({"1.1": LONG, "8.2": LONG}, dressing="record alone", closing="Take the series whole.")
    squeezed = "\n".join(line.strip() for line in text.splitlines() if line.strip()) + "\n"
    found = read(squeezed)
    assert [len(phase.records) for phase in found.phases] == [2] * 9
    assert LONG in found.phases[0].records[0].text
    assert [item.phase for item in found.verification] == [1, 2, None]
    assert found.verification[1].text.endswith("in the one place that it names")
    assert [one.text for one in found.closing] == ["Take the series whole."]


def test_a_full_line_does_not_swallow_the_record_after_it() -> None:
    full = "Record: this first record runs on until its one and only line is full"
    assert len(full) + len(" Record:") > 72
    found = read(f"## Phase 1: One\n{full}\nRecord: and this is the second.\n## Phase 2: Two\nRecord: x\n**YES**\n")
    assert [record.text for record in found.phases[0].records][1] == "and this is the second."


def test_combined_steps_are_one_record() -> None:
    text = (
        rationales.rationale()
        .replace("Step 5.1 Record:", "**Step 5.1-5.2: Callers**")
        .replace("Step 5.2 Record:", "More:")
    )
    assert [(one.step, one.label) for one in read(text).phases[4].records] == [("5.1-5.2", "Callers")]
    text = rationales.rationale().replace("Step 4.1 Record:", "Steps 4.1/4.2 Record:")
    assert read(text).phases[3].records[0].step == "4.1/4.2"


def test_a_step_named_in_running_text_begins_nothing() -> None:
    found = read(rationales.rationale({"3.1": "The lock order is the one of\n\nStep 2.1 where it was told."}))
    assert [record.step for record in found.phases[2].records] == ["3.1", "3.2"]


def test_a_step_without_the_word_record_and_an_unlabelled_list_are_records() -> None:
    text = rationales.rationale().replace(
        "Step 9.1 Record: Words on final synthesis, point 9.1.",
        "Step 9.1 Evidence for backporting:\n- it is small\n- it is right\n\n"
        "Evidence against or concerns:\n- it is new",
    )
    records = read(text).phases[8].records
    assert [(one.step, one.label, one.text) for one in records][:2] == [
        ("9.1", "Evidence for backporting", "- it is small\n- it is right"),
        (None, "Evidence against or concerns", "- it is new"),
    ]


def test_a_numbered_checklist_stays_in_its_step() -> None:
    long = "2. Small? NO, since it goes on and on until the line is filled and more follows"
    listed = "Rules:\n1. Correct? YES\n" + rationales.fill(long, then="   ")
    found = read(rationales.rationale({"9.2": "Rules:"}).replace("Rules:", listed))
    assert found.phases[8].records[1].text == f"Rules:\n1. Correct? YES\n{long}"
    assert found.verdict.word is VerdictWord.YES


def test_a_rationale_whose_top_is_lost_keeps_its_last_phases() -> None:
    text = rationales.rationale()
    found = read("of the chain.\n\n" + text[text.index("## Phase 7") :])
    assert (found.layout, [phase.number for phase in found.phases]) == ("nine-phase", [7, 8, 9])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("**YES**", "yes"),
        ("YES", "yes"),
        ("**NO**", "no"),
        ("Some words first.\n\n**NO**", "no"),
        ("**Backport Status: YES**\n\nBecause it is right.", "yes"),
        ("## **Backport Status: YES**\n\nBecause.", "yes"),
        ("## BACKPORT RECOMMENDATION: **YES**\n\nBecause.", "yes"),
        ("### **BACKPORT: YES**\n\nBecause.", "yes"),
        ("**Answer: NO**\n\nBecause.", "no"),
        ("## **YES**\n\nBecause.", "yes"),
        ("YES - it fixes a leak.", "yes"),
        ("YES. It fixes a leak.", "yes"),
        ("**YES**, this commit fixes a leak.", "yes"),
        ("NO – it adds a feature.", "no"),
        ("I looked at the ring, and here is my assessment: **YES** This commit should go\nto stable.", "yes"),
        ("**NO** This commit should NOT go to stable.", "no"),
        ("## YES **Long words:** and more of them", "yes"),
        ("Words.\n\n**Recommendation:** **YES** - take it everywhere.\n\nMore words.", "yes"),
    ],
)
def test_a_plain_verdict_is_found(text: str, word: str) -> None:
    patch = rationales.patch(text)
    found = read_rationale(patch)
    assert (found.phases, found.verdict.word.value) == ((), word)
    assert found.verdict.span is not None
    assert found.verdict.span.of(patch.message.body).lower() == word


@pytest.mark.parametrize(
    "text",
    [
        "- **Feature addition:** NO\n- No new features: YES",
        "### Meets Stable Kernel Criteria: YES\n\nWords.",
        "**In production Linux kernels: NO**\n\nWords.",
        "It is like Similar Commit #2 (marked YES), which fixed the ring.",
        "- **Similar Commit #2 (YES)**: fixed the ring.",
        'Commits of this kind have "Backport Status: YES" in the past.',
        "1. Obviously correct? **YES**\n2. Small and contained? **YES**\n3. New feature? **NO**\n\nSo much for that.",
        "Is it small?\nYES\n\nIs it new?\nNO\n\nThe rest is open.",
        "> **YES**\n\nquoted from another mail",
        "```\nYES\n```\nwords",
        "There is NO lock, and YES is a constant here.",
    ],
)
def test_a_decoy_is_no_verdict(text: str) -> None:
    assert read(text).verdict.word is VerdictWord.NONE


def test_decoys_do_not_outweigh_the_verdict_at_the_end() -> None:
    assert read("Small? YES\n- No new features: YES\n\n**NO**").verdict.word is VerdictWord.NO


def test_an_error_message_is_no_rationale() -> None:
    found = read("Error: Failed to generate final synthesis")
    assert (found.layout, found.verdict.word) == ("error", VerdictWord.ERROR)


def test_a_mail_without_a_rationale_says_none() -> None:
    found = read_rationale(rationales.queue(mail.autosel(rationale=None)).patches[0])
    assert (found.layout, found.verdict.word, found.phases) == ("none", VerdictWord.NONE, ())


def test_a_phase_named_in_another_layout_makes_no_phases() -> None:
    text = "## 1. What it does\n\nIt walks the chain.\n\n## 2. In which phase\n\nPhase 3 of the boot.\n\n**YES**"
    found = read(text)
    assert (found.layout, found.phases, found.verdict.word) == ("numbered sections", (), VerdictWord.YES)


_LINES = st.sampled_from(
    ["## Phase 1: A", "## Phase 2: B", "Phase 3", "**Phase 4: C**", "=====", "Step 1.1 Record: x", "**Step 2.1: y",
     "Record:", "- [Phase 2] z", "## Verification",
     "**YES**", "NO", "", "  text", "```", "> YES", "1. one", "**", "Record 9.9: -",
     "Verification:", "UNVERIFIED: q", "### Step 1.2"]
)  # fmt: skip


@given(st.lists(st.one_of(_LINES, st.text(max_size=30)), max_size=40))
def test_any_text_is_read_without_failing_and_with_spans_inside_it(lines: list[str]) -> None:
    patch = rationales.patch("\n".join(lines) + "\n")
    found = read_rationale(patch)
    spans = [record.span for phase in found.phases for record in phase.records]
    spans += [item.span for item in found.verification] + [one.span for one in found.closing]
    if found.verdict.span is not None:
        spans.append(found.verdict.span)
    for span in spans:
        assert patch.rationale is not None
        assert patch.rationale.start <= span.start <= span.end <= patch.rationale.end


def test_both_seeds_and_the_may_batch_give_nine_phases_and_yes(shared: Path) -> None:
    queue = finish(load([str(shared / "seeds"), str(shared / "corpus" / "20260520-3424570-partial.mbox")]))
    assert len(queue.patches) >= 13
    for patch in queue.patches:
        found = read_rationale(patch)
        assert [phase.number for phase in found.phases] == list(range(1, 10)), patch.subject.title
        assert found.verdict.word is VerdictWord.YES
        assert all(phase.title and phase.records for phase in found.phases)
        assert found.verification


def test_every_mail_of_the_corpus_that_holds_a_rationale_has_a_verdict(shared: Path) -> None:
    queue = finish(load(sorted(str(path) for path in (shared / "corpus").glob("*.mbox"))))
    words = [read_rationale(patch).verdict.word for patch in queue.patches if patch.rationale_text.strip()]
    assert len(words) > 900
    assert VerdictWord.NONE not in words
    assert words.count(VerdictWord.NO) in range(1, 10)
