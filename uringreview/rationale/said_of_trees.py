"""What a sentence says of releases and commits: what is in them, whether they have the bug, where a commit came first.

Each tree of a list ("v7.0.9, v6.19.14 and v6.6.140") is a claim of its own, since a clone may have one and lack the
next. Lists that leave something open ("all stable trees", "5.10.y through 6.12.y") are read for the trees named.
"""

import re
from collections.abc import Iterator

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.statements import Statement, commit_ids, same_commit

_TREE = r"`?(?:stable/)?(?:linux-\d{1,2}\.\d{1,3}\.y|v?\d{1,2}\.\d{1,3}(?:\.\d{1,3})?(?:-rc\d{1,2})?(?:\.y)?)`?"
_TREES = rf"({_TREE}(?:(?:,? and|,? or|,|/)\s?{_TREE}){{0,12}})(?![\w/.-]*\d|-)"
_KINDS_OF_TREES = (
    r"(?: (?:all|the|both|our|active|local|current|maintained|checked|stable|LTS|trees?|branch(?:es)?|tags?)){0,5}:?\s"
)
_BUGGY = re.compile(
    r"\b(?:buggy|vulnerable|affected|pre-fix|pre-patch|unfixed|unpatched|faulty|problematic|broken|bug)\b"
    r"[^.;\n]{0,70}?\b(?:exists?|(?:is|are) (?:also )?(?:present|identical)|present|identical)(?: unchanged)? in"
    rf"{_KINDS_OF_TREES}{_TREES}",
    re.IGNORECASE,
)
_NOT_PLAIN = re.compile(
    r"\b(?:not|never|neither|absent|equivalent|similar|analogous|if|may|might|would|should|likely|probably|predat\w*"
    r"|only|root cause|commit|introduc\w+|infrastructure|prerequisite|driver)\b|n't\b|[0-9a-f]{9,40}",
    re.IGNORECASE,
)
_IS_IN = re.compile(
    r"\b(?P<who>candidate(?: commit| patch| fix)?|this (?:commit|fix|patch|change)|the (?:fix|patch|commit|candidate))"
    r"`?(?: itself)? (?:is|was) (?P<how>not(?: yet)?(?: present| contained| included| found)? in"
    r"|absent (?:from|in)|missing (?:from|in)|already(?: present)? in|(?:present|contained|included) in)"
    rf"{_KINDS_OF_TREES}{_TREES}",
    re.IGNORECASE,
)
_ID_IN = re.compile(
    r"(?<![\w/.@-])`?(?P<who>[0-9a-f]{7,40})`? (?:is|was) (?P<how>(?:not|NOT)(?: yet)?(?: present| contained)? in"
    r"|absent (?:from|in)|(?:already |also )?(?:present |contained )?in)"
    rf"{_KINDS_OF_TREES}{_TREES}",
)
_ABSENT = re.compile(r"not|absent|missing", re.IGNORECASE)
_QUOTED = re.compile(
    r"(?<![\w/.@-])`?(?P<id>[0-9a-f]{8,40})`? ?\(?`?[\"'](?P<subject>[A-Za-z][^\"\n]{8,160}?)[\"'](?=`?[),]|$)"
    r"|(?<![\w/.@-])`(?P<id2>[0-9a-f]{8,40}) \(\"(?P<subject2>[^\"\n`]{8,160})\"\)`"
    r"|(?<![\w/.@-])`?(?P<id3>[0-9a-f]{8,40})`? \(`(?P<subject3>[\w/., -]{2,40}: [^\"\n`]{4,160})`\)"
)
_RELEASE = r"`?(v\d{1,2}\.\d{1,3}(?:-rc\d{1,2})?)(?![\w.]*\d)"
_FIRST = re.compile(
    r"(?<![\w/.@-])`?(?P<id>[0-9a-f]{8,40})`?(?: \([^()\n]{3,140}\))?,? (?:was |is )?"
    r"(?:\(?first (?:contained|released|appear(?:ed|ing|s)|included) (?:in|around)|first (?:in|around)"
    rf"|contained (?:by|in)|landed in|merged in|went into) {_RELEASE}"
)
_DESCRIBED = re.compile(
    r"describe --contains(?: of)? `?(?P<id>[0-9a-f]{8,40})`{0,2}(?: ?(?:→|->|=|:|gives|shows|says|confirms|is)) ?"
    rf"{_RELEASE}"
)


def said_of_trees(said: Statement) -> Iterator[Claim]:
    """Claims on what trees hold and what commits are."""
    if said.about(3, 6, 9):
        yield from _exists(said)
        yield from _contains(said)
    if said.about(3, 4, 6):
        yield from _first(said)
    yield from _commits(said)


def _exists(said: Statement) -> Iterator[Claim]:
    for found in _BUGGY.finditer(said.text):
        if not _NOT_PLAIN.search(said.text[: found.start(1)][-200:]):
            yield from _each(said, ClaimKind.EXISTS, found, ())


def _contains(said: Statement) -> Iterator[Claim]:
    text = said.text
    if re.search(r"\b(?:if|would|should|once|prerequisite)\b", text, re.IGNORECASE):
        return
    for found in _IS_IN.finditer(text):
        if not said.foreign_id:
            yield from _each(said, ClaimKind.CONTAINS, found, (), denied=_ABSENT.match(found["how"]) is not None)
    for found in _ID_IN.finditer(text):
        if commit_ids(found["who"]):
            denied = _ABSENT.match(found["how"]) is not None
            yield from _each(said, ClaimKind.CONTAINS, found, (found["who"],), denied=denied)


def _each(
    said: Statement, kind: ClaimKind, found: re.Match[str], names: tuple[str, ...], denied: bool = False
) -> Iterator[Claim]:
    """One claim a tree: the first has the words before it, the others their own name."""
    at = found.start(found.lastindex or 0)
    start = found.start()
    for tree in re.finditer(_TREE, found[found.lastindex or 0]):
        yield said.claim(kind, start, at + tree.end(), names=(*names, tree.group().strip("`")), denied=denied)
        start = at + tree.end() + _gap(said.text, at + tree.end())


def _gap(text: str, at: int) -> int:
    found = re.match(r"(?:,? and|,? or|,|/)\s?", text[at:])
    return found.end() if found else 0


def _commits(said: Statement) -> Iterator[Claim]:
    for found in _QUOTED.finditer(said.text):
        commit = found["id"] or found["id2"] or found["id3"]
        subject = found["subject"] or found["subject2"] or found["subject3"]
        if commit_ids(commit) and re.search(r"[: ]", subject):
            yield said.claim(ClaimKind.COMMIT, *found.span(), names=(commit, subject))


def _first(said: Statement) -> Iterator[Claim]:
    for pattern in (_FIRST, _DESCRIBED):
        for found in pattern.finditer(said.text):
            if commit_ids(found["id"]) and not same_commit(found["id"], said.own):
                yield said.claim(ClaimKind.FIRST_IN, *found.span(), names=(found["id"], found[2]))
