"""What is said about a diff: how far it can be trusted, and why there is none to show."""

from uringreview.diff.model import Diff, DiffState
from uringreview.mail.queue import Row
from uringreview.review.facts import PatchFacts
from uringreview.ui.visible import visible

STATE_WORDS = {
    DiffState.EXACT: "as mailed",
    DiffState.RESTORED: "restored",
    DiffState.DAMAGED: "damaged, as mailed",
    DiffState.NONE: "",
}


def banner_of(diff: Diff, *, white_space_lost: bool = False) -> str:
    """What a reviewer must know before trusting the lines below; empty where they are as mailed.

    `white_space_lost` is the patch's own flag: a diff may be damaged in other ways too (a miscounted hunk).
    """
    problems = " ".join(_sentence(visible(problem)) for problem in diff.problems[:3])
    source = visible(diff.restored_from)
    if diff.state is DiffState.RESTORED and diff.proven:
        proof = "proven by the blob id in its index line"
        return f"White space lost on the page; restored from {source or 'the clone'}, {proof}."
    if diff.state is DiffState.RESTORED:
        lost = f"White space lost; restored from {source or 'what was read'}, not proven: not tried on any branch."
        return f"{lost} {problems}".rstrip()
    if diff.state is DiffState.DAMAGED:
        lost = "White space lost, not appliable" if white_space_lost else "Damaged, not appliable"
        return f"{lost}: shown as it was read. {problems}".rstrip()
    return problems


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def why_empty(facts: PatchFacts | None, row: Row | None = None) -> str:
    """Why there is no diff to show; empty where there is one."""
    if facts is None and row is None:
        return "Choose a patch in the queue to see its diff."
    if facts is None:
        if row is not None and row.patch is not None:
            return "This mail is being read."
        return "This mail is only named in the thread overview. Add the mail itself to this queue to see its diff."
    if facts.diff is None or facts.diff.state is DiffState.NONE:
        return "This mail carries no diff."
    if not facts.diff.files and not facts.patch.diff_text.strip():
        return "This mail's diff is empty."
    return ""
