"""Kernel C made fit for tree-sitter's C grammar, byte for byte in place, and what was taken out by that.

The grammar knows no macros. Loop macros become `while`, scoped guards too, attributes and the `struct` of a type that
is a macro's argument become blanks, and a SYSCALL_DEFINE becomes a function's head. Nothing moves: an offset in the
result is an offset in the file.
"""

import re
from dataclasses import dataclass

_COMMENT_OR_STRING = re.compile(rb'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
_LOOP = re.compile(rb"\b((?=\w*?for_each)\w++|scoped_guard|scoped_cond_guard)[ \t]*\(")
_DEFINE = re.compile(rb"^[ \t]*#[ \t]*define[ \t]", re.MULTILINE)
_HEAD = re.compile(rb"^(?:static\s+|noinline\s+)*([A-Z][A-Z0-9_]{3,}) ?\(([^;{}]{1,600}?)\)\s*\n\{", re.MULTILINE)
_ARGUMENT_TYPE = re.compile(rb"(?<=[(,])(\s*)(struct|union|enum)(\s+\w+)(\s*\**)(\s*)(?=([,)]))")
_ATTRIBUTES = re.compile(
    rb"\b(?:__(?:cold|always_inline|init|exit|initdata|user|iomem|rcu|percpu|kernel|force|bitwise|must_check"
    rb"|maybe_unused|always_unused|unused|read_mostly|ro_after_init|cacheline_aligned(?:_in_smp)?|packed|used|visible"
    rb"|noreturn|pure|sched|refdata|private|latent_entropy|net_init|net_exit|meminit|devinit|no_kcsan|no_sanitize_\w+"
    rb"|randomize_layout|designated_init|deprecated|weak|kprobes|flatten|bpf_kfunc|rust_helper|hot|ref)"
    rb"|noinline(?:_for_stack)?|asmlinkage|notrace|inline|noinstr)\b"
)
_CALLED_ATTRIBUTES = re.compile(
    rb"\b(__(?:must_hold|releases|acquires|must_hold_shared|releases_shared|acquires_shared|cond_acquires|printf|scanf"
    rb"|aligned|section|counted_by|free|nonstring|attribute__|printf_like|guarded_by|context_unsafe))[ \t\n]*\("
)
_CLOSES = {0x28: 1, 0x29: -1}
_LONGEST_ARGUMENTS = 4_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file's `text` fit for the grammar, as long as it was.

    `macros` are the loop and guard macros by the offset where each stood; `annotations` are __must_hold() and its like
    as (offset, name, argument).
    """

    text: bytes
    macros: dict[int, str]
    annotations: tuple[tuple[int, str, str], ...]


def prepare(source: bytes) -> Prepared:
    """Make C source fit for the grammar; every offset stays."""
    text = bytearray(_without_comments(source))
    macros: dict[int, str] = {}
    annotations = []
    for found in list(_CALLED_ATTRIBUTES.finditer(bytes(text))):
        end = closing(text, found.end() - 1)
        if end is None:
            continue
        argument = bytes(text[found.end() : end]).decode("utf-8", "replace")
        annotations.append((found.start(), found[1].decode(), argument))
        _blank(text, found.start(), end + 1)
    for found in _ATTRIBUTES.finditer(bytes(text)):
        _blank(text, found.start(), found.end())
    defines = [(found.start(), _define_end(text, found.start())) for found in _DEFINE.finditer(bytes(text))]
    for found in list(_HEAD.finditer(bytes(text))):
        _head(text, found)
    for found in list(_LOOP.finditer(bytes(text))):
        end = closing(text, found.end() - 1)
        if end is None or any(start <= found.start() < stop for start, stop in defines):
            continue
        if bytes(text[end + 1 : end + 200]).lstrip()[:1] in (b",", b")", b""):
            continue
        macros[found.start()] = found[1].decode()
        text[found.start() : found.end() - 1] = b"while".ljust(found.end() - 1 - found.start())
    fit = _ARGUMENT_TYPE.sub(_argument, bytes(text))
    return Prepared(fit, macros, tuple(annotations))


def closing(text: bytes | bytearray, opening: int) -> int | None:
    """Where the parenthesis at `opening` closes; None where it does not soon."""
    depth = 0
    for at in range(opening, min(len(text), opening + _LONGEST_ARGUMENTS)):
        depth += _CLOSES.get(text[at], 0)
        if not depth:
            return at
    return None


def _without_comments(source: bytes) -> bytes:
    def blank(found: re.Match[bytes]) -> bytes:
        text = found[0]
        if text[:1] == b"/":
            return re.sub(rb"[^\n]", b" ", text)
        return text[:1] + b"s" * (len(text) - 2) + text[-1:] if len(text) > 1 else text

    return _COMMENT_OR_STRING.sub(blank, source)


def _blank(text: bytearray, start: int, end: int) -> None:
    text[start:end] = re.sub(rb"[^\n]", b" ", bytes(text[start:end]))


def _define_end(text: bytearray, start: int) -> int:
    at = text.find(b"\n", start)
    while at > 0 and text[at - 1] == 0x5C:
        at = text.find(b"\n", at + 1)
    return at if at >= 0 else len(text)


def _head(text: bytearray, found: re.Match[bytes]) -> None:
    """SYSCALL_DEFINE3(close_range, ...) and other heads made by a macro: a function of the first argument's name."""
    name = found[2].split(b",")[0].strip()
    made = b"int " + name + b"()"
    start, end = found.start(1), found.end(2) + 1
    if re.fullmatch(rb"\w+", name) and len(made) <= end - start and b"\n" not in text[start : start + len(made)]:
        _blank(text, start, end)
        text[start : start + len(made)] = made


def _argument(found: re.Match[bytes]) -> bytes:
    """A type that stands as a macro's argument; a cast or a parameter keeps its `struct`."""
    before = found.string[max(found.start() - 1, 0) : found.start()]
    if found[6] == b")" and before == b"(":
        return found[0]
    word, name, stars = found[2], found[3], found[4]
    return found[1] + b" " * len(word) + name + b" " * len(stars) + found[5]
