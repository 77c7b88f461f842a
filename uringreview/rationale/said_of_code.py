"""What a sentence says of the code that the diff adds or removes, named in backticks.

Only code that stands right behind the verb is taken: "adds a check of `x`" may add anything that has to do with x.
"""

import re
from collections.abc import Iterator

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.statements import Statement

_SAYS = re.compile(
    r"(?<![\w-])(?P<verb>adds|added|adding|removes|removed|removing|drops|dropped|deletes|deleted|introduces)"
    r"(?P<between>(?: (?:an?|the|one|single|new|missing|explicit|call to|calls to|the call to|a call to))*)"
    r" `(?P<code>[^`\n]{3,120})`(?P<after> (?:call|calls|line|macro|field|flag|member|label|include|helper|entry)\b)?",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\b(?:not|never|would|could|should|if|was|were|had|been|previously|earlier|upstream|series|patch \d|v\d)\b|n't\b",
    re.IGNORECASE,
)
# What may stand before the verb, for the patch to be what adds: nothing, a word for the patch, a function or a list.
_OF_PATCH = re.compile(
    r"(?:^|[\n:,;(]|\b(?:patch|commit|fix|change|diff|it|this|and|also|then|simply|just|only|after))[\s*\-•]*$",
    re.IGNORECASE,
)
_A_PATH = re.compile(r"[\w./+-]+\.[chS]|[\w.-]+/[\w./-]+|[\w-]+\.\w{1,4}")
_CODE = re.compile(r"[A-Za-z_]\w{2,}")
_TO = re.compile(r" (?:to|into|from|in|at|around) ")


def said_of_code(said: Statement) -> Iterator[Claim]:
    """Claims on named code in added or removed lines."""
    if not (said.phase == 2 or said.section is not None) or said.of_others:
        return
    for found in _SAYS.finditer(said.text):
        code = found["code"]
        if not _OF_PATCH.search(said.text[: found.start()][-60:]):
            continue
        if _OF_OTHERS.search(said.text[: found.start()][-60:]) or _A_PATH.fullmatch(code) or not _CODE.search(code):
            continue
        adds = found["verb"].lower()[:2] in ("ad", "in")
        kind = ClaimKind.ADDS if adds else ClaimKind.REMOVES
        yield said.claim(kind, *found.span(), names=(code,))
