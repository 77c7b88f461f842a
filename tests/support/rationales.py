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
from uringreview.kernel.lookup import Lookup
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
    verdict: str = "",
    lookup: Lookup | None = None,
    **parts: object,
) -> tuple[Mark, ...]:
    """The marks on what `texts` says, of a patch made from `parts`; `others` are further mails of the queue.

    The rationale has no verdict unless one is given: it would be one more claim.
    """
    said = rationale(texts, dressing=dressing, verification=verification, verdict=verdict)
    whole = queue(mail.autosel(rationale=said, **parts), *others)  # type: ignore[arg-type]
    one = whole.patches[0]
    diff = parse_diff(one.diff_text, one.white_space_lost)
    changed = tuple((found.name, found.anchor) for file in diff.files for found in touched_functions_with_lines(file))
    claims = find_claims(one, read_rationale(one))
    return check(claims, Evidence(one, diff, whole, changed, tuple(cells), tuple(branches), lookup=lookup))


LAYOUTS: Mapping[str, str] = {
    "numbered sections": """\
Now I have the whole picture of the ring.

## Analysis

### 1. COMMIT MESSAGE ANALYSIS

The message speaks of a walk that never ends:
- **Bug:** the walk reads a link that was freed, and goes on to the next one
  without a look at the lock
- No "Cc: stable@vger.kernel.org" tag

### 2. CODE CHANGE ANALYSIS

1. `ring_walk()` stops where the link is gone
   ```c
   if (!link)

           return;
   ```
2. Nothing else changes

| Factor | Assessment |
|--------|------------|
| Lines changed | +2 |

---

## **3. Verdict on the ring:**

**YES**
""",
    "headings": """\
**Backport Status: YES**

This commit should go to the stable trees.

## Why The Ring Needs It

- It stops the walk

  and says so in the log
- It is small

**Risk Assessment:**
The risk is low.
#### Where it is
In the ring.
""",
    "bullets": """\
YES

- What it fixes: the walk of the ring goes on for ever where a link of it was
  freed while it was read.
- Scope and risk:
  - one function, no data path touched
  - no dependency

In short, take it.
""",
    "numbered points": """\
**YES**

This commit should go to the stable trees for these reasons:

1. **It fixes a bug**: the walk of the ring goes on for ever where a link of
   it was freed:
  ```c
  ring_walk(ring);
  ```
2. **It is small**: two lines.
""",
    "prose": fill(
        "**YES** - This commit should go to the stable trees. It fixes two faults in `ring_walk()` of this driver "
        "here: (1) the walk goes on for ever, and (2) nobody is told of it in any way at all, though this ring is a "
        "well-known one."
    )
    + "\n",
    "collapsed": fill(
        "I looked at the ring, and here is my assessment: **YES** This commit should go to stable. ## Bug Analysis The "
        "walk of the ring never ends. ### 1. **Minimal and Targeted Change** The change is small: - **New check**: "
        "`ring_walk()` stops at the well-known end of the ring - Only one place is touched ### Code Changes in the "
        "Ring ```c if (!link) + return; ``` The check is plain. ## Why This Qualifies 1. **Obvious**: all see it. "
        "2. **Small**: two lines. ✅ **Contained** ✅ **Tested**"
    )
    + "\n",
    "raw": "**YES**\n",
    "error": "Error: Failed to generate final synthesis\n",
}
"""A rationale of our own words in each layout that has no phases, by the layout's name."""
