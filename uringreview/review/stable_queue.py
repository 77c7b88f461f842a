"""What was taken, as a directory a branch in the form of stable-queue: patches and a `series` file.

Each patch names its commit (`commit <id> upstream.`, Documentation/process/stable-kernel-rules.rst) and holds the
diff as it lands on that branch, on top of those before it, so that git-am(1), git-quiltimport(1) and quilt(1) take it
without fuzz. What cannot be written is left out and said, in the result and as a comment in `series`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from uringreview.diff.unparse import diff_text
from uringreview.errors import EnvironmentProblem, UringreviewError, UsageProblem
from uringreview.kernel.landing import landed
from uringreview.kernel.status import Candidate, Status, branch_version
from uringreview.mail.patch import Patch
from uringreview.mail.subject import Version
from uringreview.progress import Progress, Work
from uringreview.review import headers
from uringreview.review.decisions import Decision, DecisionKind, standing_on
from uringreview.review.facts import Desk, PatchFacts

_UPSTREAM = re.compile(r"(?im)^\[ ?upstream commit [0-9a-f]{12,40} ?\]$|^commit [0-9a-f]{12,40} upstream\.?$")
_NO_NAME = re.compile(r"[^a-z0-9_]+")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class QueueFolder:
    """One branch's directory: the names of its patches in the order of `series`, and why others are not in it."""

    branch: str
    path: Path
    written: tuple[str, ...]
    left_out: tuple[str, ...]


def write_stable_queues(
    folder: Path,
    desk: Desk,
    decisions: Mapping[str, Decision],
    single: Mapping[str, Sequence[Decision]],
    keys: Sequence[str] = (),
) -> Work[None, tuple[QueueFolder, ...]]:
    """Write `queue-6.6` and the like into `folder` for every branch of the clone that something was taken for.

    `decisions` are for all branches, `single` for single ones, both by patch key; `keys` limits which patches (none:
    all). A directory that exists is never written into: the next free number is added. Progress counts patches.
    Raises UsageProblem without a clone, EnvironmentProblem where a file cannot be written.
    """
    if desk.clone is None or not desk.branches:
        raise UsageProblem(
            "Choose a kernel clone first: which branches there are, and how patches land, is read there."
        )
    facts = {each.key: each for each in desk.facts if not keys or each.key in keys}
    wanted = {branch: _taken(branch, desk, facts, decisions, single) for branch in desk.branches}
    wanted = {branch: taken for branch, taken in wanted.items() if taken}
    total, done = sum(map(len, wanted.values())), 0
    made = []
    for branch, taken in wanted.items():
        ready: list[tuple[str, str]] = []
        left_out: list[str] = []
        before: list[Candidate] = []
        for each in taken:
            try:
                text = _patch_text(desk.clone, each, branch, before)
            except UringreviewError as problem:
                left_out.append(f"{headers.clean(each.patch.subject.title)}: {headers.clean(str(problem))}")
            else:
                ready.append((_free_name(each.patch.subject.title, [name for name, _ in ready]), text))
                before.append(each.candidate)
            done += 1
            yield Progress(done, total, "patches")
        made.append(_written(folder, branch, ready, left_out))
    return tuple(made)


def _taken(
    branch: str,
    desk: Desk,
    facts: Mapping[str, PatchFacts],
    decisions: Mapping[str, Decision],
    single: Mapping[str, Sequence[Decision]],
) -> list[PatchFacts]:
    """The patches that are to be taken on the branch, in the order to apply them."""
    version = branch_version(branch)
    if version is None:
        return []
    found = []
    for key in dict.fromkeys((*desk.order, *facts)):
        own = single.get(key, ())
        every = [*own, *([decisions[key]] if key in decisions else [])]
        if key in facts and standing_on(version, every) is DecisionKind.TAKE and _meant(facts[key], version, own):
            found.append(facts[key])
    return found


def _meant(facts: PatchFacts, version: Version, single: Sequence[Decision]) -> bool:
    """Whether the branch is asked for, or was decided on by itself."""
    asked = facts.patch.subject.asked
    return asked is None or version in asked or any(each.branch == version for each in single)


def _patch_text(clone: str, facts: PatchFacts, branch: str, before: Sequence[Candidate]) -> str:
    cell = next((each for each in facts.cells if each.branch == branch), None)
    if cell is not None and cell.status is Status.PRESENT:
        raise UsageProblem(f"{branch} has it already ({cell.detail})" if cell.detail else f"{branch} has it already")
    patch = facts.patch
    if patch.upstream is None:
        raise UsageProblem("the mail names no upstream commit")
    candidate = facts.candidate
    landing = landed(clone, candidate, branch, _under(candidate, before))
    return mail_text(patch, patch.upstream, diff_text(landing.diff))


def mail_text(patch: Patch, upstream: str, diff: str) -> str:
    """The patch as git-format-patch(1) writes it, with `commit <id> upstream.` before its message."""
    message = _UPSTREAM.sub("", patch.commit_message.of(patch.message.body), count=1).strip("\n")
    address = patch.author.address
    author = (
        headers.mailboxes("From", [patch.author]) if headers.valid_address(address) else "From: unknown <unknown>\n"
    )
    date = patch.message.date
    head = [
        f"From {upstream} Mon Sep 17 00:00:00 2001\n",
        author,
        headers.unstructured("Date", date.strftime("%a, %d %b %Y %H:%M:%S %z")) if date else "",
        headers.unstructured("Subject", f"[PATCH] {patch.subject.title}"),
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n",
    ]
    return f"{''.join(head)}\ncommit {upstream} upstream.\n\n{message}\n---\n\n{diff}-- \nuringreview\n\n"


def _under(candidate: Candidate, before: Sequence[Candidate]) -> list[Candidate]:
    """Those of `before` that change a file that `candidate`, or one of them that is needed, changes."""
    paths = _paths(candidate)
    found: list[Candidate] = []
    for each in reversed(before):
        if paths & _paths(each):
            paths |= _paths(each)
            found.insert(0, each)
    return found


def _paths(candidate: Candidate) -> set[str]:
    return {path for change in candidate.diff.files for path in (change.path, change.old_path)}


def _free_name(title: str, used: Sequence[str]) -> str:
    stem = _NO_NAME.sub("-", title.lower()).strip("-")[:_LONGEST_NAME].strip("-") or "patch"
    for number in count(1):
        name = f"{stem}.patch" if number == 1 else f"{stem}-{number}.patch"
        if name not in used:
            return name
    raise AssertionError("unreachable")


def _written(folder: Path, branch: str, ready: Sequence[tuple[str, str]], left_out: Sequence[str]) -> QueueFolder:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _new_folder(folder, f"queue-{branch_version(branch)}")
        for name, text in ready:
            (path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        series = [*(name for name, _ in ready), *(f"# left out: {each}" for each in left_out)]
        (path / "series").write_text("".join(f"{line}\n" for line in series), encoding="utf-8", errors="replace")
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or folder}: cannot be written ({error.strerror}).") from error
    return QueueFolder(branch, path, tuple(name for name, _ in ready), tuple(left_out))


def _new_folder(folder: Path, stem: str) -> Path:
    for number in count(1):
        path = folder / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise AssertionError("unreachable")
