"""Labelled claims of real rationales: a mark must agree with the label, and most claims are found.

`pytest -s tests/rationale/test_labelled.py` prints the table: how many labels of a kind or layout are marked as
labelled, left open, not found, or marked against their label, and how precise the marks are.
"""

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from uringreview.mail.patch import Patch
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.rationale.check import Mark, MarkWord
from uringreview.review.desk import examine, with_clone
from uringreview.review.facts import PatchFacts

_KINDS = {"count": ("insertions", "deletions")}
_HEADING = re.compile(r"(?m)^(#{2,3} )?(\*\*)?(Phase|PHASE) \d")
_STEP = re.compile(
    r"(?m)^(?:[-#*\s]*)(?P<step>Step \d\.\d Record:|Record \d\.\d:|Record:|Steps? \d\.\d(?: ?[-:—]|\*\*| )|\*\*Record)"
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One label, and the marks of its kind that stand at its words."""

    kind: str
    layout: str
    label: MarkWord
    quote: str
    words: frozenset[MarkWord]

    @property
    def outcome(self) -> str:
        """As the label says; open: uncheckable where a person could tell; not found; or against the label."""
        if self.label in self.words:
            wrong = self.words - {self.label, MarkWord.UNCHECKABLE}
            return "against" if wrong else "right"
        if self.words - {MarkWord.UNCHECKABLE}:
            return "against"
        return "open" if self.words else "not found"


def at_quote(patch: Patch, mark: Mark, quote: str) -> bool:
    """Whether the mark's words and the quote overlap somewhere in the rationale."""
    assert patch.rationale is not None
    words = [re.escape(word) for word in quote.split()]
    places = re.finditer(r"\s+".join(words), patch.rationale_text)
    start, span = patch.rationale.start, mark.claim.span
    return any(span.start < start + one.end() and span.end > start + one.start() for one in places)


def layout(facts: PatchFacts) -> str:
    """The layout; of nine phases how headings and steps are dressed, as the mail writes the first of each."""
    text = facts.patch.rationale_text
    heading, step = _HEADING.search(text), _STEP.search(text)
    if not facts.rationale.phases or heading is None:
        return facts.rationale.layout
    dressed = f"{(heading[1] or '').strip()}{heading[2] or ''} {heading[3]} N".strip()
    return f"{dressed}, {re.sub(r'[0-9]+', 'N', step['step']).strip(' *:—-') if step else 'no steps'}"


@pytest.fixture(scope="module")
def labelled(shared: Path, kernel_clone: Path) -> tuple[Labelled, ...]:
    labels = tomllib.loads((Path(__file__).parent / "labelled.toml").read_text(encoding="utf-8"))
    files = sorted(str(path) for path in (shared / "corpus").glob("*.mbox"))
    queue = finish(load(files))
    desk = finish(with_clone(finish(examine(queue)), str(kernel_clone)))
    known = {facts.patch.message.message_id: facts for facts in desk.facts}
    return tuple(one for message_id, claims in labels.items() for one in _of_mail(known[message_id], claims))


def _of_mail(facts: PatchFacts, claims: Sequence[dict[str, str]]) -> Iterator[Labelled]:
    for label in claims:
        kinds = _KINDS.get(label["kind"], (label["kind"],))
        marks = (mark for mark in facts.marks if mark.claim.kind.value in kinds)
        words = frozenset(mark.word for mark in marks if at_quote(facts.patch, mark, label["quote"]))
        yield Labelled(label["kind"], layout(facts), MarkWord(label["mark"]), label["quote"], words)


def precision(found: Sequence[Labelled], word: MarkWord) -> float:
    """The share of marks `word` whose label says the same; 1 where there are none."""
    marked = [one for one in found if word in one.words]
    return sum(one.label is word for one in marked) / len(marked) if marked else 1.0


def recall(found: Sequence[Labelled]) -> float:
    """The share of the labels that a person could check which are marked as labelled."""
    checkable = [one for one in found if one.label is not MarkWord.UNCHECKABLE]
    return sum(one.outcome == "right" for one in checkable) / len(checkable) if checkable else 1.0


def rows(found: Sequence[Labelled]) -> Iterator[str]:
    """The table: a line a kind, a line a layout, a line for all."""
    columns = (
        ("labels", 7),
        ("right", 7),
        ("open", 6),
        ("not found", 11),
        ("against", 9),
        ("verified", 10),
        ("false", 7),
    )
    yield " " * 40 + "".join(f"{word:>{width}}" for word, width in columns) + f"{'found':>8}"
    for name in sorted({one.kind for one in found}):
        yield _row(name, [one for one in found if one.kind == name])
    yield ""
    for name in sorted({one.layout for one in found}):
        yield _row(name, [one for one in found if one.layout == name])
    yield ""
    yield _row("all", found)


def _row(name: str, found: Sequence[Labelled]) -> str:
    outcomes = Counter(one.outcome for one in found)
    verified, false = precision(found, MarkWord.VERIFIED), precision(found, MarkWord.CONTRADICTED)
    counts = f"{outcomes['right']:7}{outcomes['open']:6}{outcomes['not found']:11}{outcomes['against']:9}"
    return f"{name:40}{len(found):7}{counts}{verified:10.3f}{false:7.3f}{recall(found):8.2f}"


def test_marks_agree_with_what_a_person_read(labelled: tuple[Labelled, ...]) -> None:
    sys.stdout.write("\n" + "\n".join(rows(labelled)) + "\n")
    assert [one for one in labelled if one.outcome == "against"] == []
    assert precision(labelled, MarkWord.CONTRADICTED) == 1.0
    assert precision(labelled, MarkWord.VERIFIED) >= 0.99
    assert recall(labelled) >= 0.7


def test_labels_are_many_and_of_every_layout_with_phases(labelled: tuple[Labelled, ...]) -> None:
    assert len(labelled) >= 300
    words = Counter(one.label for one in labelled)
    assert words[MarkWord.CONTRADICTED] >= 10
    assert words[MarkWord.UNCHECKABLE] >= 40
    assert len({one.layout for one in labelled if "N" in one.layout}) >= 8
