"""Lays the evidence beside the mail: everything that can be found out of a queue, without and with a clone.

`examine` needs the mails alone and is fast; `with_clone` adds what a kernel clone knows. Each is a generator of
progress whose parts are the patches' facts as they become complete. Arguments and results are plain values: the
window runs `with_clone` in a process of its own. One bad patch never stops the others.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from uringreview.diff.functions import touched_functions_with_lines
from uringreview.diff.images import post_image
from uringreview.diff.model import ChangeKind, Diff, DiffAnchor, DiffState, FileChange
from uringreview.diff.parse import parse_diff
from uringreview.diff.repair import restore
from uringreview.errors import EnvironmentProblem, UringreviewError, UsageProblem
from uringreview.kernel.clone import Clone, open_clone
from uringreview.kernel.fixes import later_fixes as fixes_in_clone
from uringreview.kernel.lookup import Lookup
from uringreview.kernel.status import Cell, matrix
from uringreview.mail.message import Source
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Problem, Queue, Row
from uringreview.progress import Progress, Work
from uringreview.rationale.agreement import Said, disagreements
from uringreview.rationale.check import Evidence, check
from uringreview.rationale.claim import ClaimKind
from uringreview.rationale.claims import find_claims
from uringreview.rationale.document import Rationale, Verdict, VerdictWord
from uringreview.rationale.mark import MarkWord
from uringreview.rationale.parse import read_rationale
from uringreview.rationale.unverified import find_unverified
from uringreview.review.belonging import belonging, by_cells, by_clone, by_mail, placed
from uringreview.review.facts import Answer, Desk, PatchFacts, answers_of
from uringreview.review.upstream import from_upstream
from uringreview.series.graph import FixKind, LaterFix
from uringreview.series.graph import later_fixes as fixes_in_queue

__all__ = ["Answer", "Desk", "PatchFacts", "examine", "with_clone"]

_NOTHING = Rationale("none", (), (), (), Verdict(VerdictWord.NONE, None), None)


def examine(queue: Queue) -> Work[PatchFacts, Desk]:
    """What the mails alone tell: rationale, diff, claims, series, fixes that the queue itself holds.

    Progress counts mails; its parts are the facts of the mails that became complete.
    """
    rows = [row for row in queue.rows if row.patch is not None]
    problems = list(queue.problems)
    read: list[PatchFacts] = []
    for number, row in enumerate(rows, 1):
        read.append(_read(row, problems))
        yield Progress(number, 2 * len(rows), "mails")
    found = belonging(queue, by_mail(queue, read))
    fixes = fixes_in_queue(queue)
    said = _Claims({each.key: each for each in read})
    facts: list[PatchFacts] = []
    for number, each in enumerate(placed(read, found), 1):
        tied = replace(each, later_fixes=tuple(fix for fix in fixes if _is(each.patch, fix.fixes)))
        facts.append(_checked(tied, said, queue, None, problems))
        yield Progress(len(rows) + number, 2 * len(rows), "mails", (facts[-1],))
    return Desk(queue, tuple(facts), found.groups, problems=tuple(problems), ties=found.ties, order=found.order)


def with_clone(desk: Desk, clone_path: str, branches: Sequence[str] = ()) -> Work[PatchFacts, Desk]:
    """What a clone adds: restored diffs, the status of each patch on each branch, later fixes, claims checked again.

    `branches` picks branches by name ("linux-6.12.y" or "6.12"); none picks all. Progress counts cells; its parts are
    the facts of the patches whose cells are complete. Raises EnvironmentProblem where the clone cannot be used and
    UsageProblem for a branch that it does not have.
    """
    clone = open_clone(clone_path)
    lookup = Lookup(clone)
    names = tuple(dict.fromkeys(clone.branch(name).name for name in branches)) or tuple(
        branch.name for branch in clone.branches
    )
    newest_first = [branch.name for branch in clone.branches]
    names = tuple(sorted(names, key=newest_first.index))
    problems = list(desk.problems)
    problems += [
        Problem(Source(clone_path), f"{name} is left out: its commit cannot be read; try git fsck there")
        for name in clone.lost
    ]
    facts: dict[str, PatchFacts] = {}
    for number, each in enumerate(desk.facts, 1):
        facts[each.key] = _restored(each, clone, problems)
        yield Progress(number, len(desk.facts), "diffs")
    found = belonging(desk.queue, by_clone(desk.ties, desk.queue, clone))
    fixes = _fixes(clone, desk, problems)
    cells: dict[str, dict[str, Cell]] = {key: {} for key in facts}
    whole: set[str] = set()
    said = _Claims({each.key: each for each in desk.facts})

    def completed(key: str) -> PatchFacts:
        each = facts[key]
        tried = tuple(cells[key][name] for name in names if name in cells[key])
        told = fixes.get(key, ())
        mentions = tuple(fix for fix in told if fix.how is FixKind.NAMES)
        sure = _merged(each.later_fixes, [fix for fix in told if fix.how is not FixKind.NAMES])
        each = replace(each, cells=tried, later_fixes=sure, named_by=mentions)
        facts[key] = _checked(each, said, desk.queue, lookup, problems)
        whole.add(key)
        return facts[key]

    # In the order that the mails were made in, so that one which stands on another is tried behind it.
    in_order = [facts[key] for key in dict.fromkeys((*found.trial, *facts)) if key in facts]
    candidates = tuple(each.candidate for each in in_order)
    with closing(matrix(clone_path, candidates, names)) as work:
        while True:
            try:
                step = next(work)
            except StopIteration as end:
                every: tuple[Cell, ...] = end.value
                break
            for cell in step.parts:
                cells[cell.key][cell.branch] = cell
            ready = [key for key in dict.fromkeys(cell.key for cell in step.parts) if len(cells[key]) == len(names)]
            yield Progress(step.done, step.total, step.what, tuple(completed(key) for key in ready))
    for cell in every:
        cells[cell.key][cell.branch] = cell
    every_fact = {key: facts[key] if key in whole else completed(key) for key in facts}
    found = belonging(desk.queue, by_cells(found.ties, desk.queue, every_fact))
    return replace(
        desk,
        facts=placed(every_fact.values(), found),
        groups=found.groups,
        ties=found.ties,
        order=found.order,
        branches=names,
        clone=clone_path,
        problems=tuple(dict.fromkeys(problems)),
    )


def news_of_clone(desk: Desk, clone_path: str, branches: Sequence[str] = ()) -> Work[PatchFacts, Desk]:
    """As `with_clone`, for a window that holds `desk` itself: what it was told already is not returned again.

    The desk that it returns has no queue, and only those facts that are not as the progress gave them.
    """
    told: dict[str, PatchFacts] = {}
    with closing(with_clone(desk, clone_path, branches)) as work:
        while True:
            try:
                step = next(work)
            except StopIteration as end:
                whole: Desk = end.value
                break
            told.update((each.key, each) for each in step.parts)
            yield step
    news = tuple(each for each in whole.facts if told.get(each.key) != each)
    return replace(whole, queue=Queue(()), facts=news)


def _read(row: Row, problems: list[Problem]) -> PatchFacts:
    patch = row.patch
    assert patch is not None
    rationale, diff, reason = _NOTHING, Diff(DiffState.NONE, ()), ""
    try:
        rationale = read_rationale(patch)
        if patch.diff is not None:
            diff = parse_diff(patch.diff_text, patch.white_space_lost)
    except UringreviewError as error:
        reason = _noted(patch, error, problems)
    unverified = find_unverified(patch, rationale)
    return PatchFacts(row, rationale, diff, not_done=reason, answers=answers_of(row), unverified=unverified)


class _Claims:
    """What each rationale claims, found when first asked for."""

    def __init__(self, facts: Mapping[str, PatchFacts]) -> None:
        self._facts = facts
        self._found: dict[str, Said] = {}

    def of(self, key: str) -> Said:
        """The claims of the patch with that key; those that have marks already are not sought again."""
        if key not in self._found:
            facts = self._facts[key]
            known = tuple(mark.claim for mark in facts.marks if mark.claim.kind is not ClaimKind.AGREEMENT)
            self._found[key] = Said(facts.patch, known or find_claims(facts.patch, facts.rationale))
        return self._found[key]

    def beside(self, facts: PatchFacts) -> tuple[Said, ...]:
        """The claims of the other loaded patches of the series."""
        keys = [member.key for member in facts.group.members] if facts.group is not None else []
        return tuple(self.of(key) for key in keys if key is not None and key != facts.key and key in self._facts)


def _checked(
    facts: PatchFacts, said: _Claims, queue: Queue, lookup: Lookup | None, problems: list[Problem]
) -> PatchFacts:
    try:
        own = said.of(facts.key)
        marks = check(own.claims, _evidence(facts, queue, lookup))
        false = {mark.claim.span for mark in marks if mark.word is MarkWord.CONTRADICTED}
        against = [mark for mark in disagreements(own, said.beside(facts)) if mark.claim.span not in false]
    except UringreviewError as error:
        return replace(facts, not_done=_noted(facts.patch, error, problems))
    return replace(facts, marks=tuple(sorted((*marks, *against), key=lambda mark: mark.claim.span.start)))


def _evidence(facts: PatchFacts, queue: Queue, lookup: Lookup | None) -> Evidence:
    clone = lookup.clone if lookup is not None else None
    changed: dict[str, DiffAnchor] = {}
    whole = clone is not None
    for change in facts.diff.files:
        before = _pre_image(change, clone) if clone is not None else None
        whole = whole and before is not None
        for function in touched_functions_with_lines(change, before):
            changed.setdefault(function.name, function.anchor)
    return Evidence(
        patch=facts.patch,
        diff=facts.diff,
        queue=queue,
        changed=tuple(changed.items()),
        cells=facts.cells,
        branches=tuple(branch.name for branch in clone.branches) if clone is not None else (),
        whole_files=whole,
        lookup=lookup,
    )


def _pre_image(change: FileChange, clone: Clone) -> bytes | None:
    """The file before the change, where the clone holds the very blob that the diff was made against."""
    if change.kind is ChangeKind.NEW:
        return b""
    before = clone.blob(change.old_blob) if change.old_blob else None
    return before if before is not None and post_image(change, before) is not None else None


def _restored(facts: PatchFacts, clone: Clone, problems: list[Problem]) -> PatchFacts:
    patch = facts.patch
    broken = facts.diff.state is DiffState.DAMAGED or patch.white_space_lost
    if not broken or facts.diff.proven or patch.diff is None:
        return facts
    upstream = patch.upstream if patch.upstream is not None and len(patch.upstream) == 40 else None
    theirs = clone.diff_of(upstream) if upstream is not None else None
    if upstream is not None and theirs is not None:
        same = from_upstream(patch.diff_text, theirs, upstream)
        if same is not None:
            return replace(facts, diff=same)
    try:
        diff = restore(patch.diff_text, clone)
    except UringreviewError as error:
        return replace(facts, not_done=_noted(patch, error, problems))
    if upstream is not None and theirs is not None:
        said = f"upstream commit {upstream[:12]} in the clone differs from the mailed diff in more than white space"
        diff = replace(diff, problems=(*diff.problems, said))
    # A page is known to have lost white space. What else is wrong with a mail is not known: there only proof counts.
    return replace(facts, diff=diff) if patch.white_space_lost or diff.proven else facts


def _fixes(clone: Clone, desk: Desk, problems: list[Problem]) -> Mapping[str, tuple[LaterFix, ...]]:
    keys = {each.patch.upstream: each.key for each in desk.facts if each.patch.upstream}
    found: dict[str, tuple[LaterFix, ...]] = {}
    try:
        for each in fixes_in_clone(clone, tuple(keys)):
            how = FixKind.REVERTS if each.reverts else FixKind.NAMES if each.mentions else FixKind.FIXES
            queued = keys.get(each.fixing)
            fix = LaterFix(each.fixed[:12], each.fixing, each.subject, each.branch, how, queued)
            found[keys[each.fixed]] = (*found.get(keys[each.fixed], ()), fix)
    except (EnvironmentProblem, UsageProblem) as error:
        problems.append(Problem(Source(clone.path), str(error)))
    return found


def _merged(known: Sequence[LaterFix], more: Sequence[LaterFix]) -> tuple[LaterFix, ...]:
    # The clone knows a fix's id where a mail may know its subject only: the one with the id stands.
    every = [*known, *more]
    with_id = {fix.subject for fix in every if fix.upstream}
    kept: dict[str, LaterFix] = {}
    for fix in every:
        if fix.upstream:
            kept.setdefault(fix.upstream[:12], fix)
        elif fix.subject not in with_id:
            kept.setdefault(fix.subject, fix)
    return tuple(kept.values())


def _is(patch: Patch, upstream: str) -> bool:
    return patch.upstream is not None and bool(upstream) and patch.upstream.startswith(upstream[:12])


def _noted(patch: Patch, error: UringreviewError, problems: list[Problem]) -> str:
    problems.append(Problem(patch.message.source, str(error)))
    return str(error)
