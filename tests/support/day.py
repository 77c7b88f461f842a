"""What a reviewer's day works on: a batch of 122 patches of our own making with a clone, and what to do with which."""

import difflib
import hashlib
import json
import mailbox
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import mail
from tests.support.program import run
from tests.support.repos import Repo

PATCHES = 122
_SERIES = 3
_RATIONALE = """\
## Phase 1: Commit Message Forensics
Step 1.1 Record: Subsystem is `{name}`; the action verb is "count".

## Phase 2: Diff Analysis
Step 2.1 Record: One file changed: `drivers/{name}.c`, {added} insertions and 0 deletions.

**YES**
"""
_DRIVER = """\
static int {name}_probe(struct {name} *dev)
{{
\tint ret = dev->ready;

\tif (ret)
\t\treturn ret;
\tdev->count = 0;
\tdev->shown = 0;
\treturn 0;
}}

/* what lies between
 * two functions
 * of one driver
 */

static void {name}_remove(struct {name} *dev)
{{
\tdev->ready = 0;
\tdev->last = 0;
}}
"""


def batch(folder: Path) -> Path:
    """An mbox of 122 patches of two hunks; every tenth rationale miscounts, the first three build on each other."""
    mails = []
    text = _DRIVER.format(name="ring")
    for position in range(1, PATCHES + 1):
        name = "ring" if position <= _SERIES else f"unit{position}"
        before = text if position <= _SERIES else _DRIVER.format(name=name)
        text = before.replace("count = 0;\n", f"count = 0;\n\tdev->round = {position};\n").replace(
            "last = 0;\n", f"last = 0;\n\tdev->gone = {position};\n"
        )
        rationale = _RATIONALE.format(name=name, added=9 if position % 10 == 0 else 2)
        mails.append(
            mail.autosel(
                title=f"{name}: count round {position}",
                position=position,
                asked="7.0-6.6",
                rationale=rationale,
                diff=_diff(f"drivers/{name}.c", before, text),
            )
        )
    path = folder / "batch.mbox"
    path.write_bytes(mail.mbox(*mails))
    return path


def _diff(path: str, before: str, after: str) -> str:
    """The change as git writes it."""
    ids = [hashlib.sha1(b"blob %d\0" % len(text.encode()) + text.encode()).hexdigest()[:13] for text in (before, after)]
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{path}")
    return f"diff --git a/{path} b/{path}\nindex {ids[0]}..{ids[1]} 100644\n" + "".join(lines)


def clone(folder: Path) -> Path:
    """A clone in which the batch applies on 7.0, moved on 6.12, and only half of it on 6.6."""
    names = ["ring", *(f"unit{position}" for position in range(_SERIES + 1, PATCHES + 1))]
    files = {f"drivers/{name}.c": _DRIVER.format(name=name) for name in names}
    repo = Repo.create(folder / "linux")
    base = repo.release("main", "6.6", {"Makefile": "all:\n"})
    repo.commit("linux-7.0.y", files, start=base)
    repo.commit("linux-6.12.y", {path: "/* moved */\n" * 3 + text for path, text in files.items()}, start=base)
    repo.commit("linux-6.6.y", dict(list(files.items())[::2]), start=base)
    return repo.path


@dataclass(frozen=True, slots=True)
class Material:
    """A batch of 122 patches and its clone, and the patches, by Message-ID, that something special is done with.

    `upstream` is what each patch is found by in the window. `marked` are those whose rationale has a claim of the mark
    `mark`, as `report` tells; `series` belongs together, `hunks` has two hunks, `claimed` a checkable claim.
    """

    paths: tuple[str, ...]
    upstream: dict[str, str]
    mark: str
    marked: tuple[str, ...]
    contradicted: int
    series: tuple[str, ...]
    hunks: str
    claimed: str
    others: tuple[str, ...]


def material(mbox: Path, clone_path: Path) -> Material:
    """Choose from what the command line reports of the batch."""
    report: Any = run("report", mbox, "--clone", clone_path, "--format", "json").json
    upstream = {patch["message_id"]: patch["upstream"] for patch in report["patches"]}
    keys = {commit[:12]: key for key, commit in upstream.items()}
    by_mark = {
        mark: tuple(
            patch["message_id"]
            for patch in report["patches"]
            if any(claim["verdict"] == word for claim in patch["claims"])
        )
        for mark, word in (("false", "contradicted"), ("open", "uncheckable"), ("true", "verified"))
    }
    mark = "false" if by_mark["false"] else "open"
    series = next(
        tuple(keys[member["upstream"][:12]] for member in group["members"])
        for group in report["series"]
        if len(group["members"]) == _SERIES and all(member["loaded"] for member in group["members"])
    )
    two_hunks = _with_two_hunks(mbox)
    left = [key for key in upstream if key not in series and key not in by_mark[mark]]
    hunks = next(key for key in left if key in two_hunks)
    claimed = next(key for key in left if key in by_mark["true"] and key != hunks)
    others = tuple(key for key in left if key not in (hunks, claimed))
    paths = (str(mbox), "--clone", str(clone_path))
    return Material(paths, upstream, mark, by_mark[mark], len(by_mark["false"]), series, hunks, claimed, others)


def _with_two_hunks(mbox: Path) -> set[str]:
    found = set()
    for each in mailbox.mbox(mbox):
        body = each.get_payload(decode=True)
        if isinstance(body, bytes) and len(re.findall(rb"(?m)^@@ -", body)) >= 2:
            found.add(str(each["Message-ID"]).strip("<> "))
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """What a session holds, as its export tells: decisions for all branches by Message-ID, and comments' words."""

    decisions: dict[str, str]
    comments: dict[str, list[str]]


def kept(folder: Path) -> Kept:
    """The one stored session, by `uringreview sessions export` into `folder`."""
    name = run("sessions").out.split()[0]
    path = folder / f"session-{len(list(folder.glob('session-*')))}.json"
    ran = run("sessions", "export", name, path)
    assert ran.status == 0, ran.err
    tables = json.loads(path.read_text())["tables"]
    live = {step["number"] for step in tables["step"] if step["state"] == "live"}
    decisions = {
        each["key"]: each["kind"]
        for each in sorted(tables["decision"], key=lambda each: int(each["number"]))
        if each["step"] in live and not each["branch"]
    }
    comments: dict[str, list[str]] = {}
    for each in tables["comment"]:
        if not each["removed"]:
            comments.setdefault(each["key"], []).append(each["text"])
    return Kept(decisions, comments)
