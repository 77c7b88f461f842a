"""Whatever the user names, read as mail: mbox, mbox.gz, maildir, .eml, .patch, directories, page text, standard input.

`find` cuts it into single texts; here each becomes a message, what a page's overview lists, or a problem.
"""

from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

from uringreview.errors import UnreadableError
from uringreview.mail.find import Form, Found, find
from uringreview.mail.head import patch_title
from uringreview.mail.message import Message, Source, assemble, read_message
from uringreview.mail.page import read_page
from uringreview.mail.patch import cut_short, has_diff, read_patch
from uringreview.mail.rows import Listed, Note, Problem

Item: TypeAlias = Message | Listed | Problem | Note


def read_source(path: str, stdin: BinaryIO | None = None) -> Iterator[Item]:
    """Everything in `path` ("-" is `stdin`), in order; raises nothing that the input could cause."""
    for one in find(path, stdin):
        if isinstance(one, Found):
            yield from read_found(one)
        else:
            yield one


def read_found(found: Found) -> Iterator[Item]:
    """What one text holds: a message, with a page all that its overview lists; a Problem where it cannot be read."""
    if found.form is Form.PAGE:
        items: Iterator[Item] = read_page(found.data.decode("utf-8", "surrogateescape"), found.source)
    elif found.form is Form.PATCH:
        items = iter((_plain_patch(found.data.decode("utf-8", "surrogateescape"), found.source),))
    else:
        items = _read_last(found) if found.last else _read_mail(found)
    nothing = True
    for item in items:
        nothing = False
        if not (found.quiet and isinstance(item, Problem) and not item.source.part):
            yield item
    if nothing and not found.quiet:
        yield Problem(found.source, f"{found.source}: no mail can be made out in it; save the mail itself.")


def _read_mail(found: Found) -> Iterator[Item]:
    source = found.source
    try:
        message = read_message(found.data, source)
    except UnreadableError as error:
        yield Problem(source, str(error))
        return
    yield message
    if cut_short(message):
        yield Problem(source, f"{source}: the patch ends before its diff is whole; get the whole mail.")


def _read_last(found: Found) -> Iterator[Item]:
    """The last mail of an mbox is looked at for a cut, which is how a download that broke off shows."""
    source = found.source
    items = list(_read_mail(found))
    yield from items
    if any(isinstance(item, Problem) for item in items):
        return
    diffs = any(isinstance(item, Message) and has_diff(item.body) for item in items)
    patch = any(isinstance(item, Message) and read_patch(item) is not None for item in items)
    if not diffs and (patch or not found.ended):
        yield Problem(source, f"{source}: the last mail is cut short; get the whole mbox.")


def _plain_patch(text: str, source: Source) -> Message:
    """A patch without mail headers, as quilt keeps them: the first line of its description is its subject."""
    body = text.replace("\r\n", "\n") if text.count("\r\n") == text.count("\n") else text
    body = body.replace("\0", "\ufffd")
    return assemble(source, text, (("Subject", patch_title(body, source)),), body, "patch file")
