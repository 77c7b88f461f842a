"""Putting a patch off: what a person types, and whether its time has come."""

import re
from collections.abc import Container, Iterable
from datetime import date, timedelta

from uringreview.errors import UsageProblem
from uringreview.progress import Progress, Work
from uringreview.review.decisions import Snooze

_SPAN = re.compile(r"(\d{1,3}) ?(d|w|days?|weeks?)")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_snooze(text: str, today: date) -> Snooze:
    """Read "3d", "2 weeks", "tomorrow", "monday", "2026-06-01" or a commit id; raises UsageProblem for the rest."""
    word = text.strip().lower()
    span = _SPAN.fullmatch(word)
    if span is not None:
        days = int(span[1]) * (7 if span[2].startswith("w") else 1)
        return Snooze(until=today + timedelta(days=max(days, 1)))
    if word == "tomorrow":
        return Snooze(until=today + timedelta(days=1))
    day = next((number for number, name in enumerate(_DAYS) if len(word) > 2 and name.startswith(word)), None)
    if day is not None:
        return Snooze(until=today + timedelta(days=(day - today.weekday() - 1) % 7 + 1))
    if _COMMIT.fullmatch(word) and not word.isdigit():
        return Snooze(commit=word)
    try:
        until = date.fromisoformat(word)
    except ValueError:
        raise UsageProblem(f"{text!r} is no day such as 3d, monday or 2026-06-01, and no commit id.") from None
    if until <= today:
        raise UsageProblem(f"{until} is not in the future.")
    return Snooze(until=until)


def awake(snooze: Snooze, today: date, there: Container[str]) -> bool:
    """Whether its time has come; `there` are the commits, of those waited for, that the clone is known to have."""
    return snooze.until <= today if snooze.until is not None else snooze.commit in there


def commits_there(clone_path: str, commits: Iterable[str]) -> Work[None, frozenset[str]]:
    """Those of `commits` (ids of 7 to 40 digits) that the clone has, themselves or as a backport on a branch.

    Raises EnvironmentProblem where the clone cannot be read.
    """
    from uringreview.kernel.clone import open_clone
    from uringreview.kernel.lookup import Lookup

    lookup = Lookup(open_clone(clone_path))
    wanted = sorted(set(commits))
    found = set()
    for number, commit in enumerate(wanted, 1):
        if lookup.commit(commit) is not None or lookup.logged(commit) is not None:
            found.add(commit)
        yield Progress(number, len(wanted), "commits")
    return frozenset(found)
