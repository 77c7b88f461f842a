"""One patch and its evidence as a page of HTML, to attach or to print.

The page stands alone: no script, nothing fetched (a Content-Security-Policy says so to the browser too), light or dark
as the reader's system is. All text comes from mail and is escaped; characters that hide or mislead are shown as escapes
such as ``\\u202e`` (see `terminal`). What is said by colour is said by words or signs as well.
"""

import itertools
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from uringreview import __version__
from uringreview.diff.model import FileChange, Hunk, LineKind
from uringreview.errors import EnvironmentProblem
from uringreview.kernel.status import Cell
from uringreview.mail.message import Span
from uringreview.mail.queue import own_text
from uringreview.rationale.mark import Mark, MarkWord
from uringreview.resources import resource
from uringreview.review.claims_text import place
from uringreview.review.export import stem_of, write_new
from uringreview.review.facts import Desk, PatchFacts
from uringreview.review.proof import proof
from uringreview.review.terminal import many_lines, one_line

_SIGNS = {MarkWord.VERIFIED: "✓", MarkWord.CONTRADICTED: "✗", MarkWord.UNCHECKABLE: "?"}
# Which mark is shown where two claims share words.
_FIRST = (MarkWord.CONTRADICTED, MarkWord.VERIFIED, MarkWord.UNCHECKABLE)
_CLASSES = {LineKind.ADDED: "added", LineKind.REMOVED: "removed", LineKind.CONTEXT: "context"}


def write_pages(folder: Path, desk: Desk) -> tuple[Path, ...]:
    """Write the page of every loaded patch of `desk` to a file of its own in `folder`, made where it is missing.

    A file that exists is never written over: the next free number is added. Raises EnvironmentProblem where a file
    cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(write_page(folder, facts) for facts in desk.facts)
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or folder}: cannot be written ({error.strerror}).") from error


def write_page(folder: Path, facts: PatchFacts) -> Path:
    """Write one patch's page to a new file in `folder`, which exists; returns its path. Raises OSError."""
    stem = stem_of(facts.patch.subject.title, facts.patch.position) or "patch"
    return write_new(folder, stem, ".html", patch_page(facts).encode())


def patch_page(facts: PatchFacts) -> str:
    """The page as text: head, what is known against it, branches, series, claims, rationale, diff, answers."""
    subject = _line(facts.patch.message.subject)
    parts = (
        _head(facts),
        _section("Against it", _items(facts.reasons_against)),
        _section("Branches", _cells(facts)),
        _section("Series", _series(facts)),
        _section("Claims of the rationale", _claims(facts)),
        _section("Rationale as mailed", _rationale(facts)),
        _section("Diff", _diff(facts)),
        _section("Answers", _answers(facts)),
    )
    body = "\n".join(part for part in parts if part)
    style = resource("templates", "page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{subject}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n"
        f"<footer>Made by uringreview {__version__}. Claims are checked against the mail, the queue and a kernel "
        "clone; ? means that nothing there tells.</footer>\n</body>\n</html>\n"
    )


def _head(facts: PatchFacts) -> str:
    patch = facts.patch
    rows = (
        ("Author", str(patch.author)),
        ("Upstream commit", patch.upstream or ""),
        ("Asked for", str(patch.subject.asked or "")),
        ("Made on", patch.stable_base or ""),
        ("Verdict of the rationale", facts.rationale.verdict.word.value),
        ("Message-ID", patch.message.message_id or ""),
    )
    table = "".join(f'<tr><th scope="row">{name}</th><td>{_line(value)}</td></tr>\n' for name, value in rows if value)
    return f"<h1>{_line(patch.message.subject)}</h1>\n<table>\n{table}</table>"


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{content}\n</section>" if content else ""


def _items(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{_line(text)}</li>\n" for text in texts)
    return f"<ul>\n{items}</ul>" if items else ""


def _cells(facts: PatchFacts) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_line(cell.branch)}</th><td class="{"good" if cell.status.applies else "bad"}">'
        f"{_line(cell.status.value)}</td><td>{_line('; '.join(_said_of(cell)))}</td></tr>\n"
        for cell in facts.cells
    )
    return f"<table>\n{rows}</table>" if rows else ""


def _said_of(cell: Cell) -> list[str]:
    return [cell.detail, *(flag.sentence for flag in cell.flags if flag.sentence not in cell.detail)]


def _series(facts: PatchFacts) -> str:
    members = facts.group.members if facts.group is not None else ()
    rows = "".join(
        f"<li{' class=own' if member.key == facts.key else ''}><code>{_line(member.upstream[:12])}</code> "
        f"{_line(member.subject)} {_line(member.asked)}{'' if member.key else ' (missing here)'}</li>\n"
        for member in members
    )
    needs = [
        f"needs {edge.needs[:12]} first: {'; '.join(reason.text for reason in edge.reasons)}" for edge in facts.needs
    ]
    fixes = [fix.sentence for fix in facts.later_fixes]
    return (f"<ol>\n{rows}</ol>\n" if rows else "") + _items((*needs, *fixes))


def _claims(facts: PatchFacts) -> str:
    return "<ol>\n" + "".join(_claim(number, mark, facts) for number, mark in enumerate(facts.marks, 1)) + "</ol>"


def _claim(number: int, mark: Mark, facts: PatchFacts) -> str:
    found = proof(mark, facts)
    where = place(mark)
    lines = "\n".join(_text(line) for line in found.lines)
    command = f"<p><code>{_line(found.command)}</code></p>\n" if found.command else ""
    return (
        f'<li id="c{number}"><p><span class="{mark.word.value}">{_SIGNS[mark.word]} {mark.word.value}</span> '
        f"{_line(mark.claim.kind.value)}{f', {_line(where)}' if where else ''}: <q>{_line(mark.claim.text)}</q></p>\n"
        f"<p>{_line(mark.evidence)}</p>\n{f'<pre>{lines}</pre>' if lines else ''}\n{command}</li>\n"
    )


def _rationale(facts: PatchFacts) -> str:
    span, body = facts.patch.rationale, facts.patch.message.body
    if span is None:
        return ""
    cuts = {span.start, span.end}
    for mark in facts.marks:
        cuts |= {at for at in (mark.claim.span.start, mark.claim.span.end) if span.start < at < span.end}
    ordered = sorted(cuts)
    pieces = (_piece(Span(one, two), body, facts.marks) for one, two in itertools.pairwise(ordered))
    return f"<pre>{''.join(pieces)}</pre>"


def _piece(span: Span, body: str, marks: Sequence[Mark]) -> str:
    text = _text(span.of(body))
    over = [
        (_FIRST.index(mark.word), number)
        for number, mark in enumerate(marks, 1)
        if mark.claim.span.start <= span.start and span.end <= mark.claim.span.end
    ]
    if not over:
        return text
    word, number = min(over)
    return f'<a class="{_FIRST[word].value}" href="#c{number}">{text}</a>'


def _diff(facts: PatchFacts) -> str:
    notes = _items((facts.diff.state.value, *facts.diff.problems)) if facts.diff.problems else ""
    return notes + "\n".join(_file(change) for change in facts.diff.files)


def _file(change: FileChange) -> str:
    name = change.path if change.path == change.old_path else f"{change.old_path} → {change.path}"
    hunks = "".join(_hunk(hunk) for hunk in change.hunks)
    body = f"<pre>{hunks}</pre>" if hunks else "<p>binary</p>" if change.binary else ""
    return f"<h3>{_line(name)} +{change.added} -{change.removed}</h3>\n{body}"


def _hunk(hunk: Hunk) -> str:
    head = f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@ {hunk.heading}".rstrip()
    lines = "".join(
        f'<span class="{_CLASSES[line.kind]}">{line.kind.value}{_text(line.text)}</span>\n'
        + ("\\ No newline at end of file\n" if line.no_newline else "")
        for line in hunk.lines
    )
    return f'<span class="hunk">{_text(head)}</span>\n{lines}'


def _answers(facts: PatchFacts) -> str:
    return "\n".join(
        f"<h3>{_line(answer.reply.sender)}{f', {answer.reply.date:%Y-%m-%d %H:%M %z}' if answer.reply.date else ''}: "
        f"{_line(answer.stance.kind.value)}</h3>\n<pre>{_text(own_text(answer.reply.message).strip())}</pre>"
        for answer in facts.answers
        if answer.reply.message is not None
    )


def _line(text: str) -> str:
    return escape(one_line(text))


def _text(text: str) -> str:
    return escape(many_lines(text))
