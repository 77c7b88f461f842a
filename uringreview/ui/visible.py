"""Characters that hide or mislead, shown as visible marks.

Mail is hostile input: a bidi override can make a line read other than it is, a zero-width character can make two
names look the same, and a carriage return or a paragraph separator would break a line in a text widget. Each is
replaced by a mark that names it (the class is that of CVE-2021-42574, "Trojan Source"); tabs stay tabs.
"""

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_CONTROLS = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI"),
    *("DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US"),
)
_DELETE = 0x7F


def visible(text: str) -> str:
    """`text`, one line, with every control, bidi and zero-width character replaced by a mark.

    C0 controls become their names ("⟦CR⟧"; many fonts lack the control pictures), bytes that were not UTF-8
    "⟦\\xE9⟧", all others "⟦U+202E⟧".
    """
    return _HIDDEN.sub(_mark, text) if _HIDDEN.search(text) else text


def _mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < len(_CONTROLS):
        return f"⟦{_CONTROLS[code]}⟧"
    if code == _DELETE:
        return "⟦DEL⟧"
    if 0xDC80 <= code <= 0xDCFF:
        return f"⟦\\x{code - 0xDC00:02X}⟧"
    return f"⟦U+{code:04X}⟧"
