"""C tokens of one line at a time, for colouring what is on the screen and nothing else.

A hunk starts in the middle of a file, so whether its first line stands inside a comment must be read off the hunk:
it does where a comment ends before any begins. Every expression is linear on hostile lines. Keywords are C11's, the
kernel's own type names and the attributes that kernel code uses as keywords (Documentation/process/coding-style.rst).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Token(Enum):
    """What a span of C is; plain text is not a token."""

    KEYWORD = "keyword"
    TYPE = "type"
    COMMENT = "comment"
    STRING = "string"
    NUMBER = "number"
    PREPROCESSOR = "preprocessor"


@dataclass(frozen=True, slots=True)
class Coloured:
    """`length` characters from `start` (0-based, in the line) are a `token`."""

    start: int
    length: int
    token: Token


_KEYWORDS = frozenset(
    re.findall(
        r"\S+",
        """auto break case const continue default do else enum extern for goto if inline __inline __always_inline
        noinline register restrict return sizeof static struct switch typedef typeof __typeof__ union
        volatile while asm __asm__
        guard scoped_guard NULL true false __init __exit __user __iomem __rcu __percpu __must_check __maybe_unused
        __force __packed fallthrough""",
    )
)
_TYPES = frozenset(
    re.findall(
        r"\S+",
        """void char short int long float double signed unsigned bool _Bool size_t ssize_t loff_t off_t pid_t gfp_t
        dma_addr_t u8 u16 u32 u64 s8 s16 s32 s64 __u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 __le16 __le32 __le64
        __be16 __be32 __be64 uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t int64_t uintptr_t intptr_t
        irqreturn_t atomic_t refcount_t spinlock_t raw_spinlock_t ktime_t sector_t""",
    )
)
_C_SUFFIXES = (".c", ".h", ".S", ".cc", ".cpp", ".y", ".l", ".lds", ".dts", ".dtsi")

_SCAN = re.compile(
    r'(?P<comment>/\*|//)|(?P<string>"(?:[^"\\]|\\.)*"?|\'(?:[^\'\\]|\\.)*\'?)'
    r"|(?P<number>\b\d\w*)|(?P<word>[A-Za-z_]\w*)"
)
_DIRECTIVE = re.compile(r"\s*#\s*\w*")
_INCLUDED = re.compile(r"\s*#\s*include\s*(<[^>]*>?)")


def is_c(path: str) -> bool:
    """Whether the file's name says that C tokens fit it."""
    return path.endswith(_C_SUFFIXES)


def coloured(text: str, in_comment: bool) -> tuple[list[Coloured], bool]:
    """The tokens of one line of C, and whether a block comment stays open after it."""
    spans: list[Coloured] = []
    at = 0
    if in_comment:
        end = text.find("*/")
        if end < 0:
            return ([Coloured(0, len(text), Token.COMMENT)] if text else []), True
        at = end + 2
        spans.append(Coloured(0, at, Token.COMMENT))
    elif (directive := _DIRECTIVE.match(text)) is not None:
        at = directive.end()
        spans.append(Coloured(0, at, Token.PREPROCESSOR))
        if (included := _INCLUDED.match(text)) is not None:
            at = included.end()
            spans.append(Coloured(included.start(1), at - included.start(1), Token.STRING))
    while (found := _SCAN.search(text, at)) is not None:
        at = found.end()
        what = found.lastgroup
        if what == "comment" and found[0] == "//":
            spans.append(Coloured(found.start(), len(text) - found.start(), Token.COMMENT))
            return spans, False
        if what == "comment":
            end = text.find("*/", at)
            at = end + 2 if end >= 0 else len(text)
            spans.append(Coloured(found.start(), at - found.start(), Token.COMMENT))
            if end < 0:
                return spans, True
        elif (token := _token(found)) is not None:
            spans.append(Coloured(found.start(), at - found.start(), token))
    return spans, False


def _token(found: re.Match[str]) -> Token | None:
    if found.lastgroup == "word":
        return Token.KEYWORD if found[0] in _KEYWORDS else Token.TYPE if found[0] in _TYPES else None
    return Token.STRING if found.lastgroup == "string" else Token.NUMBER


def open_comments(lines: Iterable[str]) -> list[bool]:
    """For each line of one side of a hunk, whether it begins inside a block comment."""
    texts = list(lines)
    whole = "\n".join(texts)
    if "/*" not in whole and "*/" not in whole:
        return [False] * len(texts)
    inside = _begins_inside(texts)
    states = []
    for text in texts:
        states.append(inside)
        if "*/" in text or "/*" in text:
            _, inside = coloured(text, inside)
    return states


def _begins_inside(texts: Iterable[str]) -> bool:
    for text in texts:
        begin, end = text.find("/*"), text.find("*/")
        if begin >= 0 or end >= 0:
            return begin < 0 or 0 <= end < begin
    return False
