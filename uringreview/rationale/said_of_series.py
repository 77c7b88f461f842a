"""What a sentence says of the patch's place: its series, and the branches and tags that it applies to."""

import re
from collections.abc import Iterator

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.statements import Statement, commit_ids, same_commit

_NUMBERED = r"(?:patch )?\[?(?:PATCH (?:v\d{1,2} )?)?(\d{1,3})\s?(?:/|of)\s?(\d{1,3})\]?"
_THIS = re.compile(
    r"\b(?:this|it|this commit|this patch|the commit|the patch|candidate) (?:is|was|as)(?: part of)?(?: a| the)?"
    rf" `?{_NUMBERED}(?![\d/.])",
    re.IGNORECASE,
)
_MEMBER = re.compile(r"\bpatch (\d{1,3})/(\d{1,3}) \(`?([0-9a-f]{7,40})`?\)", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:series|other (?:two |three |four )?patches|adjacent|companion|sibling|related commits?)\b", re.IGNORECASE
)
_OF_SERIES = re.compile(
    r"\bthe other (?:\w+ )?patch(?:es)?\b[^.;]{0,60}\bseries\b|\bpatches? `?[0-9a-f]{7,40}", re.IGNORECASE
)
_TREE = r"`?(?:stable/)?(?:linux-\d{1,2}\.\d{1,3}\.y|v?\d{1,2}\.\d{1,3}(?:\.\d{1,3})?(?:-rc\d{1,2})?(?:\.y)?)`?"
_TREES = rf"({_TREE}(?:(?:,| and|, and|/)\s?{_TREE}){{0,12}})(?![\w/.-]*\d|-)"
_TO = r"(?:to|on|against)(?: the)?(?: current| checked-out| local| latest| tip of){0,3}(?: the)?\s"
_APPLIES = re.compile(rf"\bappl(?:ies|ied) (?:\w+ly )?clean(?:ly)? {_TO}{_TREES}", re.IGNORECASE)
_CHECKED = re.compile(
    rf"`?\bgit apply --check`?[^.;\n]{{0,60}}?\b(?:succeed(?:s|ed)|passe[sd]|(?:is|was) clean|clean|successfully)"
    rf" {_TO}{_TREES}",
    re.IGNORECASE,
)
_CLEAN = re.compile(rf"\bclean on {_TREES}", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:not|n't|never|should|would|will|may|might|could|likely|expect\w*|fail\w*|older|prerequisite"
    r"|sibling|companion)\b[^.;]{0,40}$",
    re.IGNORECASE,
)


def said_of_series(said: Statement) -> Iterator[Claim]:
    """Claims on series membership and on where the patch applies."""
    if said.about(2, 3, 4, 9):
        yield from _series(said)
    if said.about(3, 6, 9):
        yield from _applies(said)


def _series(said: Statement) -> Iterator[Claim]:
    text = said.text
    for found in _MEMBER.finditer(text):
        if not same_commit(found[3], said.own):
            yield said.claim(ClaimKind.SERIES, *found.span(), numbers=(int(found[1]), int(found[2])), names=(found[3],))
    this = _THIS.search(text)
    if this is not None:
        upto = _list_end(said) if text.rstrip().endswith(":") else len(text)
        rest = said.rest[:upto]
        names = _members(rest[this.end() :], said.own)
        end = rest.rindex(names[-1]) + len(names[-1]) if names else this.end()
        yield said.claim(ClaimKind.SERIES, this.start(), end, numbers=(int(this[1]), int(this[2])), names=names)
        return
    listed = _OF_SERIES.search(text)
    names = _members(text, said.own)
    if listed is not None and names and _OTHERS.search(f"{text} {said.flat.text[: said.start][-160:]}"):
        start = text.index(names[0])
        end = text.rindex(names[-1]) + len(names[-1])
        start -= text[start - 1 : start] == "`"
        if not _MEMBER.search(text):
            yield said.claim(ClaimKind.SERIES, start, end, names=names)


def _list_end(said: Statement) -> int:
    """Where the lines that follow a "... series:" end: at the record's end, or at a line that names no commit."""
    end = len(said.text)
    for line in said.rest[end:].split("\n")[1:]:
        if not commit_ids(line):
            break
        end += 1 + len(line)
    return end


def _members(text: str, own: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in commit_ids(text) if not same_commit(one, own)))


def _applies(said: Statement) -> Iterator[Claim]:
    text = said.text
    for pattern in (_APPLIES, _CHECKED, _CLEAN):
        for found in pattern.finditer(text):
            if _NEGATED.search(text[max(0, found.start() - 80) : found.start()]):
                continue
            trees = tuple(one.strip("`") for one in re.findall(_TREE, found[1]))
            yield said.claim(ClaimKind.APPLIES, *found.span(), names=trees)
