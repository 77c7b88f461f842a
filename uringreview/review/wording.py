"""The text of a reply: a template, the reviewer's own words, and quotes from the mail that is answered.

A commit is named as the kernel names it, 12 hex digits and the subject in quotes
(Documentation/process/submitting-patches.rst). Own prose is wrapped at 72 columns; a quote is never touched: it
stands byte for byte behind "> ", and what is left out is marked `[ ... ]`.
"""

import re
import textwrap
from collections.abc import Iterable, Sequence
from email.utils import format_datetime
from pathlib import Path
from string import Template

from platformdirs import user_config_path

from uringreview.diff.model import DiffAnchor
from uringreview.errors import EnvironmentProblem
from uringreview.kernel.ranges import RangeKind, range_findings
from uringreview.kernel.status import Cell
from uringreview.mail.message import Message, Span
from uringreview.mail.patch import Patch
from uringreview.mail.subject import BranchRange
from uringreview.rationale.mark import Mark, MarkWord
from uringreview.resources import resource
from uringreview.review.decisions import Comment
from uringreview.review.headers import clean
from uringreview.series.graph import LaterFix

_WIDTH = 72
_LEFT_OUT = "[ ... ]"
_UPSTREAM = re.compile(r"\[ ?upstream commit [0-9a-f]{12,40} ?\]|commit [0-9a-f]{12,40} upstream\.?", re.IGNORECASE)
_CONTEXT_LINES = 10


def user_templates() -> Path:
    """The folder whose templates stand before ours."""
    return user_config_path("uringreview") / "templates"


def from_template(which: str, /, **values: str) -> str:
    """The template `which` with its placeholders filled, wrapped; raises EnvironmentProblem for a bad template."""
    own = user_templates() / f"{which}.txt"
    path = own if own.is_file() else resource("templates", f"{which}.txt")
    try:
        return wrapped(Template(path.read_text(encoding="utf-8")).substitute(values).strip("\n"))
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentProblem(f"{path}: the template cannot be read ({error}).") from error
    except KeyError as error:
        raise EnvironmentProblem(
            f"{path}: the template names ${error.args[0]}, which {which} does not have."
        ) from error
    except ValueError as error:
        raise EnvironmentProblem(f"{path}: the template is not valid ({error}); write a dollar sign as $$.") from error


def wrapped(prose: str) -> str:
    """Own prose with LF line ends and no line over 72 columns, quoted and indented lines left as they are."""
    lines: list[str] = []
    for line in prose.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if len(line) <= _WIDTH or line.startswith((">", " ", "\t")):
            lines.append(line.rstrip())
        else:
            lines += textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).strip("\n")


def commit_name(upstream: str | None, title: str) -> str:
    """`49ae66eb8c27 ("io_uring: ...")`; the quoted title or the id alone where the other is not known."""
    quoted = f'"{clean(title)}"'
    if not upstream:
        return quoted
    return f"{upstream[:12]} ({quoted})" if title else upstream[:12]


def patch_name(patch: Patch) -> str:
    """How a reply names a patch."""
    return commit_name(patch.upstream, patch.subject.title)


def fixes_name(fixes: Sequence[LaterFix]) -> str:
    """How a reply names the later fixes of a patch."""
    return listed(commit_name(fix.upstream, fix.subject) for fix in fixes)


def range_said(asked: BranchRange | None, cells: Iterable[Cell]) -> str:
    """ "The subject asks for 7.0-6.6: conflicts on 6.12 and 6.6."; empty where every asked branch takes the patch."""
    found = (each for each in range_findings(asked, cells) if each.kind is RangeKind.NOT_TAKEN)
    said = next((each.sentence.removeprefix(f"asks for {asked}, ") for each in found), "")
    return wrapped(f"The subject asks for {asked}: {said}.") if said else ""


def attribution(message: Message) -> str:
    """The line before a quote: when, where the mail has a date, and who."""
    who = clean(message.sender.name) or clean(message.sender.address)
    # A page's "4 days, 11 hours ago" is no date any more by the time that the reply is read.
    return f"On {format_datetime(message.date)}, {who} wrote:" if message.date else f"{who} wrote:"


def quoted(text: str) -> str:
    """`text` behind "> ", byte for byte; an empty line becomes ">"."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def opening_quote(patch: Patch) -> str:
    """The mail's first lines up to the one that names the upstream commit, then `[ ... ]`."""
    lines = patch.message.body.lstrip("\n").split("\n")
    named = next((n for n, line in enumerate(lines[:_CONTEXT_LINES]) if _UPSTREAM.search(line)), None)
    if named is None:
        blank = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
        named = min(blank, _CONTEXT_LINES) - 1
    kept = "\n".join(lines[: named + 1])
    return f"{quoted(kept)}\n{_LEFT_OUT}" if len(lines) > named + 1 else quoted(kept)


def commented(patch: Patch, comments: Iterable[Comment], marks: Sequence[Mark] = ()) -> list[str]:
    """One block a comment, in the order of the mail: the quote with its heading lines, then what is said of it.

    `marks` are the rationale's checked claims: what is quoted of it is said to be unchecked where none of them stands.
    """
    blocks = []
    former: Comment | None = None
    for comment in sorted(comments, key=lambda each: _where(patch, each)):
        said = wrapped(comment.text)
        if not said.strip():
            continue
        parts = [*_heading(patch, comment, former), quoted(comment.quote)] if comment.quote else []
        former = comment if parts else former
        unchecked = "" if _checked(comment, marks) else " (not checked by me)"
        lead = [f"The generated explanation says{unchecked}:"] if _in_rationale(patch, comment) else []
        blocks.append("\n".join([*lead, *parts, "", said] if parts else [said]))
    return blocks


def _checked(comment: Comment, marks: Sequence[Mark]) -> bool:
    place = comment.place
    return isinstance(place, Span) and any(
        mark.word is not MarkWord.UNCHECKABLE
        and mark.claim.span.start < place.end
        and place.start < mark.claim.span.end
        for mark in marks
    )


def _in_rationale(patch: Patch, comment: Comment) -> bool:
    inside = patch.rationale
    return (
        isinstance(comment.place, Span)
        and inside is not None
        and inside.start <= comment.place.start < inside.end
        and bool(comment.quote)
    )


def _heading(patch: Patch, comment: Comment, former: Comment | None) -> list[str]:
    # The file and hunk lines as mailed, but for those that stand above the `former` comment's quote already; none
    # where the anchor cannot be found again in the mailed text.
    above = former.place if former is not None and isinstance(former.place, DiffAnchor) else None
    if not isinstance(comment.place, DiffAnchor):
        return []
    headers: list[str] = []
    hunks: list[str] = []
    inside = False
    for line in patch.diff_text.split("\n"):
        if line.startswith("diff --git "):
            inside = line.endswith(f" b/{comment.place.path}")
        elif inside and line.startswith(("--- ", "+++ ")) and not hunks:
            headers.append(line)
        elif inside and line.startswith("@@ "):
            hunks.append(line)
    same_file = above is not None and above.path == comment.place.path
    if above is not None and same_file and above.hunk is not None and above.hunk == comment.place.hunk:
        return [_LEFT_OUT]
    found = [] if same_file else [*headers]
    if comment.place.hunk is not None and comment.place.hunk < len(hunks):
        found.append(hunks[comment.place.hunk])
    found = [line for line in found if line not in comment.quote.split("\n")]
    return [quoted("\n".join(found)), _LEFT_OUT] if found and comment.place.line else [quoted(line) for line in found]


def _where(patch: Patch, comment: Comment) -> tuple[int, int, int, int, int]:
    if isinstance(comment.place, Span):
        return (0, comment.place.start, 0, 0, comment.number)
    if isinstance(comment.place, DiffAnchor):
        file = patch.diff_text.find(f" b/{comment.place.path}\n")
        return (1, file, comment.place.hunk or 0, comment.place.line or 0, comment.number)
    return (2, 0, 0, 0, comment.number)


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them: "a, b and c"."""
    every = list(names)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"
