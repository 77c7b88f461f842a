"""What trailers say: that a patch fixes or needs another, and that two were posted upstream in one series.

Documentation/process/submitting-patches.rst and stable-kernel-rules.rst give the trailers that name a commit.
git-send-email(1) numbers the Message-IDs of one sending, "20260511182217.226763-2-axboe@kernel.dk" and "-3-": the
maintainer's Link: trailer keeps them, and so do rationales that looked the posting up.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uringreview.mail.message import Span
from uringreview.mail.patch import Patch
from uringreview.series.edge import Direction, Reason, ReasonKind, Strength, Tie, canonical
from uringreview.series.names import Names
from uringreview.series.words import ids_in

_SENDING = re.compile(r"\b(\d{14}\.\d{1,12})-(\d{1,4})-([\w.+-]{1,64}@[\w.-]{1,128})")
_FILE = re.compile(r"^diff --git a/(\S+) b/", re.MULTILINE)
_LINKS = ("link", "message-id")
_NEEDS = ("depends-on", "fixes", "prerequisite", "requires")


@dataclass(frozen=True, slots=True)
class _Posted:
    """Where a patch stood in an upstream posting, and what says so."""

    patch: Patch
    number: int
    span: Span
    trailer: bool


def from_trailers(patch: Patch, names: Names) -> Iterator[Tie]:
    """Trailers that name another patch of the queue: Fixes, Depends-on, Stable-dep-of, Cc: stable with an id."""
    own = canonical(patch.upstream or "")
    for trailer in patch.trailers:
        key, value = trailer.key.lower(), trailer.value
        if key == "cc" and "stable@" in value and "#" in value:
            value = value.partition("#")[2]
        elif key not in _NEEDS and key != "stable-dep-of":
            continue
        text = f"{trailer.key}: {trailer.value}"
        reason = Reason(text, patch.key, trailer.span, ReasonKind.TRAILER, Strength.CERTAIN)
        for found in ids_in(value)[:1]:
            other = names.resolve(found[0])
            if other and own and other != own and other in names.rows:
                first, second = (other, own) if key == "stable-dep-of" else (own, other)
                yield Tie(first, second, Direction.UPSTREAM, reason)


def from_postings(patches: Sequence[Patch]) -> Iterator[Tie]:
    """Neighbours of one upstream posting: strong where they change the same file, else a hint.

    Those that share a file with an earlier mail are tied to the nearest such mail as well. What a rationale says of the
    posting is a hint too: it was generated.
    """
    postings: dict[tuple[str, str], dict[int, _Posted]] = defaultdict(dict)
    for patch in patches:
        for sending, sender, posted in _posted(patch):
            known = postings[sending, sender].get(posted.number)
            if known is None or (posted.trailer and not known.trailer):
                postings[sending, sender][posted.number] = posted
    for members in postings.values():
        ordered = [members[number] for number in sorted(members)]
        files = [frozenset(_FILE.findall(each.patch.diff_text)) for each in ordered]
        for at in range(1, len(ordered)):
            sharing = next((one for one in reversed(range(at)) if files[one] & files[at]), None)
            if sharing is not None:
                yield _sent_after(ordered[at], ordered[sharing], min(files[at] & files[sharing]))
            if sharing != at - 1:
                yield _sent_after(ordered[at], ordered[at - 1], "")


def _posted(patch: Patch) -> Iterator[tuple[str, str, _Posted]]:
    """The postings that a patch's trailers name; where they name none, the only one that its rationale names."""
    if patch.upstream is None:
        return
    linked = False
    for trailer in patch.trailers:
        found = _SENDING.search(trailer.value) if trailer.key.lower() in _LINKS else None
        if found is not None:
            linked = True
            yield found[1], found[3], _Posted(patch, int(found[2]), trailer.span, True)
    if linked or patch.rationale is None:
        return
    named = list(_SENDING.finditer(patch.rationale_text))
    if len({found[0] for found in named}) == 1:
        found, start = named[0], patch.rationale.start
        span = Span(start + found.start(), start + found.end())
        yield found[1], found[3], _Posted(patch, int(found[2]), span, False)


def _sent_after(later: _Posted, earlier: _Posted, path: str) -> Tie:
    by_trailer = later.trailer and earlier.trailer
    shown = "the Link: trailers show them" if by_trailer else "the rationales name them as"
    text = f"{shown} sent as mails {earlier.number} and {later.number} of one series"
    text = f"both change {path}, and {text}" if path else text
    strength = Strength.STRONG if by_trailer and path else Strength.HINT
    reason = Reason(text, later.patch.key, later.span, ReasonKind.POSTING, strength)
    first, second = canonical(later.patch.upstream or ""), canonical(earlier.patch.upstream or "")
    return Tie(first, second, Direction.NUMBERS, reason)
