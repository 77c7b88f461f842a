"""The records of one phase: `Step 1.1 Record: ...`, `Record: ...`, `### Step 1.1: TITLE`, and their kin.

The model dresses the same outline differently from mail to mail (all dressings seen from March to May 2026 are in
tests/rationale). A step owns its lines up to the next step; inside a titled step a `Record:` line belongs to the
step, elsewhere each `Record:` begins a record of its own. Text that stands under no step is a record without one, so
that nothing of a phase is lost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from uringreview.mail.message import Span
from uringreview.rationale.document import Record
from uringreview.rationale.lines import TextLine, ends_on_purpose, join_lines, squeeze

_NUMBER = r"\d{1,2}\.\d{1,2}[a-z]?"
_STEP = re.compile(
    r"\s{0,40}(?P<bullet>[-*+•]\s{1,4})?(?P<hash>#{1,6}\s{0,4})?(?P<bold>\*\*|__)?\s?(?P<word>Steps?|Records?)\s{1,4}"
    rf"(?P<step>{_NUMBER}(?:\s?(?:[-–—/,&+]|and|to|through)\s?(?:Steps?\s)?{_NUMBER}){{0,6}})(?P<rest>.*)$",
    re.IGNORECASE,
)
_RECORD = re.compile(
    r"\s{0,40}(?:[-*+•]\s{1,4})?(?:#{1,6}\s{0,4})?(?P<bold>\*\*|__)?\s?Records?\s{0,4}(?:\*\*|__)?\s{0,4}:\s{0,40}"
    r"(?(bold)(?:\*\*|__)?)"
)
_RECORD_WORD = re.compile(r"[\s:–—-]*Records?\s{0,40}:?\s{0,40}$", re.IGNORECASE)
_PLAIN_RECORD = re.compile(r"\s{0,40}[-–—:]?\s{0,40}Records?\s{0,40}[:–—-]\s{0,40}", re.IGNORECASE)
_PLAIN_LABEL = re.compile(r"\s{1,40}(?P<label>[A-Z][^:.`\n]{2,60}):\s{0,40}")
_SEPARATOR = re.compile(r"\s{0,40}[:–—-]\s{0,40}|\s{0,40}\.\s{1,40}")
_LABELLED = re.compile(
    r"\s{0,40}(?P<bold>\*\*|__)?(?P<label>(?:Evidence|Stable(?:\skernel)?\srules?|Exception|Decision|Unresolved)\b"
    r"[^.:`\n]{0,50})(?::\s{0,40}(?:\*\*|__)?|\*\*\s{0,40}:)\s{0,40}",
    re.IGNORECASE,
)
_TITLE_ENDS = " \t:.–—-*_#"


@dataclass(slots=True)
class _Draft:
    """A record while its lines are gathered; `content` are the lines without the step's own marker."""

    step: str | None
    label: str
    start: int
    titled: bool = False
    recorded: bool = False
    content: list[TextLine] = field(default_factory=list)
    end: int = 0


def records_of(lines: Sequence[TextLine], phase: int | None, *, indent_lost: bool) -> tuple[Record, ...]:
    """The records in a phase's `lines` (its heading excluded).

    `phase` is the phase's number: a step of another phase, named in running text, begins no record. None takes any
    step: for text whose phase heading is lost. `indent_lost` says that leading blanks are gone from the lines.
    """
    drafts: list[_Draft] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        current = drafts[-1] if drafts else None
        if line.blank or line.rule:
            if current is not None and current.content:
                current.content.append(line)
            index += 1
            continue
        fresh = index == 0 or ends_on_purpose(lines[index - 1], line, indent_lost=indent_lost)
        begun = None if line.fenced else _begin(lines, index, phase, fresh=fresh, current=current, lost=indent_lost)
        if begun is not None:
            draft, used = begun
            if current is not None and draft.start == current.start:
                drafts.pop()
            drafts.append(draft)
            index += used
            continue
        if current is None:
            current = _Draft(None, "", line.start)
            drafts.append(current)
        found = _RECORD.match(line.raw) if fresh and not line.fenced else None
        if found is not None:
            current.recorded = True
            if not any(not one.blank for one in current.content):
                line = _without(line, found.end())
        current.content.append(line)
        current.end = lines[index].end
        index += 1
    return tuple(
        Record(
            draft.step, draft.label, join_lines(draft.content, indent_lost=indent_lost), Span(draft.start, draft.end)
        )
        for draft in drafts
    )


def filled_over(lines: Sequence[TextLine], index: int) -> bool:
    """Whether the heading at `lines[index]` runs on: a short rest on the next line, and an empty line after that."""
    if index + 1 >= len(lines) or ends_on_purpose(lines[index], lines[index + 1]) or begins_step(lines[index + 1]):
        return False
    closed = index + 2 >= len(lines) or lines[index + 2].blank
    return closed and len(lines[index + 1].raw) <= 40


def begins_step(line: TextLine) -> bool:
    """Whether the line looks like a step's or record's first one, in any phase."""
    return not line.fenced and (_STEP.match(line.raw) is not None or _RECORD.match(line.raw) is not None)


def _begin(
    lines: Sequence[TextLine], index: int, phase: int | None, *, fresh: bool, current: _Draft | None, lost: bool
) -> tuple[_Draft, int] | None:
    """A new record that begins at `lines[index]`, and how many lines its marker took; None where none begins."""
    line = lines[index]
    found = _STEP.match(line.raw)
    if found is not None and (phase is None or found["step"].partition(".")[0] == str(phase)):
        begun = _begin_step(lines, index, found, fresh=fresh, lost=lost)
        if begun is not None:
            return begun
    if not fresh:
        return None
    found = _RECORD.match(line.raw)
    if found is not None and (current is None or current.recorded or (current.label and not current.step)):
        return _draft(line, None, "Record", found.end(), recorded=True), 1
    found = _LABELLED.match(line.raw)
    if found is not None and (current is None or not current.titled):
        draft = _draft(line, None, found["label"].strip(_TITLE_ENDS), found.end())
        if current is not None and current.step and not current.content:
            draft.step, draft.start = current.step, current.start
        return draft, 1
    return None


def _begin_step(
    lines: Sequence[TextLine], index: int, found: re.Match[str], *, fresh: bool, lost: bool
) -> tuple[_Draft, int] | None:
    line = lines[index]
    step = squeeze(re.sub(r"[–—]", "-", re.sub(r"(?i)steps?\s", "", found["step"])))
    rest, at = found["rest"], found.start("rest")
    if found["hash"]:
        plain = _PLAIN_RECORD.match(rest)
        if plain is not None and plain.end() < len(rest):
            return _draft(line, step, "Record", at + plain.end(), recorded=True), 1
        title, used = _title(lines, index, rest)
        return _Draft(step, title, line.start, titled=True, end=lines[index + used - 1].end), used
    if found["bold"]:
        return _begin_bold(lines, index, step, rest, at, lost=lost)
    if not fresh:
        return None
    plain = _PLAIN_RECORD.match(rest)
    if plain is not None:
        return _draft(line, step, "Record", at + plain.end(), recorded=True), 1
    if found["word"].lower().startswith("record") and (separator := _SEPARATOR.match(rest)):
        return _draft(line, step, "Record", at + separator.end(), recorded=True), 1
    label = _PLAIN_LABEL.match(rest)
    if label is not None:
        return _draft(line, step, label["label"].strip(), at + label.end()), 1
    separator = _SEPARATOR.match(rest)
    if separator is None and rest.strip():
        return None
    return _titled_or_text(lines, index, step, at + (separator.end() if separator else 0), lost=lost), 1


def _begin_bold(
    lines: Sequence[TextLine], index: int, step: str, rest: str, at: int, *, lost: bool
) -> tuple[_Draft, int] | None:
    """A step whose marker is bold, `**Step 1.1: Title** text`; the bold may close on a following line."""
    line = lines[index]
    close = re.search(r"\*\*|__", rest)
    used = 1
    inside = rest[: close.start()] if close else rest
    while close is None:
        if used > 2 or index + used >= len(lines) or lines[index + used].blank:
            return None
        line = lines[index + used]
        close = re.search(r"\*\*|__", line.raw)
        inside += " " + (line.raw[: close.start()] if close else line.raw)
        at = 0
        used += 1
    after = at + close.end()
    label = squeeze(inside).strip(_TITLE_ENDS)
    tail = _SEPARATOR.match(line.raw, after)
    content = tail.end() if tail else after
    if _RECORD_WORD.fullmatch(inside):
        return replace(_draft(line, step, "Record", content, recorded=True), start=lines[index].start), used
    if not label:
        draft = _titled_or_text(lines, index + used - 1, step, content, lost=lost)
    else:
        draft = _draft(line, step, label, content, titled=True)
    record = _RECORD.match(line.raw, content)
    if record is not None and draft.content:
        draft = _draft(line, step, label or "Record", record.end(), titled=True, recorded=True)
    draft.titled = True
    draft.start = lines[index].start
    return draft, used


def _titled_or_text(lines: Sequence[TextLine], index: int, step: str, content: int, *, lost: bool) -> _Draft:
    """A step whose rest of the line is a title where it stands alone, and else its text's beginning."""
    line = lines[index]
    rest = line.raw[content:].strip()
    follows = lines[index + 1] if index + 1 < len(lines) else None
    alone = follows is not None and not follows.blank and ends_on_purpose(line, follows, indent_lost=lost)
    if rest and alone and len(rest) <= 60 and not rest.endswith("."):
        return _Draft(step, rest.strip(_TITLE_ENDS), line.start, titled=True, end=line.end)
    return _draft(line, step, "", content)


def _title(lines: Sequence[TextLine], index: int, rest: str) -> tuple[str, int]:
    """A heading's title, and how many lines it takes: one, or two where it was filled over onto the next."""
    title, used = rest, 1
    if filled_over(lines, index):
        title, used = join_lines([_without(lines[index], len(lines[index].raw) - len(rest)), lines[index + 1]]), 2
    return squeeze(title).strip(_TITLE_ENDS), used


def _draft(
    line: TextLine, step: str | None, label: str, content: int, *, titled: bool = False, recorded: bool = False
) -> _Draft:
    draft = _Draft(step, label, line.start, titled=titled, recorded=recorded, end=line.end)
    if line.raw[content:].strip():
        draft.content.append(_without(line, content))
    return draft


def _without(line: TextLine, marker: int) -> TextLine:
    """The line with its first `marker` characters blanked, so that columns and offsets stay."""
    return replace(line, raw=" " * marker + line.raw[marker:])
