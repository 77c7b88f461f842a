"""What `uringreview simulate --lockset` reports: for each patch of a queue, which locks its fields are used under."""

from dataclasses import dataclass

from uringreview.diff.model import Diff, DiffState
from uringreview.diff.parse import parse_diff
from uringreview.diff.repair import restore
from uringreview.errors import UnreadableError, UsageProblem
from uringreview.interleave.lockset import HEURISTIC, LockRow, LockTable
from uringreview.interleave.lockset_clone import Reader, lock_table
from uringreview.kernel.clone import Clone, open_clone
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Queue
from uringreview.progress import Progress, Work
from uringreview.review.terminal import shown


@dataclass(frozen=True, slots=True)
class PatchLocks:
    """One patch's table. `base` is the branch that it was applied to; `problem` says in one sentence why there is no
    table, and is empty where there is one. For `unparsed` and `cut` see `LockTable`."""

    upstream: str | None
    subject: str
    base: str
    problem: str
    rows: tuple[LockRow, ...]
    unparsed: tuple[str, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class LocksReport:
    """The tables of a queue; `note` says what they are worth."""

    clone: str
    note: str
    patches: tuple[PatchLocks, ...]


def locks_of_queue(queue: Queue, clone_path: str, branch: str | None = None) -> Work[PatchLocks, LocksReport]:
    """The lockset table of every loaded patch that changes C, each on `branch` or the newest that it applies to.

    Raises EnvironmentProblem where the clone cannot be used or tree-sitter is not installed, UsageProblem for a branch
    that the clone does not have. A patch that has no table says why.
    """
    clone = open_clone(clone_path)
    name = clone.branch(branch).name if branch is not None else None
    reader = Reader(clone)
    found: list[PatchLocks] = []
    patches = [patch for patch in queue.patches if patch.diff is not None]
    for number, patch in enumerate(patches, 1):
        found.append(_of(patch, reader, clone, name))
        yield Progress(number, len(patches), "patches", (found[-1],))
    return LocksReport(clone_path, HEURISTIC, tuple(found))


def locks_of_diff(clone_path: str, diff: Diff) -> Work[object, LockTable]:
    """The table of one diff, for a window: what it takes and gives can travel between processes."""
    yield Progress(0, 0, "")
    return lock_table(Reader(open_clone(clone_path)), diff)


def locks_text(report: LocksReport) -> str:
    """The tables for reading."""
    lines = [report.note]
    for patch in report.patches:
        title = shown(f"{(patch.upstream or '')[:12]} {patch.subject}".strip())
        lines += ["", f"{title}: {patch.problem or f'on {patch.base}'}"]
        if patch.problem:
            continue
        if not patch.rows:
            lines.append("  no lock changes over a field that is written and locked somewhere")
        field = ""
        for row in patch.rows:
            if row.field != field:
                field = row.field
                lines.append(f"  {shown(field)}")
            where = f"{row.context:<14} {row.access:<5} {shown(row.in_words)}"
            lines.append(f"    {where}")
            lines.append(f"    {'':<14}       {shown(_place(row))}")
        if patch.unparsed:
            lines.append(f"  not read whole: {', '.join(f'{shown(name)}()' for name in patch.unparsed)}")
        if patch.cut:
            lines.append("  there is more than is shown")
    return "\n".join(lines) + "\n"


def _place(row: LockRow) -> str:
    """Where the access is made, and by which way it is come to."""
    roots = [f"{root}()" for root in row.roots if root != row.function]
    via = f" from {', '.join(roots[:3])}{' …' if len(roots) > 3 else ''}" if roots else ""
    return f"{row.file}:{row.line} {row.function}(){via}"


def _of(patch: Patch, reader: Reader, clone: Clone, branch: str | None) -> PatchLocks:
    title = patch.subject.title
    try:
        table = lock_table(reader, _diff(patch, clone), branch)
    except (UsageProblem, UnreadableError) as problem:
        return PatchLocks(patch.upstream, title, "", str(problem), (), (), False)
    return PatchLocks(patch.upstream, title, table.base, "", table.rows, table.unparsed, table.cut)


def _diff(patch: Patch, clone: Clone) -> Diff:
    diff = parse_diff(patch.diff_text, patch.white_space_lost)
    return restore(patch.diff_text, clone) if diff.state is DiffState.DAMAGED or patch.white_space_lost else diff
