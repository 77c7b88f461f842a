"""What stands above a file's hunks: git's extended headers, and the names in all their spellings.

Rules: git-diff(1), "Generating patch text with -p", and git-apply(1) for what a reader of patches takes: names lose
their first component (`-p1`), quoted names are C strings, a name with a blank in it ends at a tab.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.diff.model import ChangeKind, FileChange, Hunk

DEV_NULL = "/dev/null"
_INDEX = re.compile(r"index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{5,6}))?$")
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_LETTERS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}


@dataclass(slots=True)
class Header:
    """One file's header as it is gathered, line by line; `change` makes the finished file of it."""

    git: bool
    old: str | None = None
    new: str | None = None
    old_mode: str | None = None
    new_mode: str | None = None
    old_blob: str | None = None
    new_blob: str | None = None
    kind: ChangeKind = ChangeKind.MODIFIED
    binary: bool = False
    bare_names: bool = False

    @property
    def path(self) -> str:
        """The name to call the file by."""
        name = self.old if self.kind is ChangeKind.DELETED else self.new
        return name or self.new or self.old or ""

    @property
    def says_something(self) -> bool:
        """Whether the header is a change by itself, without hunks."""
        moved = self.kind in (ChangeKind.RENAMED, ChangeKind.COPIED, ChangeKind.NEW, ChangeKind.DELETED)
        return moved or self.binary or self.old_mode != self.new_mode

    def take(self, line: str) -> bool:
        """Read one extended header line; False where it is none."""
        word, _, rest = line.partition(" ")
        if line.startswith(("old mode ", "deleted file mode ")):
            self.old_mode = line.rsplit(" ", 1)[1]
            if word == "deleted":
                self.kind = ChangeKind.DELETED
        elif line.startswith(("new mode ", "new file mode ")):
            self.new_mode = line.rsplit(" ", 1)[1]
            if line.startswith("new file"):
                self.kind = ChangeKind.NEW
        elif line.startswith(("rename from ", "copy from ")):
            self.kind = ChangeKind.RENAMED if word == "rename" else ChangeKind.COPIED
            self.old = unquote(rest.partition(" ")[2])
        elif line.startswith(("rename to ", "copy to ")):
            self.new = unquote(rest.partition(" ")[2])
        elif word == "index" and (found := _INDEX.match(line)):
            self.old_blob, self.new_blob = found[1], found[2]
            if found[3]:
                self.old_mode = self.new_mode = found[3]
        elif (line.startswith("Binary files ") and line.endswith(" differ")) or line == "GIT binary patch":
            self.binary = True
        else:
            return word in ("similarity", "dissimilarity")
        return True

    def take_names(self, minus: str, plus: str) -> None:
        """Read the `--- ` and `+++ ` lines; git's own header has said the rest already."""
        old, new = _file_name(minus[4:]), _file_name(plus[4:])
        if old == DEV_NULL:
            self.kind = ChangeKind.NEW if not self.git else self.kind
        if new == DEV_NULL:
            self.kind = ChangeKind.DELETED if not self.git else self.kind
        if self.kind in (ChangeKind.RENAMED, ChangeKind.COPIED) and self.old and self.new:
            return
        bare = DEV_NULL not in (old, new) and old == new and not old.startswith(("a/", "b/"))
        self.bare_names = self.bare_names or bare
        if old != DEV_NULL:
            self.old = old if bare else strip_component(old)
        if new != DEV_NULL:
            self.new = new if bare else strip_component(new)

    def change(self, hunks: Sequence[Hunk]) -> FileChange:
        """The finished file with its `hunks`."""
        kind = self.kind
        if kind is ChangeKind.MODIFIED and not hunks and not self.binary and self.old_mode != self.new_mode:
            kind = ChangeKind.MODE
        path = self.path
        return FileChange(
            kind=kind,
            path=path,
            old_path=self.old or path,
            old_mode=self.old_mode if kind is not ChangeKind.NEW else None,
            new_mode=self.new_mode if kind is not ChangeKind.DELETED else None,
            old_blob=self.old_blob,
            new_blob=self.new_blob,
            hunks=tuple(hunks),
            binary=self.binary,
        )


def git_header(line: str) -> Header:
    """The header that a `diff --git` line begins; names stay None where the line alone does not tell them."""
    rest = line[len("diff --git ") :]
    header = Header(git=True)
    if rest.startswith('"'):
        end = _closing_quote(rest)
        names = (rest[:end], rest[end:].lstrip(" ")) if end else None
    elif rest.endswith('"') and ' "' in rest:
        names = (rest[: rest.index(' "')], rest[rest.index(' "') + 1 :])
    else:
        names = _halves(rest)
    if names is None:
        return header
    old, new = unquote(names[0]), unquote(names[1])
    header.bare_names = old == new and not old.startswith(("a/", "b/"))
    header.old, header.new = (old, new) if header.bare_names else (strip_component(old), strip_component(new))
    return header


def unquote(name: str) -> str:
    """A name as git writes it, C-quoted or plain, back to what it is; bytes that are not UTF-8 become surrogates."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    raw = bytearray()
    at = 0
    inner = name[1:-1]
    for found in _ESCAPE.finditer(inner):
        raw += inner[at : found.start()].encode("utf-8", "surrogateescape")
        code = found[1]
        raw += bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _LETTERS.get(code, code).encode()
        at = found.end()
    raw += inner[at:].encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "surrogateescape")


def strip_component(name: str) -> str:
    """The name without its first component, as `git apply -p1` takes it; a name of one component stays."""
    return name.partition("/")[2] or name


def _file_name(text: str) -> str:
    """The name on a `---` or `+++` line: up to a tab, unquoted."""
    if text.startswith('"'):
        end = _closing_quote(text)
        return unquote(text[:end]) if end else text
    return text.partition("\t")[0].rstrip(" ")


def _closing_quote(text: str) -> int:
    """Where the quoted string that `text` begins with ends, just behind the quote; 0 where it does not."""
    at = 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == '"':
            return at + 1
        at += 1
    return 0


def _halves(rest: str) -> tuple[str, str] | None:
    """Split `a/x b/x` where both name one file; with blanks in the name only the middle can be right."""
    if rest.count(" ") == 1:
        old, new = rest.split(" ")
        return old, new
    middle = len(rest) // 2
    if len(rest) % 2 and rest[middle] == " " and strip_component(rest[:middle]) == strip_component(rest[middle + 1 :]):
        return rest[:middle], rest[middle + 1 :]
    return None
