"""What a rationale itself says that it did not verify.

The prompt behind the nine phases asks for it under Verification ("UNVERIFIED: ..."); other sentences say the same in
their own words. They are collected as they stand: what a rationale admits needs no mark.
"""

import re

from uringreview.mail.patch import Patch
from uringreview.rationale.claims import statements
from uringreview.rationale.document import Rationale, Unverified

_SAYS = re.compile(
    r"\bunverified\b|\bnot (?:directly |independently |separately )?(?:verified|verifiable)\b"
    r"|\b(?:could|can|did) ?not (?:be )?(?:directly |independently |separately |fully )?"
    r"(?:verif(?:y|ied)|confirm(?:ed)?|accessed|access|test|review|read)\b",
    re.IGNORECASE,
)


def find_unverified(patch: Patch, rationale: Rationale) -> tuple[Unverified, ...]:
    """The statements of `rationale` that say what was not verified, in the mail's order, each place once."""
    found: dict[int, Unverified] = {}
    if not _SAYS.search(" ".join(patch.rationale_text.split())):
        return ()
    for said in statements(patch, rationale):
        text = said.text
        if _SAYS.search(text):
            first = len(text) - len(text.lstrip())
            last = len(text.rstrip())
            span = said.flat.span(said.start + first, said.start + last)
            found.setdefault(span.start, Unverified(" ".join(text.split()), span, said.phase))
    return tuple(found[start] for start in sorted(found))
