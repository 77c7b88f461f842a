"""Claims and their marks: what is true is verified, what is plainly false contradicted, and the rest left alone."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import mail, rationales
from uringreview.diff.functions import touched_functions_with_lines
from uringreview.diff.model import DiffAnchor
from uringreview.diff.parse import parse_diff
from uringreview.kernel.status import Cell, Status
from uringreview.mail.message import Span
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.rationale.check import BranchTarget, Evidence, Mark, MarkWord, PatchTarget, check
from uringreview.rationale.claims import ClaimKind, find_claims
from uringreview.rationale.parse import read_rationale

TWO_FILES = (
    mail.DIFF
    + """\
diff --git a/ring/ring.h b/ring/ring.h
index 3333333333333..4444444444444 100644
--- a/ring/ring.h
+++ b/ring/ring.h
@@ -1,3 +1,3 @@
 #define RING 1
-#define LINKS 2
+#define LINKS 4
 #define END 3
"""
)


def said(step: str, text: str, **parts: object) -> list[tuple[str, str]]:
    """(kind, mark) of each claim in a rationale whose `step` says `text`."""
    return [(mark.claim.kind.value, mark.word.value) for mark in marks(step, text, **parts)]


def marks(step: str, text: str, **parts: object) -> tuple[Mark, ...]:
    return rationales.marks({step: text}, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind", "mark"),
    [
        ("One file changed: `ring/chain.c`.", "files", "verified"),
        ("1 file changed (`ring/chain.c`).", "files", "verified"),
        ("**Files changed**: 1 (`ring/chain.c`)", "files", "verified"),
        ("Scope is a single-file surgical fix.", "files", "verified"),
        ("Only `ring/chain.c` changes.", "files", "verified"),
        ("One file changed: `ring/other.c`.", "files", "contradicted"),
        ("Three files changed.", "files", "contradicted"),
        ("Only `ring/ring.h` changes.", "files", "contradicted"),
        ("The diff has 2 insertions.", "insertions", "verified"),
        ("The diff has two insertions.", "insertions", "verified"),
        ("The diff has 20 insertions.", "insertions", "contradicted"),
        ("Lines added: 2", "insertions", "verified"),
        ("It adds 40 lines.", "insertions", "contradicted"),
        ("About 3 lines added.", "insertions", "uncheckable"),
        ("It is a 2-line patch.", "lines", "verified"),
        ("It is a 16-line patch.", "lines", "contradicted"),
        ("It is a one-line fix.", "lines", "uncheckable"),
        ("Modified function: `ring_walk()`.", "functions", "verified"),
        ("Only `ring_walk()` is modified.", "functions", "verified"),
        ("Modified functions: `ring_walk()`, `ring_stop()`.", "functions", "contradicted"),
        ("Only `ring_stop()` is modified.", "functions", "contradicted"),
    ],
)
def test_what_is_said_of_the_size_is_counted_in_the_diff(text: str, kind: str, mark: str) -> None:
    assert said("2.1", text) == [(kind, mark)]


def test_insertions_and_deletions_of_one_sentence_are_two_claims_with_their_own_words() -> None:
    found = marks("2.1", "One file changed, `ring/chain.c`, 2 insertions and 3 deletions.")
    assert [(one.claim.text, one.word.value) for one in found] == [
        ("One file changed, `ring/chain.c`", "verified"),
        ("2 insertions", "verified"),
        ("3 deletions", "contradicted"),
    ]
    assert found[2].evidence == "the diff has 2 insertions, 0 deletions in ring/chain.c"
    assert found[1].targets == (DiffAnchor("ring/chain.c", 0, 3),)
    assert said("2.1", "It is +2/-0.") == [("insertions", "verified"), ("deletions", "verified")]
    assert said("9.1", "Small: 2 insertions/0 deletions.") == [("insertions", "verified"), ("deletions", "verified")]


def test_a_count_with_a_path_is_of_that_file() -> None:
    assert said("2.1", "`ring/ring.h`: 1 insertion, 1 deletion.", diff=TWO_FILES) == [
        ("insertions", "verified"),
        ("deletions", "verified"),
    ]
    assert said("2.1", "`ring/ring.h`: 2 insertions.", diff=TWO_FILES) == [("insertions", "contradicted")]
    assert said("2.1", "In all 3 insertions.", diff=TWO_FILES) == [("insertions", "verified")]
    assert said("2.1", "It is a single-file fix.", diff=TWO_FILES) == [("files", "contradicted")]
    assert said("2.1", "It is a single-file fix plus docs.", diff=TWO_FILES) == []


@pytest.mark.parametrize(
    "text",
    [
        "The commit `1234567abcdef` has 90 insertions in one file.",
        "The earlier attempt changed five files.",
        "A prerequisite adds 70 lines.",
        "`ring_stop()` (12 lines added) is called.",
        "It would be a 40-line patch.",
        "See v6.1 and v6.12.5 in file 3.",
    ],
)
def test_what_is_said_of_other_commits_is_no_claim(text: str) -> None:
    assert said("2.1", text) == []
    assert said("3.1", text) == []


def test_a_function_that_is_only_called_in_the_diff_may_not_be_called_modified() -> None:
    diff = mail.DIFF.replace("+\t\treturn;", "+\t\tring_stop(ring);")
    assert said("5.1", "Modified function: `ring_stop()`.", diff=diff) == [("functions", "contradicted")]


def test_a_heading_that_names_no_plain_function_leaves_the_claim_open() -> None:
    diff = mail.DIFF.replace("static void ring_walk(struct ring *ring)", "RING_OP3(walk, struct ring *, ring)")
    assert said("5.1", "Modified function: `op_walk()`.", diff=diff) == [("functions", "uncheckable")]


def test_trailers_said_to_be_there_are_looked_up_and_the_senders_own_signature_is_no_lie() -> None:
    only = "Tags found only `Signed-off-by: Ada Author <ada@kernel.example>`."
    assert said("1.2", only) == [("trailers-present", "verified")]
    assert "Sam Stable" in marks("1.2", only)[0].evidence
    more = ("Link: https://kernel.example/1", "Signed-off-by: Ada Author <ada@kernel.example>")
    assert said("1.2", only, trailers=more) == [("trailers-present", "contradicted")]
    assert said("1.2", "Tags are `Reviewed-by: Rita Reviewer`.") == [("trailers-present", "contradicted")]
    noted = ("Signed-off-by: Ada Author <ada@kernel.example>", "[ sam: moved a line ]")
    assert said("1.2", only, trailers=noted) == [("trailers-present", "verified")]


@pytest.mark.parametrize("dressing", rationales.DRESSINGS)
def test_trailers_said_to_be_absent_are_read_over_wrapped_lines(dressing: str) -> None:
    text = (
        "The message has no crash in it. No `Fixes:`, `Reported-by:`, `Tested-by:`, `Reviewed-by:`, `Acked-by:`, "
        "`Link:`, or `Cc: stable@vger.kernel.org` tags are present."
    )
    names = ("Fixes", "Reported-by", "Tested-by", "Reviewed-by", "Acked-by", "Link", "Cc: stable")
    found = rationales.marks({"1.2": text}, dressing=dressing)
    assert [(one.claim.kind, one.claim.names, one.word) for one in found] == [
        (ClaimKind.TRAILERS_ABSENT, names, MarkWord.VERIFIED)
    ]
    trailers = ("Acked-by: Rita Reviewer <rita@kernel.example>", "Signed-off-by: Ada Author <ada@kernel.example>")
    (mark,) = rationales.marks({"1.2": text}, dressing=dressing, trailers=trailers)
    assert mark.word is MarkWord.CONTRADICTED
    assert mark.evidence == "the mail has Acked-by: Rita Reviewer <rita@kernel.example>"
    assert isinstance(mark.targets[0], Span)


def test_no_tags_beyond_a_persons_signature() -> None:
    text = "Confirmed the absence of tags beyond Ada’s SOB."
    assert said("1.2", text) == [("trailers-absent", "verified")]
    trailers = ('Fixes: 123456789abc ("ring: walk")', "Signed-off-by: Ada Author <ada@kernel.example>")
    assert said("1.2", text, trailers=trailers) == [("trailers-absent", "contradicted")]


def test_tags_missing_in_a_thread_or_a_sibling_say_nothing_of_the_mail() -> None:
    trailers = ("Reviewed-by: Rita Reviewer <r@kernel.example>", "Signed-off-by: Ada Author <ada@kernel.example>")
    assert said("4.1", "No `Reviewed-by:` was in the thread.", trailers=trailers) == []
    assert said("1.2", "No `Reviewed-by:` in the thread.", trailers=trailers) == []
    assert said("1.2", "The sibling patch has no `Reviewed-by:`.", trailers=trailers) == []


def test_the_commit_that_the_rationale_takes_the_patch_for_must_be_the_mails() -> None:
    own = mail.upstream_id(1)
    assert said("4.1", f"`b4 dig -c {own[:12]}` found it.") == [("upstream", "verified")]
    assert said("1.2", f"Tags present in commit `{own}`: none.") == [("upstream", "verified")]
    assert said("4.1", "`b4 dig -c 1234567abcde` found it.") == [("upstream", "contradicted")]
    assert said("4.1", "`b4 dig -c 1234567abcde` found the prerequisite.") == []


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("It was authored by Ada Author, the maintainer.", "verified"),
        ("Ada Author is listed in `MAINTAINERS` and authored the commit.", "verified"),
        ("The author is Ada Author.", "verified"),
        ("Ada Author (author) knows the ring.", "verified"),
        ("It was authored by Rita Reviewer.", "contradicted"),
        ("It was authored by Ada Otherwise.", "uncheckable"),
    ],
)
def test_the_author_is_the_mails_own(text: str, mark: str) -> None:
    assert [found for kind, found in said("3.2", text) if kind == "author"] == [mark]


def test_an_authors_accents_and_quotes_do_not_matter() -> None:
    parts = {
        "author": "Michal Koutný <m@kernel.example>",
        "trailers": ("Signed-off-by: Michal Koutný <m@kernel.example>",),
    }
    assert said("3.2", "It was authored by Michal Koutny.", **parts) == [("author", "verified")]


def test_series_members_are_looked_up_in_the_queue() -> None:
    other = mail.autosel(position=2, title="ring: stop it", rationale=None)
    text = f"This is patch 1/2 in a locking series: `{mail.upstream_id(2)[:12]}` stops the walk."
    (mark,) = marks("3.2", text, others=(other,))
    assert (mark.claim.kind, mark.word) == (ClaimKind.SERIES, MarkWord.VERIFIED)
    assert mark.claim.numbers == (1, 2)
    assert mark.targets == (PatchTarget(mail.message_id(2)),)
    (mark,) = marks("3.2", text)
    assert mark.word is MarkWord.UNCHECKABLE
    assert mark.evidence == f"{mail.upstream_id(2)[:12]} is not in this queue: not checkable"


def _cell(branch: str, status: Status) -> Cell:
    return Cell(mail.message_id(1), branch, status, "")


def test_where_it_applies_is_what_the_branches_say() -> None:
    text = "The patch applies cleanly to `7.0.y` now."
    branches = ("linux-7.0.y", "linux-6.6.y")
    (mark,) = marks("6.1", text, branches=branches, cells=[_cell("linux-7.0.y", Status.CLEAN)])
    assert (mark.word, mark.evidence) == (MarkWord.VERIFIED, "applies to the tip of linux-7.0.y")
    assert mark.targets == (BranchTarget("linux-7.0.y"),)
    (mark,) = marks("6.1", text, branches=branches, cells=[_cell("linux-7.0.y", Status.CONFLICT)])
    assert mark.word is MarkWord.UNCHECKABLE
    (mark,) = marks("6.1", "The patch applies cleanly to `6.15.y`.", branches=branches)
    assert (mark.word, mark.evidence) == (MarkWord.UNCHECKABLE, "your clone has no linux-6.15.y: not checkable")
    assert [one.evidence for one in marks("6.1", text)] == ["no clone is open: not checkable"]


def test_a_release_is_never_judged_by_its_branchs_tip() -> None:
    parts = {"branches": ("linux-7.0.y",), "cells": [_cell("linux-7.0.y", Status.CLEAN)]}
    (mark,) = marks("6.1", "The patch applies cleanly to `v7.0.9` now.", **parts)
    assert mark.word is MarkWord.UNCHECKABLE
    assert mark.evidence == "your clone has no v7.0.9; the tip of linux-7.0.y takes it: not checkable"


@pytest.mark.parametrize(
    "text",
    [
        "It should apply cleanly to `v7.0.9`.",
        "It does not apply cleanly to `v6.1`.",
        "Older trees: applies cleanly if adapted.",
    ],
)
def test_hopes_and_refusals_are_no_claims_to_apply(text: str) -> None:
    assert [kind for kind, _ in said("6.1", text) if kind == "applies"] == []


def test_git_apply_check_is_a_claim_on_the_named_branch() -> None:
    found = marks("6.2", "`git apply --check` of the patch succeeded on the current `stable/linux-7.0.y` tree.")
    assert [(one.claim.kind, one.claim.names) for one in found] == [(ClaimKind.APPLIES, ("stable/linux-7.0.y",))]


def test_verification_items_make_claims_of_their_phase() -> None:
    counted = rationales.fill(
        "- [Phase 2] counted all in the diff: `ring/chain.c` with 2 insertions/19 deletions", then="  "
    )
    assert "/19\n" in counted
    listed = f"{counted}\n- [Phase 3] another has 7 insertions\n"
    found = rationales.marks({}, verification=listed)
    assert [(one.claim.phase, one.claim.kind.value, one.word.value) for one in found] == [
        (2, "insertions", "verified"),
        (2, "deletions", "contradicted"),
    ]


def test_lines_are_counted_right_where_only_white_space_was_lost() -> None:
    text = rationales.rationale({"2.1": "One file, 2 insertions and 1 deletion."}, dressing="record alone")
    whole = mail.autosel(rationale=text).decode()
    start = whole.index("---\n\n")
    bare = whole[:start] + "\n".join(line.strip() for line in whole[start:].split("\n") if line.strip())
    patch = rationales.queue(bare.encode()).patches[0]
    diff = parse_diff(patch.diff_text, white_space_lost=True)
    found = check(find_claims(patch, read_rationale(patch)), Evidence(patch, diff, rationales.queue()))
    assert [one.word.value for one in found] == ["verified", "verified", "contradicted"]


def test_a_diffstat_that_differs_from_the_diff_is_mentioned() -> None:
    stat = " ring/chain.c | 3 +++\n 1 file changed, 3 insertions(+)\n"
    (mark,) = marks("2.1", "It has 2 insertions.", stat=stat)
    assert mark.evidence.endswith("(the diffstat says 1 file, +3/-0)")


@pytest.mark.parametrize("dressing", rationales.DRESSINGS)
def test_a_claims_words_stand_at_its_span(dressing: str) -> None:
    text = (
        "Words go on and on before it is said that one file changed, `ring/chain.c`, with 2 insertions and 4 deletions."
    )
    patch = rationales.patch(rationales.rationale({"2.2": text}, dressing=dressing))
    found = find_claims(patch, read_rationale(patch))
    assert [one.kind.value for one in found] == ["files", "insertions", "deletions"]
    for claim in found:
        mailed = claim.span.of(patch.message.body)
        assert re.sub(r"[\s*]+", "", mailed) == re.sub(r"\s+", "", claim.text)
        assert claim.step in (("2.2",) if dressing != "record alone" else (None,))


def test_a_signer_may_be_the_author_where_the_mail_names_none() -> None:
    assert said("3.2", "It was authored by Ada Author.", author=None) == [("author", "uncheckable")]


_WORDS = st.sampled_from(
    ["one file changed", "`ring/chain.c`", "+2/-0", "2 insertions", "No `Fixes:`,", "`Link:` tags", "only",
     "`f()`", "is modified", "b4 dig -c 1234567abc", "authored by Ada B", "tags:", "`Cc: stable`", "\n", ".",
     "this is patch 1/2", "(`", "applies cleanly to `v7.0`", "Modified functions: `f`,", "**", "9-line",
     "no tags beyond A's SOB", "series:"]
)  # fmt: skip


@given(
    st.sampled_from(["1.2", "2.1", "3.1", "4.1", "6.1", "9.1"]),
    st.lists(st.one_of(_WORDS, st.text(max_size=9)), max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_any_words_give_claims_with_spans_inside_the_rationale(step: str, words: list[str]) -> None:
    for mark in marks(step, " ".join(words)):
        assert mark.evidence
        assert mark.claim.text
        assert mark.claim.span.start < mark.claim.span.end


def test_the_seeds_claims_hold(shared: Path) -> None:
    queue = finish(load([str(shared / "seeds")]))
    for patch in queue.patches:
        diff = parse_diff(patch.diff_text, patch.white_space_lost)
        changed = tuple((one.name, one.anchor) for file in diff.files for one in touched_functions_with_lines(file))
        found = check(find_claims(patch, read_rationale(patch)), Evidence(patch, diff, queue, changed))
        kinds = Counter(one.claim.kind for one in found if one.word is MarkWord.VERIFIED)
        wanted = {
            ClaimKind.FILES,
            ClaimKind.INSERTIONS,
            ClaimKind.DELETIONS,
            ClaimKind.TRAILERS_ABSENT,
            ClaimKind.UPSTREAM,
        }
        assert wanted <= set(kinds)
        assert {one.claim.kind for one in found} >= {ClaimKind.FUNCTIONS, ClaimKind.SERIES, ClaimKind.APPLIES}
        assert not [one for one in found if one.word is MarkWord.CONTRADICTED]


def test_a_word_made_shorter_after_the_text_was_filled_ends_no_sentence() -> None:
    """Filled at 72 columns, a line that has room for the next word was ended on purpose; an edited one may have it."""
    text = "- Step 2.1 Record: the change is small, with 2 insertions in the one\n  of two hunks, and 0 deletions."
    filled = text.replace("with 2 insertions in the one", "with 2 insertions in one")
    for said in (text, filled):
        whole = rationales.queue(mail.autosel(rationale=f"**Phase 1: A**\n- x\n\n**Phase 2: B**\n{said}\n\n**YES**\n"))
        (patch,) = whole.patches
        claims = find_claims(patch, read_rationale(patch))
        assert [one.kind for one in claims] == [ClaimKind.INSERTIONS, ClaimKind.DELETIONS]
        assert "\n" not in "".join(record.text for record in read_rationale(patch).phases[1].records)
