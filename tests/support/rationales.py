"""Rationales of our own words in every dressing of the nine-phase outline, and the patches that carry them.

`outline()` is what is said; a dressing is how it is written down. The subject matter (a ring and its chain) is that of
`tests.support.mail`: one file, two insertions, no deletion, in `ring_walk()`.
"""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from tests.support import mail
from uringreview.diff.functions import touched_functions_with_lines
from uringreview.diff.parse import parse_diff
from uringreview.kernel.status import Cell
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Queue, load
from uringreview.progress import finish
from uringreview.rationale.check import Evidence, Mark, check
from uringreview.rationale.claims import find_claims
from uringreview.rationale.parse import read_rationale

TITLES = (
    "Commit Message Forensics",
    "Diff Analysis",
    "Git History",
    "Mailing List",
    "Code Semantics",
    "Stable Trees",
    "Subsystem Context",
    "Impact And Risk",
    "Final Synthesis",
)
VERIFICATION = """\
- [Phase 1] read the message and its tags
- [Phase 2] read the diff with its context, and what stands around it in
  the one place that it names
- UNVERIFIED: nobody ran it
"""


def outline(texts: Mapping[str, str] | None = None) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """(phase, title, [(step, text), ...]) for nine phases of two steps each; `texts` replaces steps by number."""
    said = dict(texts or {})
    return [
        (
            number,
            title,
            [
                (step, said.get(step, f"Words on {title.lower()}, point {step}."))
                for step in (f"{number}.1", f"{number}.2")
            ],
        )
        for number, title in enumerate(TITLES, 1)
    ]


def fill(text: str, *, first: str = "", then: str = "") -> str:
    """`text` filled at 72 columns as the real mails are, at hyphens too."""
    return textwrap.fill(text, 72, initial_indent=first, subsequent_indent=then)


def _document(
    phase: Callable[[int, str], str], step: Callable[[str, str], str], texts: Mapping[str, str] | None
) -> str:
    parts = []
    for number, title, steps in outline(texts):
        parts.append(phase(number, title))
        parts.extend(step(*one) for one in steps)
    return "\n\n".join(parts)


def _hashes(number: int, title: str) -> str:
    return f"## Phase {number}: {title}"


DRESSINGS: Mapping[str, Callable[[Mapping[str, str] | None], str]] = {
    "step and record": lambda texts: _document(_hashes, lambda s, t: fill(f"Step {s} Record: {t}"), texts),
    "record alone": lambda texts: _document(_hashes, lambda _s, t: fill(f"Record: {t}"), texts),
    "record numbered": lambda texts: _document(_hashes, lambda s, t: fill(f"Record {s}: {t}"), texts),
    "capitals": lambda texts: _document(
        lambda n, t: f"## PHASE {n}: {t.upper()}", lambda s, t: f"**Step {s}: Point**\n" + fill(f"Record: {t}"), texts
    ),
    "three hashes": lambda texts: _document(
        lambda n, t: f"### PHASE {n}: {t.upper()}",
        lambda s, t: f"**Step {s} - Point:**\n" + fill(f"Record: {t}"),
        texts,
    ),
    "walkthrough": lambda texts: (
        "## Phase Walkthrough\n\n"
        + _document(lambda n, t: f"### Phase {n}: {t}", lambda s, t: fill(f"Step {s} Record: {t}"), texts)
    ),
    "bold phases": lambda texts: (
        "## Phase Walkthrough\n\n"
        + _document(
            lambda n, t: f"**Phase {n}: {t}**", lambda s, t: fill(f"Step {s} Record: {t}", first="- ", then="  "), texts
        )
    ),
    "drawn lines": lambda texts: _document(
        lambda n, t: f"{'=' * 40}\nPHASE {n}: {t.upper()}\n{'=' * 40}",
        lambda s, t: fill(f"Step {s} Record: {t}"),
        texts,
    ),
    "step headings": lambda texts: _document(
        _hashes, lambda s, t: f"### Step {s}: POINT\n" + fill(t) + "\nRecord: [one] [two]", texts
    ),
    "bold and bullets": lambda texts: _document(
        _hashes, lambda s, t: f"**Step {s}: Point**\n" + fill(t, first="- ", then="  ") + "\n- Record: done", texts
    ),
    "bold record": lambda texts: _document(
        _hashes, lambda s, t: f"**Step {s}: Point**\n" + fill(f"**Record:** [{t}]"), texts
    ),
    "bold number": lambda texts: _document(_hashes, lambda s, t: f"**Step {s}** - Point\n" + fill(t), texts),
    "dash": lambda texts: _document(_hashes, lambda s, t: fill(f"**Step {s} — Point:** {t}"), texts),
}


def rationale(
    texts: Mapping[str, str] | None = None,
    *,
    dressing: str = "step and record",
    verification: str = VERIFICATION,
    closing: str = "",
    verdict: str = "**YES**",
) -> str:
    """A whole rationale in `dressing`; `texts` says what stands in which step."""
    parts = [DRESSINGS[dressing](texts)]
    if verification:
        parts.append(f"## Verification\n\n{verification.rstrip()}")
    parts.extend(part for part in (closing, verdict) if part)
    return "\n\n".join(parts) + "\n"


def queue(*mails: bytes) -> Queue:
    """The queue that the mails make."""
    return finish(load(["-"], BytesIO(mail.mbox(*mails))))


def patch(text: str, **parts: object) -> Patch:
    """The patch of one AUTOSEL mail whose rationale is `text`; `parts` go to `tests.support.mail.autosel`."""
    return queue(mail.autosel(rationale=text, **parts)).patches[0]  # type: ignore[arg-type]


def marks(
    texts: Mapping[str, str],
    *,
    dressing: str = "step and record",
    verification: str = VERIFICATION,
    cells: Sequence[Cell] = (),
    branches: Sequence[str] = (),
    others: Sequence[bytes] = (),
    **parts: object,
) -> tuple[Mark, ...]:
    """The marks on what `texts` says, of a patch made from `parts`; `others` are further mails of the queue."""
    said = rationale(texts, dressing=dressing, verification=verification)
    whole = queue(mail.autosel(rationale=said, **parts), *others)  # type: ignore[arg-type]
    one = whole.patches[0]
    diff = parse_diff(one.diff_text, one.white_space_lost)
    changed = tuple((found.name, found.anchor) for file in diff.files for found in touched_functions_with_lines(file))
    claims = find_claims(one, read_rationale(one))
    return check(claims, Evidence(one, diff, whole, changed, tuple(cells), tuple(branches)))
