"""Every claim of every patch as text: its mark, where it stands, its words, and what it was held against.

For reading in a terminal and for quoting: one block a claim, with the lines of the diff or mail, the branches, and the
command that would show the same in a kernel clone. Nothing in a mail acts on the terminal (see `terminal`).
"""

from collections import Counter
from collections.abc import Collection, Iterator

from uringreview.rationale.mark import Mark, MarkWord
from uringreview.review.facts import Desk, PatchFacts
from uringreview.review.proof import proof
from uringreview.review.terminal import one_line, shown


def claims_text(desk: Desk, only: Collection[MarkWord] = ()) -> str:
    """The claims of the loaded patches in queue order; `only` leaves out other marks, empty leaves out none."""
    return "\n".join(line for facts in desk.facts for line in _patch(facts, only)) + "\n"


def place(mark: Mark) -> str:
    """Where a claim stands: "phase 2, step 2.1", the section's title, empty where neither is known."""
    claim = mark.claim
    parts = [f"phase {claim.phase}"] if claim.phase is not None else []
    if claim.step is not None:
        parts.append(f"step {claim.step}")
    return ", ".join(parts) or claim.section


def _patch(facts: PatchFacts, only: Collection[MarkWord]) -> Iterator[str]:
    kept = [mark for mark in facts.marks if not only or mark.word in only]
    counts = Counter(mark.word for mark in facts.marks)
    yield f"{(facts.patch.upstream or '')[:12]} {one_line(facts.patch.message.subject)}".lstrip()
    yield f"  claims: {', '.join(f'{counts[word]} {word.value}' for word in MarkWord)}"
    for mark in kept:
        yield ""
        yield from _claim(mark, facts)
    if facts.unverified and not only:
        yield ""
        yield "  said to be unverified by the rationale itself:"
        yield from (f"    {one_line(each.text)}" for each in facts.unverified)
    yield ""


def _claim(mark: Mark, facts: PatchFacts) -> Iterator[str]:
    found = proof(mark, facts)
    where = place(mark)
    yield f"  {mark.word.value}: {mark.claim.kind.value}{f', {one_line(where)}' if where else ''}"
    yield f'    "{one_line(mark.claim.text)}"'
    yield f"    {one_line(mark.evidence)}"
    yield from (f"    | {shown(line.expandtabs())}".rstrip() for line in found.lines)
    yield from (f"    on {one_line(branch)}" for branch in found.branches)
    if found.command:
        yield f"    $ {one_line(found.command)}"
