"""A diff's text becomes files, hunks and lines; what is wrong with it becomes sentences, never an exception.

The text is cut into files and hunks here, because mails are truncated, wrapped and miscounted and unidiff gives up on
the whole set at the first flaw; unidiff reads each hunk whose counts agree. Lines end at LF only: form feeds, lone
carriage returns and Unicode separators are text. Rules: git-diff(1), and git's apply.c for what is a patch.
"""

import re
from collections.abc import Sequence

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from uringreview.diff.headers import Header, git_header
from uringreview.diff.model import Diff, DiffState, FileChange, Hunk, Line, LineKind

_HUNK = re.compile(r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@ ?(.*)", re.DOTALL)
_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_KINDS = {" ": LineKind.CONTEXT, "+": LineKind.ADDED, "-": LineKind.REMOVED}
_NO_NEWLINE = "\\ No newline at end of file"
LOST = "the page dropped leading white space and blank context lines: this diff cannot be applied as it stands"


def parse_diff(text: str, white_space_lost: bool = False) -> Diff:
    """Every file of a mail's diff text.

    `text` is what stands from the first `diff --git ` (or `--- `) on; several diffs in one text give all their files.
    `white_space_lost` says that leading blanks and blank context lines are gone: lines are then told apart by their
    first character alone, carry no numbers, and the state is DAMAGED. EXACT means that every count agrees; anything
    else is DAMAGED with a sentence for each problem, and NONE where there is no file at all. Never raises.
    """
    reader = _Reader(text.split("\n"), white_space_lost)
    reader.run()
    files = tuple(reader.files)
    if not files:
        return Diff(DiffState.NONE, (), tuple(reader.problems))
    problems = ([LOST] if white_space_lost else []) + reader.problems
    damaged = white_space_lost or reader.damaged
    return Diff(DiffState.DAMAGED if damaged else DiffState.EXACT, files, tuple(problems))


class _Reader:
    """One pass over the lines; `at` is the line being looked at."""

    def __init__(self, lines: Sequence[str], lost: bool) -> None:
        self.lines = lines
        self.lost = lost
        self.at = 0
        self.files: list[FileChange] = []
        self.problems: list[str] = []
        self.damaged = False

    def run(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at].removesuffix("\r")
            if line.startswith("diff --git "):
                self.at += 1
                self._file(git_header(line))
            elif self._names_here():
                self._file(Header(git=False))
            elif line.startswith(("diff --cc ", "diff --combined ")):
                self._problem(f"{line.rpartition(' ')[2]} is a merge's combined diff, which no tool applies")
                self.at += 1
            elif line.startswith("@@ -") and _HUNK.match(line):
                self._problem("a hunk stands outside any file")
                self.at += 1
                self._skip_hunk_lines()
            else:
                self.at += 1

    def _problem(self, sentence: str) -> None:
        self.damaged = True
        self.problems.append(sentence)

    def _names_here(self) -> bool:
        """Whether a `--- ` and `+++ ` pair with a hunk under it begins here."""
        three = self.lines[self.at : self.at + 3]
        return (
            len(three) == 3
            and three[0].startswith("--- ")
            and three[1].startswith("+++ ")
            and three[2].startswith("@@ -")
        )

    def _file(self, header: Header) -> None:
        """Read extended headers, names and hunks of one file."""
        while self.at < len(self.lines) and header.git and header.take(self.lines[self.at].removesuffix("\r")):
            self.at += 1
            if header.binary:
                self._skip_binary()
                break
        two = [line.removesuffix("\r") for line in self.lines[self.at : self.at + 2]]
        if len(two) == 2 and two[0].startswith("--- ") and two[1].startswith("+++ "):
            header.take_names(two[0], two[1])
            self.at += 2
        name = header.path or "a file without a name"
        if not header.path:
            self._problem("a file's header names no file")
        hunks: list[Hunk] = []
        while (hunk := self._next_hunk(name, len(hunks) + 1, header.git)) is not None:
            hunks.append(hunk)
        if header.bare_names:
            self.problems.append(f"{name} is named without the a/ and b/ prefixes: git am needs -p0")
        if not hunks and not header.says_something:
            self._problem(f"{name} has no hunks: the diff is cut off")
        self.files.append(header.change(hunks))

    def _next_hunk(self, name: str, number: int, git: bool) -> Hunk | None:
        """The next hunk of the file; None where another file, the signature or the end comes first."""
        told = False
        while self.at < len(self.lines):
            line = self.lines[self.at].removesuffix("\r")
            found = _HUNK.match(line) if line.startswith("@@ -") else None
            if found is not None:
                self.at += 1
                return self._hunk(found, name, number)
            if line.startswith("diff --") or self._signature_here() or self._names_here():
                return None
            if line.startswith("@@"):
                self._problem(f"hunk {number} of {name} has a header that cannot be read")
                self.at += 1
                self._skip_hunk_lines()
                continue
            if line.strip() and number > 1 and not told and line[0] in " +-":
                self._problem(f"hunk {number - 1} of {name} is followed by lines that its header does not count")
                told = True
            elif line.strip() and number > 1 and not git and not told:
                return None
            self.at += 1
        return None

    def _hunk(self, found: re.Match[str], name: str, number: int) -> Hunk:
        """Read the lines under a hunk header; `at` stands just below it."""
        start = (int(found[1]), int(found[3]))
        count = (1 if found[2] is None else int(found[2]), 1 if found[4] is None else int(found[4]))
        first = self.at
        if self.lost:
            lines = self._lost_lines()
        else:
            sound = self._walk(count)
            body = self.lines[first : self.at]
            read = _by_unidiff(found[0], body) if sound else None
            if read and self.at == len(self.lines):
                self._problem(f"hunk {number} of {name} ends without a line end: the diff is cut off")
            if read is None:
                self.at = first
                self._skip_hunk_lines()
                read = _tolerant(self.lines[first : self.at], start)
                self._miscounted(read, count, name, number)
            lines = read
        return Hunk(start[0], count[0], start[1], count[1], found[5], tuple(lines))

    def _walk(self, count: tuple[int, int]) -> bool:
        """Step over as many lines as the header counts; False where other lines come in between."""
        old, new = count
        while old > 0 or new > 0:
            if self.at >= len(self.lines):
                return False
            line = self.lines[self.at]
            if line == "" and self.at == len(self.lines) - 1:
                return False
            first = line[:1]
            if first in ("", "\r", " "):
                old, new = old - 1, new - 1
            elif first == "-" and not self._version_below():
                # Also a removed line that is itself "-" or "- " and so looks like a signature: git goes by the counts.
                old -= 1
            elif first == "+":
                new -= 1
            elif first != "\\":
                return False
            if old < 0 or new < 0:
                return False
            self.at += 1
        if self.at < len(self.lines) and self.lines[self.at].startswith("\\ "):
            self.at += 1
        return True

    def _miscounted(self, lines: Sequence[Line], count: tuple[int, int], name: str, number: int) -> None:
        """Say what the header counts and what is there."""
        has = (
            sum(line.kind is not LineKind.ADDED for line in lines),
            sum(line.kind is not LineKind.REMOVED for line in lines),
        )
        for side, says, there in zip(("old", "new"), count, has, strict=True):
            if says != there:
                plural = "" if says == 1 else "s"
                self._problem(f"hunk {number} of {name} says {says} {side} line{plural}, has {there}")
        if has == count:
            self._problem(f"hunk {number} of {name} cannot be read")

    def _skip_hunk_lines(self) -> None:
        """Step over everything that looks like a hunk line."""
        while self.at < len(self.lines) and not self._signature_here() and not self._names_here():
            line = self.lines[self.at]
            if line == "" and not self._more_lines_below():
                return
            if line and line[0] not in " +-\\\r":
                return
            self.at += 1

    def _more_lines_below(self) -> bool:
        """Whether the empty line here stands inside a hunk: another hunk line, not the end, comes next."""
        below = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        return below[:1] in ("+", "-", " ") and below[:4] != "--- " and below != "-- "

    def _lost_lines(self) -> list[Line]:
        """The lines of a hunk whose first column is gone where it was a blank."""
        lines: list[Line] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.startswith(("@@ -", "diff --git ")) or self._signature_here() or self._names_here():
                break
            self.at += 1
            if line.startswith("\\ ") and lines:
                last = lines[-1]
                lines[-1] = Line(last.kind, last.text, None, None, True)
            elif line.startswith(("+", "-")):
                lines.append(Line(_KINDS[line[0]], line[1:], None, None))
            else:
                lines.append(Line(LineKind.CONTEXT, line.removeprefix(" "), None, None))
        while lines and lines[-1].kind is LineKind.CONTEXT and not lines[-1].text.strip():
            lines.pop()
        return lines

    def _signature_here(self) -> bool:
        """Whether `-- ` and a git version stand here: the end that format-patch puts under a patch."""
        line = self.lines[self.at].removesuffix("\r")
        if line not in ("-- ", "--"):
            return False
        below = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        return not below.strip() or _VERSION.match(below) is not None or below[:1] not in (" ", "+", "-", "\\", "@")

    def _version_below(self) -> bool:
        """Whether `-- ` with git's version under it stands here: no hunk line can follow, so it closes the mail."""
        return self.lines[self.at].removesuffix("\r") in ("-- ", "--") and any(
            _VERSION.match(line) for line in self.lines[self.at + 1 : self.at + 2]
        )

    def _skip_binary(self) -> None:
        """Step over a binary patch's data."""
        while self.at < len(self.lines):
            if self.lines[self.at].startswith("diff --git ") or self._signature_here():
                return
            self.at += 1


def _by_unidiff(header: str, body: Sequence[str]) -> list[Line] | None:
    """The lines of one sound hunk as unidiff reads them; None where it refuses."""
    if not body:
        return []
    plain = [_NO_NEWLINE if line.startswith("\\ ") else line for line in body]
    try:
        files = PatchSet("\n".join(("--- a/x", "+++ b/x", header.partition(" @@")[0] + " @@", *plain)) + "\n")
        rows = list(files[0][0])
    except (UnidiffParseError, IndexError):
        return None
    lines: list[Line] = []
    for row in rows:
        if row.line_type == "\\":
            if lines:
                last = lines[-1]
                lines[-1] = Line(last.kind, last.text, last.old, last.new, True)
            continue
        kind = _KINDS[row.line_type]
        lines.append(Line(kind, row.value.removesuffix("\n"), row.source_line_no, row.target_line_no))
    return lines


def _tolerant(body: Sequence[str], start: tuple[int, int]) -> list[Line]:
    """The lines of a hunk that unidiff would refuse, each by its first column, numbered from the header on."""
    old, new = start
    lines: list[Line] = []
    for text in body:
        if text.startswith("\\"):
            if lines:
                last = lines[-1]
                lines[-1] = Line(last.kind, last.text, last.old, last.new, True)
            continue
        kind = _KINDS.get(text[:1], LineKind.CONTEXT)
        here_old = None if kind is LineKind.ADDED else old
        here_new = None if kind is LineKind.REMOVED else new
        lines.append(Line(kind, text[1:] if text[:1] in _KINDS else text, here_old, here_new))
        old += kind is not LineKind.ADDED
        new += kind is not LineKind.REMOVED
    return lines
