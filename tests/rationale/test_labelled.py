"""Labelled claims of real rationales: what is marked must agree with the label, and most are found.

The table by kind is printed with `pytest -s tests/rationale/test_labelled.py`.
"""

import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

from uringreview.mail.patch import Patch
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.rationale.check import Mark, MarkWord
from uringreview.review.desk import examine, with_clone

_KINDS = {"count": ("insertions", "deletions"), "applies": ("applies",)}


def at_quote(patch: Patch, mark: Mark, quote: str) -> bool:
    """Whether the mark's words and the quote overlap somewhere in the rationale."""
    assert patch.rationale is not None
    words = [re.escape(word) for word in quote.split()]
    places = re.finditer(r"\s+".join(words), patch.rationale_text)
    start, span = patch.rationale.start, mark.claim.span
    return any(span.start < start + one.end() and span.end > start + one.start() for one in places)


def test_marks_agree_with_what_a_person_read(shared: Path, kernel_clone: Path) -> None:
    labels = tomllib.loads((Path(__file__).parent / "labelled.toml").read_text(encoding="utf-8"))
    files = sorted(str(path) for path in (shared / "corpus").glob("2026*.mbox"))
    desk = finish(with_clone(finish(examine(finish(load(files)))), str(kernel_clone)))
    known = {facts.patch.message.message_id: facts for facts in desk.facts}
    table: Counter[tuple[str, str]] = Counter()
    wrong = []
    for message_id, claims in labels.items():
        facts = known[message_id]
        for label in claims:
            kinds = _KINDS.get(label["kind"], (label["kind"],))
            marks = [
                mark
                for mark in facts.marks
                if mark.claim.kind.value in kinds and at_quote(facts.patch, mark, label["quote"])
            ]
            words = {mark.word for mark in marks}
            against = MarkWord.CONTRADICTED if label["true"] else MarkWord.VERIFIED
            found = (MarkWord.VERIFIED if label["true"] else MarkWord.CONTRADICTED) in words
            table[label["kind"], "right" if found else "open" if words else "not found"] += 1
            if against in words:
                wrong.append((message_id, label["quote"]))
    total = sum(table.values())
    right = sum(number for (_kind, word), number in table.items() if word == "right")
    for kind in sorted({kind for kind, _ in table}):
        cells = "".join(f"{word:>12} {table[kind, word]:4}" for word in ("right", "open", "not found"))
        sys.stdout.write(f"{kind:18}{cells}\n")
    sys.stdout.write(f"{total} labels, {right} marked as labelled, {len(wrong)} marked against their label\n")
    assert wrong == []
    assert right >= 0.7 * total
