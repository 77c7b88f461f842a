"""Claims on trailers, commit id and author, against the mail's own commit message.

The stable maintainer who sends the mail adds a Signed-off-by of his own, and sometimes a `[ name: note ]` line, to the
upstream message (Documentation/process/submitting-patches.rst); neither contradicts what is said of the upstream
commit.
"""

import re
import unicodedata
from collections import Counter

from uringreview.mail.message import Address, Span
from uringreview.mail.patch import Patch, Trailer
from uringreview.rationale.claim import Claim
from uringreview.rationale.mark import Evidence, Mark, MarkWord, Target
from uringreview.rationale.statements import same_commit

_MAIL = re.compile(r"<([^<>\s]{3,120})>")
_MESSAGE = re.compile(r"[\w+.=-]{6,200}@[\w-]+(?:\.[\w-]+)*")
_COMMIT = re.compile(r"([0-9a-f]{7,40})\b")
_LINE = re.compile(r"(?m)^[ \t]{0,8}([A-Za-z][A-Za-z-]{1,40}):[ \t]+(\S.{0,400})$")


def check_present(claim: Claim, evidence: Evidence) -> Mark:
    """Trailers said to be there; with "only", nothing else but the stable maintainer's Signed-off-by."""
    patch = evidence.patch
    trailers = patch.trailers
    if not trailers:
        return Mark(claim, MarkWord.UNCHECKABLE, "no trailers were read in this mail", (patch.commit_message,))
    found = _summary(patch)
    lit: list[Target] = []
    doubtful = ""
    for name in claim.names:
        key, _, value = name.partition(":")
        of_key = [one for one in trailers if one.key.lower() == key.lower()]
        match = next((one for one in of_key if _same_value(value.strip(), one.value)), None)
        if match is not None:
            lit.append(match.span)
        elif any(line[1].lower() == key.lower() and _same_value(value.strip(), line[2]) for line in _lines(patch)):
            doubtful = doubtful or f"{name} stands in the message, but not among its trailers"
        elif not of_key and not any(line[1].lower() == key.lower() for line in _lines(patch)):
            return Mark(claim, MarkWord.CONTRADICTED, f"{found}; no {key}", (patch.commit_message,))
        elif _plainly_other(key, value.strip(), patch):
            there = "; ".join(f"{one.key}: {one.value}" for one in of_key)
            spans = tuple(one.span for one in of_key)
            return Mark(claim, MarkWord.CONTRADICTED, f"the mail has {there}", spans or (patch.commit_message,))
        else:
            doubtful = doubtful or f"{found}; none of them is plainly {name}"
    if doubtful:
        return Mark(claim, MarkWord.UNCHECKABLE, doubtful, tuple(lit) or (patch.commit_message,))
    if claim.exclusive:
        return _only(claim, patch, found)
    return Mark(claim, MarkWord.VERIFIED, found, tuple(lit))


def check_absent(claim: Claim, evidence: Evidence) -> Mark:
    """Trailers said not to be there."""
    patch = evidence.patch
    if not patch.trailers:
        return Mark(claim, MarkWord.UNCHECKABLE, "no trailers were read in this mail", (patch.commit_message,))
    found = _summary(patch)
    if claim.exclusive:
        return _only(claim, patch, found)
    there = [one for name in claim.names for one in patch.trailers if _is(one, name)]
    if there:
        said = f"the mail has {there[0].key}: {there[0].value}"
        return Mark(claim, MarkWord.CONTRADICTED, said, tuple(one.span for one in there))
    return Mark(claim, MarkWord.VERIFIED, found, (_block(patch.trailers) or patch.commit_message,))


def check_upstream(claim: Claim, evidence: Evidence) -> Mark:
    """The id that the rationale takes the patch for."""
    patch = evidence.patch
    place = _upstream_line(patch)
    if patch.upstream is None:
        return Mark(claim, MarkWord.UNCHECKABLE, "the mail names no upstream commit", (patch.commit_message,))
    found = f"the mail says upstream commit {patch.upstream}"
    said = claim.names[0].lower()
    if same_commit(said, patch.upstream.lower()):
        return Mark(claim, MarkWord.VERIFIED, found, (place,))
    if said[:12] in patch.commit_message.of(patch.message.body).lower():
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}, and its message names {said} too", (place,))
    return Mark(claim, MarkWord.CONTRADICTED, found, (place,))


def check_author(claim: Claim, evidence: Evidence) -> Mark:
    """The author, by the mail's own From line or else its sender."""
    patch = evidence.patch
    author = patch.author
    target = (patch.commit_message,)
    found = f"the mail's author is {author}"
    said, known = _words(claim.names[0]), _words(author.name)
    if not known:
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}, without a name", target)
    if said <= known or known <= said:
        return Mark(claim, MarkWord.VERIFIED, found, target)
    # Without a From line in the body the sender passes for the author; a signature may then tell otherwise.
    keys = ("co-developed-by", "signed-off-by") if author == patch.message.sender else ("co-developed-by",)
    others = [one for one in patch.trailers if one.key.lower() in keys and said & _words(one.value)]
    if said & known or others or _same_mailbox(claim.names[0], author):
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}; the names are not plainly the same person's", target)
    return Mark(claim, MarkWord.CONTRADICTED, found, target)


def _only(claim: Claim, patch: Patch, found: str) -> Mark:
    """Whether nothing else is there than the claim's trailers and the sender's own Signed-off-by."""
    allowed = [name.partition(":")[::2] for name in claim.names]
    others = [
        one
        for one in patch.trailers
        if not _senders_own(one, patch)
        and not any(one.key.lower() == key.lower() and _same_value(value.strip(), one.value) for key, value in allowed)
    ]
    own = any(_senders_own(one, patch) for one in patch.trailers)
    note = f"; {patch.message.sender.name}'s own Signed-off-by comes with the mail" if own else ""
    if others:
        spans = tuple(one.span for one in others)
        return Mark(claim, MarkWord.CONTRADICTED, f"{found}, so also {others[0].key}: {others[0].value}", spans)
    if claim.numbers and claim.numbers[0] != sum(not _senders_own(one, patch) for one in patch.trailers):
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}{note}", (_block(patch.trailers) or patch.commit_message,))
    return Mark(claim, MarkWord.VERIFIED, f"{found}{note}", (_block(patch.trailers) or patch.commit_message,))


def _senders_own(trailer: Trailer, patch: Patch) -> bool:
    """Whether the trailer is the Signed-off-by that the mail's sender added."""
    if trailer.key.lower() != "signed-off-by" or _words(patch.message.sender.name) == _words(patch.author.name):
        return False
    address = patch.message.sender.address.lower()
    return (bool(address) and address in trailer.value.lower()) or (
        bool(patch.message.sender.name) and _words(patch.message.sender.name) <= _words(trailer.value)
    )


def _is(trailer: Trailer, name: str) -> bool:
    if name == "Cc: stable":
        return trailer.key.lower() == "cc" and "stable" in trailer.value.lower()
    return trailer.key.lower() == name.lower()


def _same_value(said: str, there: str) -> bool:
    """Whether a claim's trailer value, often shortened, is the trailer's."""
    if not said:
        return True
    one, other = _squeezed(said), _squeezed(there)
    if one in other or other in one:
        return True
    mail, named = _MAIL.search(said), _words(_MAIL.sub("", said))
    if mail is not None:
        return mail[1].lower() in there.lower() and bool(named & _words(there))
    return bool(named) and named <= _words(there)


def _plainly_other(key: str, value: str, patch: Patch) -> bool:
    """Whether no line of the message could be meant: no Fixes: id that agrees, no person with any of the words."""
    of_key = [line[2] for line in _lines(patch) if line[1].lower() == key.lower()]
    commit = _COMMIT.match(value)
    if key.lower() == "fixes" and commit is not None:
        ids = [found for line in of_key if (found := _COMMIT.match(line)) is not None]
        return len(ids) == len(of_key) > 0 and not any(same_commit(commit[1], one[1]) for one in ids)
    if key.lower() in ("link", "closes"):
        message = _MESSAGE.search(value)
        there = [_MESSAGE.search(line) for line in of_key]
        known = [one.group() for one in there if one is not None]
        if message is None or len(known) != len(of_key):
            return False
        return not any(message.group() in one or one in message.group() for one in known)
    if key.lower().endswith("-by"):
        mail, named = _MAIL.search(value), _words(_MAIL.sub("", value))
        address = mail[1].lower() if mail is not None else ""
        every = [line[2] for line in _lines(patch)]
        theirs = [one for one in every if address and address in one.lower()]
        if not named or any(named & _words(one) for one in every):
            return False
        return not theirs or all(_another(named, one) for one in theirs)
    return False


def _another(named: frozenset[str], person: str) -> bool:
    """Whether the person, known by the same address, bears a plainly other name: no short form, no other script."""
    known, local = _words(_MAIL.sub("", person)), _MAIL.search(person)
    if not known or not all(one.isascii() for one in known | named):
        return False
    if any(one.startswith(other) or other.startswith(one) for one in named for other in known):
        return False
    return local is None or not any(one in local[1].partition("@")[0].lower() for one in named)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\"'`]+", "", _folded(text)).rstrip(".,;")


def _words(text: str) -> frozenset[str]:
    """A name's words, without case, accents, quotes and hyphens."""
    return frozenset(re.findall(r"[^\W_]+", _folded(re.sub(r"[<(].*", "", text))))


def _folded(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)).casefold()


def _same_mailbox(name: str, author: Address) -> bool:
    """Whether the name's words make up the address's local part ("ada.author")."""
    local = frozenset(re.findall(r"[^\W_]+", author.address.partition("@")[0].casefold()))
    return bool(local & _words(name))


def _lines(patch: Patch) -> list[re.Match[str]]:
    return list(_LINE.finditer(patch.commit_message.of(patch.message.body)))


def _summary(patch: Patch) -> str:
    counts = Counter(one.key for one in patch.trailers)
    return "the mail's trailers: " + ", ".join(f"{key} x{n}" if n > 1 else key for key, n in counts.items())


def _block(trailers: tuple[Trailer, ...]) -> Target | None:
    return Span(trailers[0].span.start, trailers[-1].span.end) if trailers else None


def _upstream_line(patch: Patch) -> Target:
    at = patch.message.body.find(patch.upstream, patch.commit_message.start) if patch.upstream else -1
    return Span(at, at + len(patch.upstream)) if at >= 0 and patch.upstream else patch.commit_message
