"""What a stable commit's message says of other commits: which upstream commit it is, what it reverts and fixes.

Documentation/process/stable-kernel-rules.rst asks for "commit <id> upstream." or "[ Upstream commit <id> ]"; the
trees hold more forms: without the dot, in lower case, "Upstream commit <id>", shortened ids, and git-cherry-pick -x's
"(cherry picked from commit <id>)". A revert writes "This reverts commit A which is commit B upstream.": there B is
what went away, not what came.
"""

import re
from dataclasses import dataclass

_ID = r"([0-9a-f]{8,40})"
_REVERTS = re.compile(
    rf"\b[Tt]his (?:partially )?reverts (?:upstream )?commit {_ID}\b"
    rf"(?: \([^()]{{0,200}}\))?"
    rf"(?:,? (?:which|that) (?:is|was) (?:upstream )?commit {_ID}(?: upstream)?)?"
)
_UPSTREAM = re.compile(
    rf"^\W{{0,3}}(?:commit {_ID} (?:\([^()]{{0,200}}\) )?(?:in |from )?upstream\W{{0,3}}"
    rf"|upstream commit:? {_ID}\W{{0,3}})$",
    re.IGNORECASE,
)
_PICKED = re.compile(
    rf"^\(?(?:cherry[ -]picked|backported) from (?:upstream )?commit {_ID}(?: upstream)?\)?$", re.IGNORECASE
)
_FIXES = re.compile(rf"^fixes: {_ID}\b", re.IGNORECASE)
_DEP_OF = re.compile(rf"^stable-dep-of: {_ID}\b", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n]+")


@dataclass(frozen=True, slots=True)
class Named:
    """The commits that a message names, as ids of 8 to 40 digits in lower case.

    `upstream` are those that it is the backport of; `reverts` pairs what it takes back, as (the id, the upstream id
    that the message gives for it or "").
    """

    upstream: tuple[str, ...]
    reverts: tuple[tuple[str, str], ...]
    fixes: tuple[str, ...]
    stable_dep_of: tuple[str, ...]


def named(message: str) -> Named:
    """What a whole commit message names. Never raises, in time linear in the message's length."""
    reverts = tuple(
        (found[1].lower(), (found[2] or "").lower())
        for found in _REVERTS.finditer(_BLANKS.sub(" ", message))
        if "reverts" in found[0]
    )
    taken_back = {each for pair in reverts for each in pair if each}
    upstream: list[str] = []
    fixes: list[str] = []
    dep_of: list[str] = []
    after_blank = True
    for raw in message.split("\n"):
        line = raw.strip()
        if not line:
            after_blank = True
            continue
        lower = line[:16].lower()
        if "commit" in line[:40].lower():
            # A reference stands at the head of a paragraph; the same words amid prose speak of another commit.
            found = _UPSTREAM.match(line) if after_blank else None
            found = found or _PICKED.match(line)
            if found is not None:
                one = next(group for group in found.groups() if group).lower()
                if one not in taken_back:
                    upstream.append(one)
                continue
        after_blank = False
        if lower.startswith("fixes:") and (found := _FIXES.match(line)):
            fixes.append(found[1].lower())
        elif lower.startswith("stable-dep-of:") and (found := _DEP_OF.match(line)):
            dep_of.append(found[1].lower())
    return Named(tuple(dict.fromkeys(upstream)), reverts, tuple(fixes), tuple(dep_of))
