"""What the user named, cut into the mails, pages and patches that it holds, before any of them is decoded.

What a file is, its content says, never its name. What cannot be read becomes a `Problem` with one sentence, and the
rest goes on. Only regular files are opened, links that lead out of an opened directory are refused, and nothing is
ever executed or fetched, so hostile input can neither hang the program nor lead it out of what was named.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import BinaryIO, TypeAlias

from uringreview.mail.mbox import is_mbox, split_mbox
from uringreview.mail.message import Source
from uringreview.mail.plain import header_end
from uringreview.mail.rows import Note, Problem
from uringreview.mail.series import Series, inside, is_series_name, parse_series, series_name

LIMIT = 512 * 1024 * 1024
"""The most bytes of one file, or of what it unpacks to, that are read."""
ONE = 64 * 1024 * 1024
"""The most bytes of one mail, page or patch that are read: a mail server takes less."""

_MAIL_NAME = re.compile(r".*\.(?:eml|mbox|mbx|patch|diff|gz|msg)", re.IGNORECASE)
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,100}:(?:[ \t]|\r?$)")
_MAIL_HEADER = re.compile(rb"(?im)^(?:from|subject|message-id|date|to):[ \t]*\S")
_GZIP = b"\x1f\x8b"


class Form(Enum):
    """What a cut-out text is."""

    MAIL = "mail"
    PAGE = "page text"
    PATCH = "patch file"


@dataclass(frozen=True, slots=True)
class Found:
    """One mail, page or patch as it lies there: its bytes, and where they were.

    `last` marks the last mail of an mbox, which is where a download that broke off shows; `ended` that a line end
    closes it. `quiet` says that nothing but its content claims that it is mail: where it is none after all, nobody
    needs to hear of it.
    """

    source: Source
    form: Form
    data: bytes
    last: bool = False
    ended: bool = True
    quiet: bool = False


Find: TypeAlias = Found | Problem | Note


def find(path: str, stdin: BinaryIO | None = None) -> Iterator[Find]:
    """Everything in `path` ("-" is `stdin`), in order; raises nothing that the input could cause.

    A directory that names no mail, an empty or binary file, a file that is not there: one Problem each.
    """
    source = Source(path)
    try:
        if path == "-":
            yield from _standard_input(source, stdin)
        elif stat.S_ISDIR(os.stat(path).st_mode):
            yield from _directory(Path(path))
        elif stat.S_ISFIFO(os.stat(path).st_mode) and path.startswith(("/dev/fd/", "/proc/self/fd/")):
            # What a shell passes for <(command): its other end is open already.
            with open(path, "rb") as pipe:
                yield from _cut(pipe.read(LIMIT + 1), source)
        elif stat.S_ISREG(os.stat(path).st_mode) and _names_files(Path(path)):
            yield from _directory(Path(path).parent, Path(path))
        else:
            yield from _file(source)
    except FileNotFoundError:
        yield Problem(source, f"{path}: no such file or directory; check the name.")
    except PermissionError:
        yield Problem(source, f"{path}: no permission to read it; change its mode or copy it.")
    except (OSError, ValueError) as error:
        yield Problem(source, f"{path!r}: cannot be read ({_why(error)}).")


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _standard_input(source: Source, stdin: BinaryIO | None) -> Iterator[Find]:
    if stdin is None:
        yield Problem(source, "-: there is no standard input to read; name a file.")
        return
    try:
        data = stdin.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        yield Problem(source, f"-: standard input cannot be read ({error}).")
        return
    yield from _cut(data, source)


def _file(source: Source) -> Iterator[Find]:
    """The mails of one file. It is opened so that a pipe put there in the meantime cannot make us wait."""
    data: bytes | None = None
    if stat.S_ISREG(os.stat(source.path).st_mode):
        with open(source.path, "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            if found.st_size > LIMIT:
                yield _too_large(source)
                return
            if stat.S_ISREG(found.st_mode):
                data = file.read(LIMIT + 1)
    if data is None:
        yield Problem(source, f"{source}: neither a file nor a directory; name a file that holds mail.")
    else:
        yield from _cut(data, source)


def _too_large(source: Source) -> Problem:
    return Problem(source, f"{source}: larger than {LIMIT >> 20} MB; split it first.")


def _without_waiting(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _cut(data: bytes, source: Source) -> Iterator[Find]:
    """What a file's bytes hold, told by their content."""
    if len(data) > LIMIT:
        yield _too_large(source)
        return
    if data.startswith(_GZIP):
        from uringreview.mail.unpack import unpacked

        data, fault = unpacked(data, LIMIT)
        if fault:
            yield Problem(source, f"{source}: {fault}")
        if not data and fault:
            return
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    start = data.lstrip(b"\r\n")
    if not start or start.isspace():
        yield Problem(source, f"{source}: empty; save the mail again.")
    elif is_mbox(start):
        yield from _mbox(start, source)
    elif len(data) > ONE:
        yield Problem(source, f"{source}: {_TOO_LARGE}")
    else:
        yield from _single(data, start, source)


_TOO_LARGE = f"one text of more than {ONE >> 20} MB, which no mail is; look at it with a pager."


def _single(data: bytes, start: bytes, source: Source) -> Iterator[Find]:
    from uringreview.mail.page import is_page
    from uringreview.mail.patch import has_diff
    from uringreview.mail.unpack import not_mail

    text = data.decode("utf-8", "surrogateescape")
    if start.startswith((b">From ", b"From ")):
        # A separator that lacks its date, or that some program quoted as if it were a line of the mail.
        start = start.partition(b"\n")[2]
    if is_page(text):
        yield Found(replace(source, part="page text"), Form.PAGE, data)
    elif _has_mail_header(start):
        yield Found(source, Form.MAIL, start)
    elif b"\0" not in data[:65536] and has_diff(text):
        yield Found(source, Form.PATCH, data)
    else:
        yield Problem(source, f"{source}: {not_mail(data)}")


def _has_mail_header(data: bytes) -> bool:
    head = data[:65536]
    end = header_end(head)
    head = head[: end if end >= 0 else None]
    return _HEADER_LINE.match(head) is not None and _MAIL_HEADER.search(head) is not None


def _mbox(data: bytes, source: Source) -> Iterator[Find]:
    """Each mail of an mbox; one alone, as git format-patch writes it, is a file of its own."""
    pending: Found | None = None
    for piece in split_mbox(data):
        if pending is not None:
            yield _sized(pending)
        part = Source(source.path, f"message {piece.number}", source.series, source.place)
        pending = Found(part, Form.MAIL, piece.raw, ended=piece.ended)
    if pending is not None:
        alone = pending.source.part == "message 1"
        yield _sized(replace(pending, last=True, source=source if alone else pending.source))


def _sized(found: Found) -> Find:
    return Problem(found.source, f"{found.source}: {_TOO_LARGE}") if len(found.data) > ONE else found


def _names_files(path: Path) -> bool:
    """Whether the user named a quilt series file itself: by its name, and because its lines name files beside it."""
    if not path.name.startswith("series") or path.stat().st_size > 1 << 20:
        return False
    names = parse_series(path.read_bytes().decode("utf-8", "surrogateescape")).names
    return bool(names) and all(_is_name(name) for name in names) and any((path.parent / n).is_file() for n in names)


def _is_name(name: str) -> bool:
    return len(name) < 4096 and "\0" not in name


def _directory(folder: Path, series: Path | None = None) -> Iterator[Find]:
    """All mail below `folder`, a quilt series in its order; with `series` only what that file names."""
    count, said = 0, False
    files = _series_files(series, set()) if series is not None else _walk(folder)
    for file in files:
        if not isinstance(file, tuple):
            said = said or isinstance(file, Problem)
            yield file
            continue
        count += 1
        for one in _listed_file(*file):
            said = True
            yield one
    if not said:
        what = f"none of its {count} files holds mail" if count else "no mail in it"
        yield Problem(Source(str(folder)), f"{folder}: {what}; name a directory of .eml, .patch or mbox files.")


def _listed_file(source: Source, named: bool) -> Iterator[Find]:
    """One file of a directory; what is not mail and was not `named` as such is passed over in silence."""
    try:
        for one in _file(source):
            if isinstance(one, Found):
                yield one if named else replace(one, quiet=True)
            elif named or one.source.part:
                yield one
    except PermissionError:
        yield Problem(source, f"{source}: no permission to read it; change its mode or copy it.")
    except OSError as error:
        yield Problem(source, f"{source}: cannot be read ({_why(error)}).")


def _walk(folder: Path) -> "Iterator[tuple[Source, bool] | Problem | Note]":
    """Every visible file below `folder`, series first, and whether its name says that it is mail."""
    refused: list[OSError] = []
    root = os.path.realpath(folder)
    seen: set[str] = set()
    for here, folders, files in os.walk(folder, onerror=refused.append):
        while refused:
            yield _refusal(refused.pop())
        # A maildir's mail lies in new and cur; tmp holds what is being delivered (maildir(5)).
        maildir = "cur" in folders and "new" in folders
        folders[:] = sorted(name for name in folders if name[0] != "." and not (maildir and name == "tmp"))
        in_maildir = os.path.basename(here) in ("cur", "new")
        for name in folders:
            if os.path.islink(os.path.join(here, name)) and _leads_out(os.path.join(here, name), root):
                yield _outward(os.path.join(here, name))
        series = series_name(files)
        if series is not None:
            yield from _series_files(Path(here, series), seen)
        for name in sorted(files):
            path = os.path.join(here, name)
            if name[0] == "." or is_series_name(name) or _plain_path(path) in seen:
                continue
            if os.path.islink(path) and _leads_out(path, root):
                yield _outward(path)
                continue
            # public-inbox keeps each mail as a file called "m" (public-inbox-v2-format(5)).
            yield Source(path), in_maildir or name == "m" or _MAIL_NAME.fullmatch(name) is not None
    while refused:
        yield _refusal(refused.pop())


def _refusal(error: OSError) -> Problem:
    name = str(error.filename)
    return Problem(Source(name), f"{name}: cannot be listed ({_why(error)}).")


def _leads_out(path: str, root: str) -> bool:
    return not Path(os.path.realpath(path)).is_relative_to(root)


def _outward(path: str) -> Problem:
    return Problem(Source(path), f"{path}: a link out of the directory that was opened; name what it leads to itself.")


def _series_files(path: Path, seen: set[str]) -> "Iterator[tuple[Source, bool] | Problem | Note]":
    """The files that the series at `path` names, in its order; they and those switched off go to `seen`, as paths."""
    try:
        if path.stat().st_size > 16 << 20:
            raise OSError("too large for a series file")
        series: Series = parse_series(path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError as error:
        yield Problem(Source(str(path)), f"{path}: cannot be read ({_why(error)}).")
        return
    own: set[str] = set()
    for place, name in enumerate(series.names, 1):
        file = inside(path.parent, name) if _is_name(name) else None
        part = Source(str(path), f"line of {name[:200]}", str(path), place)
        if file is None:
            yield Problem(part, f"{path}: {name[:200]!r} lies outside of the series' directory; it is left out.")
        elif not file.is_file():
            yield Problem(part, f"{path}: {name!r} is named but not there; get the file or drop the line.")
        elif _plain_path(file) not in own:
            own.add(_plain_path(file))
            yield Source(str(file), "", str(path), place), True
            if name in series.reversed:
                yield Note(part, f"{path}: {name!r} is taken back there (-R); its diff is shown as the file has it.")
            if name in series.deeper:
                yield Note(part, f"{path}: {name!r} is applied there with -p2 or more; the paths are as in the file.")
    for name in series.switched_off:
        if _is_name(name) and (off := inside(path.parent, name)) is not None and off.is_file():
            if _plain_path(off) in own:
                continue
            own.add(_plain_path(off))
            yield Note(
                Source(str(off), "", str(path)), f"{path}: {name!r} is switched off there; it is left out of the queue."
            )
    seen |= own


def _plain_path(path: Path | str) -> str:
    return os.path.normpath(os.path.abspath(path))
