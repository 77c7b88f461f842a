"""What a sentence says of the review: answers in a thread, messages by their id, trees that should not take it."""

import re
from collections.abc import Iterator

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.statements import Statement

_ANSWERS = r"(?:repl(?:y|ies)|NAKs?|objections?|concerns)"
_NO_ANSWERS = re.compile(
    rf"\b[Nn]o (?:(?!no\b)[\w/-]{{1,24}} ){{0,4}}?(?P<what>{_ANSWERS}(?:(?:,| or|, or|/) ?(?:no )?{_ANSWERS})*)\b"
)
# A Message-ID (RFC 5322) or the last part of one that a line end cut; an address has no such row of figures.
_MESSAGE_ID = re.compile(
    r"(?:https?:/ ?/[\w. /-]{0,60}?/ ?)?(?<![\w.+@<-])"
    r"(?P<id>(?=[\w+.-]{0,60}[.-])(?=[\w+.-]{0,60}\d{6})[\w+.-]{12,120}@[\w-]{1,40}(?:\.[\w-]{1,40}){0,4})"
)
_VERSION = r"`?(?:stable/)?(?:linux-)?v?(\d{1,2}\.\d{1,3})(?:\.y)?`?(?![\w.]*\d)"
_VERSIONS = rf"{_VERSION}(?:(?:,| or| and|, or|, and|/) {_VERSION}){{0,8}}"
_WORK = r"(?:manual(?:ly)?|non-trivial|separate|adapted|hand)"
_TREES = r"(?:trees? |branch(?:es)? |kernels? )?"
_NEEDS_WORK = (
    re.compile(
        rf"{_VERSION} {_TREES}(?:would |will )?(?:needs?|requires?) (?:an? )?{_WORK} (?:back-?port\w*|adaptation)"
    ),
    re.compile(rf"\b(?:needs?|requires?) (?:an? )?{_WORK} (?:back-?port\w*|adaptation) (?:for|to|on|in) {_VERSIONS}"),
    re.compile(
        r"\b(?:must|should|can)(?: ?not|n't) be (?:applied|backported|picked)(?: directly| unchanged)? to (?:the )?"
        rf"{_TREES}(?:like )?{_VERSIONS}"
    ),
    re.compile(rf"\b(?:be |is )?excluded from (?:the )?{_TREES}(?:like |such as )?{_VERSIONS}"),
    re.compile(
        rf"{_VERSION}[^.;\n]{{0,160}}?,? so (?:this (?:patch|commit|fix)|it) (?:must|should) not be"
        r" (?:applied|backported|picked) (?:there|to it)"
    ),
    re.compile(
        r"\b(?:does not|will not|won't|cannot|doesn't|can't) (?:be )?(?:cleanly )?appl(?:y|ied)(?: cleanly| directly)?"
        rf" (?:to|on) (?:the )?{_TREES}{_VERSIONS}"
    ),
    re.compile(rf"\bnot applicable(?: to| on| for|:) {_VERSIONS}", re.IGNORECASE),
)
_OLDER = re.compile(
    r"\b[Oo]lder (?:stable )?(?:trees|branches|kernels)\b(?:[^.;]|\.(?=\S)){0,160}?\b(?:needs?|requires?) (?:an? )?"
    rf"{_WORK} (?:back-?port\w*|adaptation)"
)


def said_of_review(said: Statement) -> Iterator[Claim]:
    """Claims on answers, on messages, and on trees that need more than the patch."""
    text = said.text
    if said.phase in (1, 4):
        yield from _messages(said)
    if said.phase == 4:
        for found in _NO_ANSWERS.finditer(text):
            yield said.claim(ClaimKind.THREAD, *found.span(), names=(found["what"],), denied=True)
    if said.about(6, 9) and not (said.section is not None and said.of_others_by_word):
        for pattern in _NEEDS_WORK:
            for found in pattern.finditer(text):
                names = tuple(dict.fromkeys(one[1] for one in re.finditer(_VERSION, found.group())))
                yield said.claim(ClaimKind.RANGE, *found.span(), names=names)
    if said.phase in (6, 9):
        for found in _OLDER.finditer(text):
            yield said.claim(ClaimKind.RANGE, *found.span())


def _messages(said: Statement) -> Iterator[Claim]:
    """The messages named, but for those of a "Link:", which are trailers."""
    if "@" not in said.text:
        return
    for found in _MESSAGE_ID.finditer(said.text):
        if not re.search(r"(?:Link|Closes):? ?`?$", said.text[: found.start()][-9:]):
            named = re.sub(r"\.mb(?:o?x)(?:\.gz)?$", "", found["id"])
            yield said.claim(ClaimKind.LINK, *found.span(), names=(named,))
