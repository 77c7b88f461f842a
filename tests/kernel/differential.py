"""Random trees, diffs between them and damage, and what git and what the engine say of each file's part.

One `git apply --check --cached -v` judges every file of a diff: it goes on after a file that fails, and names the
offset of each hunk that it placed elsewhere than the header says.
"""

import os
import random
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pygit2

from tests.support.repos import Repo
from uringreview.diff.parse import parse_diff
from uringreview.kernel.apply import Engine, Outcome, file_patches
from uringreview.kernel.trees import Entry

Files = dict[str, tuple[int, bytes]]

_CHECKING = re.compile(rb"^Checking patch ", re.MULTILINE)
_OFFSET = re.compile(rb"^Hunk #(\d+) succeeded at \d+ \(offset (-?\d+) lines?\)\.$", re.MULTILINE)
_ERROR = re.compile(rb"^error: ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one file's part: whether it applies, and (hunk number, offset) of each hunk moved before one fails."""

    applies: bool
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class DictTree:
    """A tree given as a dict."""

    files: dict[str, Entry]

    def entry(self, path: str) -> Entry | None:
        return self.files.get(path)

    def beyond_link(self, path: str) -> bool:
        folders = path.split("/")[:-1]
        over = ("/".join(folders[: i + 1]) for i in range(len(folders)))
        return any(name in self.files and self.files[name].mode == 0o120000 for name in over)


def case(rng: random.Random) -> tuple[Files, Files, Files]:
    """Trees before and after a change, and a damaged one to try the change on."""
    old: Files = {}
    new: Files = {}
    for number in range(rng.randint(1, 12)):
        path = rng.choice([f"f{number}.c", f"d/f{number}.c", f"d/e/f{number}.h"])
        before = (0o100644, _text(rng))
        after = (before[0], _edited(rng, before[1]))
        match rng.choice(["edit"] * 6 + ["new", "delete", "rename", "copy", "mode", "link", "swap"]):
            case "edit":
                old[path], new[path] = before, after
            case "new":
                new[path] = after
            case "delete":
                old[path] = before
            case "rename":
                old[path], new[f"moved-{number}.c"] = before, after
            case "copy":
                old[path], new[path], new[f"copied-{number}.c"] = before, before, after
            case "mode":
                old[path], new[path] = before, (0o100755, rng.choice([before[1], after[1]]))
            case "link":
                old[path], new[path] = before, (0o120000, b"target")
            case "swap":
                old[path], new[path] = before, (0o100644, _text(rng))
    target: Files = {}
    for path in {**old, **new}:
        mode, data = (old if path in old and rng.random() < 0.85 else {**old, **new}).get(path, (0o100644, b""))
        if path not in old and rng.random() < 0.85:
            continue
        if rng.random() < 0.06:
            continue
        if rng.random() < 0.06:
            mode = rng.choice([0o100755, 0o120000])
        target[path] = mode, _damaged(rng, data)
    return old, new, target


def _line(rng: random.Random) -> bytes:
    pool = [b"", b"}", b"\tint a;", b"{", b"\treturn 0;", b" ", b"a", b"a ", b"\xff\xfe", b"-x", b"+x", b"@@ -1 +1 @@"]
    return rng.choice(pool) if rng.random() < 0.6 else b"line %d" % rng.randrange(60)


def _text(rng: random.Random) -> bytes:
    end = rng.choice([b"\n"] * 5 + [b"\r\n"])
    lines = [_line(rng) for _ in range(rng.choice([0, 1, 2, 5, 12, 40]))]
    if lines and rng.random() < 0.3:
        lines += lines[: rng.randrange(len(lines)) + 1] * rng.randint(1, 2)
    text = b"".join(line + end for line in lines)
    return text.rstrip(b"\r\n") if rng.random() < 0.15 else text


def _edited(rng: random.Random, text: bytes, most: int = 4) -> bytes:
    lines = text.splitlines(keepends=True)
    for _ in range(rng.randint(1, most)):
        at = rng.randint(0, len(lines))
        match rng.choice(["insert", "delete", "change", "repeat"]):
            case "insert":
                lines[at:at] = [_line(rng) + b"\n" for _ in range(rng.randint(1, 5))]
            case "delete":
                del lines[at : at + rng.randint(1, 4)]
            case "change":
                lines[at : at + 1] = [_line(rng) + b"\n"]
            case "repeat":
                lines[at:at] = lines[at : at + 6]
    done = b"".join(lines)
    return done.rstrip(b"\n") if rng.random() < 0.1 else done


def _damaged(rng: random.Random, text: bytes) -> bytes:
    match rng.choice(["none"] * 3 + ["shift"] * 3 + ["edit"] * 3 + ["end", "crlf", "empty", "twice"]):
        case "shift":
            above = b"".join(_line(rng) + b"\n" for _ in range(rng.randint(1, 30)))
            return above + text if rng.random() < 0.7 else text[min(len(text), text.find(b"\n") + 1) :]
        case "edit":
            return _edited(rng, text, 2)
        case "end":
            return text.rstrip(b"\n") if text.endswith(b"\n") else text + b"\n"
        case "crlf":
            return text.replace(b"\n", b"\r\n")
        case "empty":
            return b""
        case "twice":
            return text + text
        case _:
            return text


class Judge:
    """A repository in which git judges; `disagreements` compares it with the engine."""

    def __init__(self, folder: Path) -> None:
        self.git_dir = Repo.create(folder, bare=True).path
        self.repo = pygit2.Repository(str(self.git_dir))
        self.cells = 0

    def disagreements(self, trees: tuple[Files, Files, Files], context: int, reverse: bool) -> list[str]:
        """One sentence for each file's part that git and the engine judge differently."""
        old, new, target = trees
        diff = self._git(
            "diff-tree",
            "-r",
            "-p",
            f"-U{context}",
            "-M",
            "-C",
            "--find-copies-harder",
            self._tree(old),
            self._tree(new),
        ).stdout
        if not diff or b"Binary files" in diff:
            return []
        if not context:
            # Lines put behind a last line without a line end: git counts the joined line as two.
            target = {path: (mode, data if data.endswith(b"\n") else b"") for path, (mode, data) in target.items()}
        outcome = self._ours(diff, target, reverse)
        ours = [_verdict(outcome, number) for number in range(len(outcome.files))]
        theirs = self._theirs(diff, target, reverse)
        if theirs is None:
            return []
        self.cells += len(theirs)
        if len(ours) != len(theirs):
            return [f"{len(ours)} files here, {len(theirs)} in git"]
        return [
            f"{outcome.files[number].patch.path}: git {right}, here {left} ({outcome.files[number].refusal})"
            for number, (left, right) in enumerate(zip(ours, theirs, strict=True))
            if left != right
        ]

    def _ours(self, diff: bytes, target: Files, reverse: bool) -> Outcome:
        parsed = parse_diff(diff.decode("utf-8", "surrogateescape"))
        assert parsed.appliable, parsed.problems
        texts = {path: data for path, (_mode, data) in target.items()}
        tree = DictTree({path: Entry(mode, path) for path, (mode, _data) in target.items()})
        return Engine(texts.__getitem__).try_on(tree, file_patches(parsed, reverse))

    def _theirs(self, diff: bytes, target: Files, reverse: bool) -> list[Verdict] | None:
        """Git's verdicts in file order; None where git itself gives up on the diff as a whole."""
        index = self.git_dir / "index"
        index.unlink(missing_ok=True)
        self._index(str(index), target).write()
        said = self._git(
            "-c", "apply.whitespace=nowarn", "-c", "apply.ignoreWhitespace=no",
            "apply", "--check", "--cached", "-v", *(["-R"] if reverse else []), stdin=diff, check=False,
        )  # fmt: skip
        first, *parts = _CHECKING.split(said.stderr)
        if _ERROR.search(first):
            return None
        found = []
        for part in parts:
            # Backwards, git prints the offset's opposite.
            sign = -1 if reverse else 1
            offsets = {int(number): sign * int(lines) for number, lines in _OFFSET.findall(part)}
            found.append(Verdict(not _ERROR.search(part), tuple(sorted(offsets.items()))))
        return found

    def _tree(self, files: Files) -> str:
        return str(self._index(None, files).write_tree(self.repo))

    def _index(self, path: str | None, files: Files) -> pygit2.Index:
        index = pygit2.Index(path) if path else pygit2.Index()
        for name, (mode, data) in files.items():
            index.add(pygit2.IndexEntry(name, self.repo.create_blob(data), pygit2.enums.FileMode(mode)))
        return index

    def _git(self, *args: str, stdin: bytes = b"", check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        command = ["git", "--git-dir", str(self.git_dir), *args]
        return subprocess.run(command, input=stdin, check=check, capture_output=True, env={**os.environ, "LC_ALL": "C"})


def _verdict(outcome: Outcome, number: int) -> Verdict:
    file = outcome.files[number]
    offsets = []
    for at, offset in enumerate(file.fit.offsets if file.fit else ()):
        if offset is None:
            break
        if offset:
            offsets.append((at + 1, offset))
    return Verdict(file.refusal is None, tuple(offsets))
