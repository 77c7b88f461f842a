"""Values of the session's tables, there and back: decisions, asides, comments, and the words of a history.

Texts are stored as bytes, because mail holds bytes that are no UTF-8 and a window can hold lone surrogates.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from uringreview.diff.model import DiffAnchor
from uringreview.mail.message import Span
from uringreview.mail.subject import Version
from uringreview.review.decisions import Aside, Comment, Decision, DecisionKind, Event, Snooze, Tag

DECISION_FIELDS = "key, branch, kind, note, tag, drop_from, decision.made"
COMMENT_FIELDS = "key, path, hunk, line, span_start, span_end, quote, text, made"
ADD_DECISION = (
    "INSERT INTO decision (step, key, branch, kind, note, tag, drop_from, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_ASIDE = "INSERT INTO aside (step, key, name, value, made) VALUES (?, ?, ?, ?, ?)"
ADD_COMMENT = f"INSERT INTO comment ({COMMENT_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
# A comment stays where it stands in the list, however often its words change.
CHANGE_COMMENT = f"UPDATE comment SET ({COMMENT_FIELDS}) = (?, ?, ?, ?, ?, ?, ?, ?, min(made, ?)) WHERE number = ?"
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_DONE = {
    DecisionKind.TAKE: "taken",
    DecisionKind.HOLD: "held",
    DecisionKind.DROP: "dropped",
    DecisionKind.DROP_OLDER: "dropped",
    DecisionKind.TOGETHER: "taken only together with another commit",
    DecisionKind.NOT_A_FIX: "dropped as no fix",
    DecisionKind.QUESTION: "asked about",
}


def to_bytes(text: str) -> bytes:
    """`text` as it is stored; a lone surrogate that stands for no byte becomes "?"."""
    return text.encode("utf-8", "replace" if _LONE.search(text) else "surrogateescape")


def to_text(value: object) -> str:
    """What `to_bytes` stored."""
    assert isinstance(value, bytes)
    return value.decode("utf-8", "surrogateescape")


def stamp(made: datetime | None = None) -> str:
    """A moment (now, where none is given) as it is stored: ISO 8601, UTC."""
    return (made or datetime.now(UTC)).astimezone(UTC).isoformat()


def decision_row(decision: Decision) -> tuple[object, ...]:
    """The values of DECISION_FIELDS."""
    return (
        to_bytes(decision.key),
        str(decision.branch or ""),
        decision.kind.value,
        to_bytes(decision.note),
        decision.tag.value,
        str(decision.drop_from) if decision.drop_from else None,
        stamp(decision.made),
    )


def withdrawal_row(key: str, branch: Version | None) -> tuple[object, ...]:
    """The values of DECISION_FIELDS for a decision taken back."""
    return (to_bytes(key), str(branch or ""), None, b"", "", None, stamp())


def read_decision(row: Sequence[object]) -> Decision:
    """The decision that stands in DECISION_FIELDS."""
    key, branch, kind, note, tag, drop_from, made = row
    return Decision(
        key=to_text(key),
        kind=DecisionKind(kind),
        note=to_text(note),
        tag=Tag(tag),
        drop_from=Version.parse(str(drop_from)) if drop_from else None,
        made=datetime.fromisoformat(str(made)),
        branch=Version.parse(str(branch)) if branch else None,
    )


def comment_row(comment: Comment) -> tuple[object, ...]:
    """The values of COMMENT_FIELDS."""
    anchor = comment.place if isinstance(comment.place, DiffAnchor) else None
    span = comment.place if isinstance(comment.place, Span) else None
    return (
        to_bytes(comment.key),
        to_bytes(anchor.path) if anchor else None,
        anchor.hunk if anchor else None,
        anchor.line if anchor else None,
        span.start if span else None,
        span.end if span else None,
        to_bytes(comment.quote),
        to_bytes(comment.text),
        stamp(comment.made),
    )


def read_comment(row: Sequence[object]) -> Comment:
    """The comment that stands in COMMENT_FIELDS and a number."""
    key, path, hunk, line, start, end, quote, text, made, number = row
    assert isinstance(number, int)
    place: DiffAnchor | Span | None = None
    if isinstance(path, bytes):
        place = DiffAnchor(
            to_text(path), hunk if isinstance(hunk, int) else None, line if isinstance(line, int) else None
        )
    elif isinstance(start, int) and isinstance(end, int):
        place = Span(start, end)
    return Comment(to_text(key), to_text(text), to_text(quote), place, number, datetime.fromisoformat(str(made)))


def snooze_text(snooze: Snooze | None) -> str:
    """A snooze as it is stored: "2026-06-01", "commit 0123456", or empty."""
    if snooze is None:
        return ""
    return snooze.until.isoformat() if snooze.until is not None else f"commit {snooze.commit}"


def aside_values(aside: Aside) -> Iterable[tuple[str, str]]:
    """Name and value, as they are stored, of everything that an aside holds."""
    if aside.flagged:
        yield "flag", "yes"
    if aside.note:
        yield "note", aside.note
    if aside.snooze is not None:
        yield "snooze", snooze_text(aside.snooze)
    if aside.sent is not None:
        yield "sent", stamp(aside.sent)


def read_asides(rows: Iterable[Sequence[object]]) -> dict[str, Aside]:
    """The asides of rows of key, name, value: those alone that hold something."""
    found: dict[str, Aside] = {}
    for row in rows:
        key, name, value = to_text(row[0]), str(row[1]), to_text(row[2])
        if not value:
            continue
        aside = found.get(key) or Aside(key)
        match name:
            case "flag":
                aside = replace(aside, flagged=True)
            case "note":
                aside = replace(aside, note=value)
            case "snooze":
                aside = replace(aside, snooze=_read_snooze(value))
            case _:
                aside = replace(aside, sent=datetime.fromisoformat(value))
        found[key] = aside
    return found


def decision_event(row: Sequence[object], state: str) -> Event:
    """The line of a patch's history that a row of DECISION_FIELDS makes."""
    _, branch, kind, *_rest, made = row
    where = f" on {branch}" if branch else ""
    if kind is None:
        words = f"undecided again{where}"
    else:
        decision = read_decision(row)
        words = _DONE[decision.kind] + where
        if decision.drop_from is not None:
            words += f" from {decision.drop_from} and older"
        if decision.tag is not Tag.NONE:
            words += f", {decision.tag.value}"
    return Event(datetime.fromisoformat(str(made)), words, state != "live")


def aside_event(name: str, value: bytes, made: str, state: str) -> Event:
    """The line of a patch's history that a row of the asides makes."""
    text = to_text(value)
    match name:
        case "flag":
            words = "flagged" if text else "flag taken off"
        case "note":
            words = "noted" if text else "note taken off"
        case "snooze":
            words = f"snoozed {_read_snooze(text)}" if text else "woken"
        case _:
            words = "reply sent" if text else "reply not sent after all"
    return Event(datetime.fromisoformat(made), words, state != "live")


def _read_snooze(text: str) -> Snooze:
    word, _, commit = text.partition(" ")
    return Snooze(commit=commit) if word == "commit" else Snooze(until=date.fromisoformat(text))
