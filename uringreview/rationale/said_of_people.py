"""What a sentence says of who maintains what.

A person's name with "maintainer" beside it is a claim, in any of the orders that people write. Former, de facto and
sub-maintainers are none: MAINTAINERS does not list them as such.
"""

import re
from collections.abc import Iterator

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.statements import Statement

_WORD = r"(?!(?:[\w-]{1,30}-by|SOBs?|SoBs?)\b)[^\W\d_a-z][\w.'-]{0,40}"
_NO_NAME = (
    r"(?!(?:The|This|That|Both|Author|Applied|Accepted|One|Two|Three|Four|All|Maintainers?|Subsystem|Record|SOBs?|Only|No|Link|Step|Phase|From"
    r"|Reviewed|Signed|Acked|Merged|MAINTAINERS)\b)"
)
_NAME = rf"`?(?P<name>{_NO_NAME}{_WORD}(?: (?:{_WORD}|van|von|de|der|den|le|la)){{1,4}})`?"
_MAIL = r"(?: `?<[^<>\n]{1,80}>`?| \(`?[\w.+-]{1,60}@[\w.-]{1,60}`?\))?"
_CODE = r"(?:`(?P<code>[^`\n]{2,60})`|(?P<caps>[A-Z][A-Z0-9_/-]{2,30}(?: [A-Z0-9_/-]{2,30}){0,5}))"
# "mt76 subsystem maintainer", "nl80211/cfg80211 maintainer", "maintainer".
_FIELD_WORD = (
    r"(?!(?:by|was|and|the|The|from|[Bb]oth|an?|as|is|of|or|on|in|to|has|with|well-known|known)\b)"
    r"[\w/.+][\w/.+-]{0,24} "
)
_ROLE = rf"(?P<field>(?:{_FIELD_WORD}){{0,3}}?)maintainer\b(?!-)\)?"
_WHAT = rf"(?:the |an? )?(?:{_CODE}(?: [a-z][\w-]{{1,14}})?(?: maintainer)?|{_ROLE})"
_FORMS = (
    re.compile(rf"(?<![\w.]){_NAME}{_MAIL},?(?: who)? is(?: \w+)?(?: in `?MAINTAINERS`?)? (?:as|for) {_WHAT}"),
    re.compile(
        r"(?:`?MAINTAINERS`?(?: file| search| entry| check)?|\bentry):? "
        rf"(?:verif|confirm|list|show|say|name)\w{{0,4}}(?: that)? {_NAME}{_MAIL} (?:is|as|maintains) {_WHAT}"
    ),
    re.compile(rf"(?<![\w.]){_NAME}{_MAIL}(?: is|,|:| [—–-])(?: the| an?)? {_ROLE}"),
    re.compile(rf"(?<![\w.]){_NAME}{_MAIL} \((?:[\w ]{{1,20}}/)?{_ROLE}"),
    re.compile(rf"(?<![\w.-]){_ROLE} \(?{_NAME}\)?"),
)
# Name and role with other words between: "Helge Deller signed off and is verified in `MAINTAINERS` as ... maintainer".
_FAR = re.compile(
    rf"(?<![\w.]){_NAME} (?:signed|merged|applied|committed)[^.;\n]{{1,60}}? in `?MAINTAINERS`? as {_WHAT}"
)
_NOT = re.compile(
    r"\b(?:not|no longer|former\w*|past|de facto|original|reviewer|would|if|nor|co|sub|another|other|may|might)\b|n't\b"
)
# Words of a field that tell no entry of MAINTAINERS from another.
_GENERAL = frozenset(("subsystem", "active", "current", "global", "main", "core", "primary", "overall", "kernel"))


def said_of_people(said: Statement) -> Iterator[Claim]:
    """Claims on maintainers; `names` is the person and, where it is told, the entry or field."""
    text = said.text
    if not said.about(1, 2, 3, 4, 7, 9) or ("aintain" not in text and "MAINTAINERS" not in text):
        return
    done: list[tuple[int, int]] = []
    for pattern in (*_FORMS, _FAR):
        for found in pattern.finditer(text):
            if any(found.start("name") < end and start < found.end("name") for start, end in done):
                continue
            if _NOT.search(text[max(0, found.start() - 20) : found.end() + 12]):
                continue
            done.append(found.span("name"))
            of = _of(found)
            person = re.sub(r"'s$", "", found["name"]).rstrip(" .'-")
            yield said.claim(ClaimKind.MAINTAINER, *found.span(), names=(person, of) if of else (person,))


def _of(found: re.Match[str]) -> str:
    groups = found.groupdict()
    if groups.get("code") or groups.get("caps"):
        return groups.get("code") or groups.get("caps") or ""
    return " ".join(word for word in (groups.get("field") or "").split() if word.lower() not in _GENERAL)
