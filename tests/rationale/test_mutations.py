"""A fact that is changed in a true rationale is contradicted, one at a time, in our own rationales and in real ones."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rationale.mutations import Mutation, mutations, versions
from tests.support import mail, rationales
from uringreview.diff.functions import touched_functions_with_lines
from uringreview.diff.parse import parse_diff
from uringreview.kernel.clone import open_clone
from uringreview.kernel.lookup import Lookup
from uringreview.mail.patch import Patch, read_patch
from uringreview.mail.queue import Queue, load
from uringreview.progress import finish
from uringreview.rationale.check import Evidence, Mark, MarkWord, check
from uringreview.rationale.claims import find_claims
from uringreview.rationale.parse import read_rationale

TEXTS = {
    "1.2": "Tags found: `Signed-off-by: Ada Author <ada@kernel.example>`. No `Fixes:`, `Link:` tags.",
    "2.1": "One file changed: `ring/chain.c`, 2 insertions and 0 deletions. Modified function: `ring_walk()`.",
    "3.2": "It was authored by Ada Author.",
    "4.1": f"`b4 dig -c {mail.upstream_id(1)[:12]}` found it.",
}


def changed(patch: Patch, whole: Queue, lookup: Lookup | None) -> Iterator[tuple[Mutation, bool]]:
    """Each mutation of the patch's mail, and whether a claim at its place is then contradicted."""
    diff = parse_diff(patch.diff_text, patch.white_space_lost)
    functions = tuple((one.name, one.anchor) for file in diff.files for one in touched_functions_with_lines(file))
    facts = [*mutations(patch, diff, tuple(name for name, _anchor in functions))]
    facts += versions(patch, "v6.1.170") if lookup is not None else ()
    branches = tuple(branch.name for branch in lookup.clone.branches) if lookup is not None else ()
    for one in facts:
        body = patch.message.body[: one.start] + one.text + patch.message.body[one.end :]
        spoiled = read_patch(replace(patch.message, body=body))
        assert spoiled is not None
        evidence = Evidence(spoiled, diff, whole, functions, (), branches, lookup=lookup)
        marks = check(find_claims(spoiled, read_rationale(spoiled)), evidence)
        yield one, any(contradicted_at(mark, one) for mark in marks)


def contradicted_at(mark: Mark, one: Mutation) -> bool:
    span = mark.claim.span
    return mark.word is MarkWord.CONTRADICTED and span.start <= one.start + len(one.text) and span.end >= one.start


def table(found: Sequence[tuple[Mutation, bool]]) -> str:
    """Contradicted and all, by kind of fact."""
    every, hit = Counter(one.kind for one, _ in found), Counter(one.kind for one, there in found if there)
    return "\n".join(f"{kind:12}{hit[kind]:5} of {every[kind]}" for kind in sorted(every))


@pytest.mark.parametrize("dressing", rationales.DRESSINGS)
def test_every_changed_fact_of_our_own_rationales_is_contradicted(dressing: str) -> None:
    whole = rationales.queue(mail.autosel(rationale=rationales.rationale(TEXTS, dressing=dressing)))
    found = list(changed(whole.patches[0], whole, None))
    kinds = {one.kind for one, _ in found}
    assert kinds >= {"count", "file", "function", "id", "yes/no"}
    assert [one for one, there in found if not there] == []


def test_nearly_every_changed_fact_of_real_rationales_is_contradicted(shared: Path, kernel_clone: Path) -> None:
    lookup = Lookup(open_clone(str(kernel_clone)))
    names = ("20260520-3424570-partial.mbox", "20260428-2858589.mbox")
    whole = finish(load([str(shared / "corpus" / name) for name in names]))
    found = [
        one
        for patch in whole.patches
        if patch.rationale is not None and read_rationale(patch).phases
        for one in changed(patch, whole, lookup)
    ]
    assert len(found) > 100, table(found)
    assert sum(there for _, there in found) >= 0.95 * len(found), table(found)
