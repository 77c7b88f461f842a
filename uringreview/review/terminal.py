"""Text from mail made safe for a terminal and a spreadsheet.

A control character can repaint a terminal, a bidi or zero-width character can make a line read other than it is
(CVE-2021-42574), and a cell that begins with "=" is a formula (CWE-1236). Characters are shown as escapes, never lost.
"""

import unicodedata

# Letters and blanks that have no width of their own, though Unicode counts them as letters or marks.
_FILLERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0\u034f")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def shown(text: str) -> str:
    """`text` with control, format and separator characters as escapes such as ``\\x1b`` and ``\\u202e``."""
    if text.isprintable() and not _FILLERS.intersection(text):
        return text
    return "".join(_escape(each) if _hides(each) else each for each in text)


def one_line(text: str) -> str:
    """`text` shown on one line: its line breaks and tabs become blanks."""
    return shown(" ".join(text.split()))


def many_lines(text: str) -> str:
    """`text` shown with its line breaks and tabs kept."""
    return "\n".join("\t".join(map(shown, line.split("\t"))) for line in text.split("\n"))


def cell(text: str) -> str:
    """`text` as a spreadsheet cell that no program takes for a formula."""
    safe = one_line(text)
    return f"'{safe}" if safe.startswith(_FORMULA) else safe


def _hides(each: str) -> bool:
    return unicodedata.category(each)[0] == "C" or each in "\u2028\u2029" or each in _FILLERS


def _escape(each: str) -> str:
    code = ord(each)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
