"""What a sentence says of the patch's size: files, insertions, deletions, changed lines, functions."""

import re
from collections.abc import Iterator

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.statements import COUNT, Statement, count, hedged

_PATH = (
    r"(?:[\w.][\w.+-]{0,60}/){0,12}[\w.][\w.+-]{0,80}\.[A-Za-z]\w{0,7}"
    r"|(?:[\w.][\w.+-]{0,60}/){1,12}[A-Za-z][\w+-]{0,80}"
)
_A_PATH = re.compile(
    rf"`({_PATH})`|(?<![\w/`.-])((?:[\w.][\w.+-]{{0,60}}/){{1,12}}[\w.+-]{{1,80}}\.[A-Za-z]\w{{0,7}})(?![\w/-])"
)
_PATH_LIST = re.compile(
    r"\s*+(?:changed|modified|touched|only)?\s*+[:,(—–-]?\s*+"
    rf"(`?(?:{_PATH})`?(?:(?:,| and|, and| \+)\s`?(?:{_PATH})`?){{0,9}})"
)
_FILES = re.compile(
    rf"(?<![\w.#-])(?<!\d/)({COUNT})[ -](?:source |docs? |documentation )?files?\b"
    r"(?:[ -](?:is |are )?(?:changed|modified|touched))?",
    re.IGNORECASE,
)
# Where nothing says that the whole patch is spoken of, "code across 4 files" may be a part of it.
_OF_ALL_FILES = re.compile(r"changed|modified|touched", re.IGNORECASE)
_FILES_LABEL = re.compile(rf"\bFiles? (?:changed|modified|touched)\s?:\s({COUNT})\b(?: files?\b)?", re.IGNORECASE)
_ONLY_PATH = re.compile(
    rf"\bonly `?({_PATH})`? (?:changes|changed|is (?:changed|modified|touched))"
    rf"|\b(?:confirmed|changes|touches|modifies) `?({_PATH})`? only\b",
    re.IGNORECASE,
)
_PART_OF_FILES = re.compile(
    r"[^.;]{0,40}(?:\+|\bplus\b|\band\b)\s?(?:docs|documentation|a test|tests|headers?)\b", re.IGNORECASE
)
_SIGNED = re.compile(r"(?<![\w.+-])\+\s?(\d{1,6})(?: lines?)?\s?(?:/|,)\s?-\s?(\d{1,6})\b(?!\.?\d)(?! (?:new|net)\b)")
_INSERTIONS = re.compile(
    rf"(?<![\w.#-])(?<!\d/)({COUNT}) (?:insertions?|additions?)\b(?!-| ?\+ ?[a-z])(?:\s?\(\+\))?", re.IGNORECASE
)
_DELETIONS = re.compile(rf"(?<![\w.#-])(?<!\d/)({COUNT}) (?:deletions?|removals?)\b(?!-)(?:\s?\(-\))?", re.IGNORECASE)
_ADDED = re.compile(
    rf"(?<![\w.#-])(?<!\d/)\+?({COUNT}) (?:lines? )?(?:are |were )?(?:added|inserted)\b"
    rf"|\badds (?:only |just )?({COUNT}) lines?\b"
    rf"|(?<![\w.+/-])(?<!\d )\+(\d{{1,6}})(?= lines?\b| \(|$)|\blines added: ({COUNT})\b",
    re.IGNORECASE,
)
_REMOVED = re.compile(
    rf"(?<![\w.#-])(?<!\d/)-?({COUNT}) (?:lines? )?(?:are |were )?(?:removed|deleted)\b"
    rf"|\bremoves (?:only |just )?({COUNT}) lines?\b"
    rf"|\blines removed: ({COUNT})\b",
    re.IGNORECASE,
)
_LINES = re.compile(rf"(?<![\w.#-])(?<!\d/)({COUNT})(?:-line\b| lines? changed\b)", re.IGNORECASE)
_OTHER_LINES = re.compile(
    r"(?: (?!(?:change|fix|patch|diff|adjustment)\b)[\w-]+){0,3}"
    r" (?:limit|guideline|rule|threshold|maximum|changes respectively|function|loop"
    r"|comment|block|helper|window|context|file|driver|section|if|macro|check|summary|description|guard)\b",
    re.IGNORECASE,
)
_FUNCTION = r"`?[A-Za-z_]\w{1,80}(?:\(\))?`?"
_FUNCTION_LIST = rf"({_FUNCTION}(?:(?:,| and|, and|/| \+)\s?{_FUNCTION}){{0,15}})"
_MODIFIED = re.compile(
    r"\b(?P<one>one |single |only )?(?:(?:modified|changed|touched) functions?(?: is| are)?"
    r"|functions? (?:modified|changed|touched)(?: is| are)?)"
    rf"\s?[:—–-]?\s{_FUNCTION_LIST}",
    re.IGNORECASE,
)
_ONLY_FUNCTION = re.compile(
    rf"\b[Oo]nly {_FUNCTION_LIST} (?:is|are|was|were) (?:modified|changed|touched)"
    rf"|{_FUNCTION_LIST} (?:—|-|is) the only function (?:modified|changed|touched)"
)
# "one function: `f()`", where nothing but a mark or "in" stands before it.
_ALONE = re.compile(
    r"(?:^|[,.;:(—–] |\bin (?:a |only )?)(?:one|single) function:? (`[A-Za-z_]\w{1,80}\(\)`)",
    re.IGNORECASE | re.MULTILINE,
)
_NO_FUNCTION = re.compile(r"\bno (?:code )?functions? (?:is |are )?(?:modified|changed|touched)\b", re.IGNORECASE)
_NAME = re.compile(r"`([A-Za-z_]\w*)(?:\(\))?`|\b([A-Za-z_]\w*)\(\)")
_RENAMES = re.compile(r"renam|refactor|split|new\b|replac|mov(?:ed|es)", re.IGNORECASE)
_SIZE_PHASES = (1, 2, 8, 9)
# "A 2-line change" speaks of the patch in any phase.
_OF_PATCH = re.compile(
    rf"(?<![\w.#/-])({COUNT})-line (?:\w+ ){{0,2}}?(?:change|fix|patch|diff|adjustment)\b", re.IGNORECASE
)


def said_of_size(said: Statement, files: int) -> Iterator[Claim]:
    """Claims on the size of a patch that touches `files` files."""
    if said.about(2, 5):
        yield from _functions(said)
    if said.of_others:
        return
    if not said.about(*_SIZE_PHASES):
        yield from _sized(said)
        return
    yield from _files(said)
    paths = _paths(said.text)
    if len(paths) > 1:
        return
    of = paths if files > 1 else ()
    yield from _counts(said, of)


def _paths(text: str) -> tuple[str, ...]:
    found = [first or second for first, second in _A_PATH.findall(text)]
    return tuple(dict.fromkeys(found))


def _files(said: Statement) -> Iterator[Claim]:
    text = said.text
    for pattern in (_FILES, _FILES_LABEL):
        for found in pattern.finditer(text):
            number = count(found[1])
            if number == 0 or _PART_OF_FILES.match(text, found.end()):
                continue
            if said.section is not None and number > 1 and not _OF_ALL_FILES.search(found.group()):
                continue
            listed = _PATH_LIST.match(text, found.end())
            names = tuple(re.findall(_PATH, listed[1])) if listed else ()
            end = listed.end() if listed and len(names) == number else found.end()
            if len(names) != number:
                names = ()
            loose = hedged(text, found.start(1)) and not text[: found.start(1)].rstrip().lower().endswith("only")
            yield said.claim(ClaimKind.FILES, found.start(), end, numbers=(number,), names=names, hedged=loose)
    for found in _ONLY_PATH.finditer(text):
        yield said.claim(ClaimKind.FILES, *found.span(), names=(found[1] or found[2],), exclusive=True)


def _counts(said: Statement, of: tuple[str, ...]) -> Iterator[Claim]:
    text = said.text
    for found in _SIGNED.finditer(text):
        if not _of_a_part(text, found.start()):
            loose = hedged(text, found.start())
            for kind, number in ((ClaimKind.INSERTIONS, int(found[1])), (ClaimKind.DELETIONS, int(found[2]))):
                yield said.claim(kind, *found.span(), numbers=(number,), names=of, hedged=loose)
    for kind, pattern, exact in (
        (ClaimKind.INSERTIONS, _INSERTIONS, True),
        (ClaimKind.DELETIONS, _DELETIONS, True),
        (ClaimKind.INSERTIONS, _ADDED, False),
        (ClaimKind.DELETIONS, _REMOVED, False),
    ):
        for found in pattern.finditer(text):
            word = next(group for group in found.groups() if group is not None)
            if word.lower() == "no" or _of_a_part(text, found.start()):
                continue
            if kind is ClaimKind.DELETIONS and not exact and not re.search(r"\badded|\blines?\b|insert|\+\d", text):
                continue
            loose = hedged(text, found.start())
            yield said.claim(kind, *found.span(), numbers=(count(word),), names=of, hedged=loose)
    for found in _LINES.finditer(text) if said.phase != 1 else ():
        if found[1].lower() == "no" or _OTHER_LINES.match(text, found.end()) or _of_a_part(text, found.start()) or of:
            continue
        loose = hedged(text, found.start())
        yield said.claim(ClaimKind.LINES, *found.span(), numbers=(count(found[1]),), hedged=loose)


def _sized(said: Statement) -> Iterator[Claim]:
    for found in _OF_PATCH.finditer(said.text) if not _paths(said.text) else ():
        number = count(found[1])
        loose = hedged(said.text, found.start())
        if number and not _of_a_part(said.text, found.start()):
            yield said.claim(ClaimKind.LINES, *found.span(), numbers=(number,), hedged=loose)


def _of_a_part(text: str, at: int) -> bool:
    """Whether the count at `text[at:]` stands in parentheses behind a function or another part of the patch."""
    opened = text.rfind("(", 0, at)
    if opened < 0 or ")" in text[opened + 1 : at].replace("()", ""):
        return False
    before = text[:opened].rstrip()
    if not before.endswith(("`", ")")):
        return False
    return not re.search(rf"(?:{_PATH})`?$", before[-200:])


def _functions(said: Statement) -> Iterator[Claim]:
    text = said.text
    if said.foreign_id:
        return
    for found in _NO_FUNCTION.finditer(text):
        yield said.claim(ClaimKind.FUNCTIONS, *found.span(), numbers=(0,), hedged=True)
    if _RENAMES.search(text):
        return
    for pattern in (_MODIFIED, _ONLY_FUNCTION, _ALONE):
        for found in pattern.finditer(text):
            listed = next(group for group in found.groups()[1 if pattern is _MODIFIED else 0 :] if group)
            names = _function_names(listed)
            if not names:
                continue
            end = found.end()
            only = pattern is not _MODIFIED or found["one"] is not None
            if text[end : end + 5].lower() == " only":
                only, end = True, end + 5
            start = end - len(text[found.start() : end].lstrip(" ,.;:(—–\n"))
            yield said.claim(ClaimKind.FUNCTIONS, start, end, names=names, exclusive=only)
    if re.fullmatch(
        r"(?:key )?(?:modified|changed) functions?|functions? (?:modified|changed)", said.label, re.IGNORECASE
    ):
        yield from _labelled(said)


def _labelled(said: Statement) -> Iterator[Claim]:
    """The list right after a step's title "Functions modified"."""
    found = re.match(rf"[\W_]{{0,6}}{_FUNCTION_LIST}(?P<only> only)?\s*(?:[.;]|$)", said.text)
    names = _function_names(found[1]) if found else ()
    if found is not None and names:
        only = found["only"] is not None
        end = found.end("only") if only else found.end(1)
        yield said.claim(ClaimKind.FUNCTIONS, found.start(1), end, names=names, exclusive=only)


def _function_names(listed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first or second for first, second in _NAME.findall(listed)))
