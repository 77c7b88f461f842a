"""Which C functions a diff changes, by name, with the place of the first changed line in each.

Kernel C keeps a function's first line and its closing brace at column 0, labels and preprocessor lines aside; git's own
hunk headings rest on the same rule (gitattributes(5), xfuncname). A hunk alone is read from its heading on; with the
file before the change at hand, both whole files are read and nothing is left to the heading.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from uringreview.diff.images import decode_lines, post_image
from uringreview.diff.model import DiffAnchor, FileChange, Hunk, LineKind

_C_FILES = (".c", ".h")
_LABEL = re.compile(r"[A-Za-z_]\w*[ \t]*:(?!:)")
_CALL = re.compile(r"\b[A-Za-z_]\w*+(?=[ \t]*+\()")
_ARGUMENT = re.compile(r"\b[A-Za-z_]\w*$")
_NO_FUNCTION = re.compile(
    r"(?:__attribute__|__printf|__scanf|__aligned|__section|__acquires(?:_shared)?|__releases(?:_shared)?|__must_hold"
    r"|__cond_acquires|__alloc_size|__malloc|__counted_by|__no_sanitize|__target|__assume_aligned|__guarded_by|SEC"
    r"|if|for|while|switch|return|sizeof|typeof|do|else|case|goto|defined|void|int)"
)
# A comment at column 0, or its next line: inside a function it would be indented, so a heading no longer holds.
_INDENTED = frozenset(("\t", " ", ""))
_OUTSIDE = ("/*", "//", " *")
_HEADER_LINES = 24
_HEADER_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class ChangedFunction:
    """A function that the diff changes, and the first changed line in it."""

    name: str
    anchor: DiffAnchor


def changed_functions(change: FileChange, pre_image: bytes | None = None) -> tuple[str, ...]:
    """The names of the C functions that `change` touches, in the order of the diff, each once.

    `pre_image` is the file before the change; where it is given and the hunks fit it, the functions are those of the
    whole file, else those that the hunks and their headings show. Empty for files that are not C. Structures, arrays,
    prototypes and comments between functions are no functions.
    """
    return tuple(found.name for found in touched_functions_with_lines(change, pre_image))


def touched_functions_with_lines(change: FileChange, pre_image: bytes | None = None) -> tuple[ChangedFunction, ...]:
    """As `changed_functions`, with an anchor at the first changed line of each function."""
    if not change.path.endswith(_C_FILES):
        return ()
    whole = _whole_files(change, pre_image) if pre_image is not None else None
    found: dict[str, ChangedFunction] = {}
    for hunk_at, hunk in enumerate(change.hunks):
        names = _from_whole(hunk, whole) if whole is not None else _from_hunk(hunk)
        for line_at, name in names:
            if name and name not in found:
                found[name] = ChangedFunction(name, DiffAnchor(change.path, hunk_at, line_at))
    return tuple(found.values())


def enclosing_functions(lines: Iterable[str], heading: str = "") -> list[str | None]:
    """For each line of C, the function that it stands in, None between functions.

    `heading` is the hunk heading above the first line: it says which function the lines begin in.
    """
    scan = _Scan(heading_name(heading))
    for line in lines:
        scan.feed(line)
    return scan.finish()


def heading_name(heading: str) -> str | None:
    """The function that a hunk heading names; None for a structure, a label, a prototype or nothing."""
    text = heading.strip()
    if not text or _LABEL.match(text) or text.endswith(";"):
        return None
    return _name_in(text)


def _from_hunk(hunk: Hunk) -> list[tuple[int, str | None]]:
    """Changed lines of the hunk (index, function), by the hunk itself."""
    at_old = [at for at, line in enumerate(hunk.lines) if line.kind is not LineKind.ADDED]
    at_new = [at for at, line in enumerate(hunk.lines) if line.kind is not LineKind.REMOVED]
    names: dict[int, str | None] = {}
    for places, kind in ((at_old, LineKind.REMOVED), (at_new, LineKind.ADDED)):
        side = enclosing_functions((hunk.lines[at].text for at in places), hunk.heading)
        names.update((at, name) for at, name in zip(places, side, strict=True) if hunk.lines[at].kind is kind)
    return sorted(names.items(), key=lambda item: item[0])


def _whole_files(change: FileChange, pre_image: bytes) -> tuple[list[str | None], list[str | None]] | None:
    """The function of every line before and after; None where the hunks do not fit the file."""
    after = post_image(change, pre_image)
    if after is None:
        return None
    return enclosing_functions(decode_lines(pre_image)), enclosing_functions(decode_lines(after))


def _from_whole(hunk: Hunk, whole: tuple[Sequence[str | None], Sequence[str | None]]) -> list[tuple[int, str | None]]:
    """Changed lines of the hunk (index, function), by the whole files."""
    names: list[tuple[int, str | None]] = []
    for at, line in enumerate(hunk.lines):
        if line.kind is LineKind.REMOVED and line.old is not None:
            names.append((at, whole[0][line.old - 1]))
        elif line.kind is LineKind.ADDED and line.new is not None:
            names.append((at, whole[1][line.new - 1]))
    return names


class _Scan:
    """Reads C line by line; knows the function that it is in, and the header that it may be reading."""

    def __init__(self, start: str | None) -> None:
        self.current = start
        self.sure = False
        self.names: list[str | None] = []
        self.header: list[str] = []
        self.header_from = 0
        self.comment = False
        self.continued = False

    def feed(self, line: str) -> None:
        """Take one line."""
        if line[:1] in _INDENTED and self.sure and not (self.continued or self.comment or self.header):
            self.names.append(self.current)  # as below: most lines are a function's body
            if "/*" in line:
                self._note_comment(line)
        elif self.continued or line.startswith("#"):
            self._preprocessor(line)
        elif self.comment:
            self.names.append(self.current)
            self.comment = "*/" not in line
        elif self.header:
            self._in_header(line)
        else:
            self._plain(line)

    def finish(self) -> list[str | None]:
        """The function of each line taken; a header that the end cuts off counts as its function's."""
        if self.header:
            self._close(_name_in(" ".join(self.header)))
        return self.names

    def _preprocessor(self, line: str) -> None:
        self.names.append(self.current)
        self.continued = line.rstrip().endswith("\\")

    def _plain(self, line: str) -> None:
        first = line[:1]
        if first == "}":
            self.names.append(self.current)
            self.current = None
        elif first.isalpha() or first == "_":
            if _LABEL.match(line):
                self.names.append(self.current)
                return
            self.header_from = len(self.names)
            self.current = None
            self._in_header(line)
        else:
            if not self.sure and line.startswith(_OUTSIDE):
                self.current = None
            self.names.append(self.current)
            self._note_comment(line)

    def _note_comment(self, line: str) -> None:
        opened = line.rfind("/*")
        self.comment = opened >= 0 and "*/" not in line[opened:]

    def _in_header(self, line: str) -> None:
        """A line of a declaration or of a function's head, up to its `{` or `;`."""
        if self.header and not self.header[-1] and not line.startswith("{"):
            self._close(None)
            self._plain(line)
            return
        code = line.split("//", 1)[0]
        at = code.find("/*")
        if at >= 0:
            end = code.find("*/", at)
            code = code[:at] + (code[end + 2 :] if end >= 0 else "")
        self.header.append(code.strip())
        self.names.append(None)
        text = " ".join(self.header)
        brace, semicolon, equals = code.find("{"), code.rstrip().endswith(";"), _has_assignment(text)
        if brace >= 0:
            name = None if equals else _name_in(text.partition("{")[0])
            ends = code.rstrip().endswith(("}", "};")) and code.count("{") == code.count("}")
            self._close(name)
            if ends:
                self.current = None
        elif semicolon or equals or len(self.header) >= _HEADER_LINES:
            self._close(None)

    def _close(self, name: str | None) -> None:
        """The header is read: its lines and what follows belong to `name`."""
        for at in range(self.header_from, len(self.names)):
            self.names[at] = name
        self.header = []
        self.current = name
        self.sure = True


def _has_assignment(text: str) -> bool:
    """Whether an initialiser begins before any argument list."""
    equals, paren = text.find("="), text.find("(")
    return equals >= 0 and (paren < 0 or equals < paren)


def _name_in(header: str) -> str | None:
    """The function that a head declares: the name before its argument list, or a macro's first argument."""
    if _has_assignment(header):
        return None
    header = header[:_HEADER_LENGTH]
    calls: list[re.Match[str]] = []
    for found in _CALL.finditer(header):
        depth = header.count("(", 0, found.start()) - header.count(")", 0, found.start())
        word = found[0]
        pointer = header[found.end() :].lstrip().startswith("(*")
        if depth <= 0 and not _NO_FUNCTION.fullmatch(word) and not pointer:
            calls.append(found)
    if not calls:
        return None
    plain = next((found for found in calls if found[0] != found[0].upper()), None)
    if plain is not None:
        return plain[0]
    macro = calls[0]
    arguments = header[macro.end() :].lstrip().removeprefix("(").split(")", 1)[0].split(",")
    wanted = arguments[1] if macro[0].startswith("TEST_F") and len(arguments) > 1 else arguments[0]
    named = _ARGUMENT.search(wanted.strip())
    return named[0] if named and named.start() == 0 else None
