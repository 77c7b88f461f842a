"""What a sentence says of the commit message: trailers there and not there, the commit's id, its author."""

import re
from collections.abc import Iterator

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.statements import COUNT, Statement, commit_ids, count, same_commit

_KEY = (
    r"(?:Signed-off-by|Reviewed-by|Acked-by|Tested-by|Reported-by|Suggested-by|Co-developed-by|Reported-and-tested-by"
    r"|Debugged-by|Diagnosed-by|Fixes|Closes|Link|Cc)"
)
_TOKEN = re.compile(
    rf"`({_KEY}): ?([^`\n]{{2,200}})`"
    rf"|(?<![\w`-])({_KEY}): ((?:[^\W\d_a-z][\w.'-]{{0,30}} ){{1,4}}(?:[^\W\d_a-z][\w.'-]{{0,30}}|<[^>\s]{{3,80}}>))"
    rf"|(?<![\w`-])(Link|Closes): `?(https?://[^\s`]{{4,160}}@[^\s`,;)]{{2,80}})`?"
)
_TAGS = re.compile(r"\btags?\b", re.IGNORECASE)
_HAS_KEY = re.compile(
    r"\b(?:has|have|includes?|contains?|carries|tagged with|marked with)"
    r"(?: both| an?| the| explicit| proper| valid| clear| specific){0,3} [`\"']?"
    rf"(?:(?P<stable>Cc: ?<?stable(?:@[\w.-]{{0,40}})?>?)|(?P<key>{_KEY}):?)[`\"']?(?: tags?\b| trailers?\b)"
)
_DOUBT = re.compile(
    r"\b(?:no|not|without|absence|lack\w*|missing|neither|never|despite|although|though|should|add|n't|rarely|often"
    r"|usually|commits|patches|they|these|those)\b|n't\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:no|not|without|absence|lacks?|missing|neither|never)\b", re.IGNORECASE)
_ONLY_TOKENS = re.compile(r"\btags?\b[^.\n]{0,40}\bonly\b\W{0,3}$|\bonly\W{0,3}$", re.IGNORECASE)
_ONLY_KEY = re.compile(rf"\bonly ({COUNT} )?`?({_KEY})`?(?::`?)? tags?\b", re.IGNORECASE)
_NO = re.compile(
    r"\b(?:no|without(?: any| a)?|absence of(?: any)?|lacks?(?: any| a)?)[ :](?:tags? (?:such as )?)?", re.IGNORECASE
)
_ITEM = re.compile(
    r"(?P<loose>(?:external|public|bug-report|separate|extra|additional|further|other) )?"
    r"(?:explicit |formal |tagged )?"
    rf"`?(?:Cc(?P<cc>:? ?<?stable(?:@[\w.-]{{0,40}})?>?)|(?P<key>{_KEY}):?|(?P<stable>stable (?:tag|Cc)))`?:?"
)
_SEPARATOR = re.compile(r"\s?(?:[,/;]|\bor\b|\band\b|\bnor\b)\s?(?:(?:or|and|nor|no|NO|any)\s)?", re.IGNORECASE)
_THREAD = re.compile(
    r"\W{0,3}(?:(?:tags?|trailers?|lines?|repl(?:y|ies))\W{0,2}\s?)?"
    r"(?:(?:was|were|is|are)\s)?(?:found |present |added )?"
    r"(?:from|by|for|replies|reply|on (?:the )?(?:list|thread|prerequisite|sibling|sister)"
    r"|in (?:the |that |its )?(?:thread|discussion|mailing|mbox|lore|repl|fetched|saved|later|v\d))\b",
    re.IGNORECASE,
)
_BEYOND = re.compile(
    r"\b(?:absence of|no)(?: other)? (?:tags|trailers) (?:beyond|besides|other than|except)(?: for)? "
    r"`?(?:([\w][\w. -]{0,40}?)'s (?:SOBs?|Signed-off-by)|Signed-off-by)\b",
    re.IGNORECASE,
)
_REPORT = re.compile(r"bug[- ]?report|syzbot|bugzilla|\breports?\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:prerequisite|sibling|sister|companion|predecessor|other (?:commit|patch)\w*)\b", re.IGNORECASE
)
_OTHER_COMMIT = re.compile(
    r"\b(?:prerequisite|sibling|sister|companion|related|earlier|previous|prior|similar|introduc\w+|other|target"
    r"|that commit|predecessor)\b",
    re.IGNORECASE,
)
_ID = r"`?([0-9a-f]{7,40})(?:\.{2,3})?`?(?![\w@-])"
_DIG = re.compile(rf"`?\bb4 dig -c {_ID}")
_CANDIDATE = re.compile(
    r"\b(?:candidate(?: commit)?|(?:tags|trailers)(?: present)? (?:in|from)(?: candidate)?(?: commit)?|this commit"
    rf"|parsed (?:exact |candidate |the )?commit),? \(?{_ID}",
    re.IGNORECASE,
)
_SHOW = re.compile(rf"`?\bgit show (?:--?[\w=%.-]{{1,40}} ){{0,6}}{_ID}")
_CONFIRMED = re.compile(
    r"\W{0,3}(?:confirmed|verified|parsed|showed)\b[^;\n]{0,80}?"
    r"(?:\b(?:subject|body|tags|author|commit message|only|insertions?|(?:one|single)[- ]file)\b|[+]\d)"
)
# "Parsed all tags via `git show ...`": what follows the id need not say what was read then.
_PARSED = re.compile(
    r"\b(?:[Pp]arsed|[Rr]ead|[Vv]erified|[Cc]onfirmed)(?: all| the| full| exact| both| tags| commit| message| subject"
    r"| body|/body|/tags| and|,){1,8} (?:via|from|with|by|in|of|using)(?: running)? `?$"
)
_NAME = r"([^\W\d_a-z][\w.'-]{0,40}(?: (?:[^\W\d_a-z][\w.'-]{0,40}|van|von|de|der|den|le|la)){1,4})"
_AUTHOR = (
    re.compile(rf"\bauthored by `?{_NAME}"),
    re.compile(rf"(?<![-=\w'])(?<!original )(?<!same )(?<!driver )[Aa]uthor(?: is| was|:)? `?\(?{_NAME}"),
    re.compile(
        rf"(?<![\w.]){_NAME}(?: `?<[^>\n]{{1,80}}>`?)?`? (?:\((?:the |patch )?author\b(?:[^()\n]{{0,60}}\))?"
        r"|is the (?:patch )?author\b)"
    ),
    re.compile(rf"(?<![\w.]){_NAME}(?: is[^.;\n]{{0,90}}? and)? authored (?:the|this) (?:commit|patch|fix|change)\b"),
)
_NO_NAME = frozenset(
    ("The", "This", "That", "No", "Author", "Record", "Tags", "Step", "Phase", "Link", "Cc", "A", "An", "SOB", "SOBs",
     "One", "Two", "Three", "Both", "Only")
)  # fmt: skip


def said_of_mail(said: Statement) -> Iterator[Claim]:
    """Claims on the commit message and its commit."""
    if said.section is not None:
        yield from _present_plainly(said)
    if said.phase == 1:
        yield from _present(said)
    if said.about(1, 3, 9):
        yield from _absent(said)
        yield from _author(said)
    elif said.phase == 4 and _REPORT.search(f"{said.label} {said.text}"):
        yield from _absent(said)  # of a report; other tags there are those of the thread
    if said.phase in (1, 2, 4):
        yield from _upstream(said)


def _present_plainly(said: Statement) -> Iterator[Claim]:
    """ "Has a Fixes: tag": all that is taken where no phase says whose tags are spoken of."""
    if said.of_others or _DOUBT.search(said.text):
        return
    for found in _HAS_KEY.finditer(said.text):
        name = "Cc: stable" if found["stable"] else f"{found['key']}:"
        yield said.claim(ClaimKind.TRAILERS_PRESENT, *found.span(), names=(name,))


def _present(said: Statement) -> Iterator[Claim]:
    if _ELSEWHERE.search(said.text) or not _TAGS.search(f"{said.label} {said.flat.text[:2000]}"):
        return
    for found in _ONLY_KEY.finditer(said.text):
        numbers = (count(found[1].strip()),) if found[1] else ()
        yield said.claim(
            ClaimKind.TRAILERS_PRESENT, *found.span(), numbers=numbers, names=(f"{found[2]}:",), exclusive=True
        )
    tokens = []
    for found in _TOKEN.finditer(said.rest):
        if found.start() >= len(said.text):
            break
        if not _NEGATION.search(said.text, 0, found.start()):
            tokens.append(found)
    if not tokens:
        return
    names = tuple(
        f"{found[1] or found[3] or found[5]}: {(found[2] or found[4] or found[6]).strip()}" for found in tokens
    )
    if _ONLY_TOKENS.search(said.text[: tokens[0].start()][-80:]):
        yield said.claim(ClaimKind.TRAILERS_PRESENT, tokens[0].start(), tokens[-1].end(), names=names, exclusive=True)
        return
    for found, name in zip(tokens, names, strict=True):
        yield said.claim(ClaimKind.TRAILERS_PRESENT, *found.span(), names=(name,))


def _absent(said: Statement) -> Iterator[Claim]:
    text = said.text
    if _ELSEWHERE.search(text):
        return
    if (found := _BEYOND.search(text)) is not None:
        name = f"Signed-off-by: {found[1] or ''}".strip()
        yield said.claim(ClaimKind.TRAILERS_ABSENT, *found.span(), names=(name,), exclusive=True)
        return
    done = 0
    for found in _NO.finditer(text):
        if found.start() < done or _names_commit(text[: found.start()]):
            continue
        names, end = _items(text, found.end())
        if names and not _THREAD.match(text, end):
            tail = re.match(r" tags?\b", text[end:])
            done = end + (tail.end() if tail else 0)
            yield said.claim(ClaimKind.TRAILERS_ABSENT, found.start(), done, names=names)
        else:
            done = end


def _names_commit(text: str) -> bool:
    return re.search(r"`?\b[0-9a-f]{9,40}\b`? (?:has|had|carries|with)\b", text[-60:]) is not None


def _items(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The trailer keys listed at `text[at:]`, and where the list ends."""
    names: list[str] = []
    end = at
    while (item := _ITEM.match(text, at)) is not None:
        end = item.end()
        if item["stable"] or item["cc"]:
            names.append("Cc: stable")
        elif item["loose"] is None:
            names.append(item["key"])
        separator = _SEPARATOR.match(text, end)
        if separator is None:
            break
        at = separator.end()
    return tuple(dict.fromkeys(names)), end


def _upstream(said: Statement) -> Iterator[Claim]:
    text = said.text
    for found in _CANDIDATE.finditer(text):
        yield said.claim(ClaimKind.UPSTREAM, *found.span(), names=(found[1],))
    for found in _DIG.finditer(text):
        if found[1].isdigit() and not same_commit(found[1], said.own):
            continue  # a date: b4 takes Message-IDs too
        if same_commit(found[1], said.own) or not _OTHER_COMMIT.search(text):
            yield said.claim(ClaimKind.UPSTREAM, *found.span(), names=(found[1],))
    for found in _SHOW.finditer(text):
        alone = said.verified and len(set(commit_ids(text))) == 1
        told = alone or _CONFIRMED.match(text, found.end()) or _PARSED.search(text[: found.start()][-90:])
        if same_commit(found[1], said.own) or (said.phase in (1, 2) and told and not _OTHER_COMMIT.search(text)):
            yield said.claim(ClaimKind.UPSTREAM, *found.span(), names=(found[1],))


def _author(said: Statement) -> Iterator[Claim]:
    text = said.text
    if said.foreign_id or re.search(r"\bco-?author|\bintroduc|\boriginal\b", text, re.IGNORECASE):
        return
    for pattern in _AUTHOR:
        for found in pattern.finditer(text):
            name = found[1].rstrip(" .'-")
            if name.split()[0] not in _NO_NAME:
                yield said.claim(ClaimKind.AUTHOR, *found.span(), names=(name,))
