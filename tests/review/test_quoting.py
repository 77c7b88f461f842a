"""What one key puts into a reply: quoted byte for byte, never as fact, with what was found below it in plain words."""

from pathlib import Path

from tests.support.queues import batch, clone
from tests.support.review import ME
from uringreview.interleave.explore import explore
from uringreview.interleave.scenario import load_models
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.rationale.mark import MarkWord
from uringreview.review.decisions import Comment, Decision, DecisionKind
from uringreview.review.desk import examine, with_clone
from uringreview.review.facts import PatchFacts
from uringreview.review.quoting import (
    claim_comment,
    conflict_comment,
    contradicted_comments,
    series_comment,
    trace_comment,
)
from uringreview.review.reply import compose


def examined(folder: Path, *, cells: bool = False) -> tuple[PatchFacts, ...]:
    """The facts of the batch's patches, with the clone's cells where asked."""
    desk = finish(examine(finish(load([str(batch(folder))]))))
    return finish(with_clone(desk, str(clone(folder)))).facts if cells else desk.facts


def body(facts: PatchFacts, *comments: Comment) -> str:
    """The reply that drops the patch with these comments."""
    decision = Decision(facts.key, DecisionKind.DROP)
    return compose(facts.patch, decision, ME, facts=facts, comments=comments).body


def test_contradicted_claims_are_quoted_as_mailed_with_the_evidence_below(tmp_path: Path) -> None:
    facts = examined(tmp_path)[1]
    comments = contradicted_comments(facts)
    mailed = facts.patch.message.body
    assert comments
    text = body(facts, *comments)
    for comment in comments:
        assert comment.quote in mailed
        for line in comment.quote.split("\n"):
            assert f"\n> {line}\n" in text
    assert "The generated explanation says:\n> Step 2.1 Record: One file changed" in text
    assert "That is not so. The diff has 2 insertions, 0 deletions in ring/chain.c." in " ".join(text.split())
    assert "    $ git show --numstat --format= " in text
    assert all(len(line) <= 72 for line in text.split("\n") if not line.startswith((">", " ")))


def test_claims_on_the_same_lines_share_one_quote(tmp_path: Path) -> None:
    facts = examined(tmp_path)[1]
    false = [mark for mark in facts.marks if mark.word is MarkWord.CONTRADICTED]
    comments = contradicted_comments(facts)
    assert len(comments) < len(false)
    assert len({comment.place for comment in comments}) == len(comments)


def test_what_was_not_checked_is_never_said_to_be(tmp_path: Path) -> None:
    facts = examined(tmp_path)[1]
    marks = {mark.word: mark for mark in facts.marks}
    assert claim_comment(facts, marks[MarkWord.VERIFIED]).text.startswith("Checked: ")
    span = facts.rationale.phases[2].span
    unchecked = Comment(facts.key, "Says who?", span.of(facts.patch.message.body).rstrip("\n"), span)
    assert "The generated explanation says (not checked by me):\n" in body(facts, unchecked)


def test_a_conflict_shows_the_hunk_and_what_stands_there(tmp_path: Path) -> None:
    facts = examined(tmp_path, cells=True)[0]
    comment = conflict_comment(facts, "linux-6.1.y")
    assert comment is not None
    text = body(facts, comment)
    assert "> +\tif (!link)" in text
    assert "This hunk does not apply to linux-6.1.y" in text
    assert "    \tstruct link *link = ring->first;" in text
    assert conflict_comment(facts, "linux-7.0.y") is None


def test_later_fixes_and_needs_are_named_and_nothing_is_invented(tmp_path: Path) -> None:
    alone = examined(tmp_path)[3]
    assert series_comment(alone) is None


def test_a_run_is_shown_in_columns_and_says_that_it_is_of_a_model(tmp_path: Path) -> None:
    facts = examined(tmp_path)[0]
    model = load_models()[0]
    found = finish(explore(model, "S2", frozenset(("p1", "p2", "p3")))).violations[0]
    comment = trace_comment(facts, found.trace, model.patches)
    assert "in a model of the code" in comment.text
    assert "use after free" in comment.text
    assert found.trace.replay in comment.text
    for patch in model.patches[:3]:
        assert patch.upstream[:12] in comment.text
    assert found.trace.steps[-1].text in body(facts, comment)
