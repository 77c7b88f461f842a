"""The mail as an editable text: its headers, which are not, and its body with marks for what would not be seen.

A line of the body that was not touched goes back byte for byte, whatever mark stands for a character of it.
"""

from uringreview.ui.reply_text import Preview
from uringreview.ui.visible import visible


class MailText:
    """What the editor shows of a `Preview`, and the way back from what was typed."""

    def __init__(self) -> None:
        self.text = ""
        self.body = ""
        self.made = ""
        self._head = ""
        self._mailed: dict[str, str] = {}

    def show(self, preview: Preview) -> None:
        """Take over a mail; what the text above its body says may change under a writer's hands."""
        self.body, self.made = preview.body, preview.made
        head = preview.text.removesuffix(preview.body) if preview.body else preview.text
        self._head = _shown(head)
        lines = [*preview.made.split("\n"), *preview.body.split("\n")]
        self._mailed = {seen: line for line in lines if (seen := visible(line)) != line}
        self.text = self._head + _shown(preview.body)

    @property
    def edited(self) -> bool:
        """Whether the body is the reviewer's own."""
        return self.body != self.made

    @property
    def head_length(self) -> int:
        """Where the body begins, in the UTF-16 units that Qt counts in."""
        return len(self._head.encode("utf-16-le")) // 2

    def body_in(self, text: str) -> str | None:
        """The body of `text` as typed; None where the headers above it were changed (their Date aside)."""
        if not self._head:
            return self._back(text)
        rest, ours = text.split("\n"), self._head.split("\n")[:-1]
        typed = rest[: len(ours)]
        if [line for line in typed if not _moves(line)] != [line for line in ours if not _moves(line)]:
            return None
        return self._back("\n".join(rest[len(ours) :])) if len(typed) == len(ours) else None

    def _back(self, text: str) -> str:
        return "\n".join(self._mailed.get(line, line) for line in text.split("\n"))


def _moves(line: str) -> bool:
    return line.startswith("Date: ")


def _shown(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n"))
