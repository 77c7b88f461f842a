"""The demo: a queue of our own mails and a small clone with stable branches, made on the spot, the same every time.

What it shows is data (`resources/demo`): files, a history of edits, the mails and their rationales. The clone is made
with git-fast-import(1), the diffs in the mails by git, so that every id in a mail is a real one of that clone.
"""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from string import Template
from typing import Any

from uringreview.errors import EnvironmentProblem
from uringreview.resources import resource

_FIRST_DAY = 1_767_261_600
_DAY = 86_400
_STELLA = "Stella Stable <stella@example.org>"
_FOLDER = "drivers/demo/"
_LISTS = "patches@lists.example.org, stable@lists.example.org"
_HEADING = "LLM Generated explanations, may be completely bogus:"
_KEPT = ("GIT_EXEC_PATH",)
_PLACEHOLDER = re.compile(r"\$\{(\w+?)(?:_full)?\}")
_HUNK = re.compile(r"^@@ -(\d+),(\d+) \+(\d+),(\d+) @@", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo lies: an mbox to open and a clone to open with it."""

    queue_path: Path
    clone_path: Path


def build_demo(folder: Path) -> Demo:
    """Make the demo's clone and mbox in `folder`; ids and bytes are the same every time.

    Raises EnvironmentProblem where git is missing or fails.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    clone = _Builder(folder / "clone")
    clone.make(tomllib.loads(resource("demo", "history.toml").read_text(encoding="utf-8")))
    queue = folder / "queue.mbox"
    mails = _mails(clone, tomllib.loads(resource("demo", "mails.toml").read_text(encoding="utf-8")))
    queue.write_bytes(b"".join(_as_mbox(mail) for mail in mails))
    return Demo(queue, clone.path)


@dataclass(slots=True)
class _Builder:
    """The clone while it is made: contents of each branch's files, and the ids of named commits."""

    path: Path
    names: dict[str, str] = field(default_factory=dict)
    _trees: dict[str, dict[str, str]] = field(default_factory=dict)
    _waiting: list[bytes] = field(default_factory=list)
    _marks: dict[str, int] = field(default_factory=dict)
    _made: dict[int, str] = field(default_factory=dict)
    _tips: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    def make(self, history: Mapping[str, Any]) -> None:
        """Every commit of the history, in order."""
        self._git("init", "-q", "--template=", str(self.path), inside=False)
        for commit in history["commit"]:
            self._commit(commit)
        self._flush()
        self._git("symbolic-ref", "HEAD", "refs/heads/linux-7.0.y")
        self._git("reset", "-q", "--hard")

    def diff(self, name: str) -> str:
        """Diffstat and diff of a named commit, as format-patch writes them."""
        options = (
            "--stat=80",
            "-p",
            "--abbrev=13",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--diff-algorithm=myers",
        )
        return self._git("diff-tree", "--no-commit-id", *options, self.names[name])

    def message(self, name: str) -> tuple[str, str, str]:
        """Author, subject and the rest of a named commit's message."""
        shown = self._git("show", "-s", "--no-show-signature", "--format=%an <%ae>%n%B", self.names[name])
        author, subject, rest = shown.split("\n", 2)
        return author, subject, rest.strip("\n") + "\n"

    def fill(self, text: str) -> str:
        """`text` with the ids of named commits in their places."""
        short = {name: commit[:12] for name, commit in self.names.items()}
        full = {f"{name}_full": commit for name, commit in self.names.items()}
        return Template(text).substitute(short | full)

    def _commit(self, commit: Mapping[str, Any]) -> None:
        branch = commit["on"]
        start = commit.get("start", "")
        tree = self._trees.setdefault(branch, dict(self._trees[start]) if start else {})
        release = commit.get("release", "")
        message = commit.get("message") or f"Linux {release}\n"
        if any(name not in self.names for name in _PLACEHOLDER.findall(message)):
            self._flush()
        changed = dict(self._edits(commit, tree, release))
        tree.update(changed)
        self._count += 1
        when = _FIRST_DAY + self._count * _DAY
        author = commit.get("author", _STELLA)
        text = self.fill(message).encode()
        lines = [f"commit refs/heads/{branch}", f"mark :{self._count}", f"author {author} {when} +0000"]
        lines += [f"committer {_STELLA} {when} +0000", f"data {len(text)}"]
        stream = "\n".join(lines).encode() + b"\n" + text + b"\n"
        parent = self._parent(branch, start)
        if parent:
            stream += f"from {parent}\n".encode()
        for path, content in sorted(changed.items()):
            data = content.encode()
            stream += b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
        self._waiting.append(stream)
        if "name" in commit:
            self._marks[commit["name"]] = self._count
        if release:
            tag = f"tag v{release}\nfrom :{self._count}\ntagger {_STELLA} {when} +0000\n"
            tag += f"data {len(release) + 2}\nv{release}\n"
            self._waiting.append(tag.encode())
            self._trees[f"v{release}"] = dict(tree)
            self._flush()

    def _parent(self, branch: str, start: str) -> str:
        """What the next commit on `branch` comes after, for git-fast-import; empty for the first of all."""
        last = self._tips.get(branch)
        self._tips[branch] = self._count
        if last is None:
            return f"refs/tags/{start}^0" if start else ""
        return self._made.get(last) or f":{last}"

    def _edits(self, commit: Mapping[str, Any], tree: Mapping[str, str], release: str) -> Iterator[tuple[str, str]]:
        """The files that a commit leaves different: whole ones, edited ones, the version in the Makefile."""
        for name in commit.get("add", ()):
            yield _FOLDER + name, resource("demo", "files", _FOLDER, name).read_text(encoding="utf-8")
        texts = {_FOLDER + edit["path"]: tree[_FOLDER + edit["path"]] for edit in commit.get("edit", ())}
        for edit in commit.get("edit", ()):
            path = _FOLDER + edit["path"]
            if texts[path].count(edit["old"]) != 1:
                raise EnvironmentProblem(f"the demo's history does not fit its files: {path}, {edit['old'][:40]!r}")
            texts[path] = texts[path].replace(edit["old"], edit["new"])
        yield from texts.items()
        if release:
            version, patch_level, *rest = release.split(".")
            yield "Makefile", f"VERSION = {version}\nPATCHLEVEL = {patch_level}\nSUBLEVEL = {rest[0] if rest else 0}\n"

    def _flush(self) -> None:
        """Hand git what waits, and learn the ids."""
        if not self._waiting:
            return
        marks = self.path / ".git" / "demo-marks"
        self._git(
            "fast-import",
            "--quiet",
            "--date-format=raw",
            f"--export-marks={marks}",
            stdin=b"".join(self._waiting),
        )
        self._waiting.clear()
        for line in marks.read_text(encoding="ascii").splitlines():
            mark, commit = line.split(" ")
            self._made[int(mark[1:])] = commit
        marks.unlink()
        self.names.update({name: self._made[mark] for name, mark in self._marks.items() if mark in self._made})

    def _git(self, *arguments: str, stdin: bytes = b"", inside: bool = True) -> str:
        """A git command without anybody's configuration; its output."""
        environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_" or name in _KEPT}
        environment |= {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "LC_ALL": "C",
            "GIT_DEFAULT_HASH": "sha1",
        }
        environment |= {"GIT_DEFAULT_REF_FORMAT": "files", "GIT_TERMINAL_PROMPT": "0"}
        where = ["-C", str(self.path)] if inside else []
        plain = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "init.defaultBranch=master")
        try:
            done = subprocess.run(
                ["git", *where, *plain, *arguments], input=stdin, capture_output=True, env=environment, check=True
            )
        except FileNotFoundError as missing:
            raise EnvironmentProblem(
                "the demo needs git, and there is none on the PATH; install the package git"
            ) from missing
        except subprocess.CalledProcessError as failed:
            why = failed.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise EnvironmentProblem(f"git {arguments[0]} failed while the demo was made: {why}") from failed
        return done.stdout.decode("utf-8")


def _mails(clone: _Builder, plan: Mapping[str, Any]) -> Iterator[str]:
    """Every mail of the demo, patches first, with LF line ends."""
    begun = datetime.fromisoformat(plan["date"])
    positions = {patch["commit"]: number for number, patch in enumerate(plan["patch"], 1)}
    root = _message_id(plan, 1)
    for number, patch in enumerate(plan["patch"], 1):
        author, subject, rest = clone.message(patch["commit"])
        diff = _miscounted(clone.diff(patch["commit"]), patch.get("miscount", (0, 0)))
        if patch.get("plain"):
            head = [f"From: {author}", f"To: {_LISTS}", f"Subject: [PATCH] {subject}"]
            head += [
                f"Date: {_date(datetime.fromisoformat(patch['date']))}",
                f"Message-ID: <demo-{number}@example.org>",
            ]
            yield "\n".join(head) + f"\n{_MIME}\n{rest}---\n{diff}-- \n2.53.0\n"
            continue
        head = [f"From: {plan['sender']}", f"To: {_LISTS}", f"Cc: {author}, {plan['sender']}"]
        head += [
            f"Subject: [PATCH AUTOSEL {patch['asked']}] {subject}",
            f"Date: {_date(begun + timedelta(seconds=number))}",
        ]
        head += [f"Message-ID: <{_message_id(plan, number)}>"]
        if number > 1:
            head += [f"In-Reply-To: <{root}>", f"References: <{root}>"]
        head += ["X-stable: review", "X-Patchwork-Hint: Ignore", f"X-stable-base: {plan['base']}"]
        upstream = clone.names[patch["commit"]]
        rationale = clone.fill(resource("demo", "mails", patch["rationale"]).read_text(encoding="utf-8"))
        body = f"From: {author}\n\n[ Upstream commit {upstream} ]\n\n{rest}Signed-off-by: {plan['sender']}\n---\n\n"
        yield "\n".join(head) + f"\n{_MIME}\n{body}{_HEADING}\n\n{rationale}\n{diff}-- \n2.53.0\n\n"
    for number, answer in enumerate(plan["answer"], 1):
        yield _answer(clone, plan, answer, number, positions[answer["to"]])


_MIME = "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"


def _answer(clone: _Builder, plan: Mapping[str, Any], answer: Mapping[str, Any], number: int, position: int) -> str:
    """A person's answer to the patch at `position`, its head quoted."""
    asked = plan["patch"][position - 1]["asked"]
    _author, subject, _rest = clone.message(answer["to"])
    parent, root = _message_id(plan, position), _message_id(plan, 1)
    name = plan["sender"].partition(" <")[0]
    head = [f"From: {answer['sender']}", f"To: {plan['sender']}", f"Cc: {_LISTS}"]
    head += [
        f"Subject: Re: [PATCH AUTOSEL {asked}] {subject}",
        f"Date: {_date(datetime.fromisoformat(answer['date']))}",
    ]
    head += [
        f"Message-ID: <demo-answer-{number}@example.org>",
        f"In-Reply-To: <{parent}>",
        f"References: <{root}> <{parent}>",
    ]
    quoted = f"> [ Upstream commit {clone.names[answer['to']]} ]\n"
    return "\n".join(head) + f"\n{_MIME}\n{name} wrote:\n{quoted}\n{clone.fill(answer['text']).strip()}\n"


def _message_id(plan: Mapping[str, Any], position: int) -> str:
    return f"{plan['batch']}-{position}-stella@example.org"


def _date(when: datetime) -> str:
    return format_datetime(when)


def _miscounted(diff: str, by: tuple[int, int]) -> str:
    """The diff with the counts of its first hunk header raised by so many old and new lines."""

    def raised(found: re.Match[str]) -> str:
        return f"@@ -{found[1]},{int(found[2]) + by[0]} +{found[3]},{int(found[4]) + by[1]} @@"

    return _HUNK.sub(raised, diff, count=1)


def _as_mbox(mail: str) -> bytes:
    """The mail behind an mboxrd separator."""
    quoted = re.sub(r"(?m)^(>*From )", r">\1", mail.partition("\n\n")[2])
    return f"From mboxrd@z Thu Jan  1 00:00:00 1970\n{mail.partition(chr(10) * 2)[0]}\n\n{quoted}\n".encode()
