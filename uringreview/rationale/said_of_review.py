"""What a sentence says of people and of the review: the maintainer, answers in a thread, trees that need more work."""

import re
from collections.abc import Iterator

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.statements import Statement

_NAME = r"([^\W\d_a-z][\w.'-]{0,40}(?: (?:[^\W\d_a-z][\w.'-]{0,40}|van|von|de|der|den|le|la)){1,4})"
_OF = r"(?:`(?P<code>[^`\n]{2,60})`|(?P<caps>[A-Z][A-Z0-9_/-]{2,30}(?: [A-Z0-9_/-]{2,30}){0,5}))"
_LISTED = re.compile(
    rf"(?<![\w.]){_NAME}(?: `?<[^>\n]{{1,80}}>`?)? (?:is|are) (?:listed|named|found) in `?MAINTAINERS`? (?:as|for)"
    rf"(?: the| an?)?(?: {_OF})?(?: [a-z][\w-]{1, 14})?(?: maintainer)?"
)
_VERIFIES = re.compile(
    r"`?MAINTAINERS`?(?: file| search| entry| check)?:? "
    r"(?:verif(?:y|ies|ied)|confirm(?:s|ed)?|lists?|shows?|says?|names?)"
    rf"(?: that)? {_NAME}(?: `?<[^>\n]{{1,80}}>`?)? (?:is|as|maintains)(?: the| an?)?(?: {_OF})?"
    r"(?: [a-z][\w-]{1,14})?(?: maintainer)?"
)
_NOT = re.compile(r"\b(?:not|no longer|former|reviewer|would|if|nor)\b|n't\b")
_NO_ANSWERS = re.compile(
    r"\b[Nn]o(?: review)? (?P<what>(?:repl(?:y|ies)|NAKs?|objections?|concerns)(?:(?:,| or|, or|/) ?(?:no )?"
    r"(?:repl(?:y|ies)|NAKs?|objections?|concerns))*)\b"
)
_VERSION = r"`?v?(\d{1,2}\.\d{1,3})(?:\.y)?`?(?![\w.]*\d)"
_WORK = r"(?:manual(?:ly)?|non-trivial|separate|adapted|hand)"
_NEEDS_WORK = re.compile(
    rf"{_VERSION} (?:trees? |branch(?:es)? |would |will )?(?:needs?|requires?) (?:an? )?{_WORK}"
    r" (?:back-?port\w*|adaptation)"
    rf"|\b(?:needs?|requires?) (?:an? )?{_WORK} (?:back-?port\w*|adaptation) (?:for|to|on|in) {_VERSION}"
)
_OLDER = re.compile(
    r"\b[Oo]lder (?:stable )?(?:trees|branches|kernels)\b[^.;]{0,160}?\b(?:needs?|requires?) (?:an? )?"
    rf"{_WORK} (?:back-?port\w*|adaptation)"
)


def said_of_review(said: Statement) -> Iterator[Claim]:
    """Claims on maintainers, on answers, and on trees that need a backport by hand."""
    text = said.text
    if said.about(1, 3, 7, 9) and "MAINTAINERS" in text and not _NOT.search(text):
        for pattern in (_LISTED, _VERIFIES):
            for found in pattern.finditer(text):
                if (
                    pattern is _VERIFIES
                    and not found.group().endswith("maintainer")
                    and "maintains" not in found.group()
                ):
                    continue
                of = found["code"] or found["caps"] or ""
                names = (found[1].rstrip(" .'-"), of) if of else (found[1].rstrip(" .'-"),)
                yield said.claim(ClaimKind.MAINTAINER, *found.span(), names=names)
    if said.phase == 4:
        for found in _NO_ANSWERS.finditer(text):
            yield said.claim(ClaimKind.THREAD, *found.span(), names=(found["what"],), denied=True)
    if said.phase in (6, 9):
        for found in _NEEDS_WORK.finditer(text):
            yield said.claim(ClaimKind.RANGE, *found.span(), names=(found[1] or found[2],))
        for found in _OLDER.finditer(text):
            yield said.claim(ClaimKind.RANGE, *found.span())
