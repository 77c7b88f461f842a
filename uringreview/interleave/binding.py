"""Ties a model's lines to the diff lines that they stand for.

A model is only worth something where its patched lines are the patch's own: a line with the prefix `+p2|` stands for
a line that p2's hunks add, `-p2|` for one that they remove. With that, a step of a trace can light its line in the
diff, and a test can show that no model claims a line that its patch does not have.
"""

import re
from dataclasses import dataclass

from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import Step

_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*\*/")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class BoundLine:
    """A model line that stands for a changed line of a patch: `added` by it, or removed."""

    c_text: str
    added: bool
    function: str
    model_line: int


def diff_lines(model: Model, patch_name: str) -> tuple[BoundLine, ...]:
    """The model's lines that belong to the patch, as far as they carry C text, in the file's order."""
    return tuple(
        BoundLine(line.c_text, line.when.added, function.name, line.place.line)
        for function in model.functions
        for line in function.lines
        if line.when is not None and line.when.patch == patch_name and line.c_text
    )


def matches(c_text: str, diff_line: str) -> bool:
    """Whether a model's C text and a diff line are the same code, white space and comments aside.

    A C text may join several lines ("list_del(&timeout->list); timeout->prev = prev;"), and a diff line may end in a
    brace that the text leaves out: a whole statement of one that stands in the other is enough.
    """
    text, line = squeeze(c_text), squeeze(diff_line)
    if not _WORD.search(text) or not _WORD.search(line):
        return False
    return _holds(text, line) or _holds(line.removesuffix("{").rstrip(), text.removesuffix("{").rstrip())


def texts_of(step: Step) -> tuple[str, ...]:
    """The C texts that a step stands for: its own, then the calls that led to it, innermost first."""
    return tuple(text for text in (step.c_text, *reversed(step.calls)) if text)


def lights(step: Step, diff_line: str) -> bool:
    """Whether `diff_line` is the line that runs in `step`, or a call through which it runs."""
    return any(matches(text, diff_line) for text in texts_of(step))


def squeeze(text: str) -> str:
    """`text` without comments and with single blanks."""
    return _SPACE.sub(" ", _COMMENT.sub(" ", text)).strip()


def _holds(whole: str, part: str) -> bool:
    """Whether `part` is in `whole` as one or more whole statements."""
    start = whole.find(part)
    while start >= 0:
        end = start + len(part)
        opens = start == 0 or whole[:start].rstrip().endswith((";", "{", "}", ")"))
        closes = end == len(whole) or part.endswith((";", "{", "}")) or whole[end:].lstrip().startswith((";", "{"))
        if opens and closes:
            return True
        start = whole.find(part, start + 1)
    return False
