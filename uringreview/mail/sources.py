"""Whatever the user names, read as mail: mbox, mbox.gz, maildir, .eml, .patch, directories, page text, standard input.

What a file is, its content says, never its name. What cannot be read becomes a `Problem` with one sentence, and the
rest goes on. Only regular files are opened, links to directories are not followed, and nothing is ever executed or
fetched, so hostile input can neither hang the program nor lead it out of what was named.
"""

import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias

from uringreview.errors import UnreadableError
from uringreview.mail.mbox import Piece, is_mbox, split_mbox
from uringreview.mail.message import Message, Source, assemble, read_message
from uringreview.mail.page import is_page, read_page
from uringreview.mail.patch import cut_short, has_diff, read_patch
from uringreview.mail.rows import Listed, Problem
from uringreview.mail.series import Series, inside, parse_series

Item: TypeAlias = Message | Listed | Problem

LIMIT = 512 * 1024 * 1024
"""The most bytes of one file, or of what it unpacks to, that are read."""

_MAIL_NAME = re.compile(r".*\.(?:eml|mbox|mbx|patch|diff|gz|msg)", re.IGNORECASE)
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,100}:(?:[ \t]|\r?$)")
_MAIL_HEADER = re.compile(rb"(?im)^(?:from|subject|message-id|date|to):[ \t]*\S")
_PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"(\xb5/\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"7z\xbc\xaf", "7-zip"),
)


def read_source(path: str, stdin: BinaryIO | None = None) -> Iterator[Item]:
    """Everything in `path` ("-" is `stdin`), in order; raises nothing that the input could cause.

    A directory that names no mail, an empty or binary file, a file that is not there: one Problem each.
    """
    source = Source(path)
    if path == "-":
        if stdin is None:
            yield Problem(source, "-: there is no standard input to read; name a file.")
            return
        try:
            data = stdin.read(LIMIT + 1)
        except (OSError, ValueError) as error:
            yield Problem(source, f"-: standard input cannot be read ({error}).")
            return
        yield from _read_bytes(data, source)
        return
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            yield from _read_directory(Path(path))
        elif stat.S_ISFIFO(mode) and path.startswith(("/dev/fd/", "/proc/self/fd/")):
            # What a shell passes for <(command): its other end is open already.
            with open(path, "rb") as pipe:
                yield from _read_bytes(pipe.read(LIMIT + 1), source)
        elif not stat.S_ISREG(mode):
            yield Problem(source, f"{path}: neither a file nor a directory; name a file that holds mail.")
        elif _names_files(Path(path)):
            yield from _read_directory(Path(path).parent, Path(path))
        else:
            yield from _read_file(path, source)
    except FileNotFoundError:
        yield Problem(source, f"{path}: no such file or directory; check the name.")
    except PermissionError:
        yield Problem(source, f"{path}: no permission to read it; change its mode or copy it.")
    except (OSError, ValueError) as error:
        yield Problem(source, f"{path!r}: cannot be read ({_why(error)}).")


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _read_file(path: str, source: Source) -> Iterator[Item]:
    with open(path, "rb") as file:
        data = file.read(LIMIT + 1)
    yield from _read_bytes(data, source)


def _read_bytes(data: bytes, source: Source) -> Iterator[Item]:
    """What a file's bytes hold, told by their content."""
    if len(data) > LIMIT:
        yield Problem(source, f"{source}: larger than {LIMIT >> 20} MB; split it first.")
        return
    if data.startswith(b"\x1f\x8b"):
        data, fault = _unpacked(data)
        if fault:
            yield Problem(source, f"{source}: {fault}")
        if not data and fault:
            return
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        yield Problem(source, f"{source}: empty; save the mail again.")
        return
    start = data.lstrip(b"\r\n")
    if is_mbox(start):
        yield from _read_mbox(start, source)
        return
    text = data.decode("utf-8", "surrogateescape")
    if is_page(text):
        yield from read_page(text, _part(source, "page text"))
    elif _has_mail_header(start):
        yield from _read_mail(start, source)
    elif b"\0" not in data[:65536] and has_diff(text):
        yield _plain_patch(text, source)
    else:
        yield Problem(source, f"{source}: {_not_mail(data)}")


def _part(source: Source, part: str) -> Source:
    return Source(source.path, part, source.series, source.place)


def _not_mail(data: bytes) -> str:
    if data.startswith(b"%PDF"):
        return "a PDF, not mail; save the mail itself (its raw text)."
    packed = next((name for magic, name in _PACKED if data.startswith(magic)), None)
    if packed:
        return f"packed with {packed}; unpack it first."
    if b"\0" in data[:65536]:
        return "binary data, not mail; save the mail itself (its raw text)."
    if re.match(rb"\s{0,100}(?:<!doctype html|<html)", data, re.IGNORECASE):
        return "an HTML page, not mail; save the raw mail, or the page's text."
    return "no mail and no patch in it; save the mail with its headers."


def _unpacked(data: bytes) -> tuple[bytes, str]:
    """The members of a gzip file, at most LIMIT bytes of them, and what is wrong with it."""
    out: list[bytes] = []
    size = 0
    while data.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not member.eof:
            try:
                piece = member.decompress(data, 1 << 20)
            except zlib.error:
                return b"".join(out), "damaged gzip data; what stands before the damage is shown, get the file again."
            if not piece and not member.unconsumed_tail and not member.eof:
                return b"".join(out), "gzip data cut short; what is there is shown, get the file again."
            out.append(piece)
            size += len(piece)
            if size > LIMIT:
                return b"".join(out), f"unpacks to more than {LIMIT >> 20} MB; the rest is left out, split it first."
            data = member.unconsumed_tail
        data = member.unused_data
    return b"".join(out), ""


def _has_mail_header(data: bytes) -> bool:
    head = re.split(rb"\r?\n\r?\n", data[:65536], maxsplit=1)[0]
    return _HEADER_LINE.match(head) is not None and _MAIL_HEADER.search(head) is not None


def _read_mail(raw: bytes, source: Source) -> Iterator[Item]:
    try:
        message = read_message(raw, source)
    except UnreadableError as error:
        yield Problem(source, str(error))
        return
    yield message
    if cut_short(message):
        yield Problem(source, f"{source}: the patch ends before its diff is whole; get the whole mail.")


def _read_mbox(data: bytes, source: Source) -> Iterator[Item]:
    """Each mail of an mbox; the last is looked at for a cut, which is how a download that broke off shows."""
    pending: Piece | None = None
    for piece in split_mbox(data):
        if pending is not None:
            yield from _read_mail(pending.raw, _part(source, f"message {pending.number}"))
        pending = piece
    if pending is None:
        return
    # One mail alone, as git format-patch writes it, is a file of its own.
    part = _part(source, f"message {pending.number}") if pending.number > 1 else source
    items = list(_read_mail(pending.raw, part))
    yield from items
    if any(isinstance(item, Problem) for item in items):
        return
    diffs = any(isinstance(item, Message) and has_diff(item.body) for item in items)
    patch = any(isinstance(item, Message) and read_patch(item) is not None for item in items)
    if not diffs and (patch or not pending.ended):
        yield Problem(part, f"{part}: the last mail is cut short; get the whole mbox.")


def _plain_patch(text: str, source: Source) -> Message:
    """A patch without mail headers, as quilt keeps them: the first line of its description is its subject."""
    body = text.replace("\r\n", "\n") if text.count("\r\n") == text.count("\n") else text
    body = body.replace("\0", "\ufffd")
    first = next((line.strip() for line in body.split("\n") if line.strip()), "")
    described = first and not first.startswith(("diff ", "---", "Index: ", "index ", "==="))
    headers = (("Subject", first if described else Path(source.path).name),)
    return assemble(source, text, headers, body, "patch file")


def _names_files(path: Path) -> bool:
    """Whether the user named a quilt series file itself: by its name, and because its lines name files beside it."""
    if not path.name.startswith("series") or path.stat().st_size > 1 << 20:
        return False
    names = parse_series(path.read_bytes().decode("utf-8", "surrogateescape")).names
    return bool(names) and all(_is_name(name) for name in names) and any((path.parent / n).is_file() for n in names)


def _is_name(name: str) -> bool:
    return len(name) < 4096 and "\0" not in name


def _read_directory(folder: Path, series: Path | None = None) -> Iterator[Item]:
    """All mail below `folder`, a quilt series in its order; with `series` only what that file names."""
    count = found = 0
    problems: list[Problem] = []
    if series is not None:
        files: Iterator[tuple[Source, bool] | Problem] = _series_files(series, set())
    else:
        files = _walk(folder)
    for file in files:
        if isinstance(file, Problem):
            problems.append(file)
            yield file
            continue
        source, named = file
        count += 1
        for item in _read_listed_file(source, named):
            found += not isinstance(item, Problem)
            if isinstance(item, Problem):
                problems.append(item)
            yield item
    if not found and not problems:
        what = f"none of its {count} files holds mail" if count else "no mail in it"
        yield Problem(Source(str(folder)), f"{folder}: {what}; name a directory of .eml, .patch or mbox files.")


def _read_listed_file(source: Source, named: bool) -> Iterator[Item]:
    """One file of a directory; what is not mail and was not `named` as such is passed over in silence."""
    try:
        if not stat.S_ISREG(os.stat(source.path).st_mode):
            return
        for item in _read_file(source.path, source):
            if named or not isinstance(item, Problem) or item.source.part:
                yield item
    except PermissionError:
        yield Problem(source, f"{source}: no permission to read it; change its mode or copy it.")
    except OSError as error:
        yield Problem(source, f"{source}: cannot be read ({_why(error)}).")


def _walk(folder: Path) -> Iterator[tuple[Source, bool] | Problem]:
    """Every visible file below `folder`, series first, and whether its name says that it is mail."""
    refused: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=refused.append):
        while refused:
            yield _refusal(refused.pop())
        # A maildir's mail lies in new and cur; tmp holds what is being delivered (maildir(5)).
        maildir = "cur" in folders and "new" in folders
        folders[:] = sorted(name for name in folders if name[0] != "." and not (maildir and name == "tmp"))
        in_maildir = os.path.basename(here) in ("cur", "new")
        seen: set[str] = set()
        if "series" in files:
            yield from _series_files(Path(here, "series"), seen)
        for name in sorted(files):
            path = os.path.join(here, name)
            if name[0] == "." or name == "series" or name in seen:
                continue
            yield Source(path), in_maildir or _MAIL_NAME.fullmatch(name) is not None
    while refused:
        yield _refusal(refused.pop())


def _refusal(error: OSError) -> Problem:
    name = str(error.filename)
    return Problem(Source(name), f"{name}: cannot be listed ({_why(error)}).")


def _series_files(path: Path, seen: set[str]) -> Iterator[tuple[Source, bool] | Problem]:
    """The files that the series at `path` names, in its order; their names, and those switched off, go to `seen`."""
    try:
        if path.stat().st_size > 16 << 20:
            raise OSError("too large for a series file")
        series: Series = parse_series(path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError as error:
        yield Problem(Source(str(path)), f"{path}: cannot be read ({_why(error)}).")
        return
    seen.update(series.switched_off)
    for place, name in enumerate(series.names, 1):
        file = inside(path.parent, name) if _is_name(name) else None
        part = Source(str(path), f"line of {name[:200]}", str(path), place)
        if file is None:
            yield Problem(part, f"{path}: {name[:200]!r} lies outside of the series' directory; it is left out.")
        elif not file.is_file():
            yield Problem(part, f"{path}: {name!r} is named but not there; get the file or drop the line.")
        elif name not in seen:
            seen.add(name)
            yield Source(str(file), "", str(path), place), True
