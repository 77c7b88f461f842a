"""Real AUTOSEL patches on real stable branches: what git says, and what maintainers found."""

import email
import email.policy
import mailbox
import os
import re
import subprocess
from pathlib import Path

from tests.support.repos import checksums, modified
from uringreview.diff.parse import parse_diff
from uringreview.kernel.apply import BranchTree, Engine, file_patches
from uringreview.kernel.clone import open_clone
from uringreview.kernel.landing import stacked
from uringreview.kernel.status import Candidate, Cell, Status, matrix
from uringreview.progress import finish

HOLD_LOCK, DEFER_SPLICE, KILL_TIMEOUTS = "20c39819a276", "49ae66ebab2a", "a65855ec34ae"
_UPSTREAM = re.compile(r"[Uu]pstream commit ([0-9a-f]{40})")


def queued(mbox: Path) -> list[tuple[str, Candidate]]:
    """The diff text and the candidate of every mail with a diff."""
    found = []
    for raw in mailbox.mbox(mbox):
        mail = email.message_from_bytes(raw.as_bytes(), policy=email.policy.default)
        payload = mail.get_payload(decode=True)
        text = payload.decode("utf-8", "surrogateescape") if isinstance(payload, bytes) else ""
        _before, cut, diff = text.partition("\ndiff --git ")
        upstream = _UPSTREAM.search(text)
        if cut:
            key, title = str(mail["message-id"]), str(mail["subject"]).partition("] ")[2]
            one = Candidate(key, upstream and upstream[1], title, str(mail["from"]), parse_diff("diff --git " + diff))
            found.append(("diff --git " + diff, one))
    return found


def rows(cells: tuple[Cell, ...], queue: list[Candidate], upstream: str) -> dict[str, Status]:
    """Status by branch of the patch with that upstream id."""
    (key,) = (one.key for one in queue if one.upstream and one.upstream.startswith(upstream[:8]))
    return {cell.branch.removeprefix("linux-").removesuffix(".y"): cell.status for cell in cells if cell.key == key}


def test_the_linked_timeout_series_on_nine_branches_and_the_clone_untouched(shared: Path, kernel_clone: Path) -> None:
    before, times = checksums(kernel_clone), modified(kernel_clone)
    queue = [one for _text, one in queued(shared / "corpus" / "20260520-3424570-partial.mbox")]
    cells = finish(matrix(str(kernel_clone), queue))

    lock = rows(cells, queue, HOLD_LOCK)
    assert {version for version, status in lock.items() if status.applies} == {"7.0", "6.19", "6.18", "6.17"}
    assert [lock[version] for version in ("6.19", "6.18", "6.17")] == [Status.OFFSET] * 3
    assert lock["7.1"] is lock["7.2"] is Status.PRESENT
    splice = rows(cells, queue, DEFER_SPLICE)
    assert {version for version, status in splice.items() if status.applies} == {"7.0", "6.19"}
    assert splice["5.10"] is Status.MISSING
    kill = rows(cells, queue, KILL_TIMEOUTS)
    assert {version for version, status in kill.items() if status.applies} == {"7.0", "6.19"}
    assert kill["7.1"] is kill["7.2"] is Status.PRESENT

    assert checksums(kernel_clone) == before
    assert modified(kernel_clone) == times


def test_real_cells_fare_as_with_git_apply_forward_and_backward(
    shared: Path, kernel_clone: Path, tmp_path: Path
) -> None:
    clone = open_clone(str(kernel_clone))
    engine = Engine(lambda blob: clone.read(blob, blob))
    queue = [each for name in ("20260520-3424570-partial", "20260428-2858589") for each in queued(
        shared / "corpus" / f"{name}.mbox")]  # fmt: skip
    wrong = []
    for branch in clone.branches:
        environment = {**os.environ, "GIT_INDEX_FILE": str(tmp_path / branch.name), "LC_ALL": "C"}
        git = ["git", "-C", str(kernel_clone), "-c", "apply.whitespace=nowarn", "-c", "apply.ignoreWhitespace=no"]
        subprocess.run([*git, "read-tree", branch.tip], env=environment, check=True)
        for text, one in queue:
            for reverse in (False, True):
                ours = engine.try_on(BranchTree(clone, branch.tip), file_patches(one.diff, reverse)).applies
                command = [*git, "apply", "--check", "--cached", *(["-R"] if reverse else [])]
                raw = text.encode("utf-8", "surrogateescape")
                done = subprocess.run(command, input=raw, env=environment, capture_output=True, check=False)
                if ours != (done.returncode == 0):
                    wrong.append((branch.name, one.title, reverse, ours))
    assert len(queue) > 20
    assert wrong == []


def test_the_series_in_order_leaves_what_git_am_leaves(shared: Path, kernel_clone: Path, tmp_path: Path) -> None:
    mbox = shared / "corpus" / "20260520-3424570-partial.mbox"
    copy = tmp_path / "copy"
    subprocess.run(["git", "clone", "-q", "--no-checkout", str(kernel_clone), str(copy)], check=True)
    git = ["git", "-C", str(copy)]
    subprocess.run([*git, "checkout", "-q", "--detach", "v7.0.9"], check=True)
    mails = [mail.as_bytes() for mail in mailbox.mbox(mbox) if b"\ndiff --git " in mail.as_bytes()]
    for number, mail in enumerate(mails):
        (tmp_path / f"{number:02}.eml").write_bytes(mail)
    subprocess.run([*git, "am", "-q", *(str(tmp_path / f"{at:02}.eml") for at in range(len(mails)))], check=True)
    raw = subprocess.run(
        [*git, "diff", "--raw", "--no-abbrev", "-z", "v7.0.9", "HEAD"], check=True, capture_output=True
    )
    fields = raw.stdout.decode().split("\0")
    theirs = {path: change.split()[3] for change, path in zip(fields[::2], fields[1::2], strict=False)}
    queue = [one for _text, one in queued(mbox)]
    ours = stacked(str(kernel_clone), queue, "v7.0.9")
    assert len(queue) == 13
    assert ours.failed == ""
    assert dict(ours.blobs) == theirs
