"""Which removed line became which added line, and which words changed between them.

A change block is a run of removed lines followed by a run of added ones. Lines are paired in order, so that the sum
of their likeness is greatest; what has no partner that is at least half alike stands alone. Likeness is Dice's
coefficient over the lines' tokens, as in most diff viewers; words within a pair are compared token by token.
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_ALIKE = 0.5
_MOST_CELLS = 400
_MOST_TOKENS = 300


def paired(removed: Sequence[str], added: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Rows of (index into `removed`, index into `added`), in order; None where a side has no line there.

    Blocks of more than 400 possible pairs are paired by position: likeness would cost more than it shows.
    """
    if len(removed) * len(added) > _MOST_CELLS:
        return _side_by_side(range(len(removed)), range(len(added)))
    rows: list[tuple[int | None, int | None]] = []
    old = new = 0
    for left, right in _alike(removed, added):
        rows += _side_by_side(range(old, left), range(new, right))
        rows.append((left, right))
        old, new = left + 1, right + 1
    return rows + _side_by_side(range(old, len(removed)), range(new, len(added)))


def _side_by_side(old: range, new: range) -> list[tuple[int | None, int | None]]:
    count = max(len(old), len(new))
    return [(old[i] if i < len(old) else None, new[i] if i < len(new) else None) for i in range(count)]


def _alike(removed: Sequence[str], added: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of alike lines, in order on both sides, whose likeness adds up to the most."""
    if not removed or not added:
        return []
    old_bags, new_bags = [_bag(line) for line in removed], [_bag(line) for line in added]
    best = [[0.0] * (len(added) + 1) for _ in range(len(removed) + 1)]
    likeness = [[_dice(old, new) for new in new_bags] for old in old_bags]
    for i in range(len(removed) - 1, -1, -1):
        for j in range(len(added) - 1, -1, -1):
            apart = max(best[i + 1][j], best[i][j + 1])
            together = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= _ALIKE else 0.0
            best[i][j] = max(apart, together)
    pairs = []
    i = j = 0
    while i < len(removed) and j < len(added):
        if likeness[i][j] >= _ALIKE and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _bag(line: str) -> Counter[str]:
    return Counter(token for token in _TOKEN.findall(line[:2000]) if not token.isspace())


def _dice(old: Counter[str], new: Counter[str]) -> float:
    total = old.total() + new.total()
    return 2 * (old & new).total() / total if total else 0.0


def changed_words(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """Spans (start, end) of what differs in `old` and in `new`; both empty where the lines have little in common."""
    if old == new or _dice(_bag(old), _bag(new)) < _ALIKE:
        return [], []
    old_tokens, new_tokens = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(old_tokens), len(new_tokens)) > _MOST_TOKENS:
        return _between_the_ends(old, new)
    old_ends, new_ends = _starts(old_tokens), _starts(new_tokens)
    old_spans: list[Span] = []
    new_spans: list[Span] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old_tokens, new_tokens, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        _extend(old_spans, (old_ends[i1], old_ends[i2]))
        _extend(new_spans, (new_ends[j1], new_ends[j2]))
    if old.strip() == new.strip():
        return old_spans, new_spans
    return _behind_indent(old_spans, old), _behind_indent(new_spans, new)


def _behind_indent(spans: list[Span], line: str) -> list[Span]:
    """The spans without the indent: where words changed too, a deeper indent is not what to look at."""
    indent = len(line) - len(line.lstrip())
    return [(max(start, indent), end) for start, end in spans if end > indent]


def _starts(tokens: Sequence[str]) -> list[int]:
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    return starts


def _extend(spans: list[Span], span: Span) -> None:
    if span[0] == span[1]:
        return
    if spans and spans[-1][1] == span[0]:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)


def _between_the_ends(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """One span a side: what lies between the common start and the common end."""
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    end = next((i for i in range(shorter - start) if old[-1 - i] != new[-1 - i]), shorter - start)
    return [(start, len(old) - end)], [(start, len(new) - end)]
