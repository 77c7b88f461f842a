"""The queue: what was opened for review, in order, with people's replies beside the patches they answer."""

from collections.abc import Sequence
from typing import BinaryIO

from uringreview.mail.answer import own_text
from uringreview.mail.gather import gather
from uringreview.mail.message import Message
from uringreview.mail.rows import Listed, Problem, Queue, Reply, Row
from uringreview.mail.sources import read_source
from uringreview.progress import Progress, Work

__all__ = ["Listed", "Problem", "Queue", "Reply", "Row", "gather", "load", "own_text"]


def load(paths: Sequence[str], stdin: BinaryIO | None = None) -> Work[Message, Queue]:
    """Read every path ("-" is `stdin`) and order what is in them; yields progress in mails, each with its message.

    Nothing in the input raises: what cannot be read becomes one of the queue's problems.
    """
    messages: list[Message] = []
    listed: list[Listed] = []
    problems: list[Problem] = []
    for path in paths:
        for item in read_source(path, stdin):
            if isinstance(item, Message):
                messages.append(item)
                yield Progress(len(messages), 0, "mails", (item,))
            elif isinstance(item, Listed):
                listed.append(item)
            else:
                problems.append(item)
    return gather(messages, listed, problems)
