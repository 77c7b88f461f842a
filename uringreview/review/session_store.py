"""The stored sessions as a shelf: rename one, put it into the archive, bring its decisions into another.

A file is moved only while nobody has it open: SQLite would write on under the old name (sqlite.org/howtocorrupt.html,
"unlinking or renaming a database file while in use").
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.review.decisions import Comment, Decision
from uringreview.review.session import Session, open_session
from uringreview.review.session_file import ARCHIVE, SUFFIX, named, session_folder, sessions


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge brought: `patches` of the target got something, of `known` that both sessions hold.

    `resent` of those are known by their change alone, under another Message-ID.
    """

    patches: int
    known: int
    resent: int

    def __str__(self) -> str:
        again = f", {self.resent} of them sent again under another Message-ID" if self.resent else ""
        return f"{self.known} patches are in both{again}; {self.patches} got decisions, notes or comments."


def stored(name: str, folder: Path | None = None) -> Path:
    """The file of an existing session, archived or not; raises UsageProblem that names the others."""
    place = folder or session_folder()
    path = named(name, place)
    for each in (path, place / ARCHIVE / path.name):
        if each.is_file():
            return each
    known = ", ".join(info.name for info in sessions(place)[:8])
    raise UsageProblem(f"There is no session {name}; stored are: {known or 'none'}.")


def rename(name: str, new: str, folder: Path | None = None) -> Path:
    """Give a session another name; the queue that it belongs to finds it all the same. Returns the new path.

    Raises UsageProblem where there is no such session, the new name is taken or none, or a window has it open.
    """
    old = stored(name, folder)
    path = named(new, old.parent)
    if any(each.exists() for each in _places(path, folder)):
        raise UsageProblem(f"There is a session {new} already; choose another name.")
    return _move(old, path)


def archive(name: str, folder: Path | None = None) -> Path:
    """Put a session out of the list; opening its queue or its name brings it back. Raises as `rename`."""
    old = stored(name, folder)
    place = old.parent / ARCHIVE
    if old.parent.name == ARCHIVE:
        raise UsageProblem(f"{name} is in the archive already.")
    path = place / old.name
    if path.exists():
        raise UsageProblem(f"{path} is in the way; rename the session first.")
    place.mkdir(mode=0o700, exist_ok=True)
    return _move(old, path)


def merge(source: str, target: str, folder: Path | None = None) -> Merged:
    """Bring the decisions of the session `source` into `target`, as one step that undo takes back there.

    Raises UsageProblem where one of them is not there, or both are the same.
    """
    if source == target:
        raise UsageProblem("A session cannot be merged with itself.")
    for name in (source, target):
        stored(name, folder)
    with open_session([], name=target, folder=folder) as into:
        return bring(source, into, folder)


def bring(source: str, into: Session, folder: Path | None = None) -> Merged:
    """Bring the decisions of the session `source` into an open one.

    Patches are matched by their Message-ID, else by upstream commit and change (a batch sent again). The later
    decision stands; the earlier one stays in the history. That a reply went out is not brought to another mail.
    """
    path = stored(source, folder)
    if path == into.path:
        raise UsageProblem("A session cannot be merged with itself.")
    with open_session([], name=source, folder=path.parent) as other:
        pairs = _pairs(other, into)
        asides, texts = other.asides(), {old: other.reply_text(old) for old, _ in pairs}
        had, had_asides = _every(into), into.asides()
        theirs = _every(other)
        decisions = [
            replace(each, key=new)
            for old, new in pairs
            for each in theirs.get(old, ())
            if not any(mine.branch == each.branch and _later(mine, each) for mine in had.get(new, ()))
        ]
        kept = [
            replace(asides[old], key=new, sent=asides[old].sent if old == new else None)
            for old, new in pairs
            if old in asides and new not in had_asides
        ]
        comments = [
            replace(comment, key=new, number=0)
            for old, new in pairs
            for comment in other.comments(old)
            if not _has(into, new, comment)
        ]
    into.bring(decisions, kept, comments)
    touched = {each.key for each in decisions} | {each.key for each in kept} | {each.key for each in comments}
    for old, new in pairs:
        text = texts[old]
        if text is not None and into.reply_text(new) is None:
            into.set_reply_text(new, text)
            touched.add(new)
    return Merged(len(touched), len(pairs), sum(old != new for old, new in pairs))


def _pairs(other: Session, into: Session) -> list[tuple[str, str]]:
    """The keys of each patch that both hold, there and here."""
    theirs = other.patches
    by_key = {each.key for each in theirs}
    by_change = {(each.upstream, each.change): each.key for each in theirs if each.upstream and each.change}
    found = []
    for mine in into.patches:
        if mine.key in by_key:
            found.append((mine.key, mine.key))
        elif (mine.upstream, mine.change) in by_change:
            found.append((by_change[mine.upstream, mine.change], mine.key))
    return found


def _every(session: Session) -> Mapping[str, Sequence[Decision]]:
    single = session.branch_decisions()
    whole = session.decisions()
    return {key: [*([whole[key]] if key in whole else []), *single.get(key, ())] for key in {*whole, *single}}


def _later(mine: Decision, theirs: Decision) -> bool:
    assert mine.made is not None
    assert theirs.made is not None
    return mine.made >= theirs.made


def _has(session: Session, key: str, comment: Comment) -> bool:
    known = [(each.text, each.quote) for each in session.comments(key)]
    return (comment.text, comment.quote) in known


def _places(path: Path, folder: Path | None) -> tuple[Path, Path]:
    place = folder or session_folder()
    return place / path.name, place / ARCHIVE / path.name


def _move(old: Path, new: Path) -> Path:
    name = old.name.removesuffix(SUFFIX)
    try:
        with closing(sqlite3.connect(old, isolation_level=None, timeout=0.2)) as connection:
            # Leaving write-ahead mode needs the file for oneself alone, and folds the journal into it.
            connection.execute("PRAGMA journal_mode = DELETE")
        old.rename(new)
    except sqlite3.OperationalError as error:
        raise UsageProblem(f"The session {name} is open in a window; close it there first.") from error
    except sqlite3.Error as error:
        raise EnvironmentProblem(f"{old}: cannot be read ({error}).") from error
    except OSError as error:
        raise EnvironmentProblem(f"{old}: cannot be moved to {new} ({error.strerror}).") from error
    return new
