"""How rationales speak of patches that belong together, as patterns over one sentence.

Read off some 1,700 AUTOSEL mails: numbers ("patch 2/3", with or without an id beside them), lists under the word
"series", and requests to take commits together. A commit that is only mentioned, as the one that introduced a bug, as
an earlier fix of the same pattern or as one that every branch has already, is none of these.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ID = re.compile(r"(?<![\w/.@-])[0-9a-f]{7,40}(?![\w@]|-\d)")
_NUMBER = re.compile(r"\b(?:patch|commit|part|companion)(?:es)? \(?(\d{1,3})(?:/| of )(\d{1,3})\b", re.IGNORECASE)
_OWN_NUMBER = re.compile(
    r"\b(?:this|it|candidate|commit|target)\b[^.;\n]{0,60}?\[?\bpatch (\d{1,3})(?:/| of )(\d{1,3})\b", re.IGNORECASE
)
_OWN_BESIDE = re.compile(
    r"\bpatch (\d{1,3})/(\d{1,3})\b[^\w\n]{0,8}(?:is )?(?:this commit|this patch|this one|target)\b", re.IGNORECASE
)
_SERIES = re.compile(r"\b(?:series|patch ?set|pair)\b", re.IGNORECASE)
_COUNT = re.compile(r"\b(\d{1,2}|two|three|four|five|six)[- ](?:patch|commit|part|related|fix)", re.IGNORECASE)
_LONGEST = 4000
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_LIST_ENDS = re.compile(
    r"\b(?:plus|independent|unrelated|separate|companion|besides|blame|introduced)\b", re.IGNORECASE
)
_VERB = r"(?:considered|evaluated|back-?ported|queued|taken|applied|picked|included|selected|reviewed|merged)"
_WITH = re.compile(
    rf"\b(?:(?:together|along|alongside|in tandem|combined)(?: with)?|(?:{_VERB}|needed|required|go(?:es)?) with)\b",
    re.IGNORECASE,
)
_TOO = re.compile(
    r"\b(?:should|must|needs? to|has to|have to|ought to)\b[^.;]{0,30}"
    rf"\b{_VERB}(?:/{_VERB})?\b[^.;]{{0,40}}\b(?:with (?:it|this)|together|too|as well|first)\b"
    rf"|\b(?:is|are|be) (?:also )?{_VERB} (?:too|as well|together|first)\b"
    rf"|\bshould also be {_VERB}\b"
    r"|\b(?:is|are) (?:also )?(?:needed|required)\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\b(?:follows|depends on|builds on|is based on|prerequisite(?: commit| patch)?(?: is)?|requires|needs)\b",
    re.IGNORECASE,
)
_FOLLOWED = re.compile(
    r"\b(?:after this (?:candidate|commit|patch|one)|is followed by|prerequisite for|prepares for)\b", re.IGNORECASE
)
_BUILDS = re.compile(r"\bfollow-?up\b|\b(?:builds|depends|relies) on (?:this|it)\b", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:no|not|never|without|neither|independent(?:ly)?|unrelated|unlike|nothing)\b|n't\b", re.IGNORECASE
)
_ELSEWHERE = re.compile(
    r"\b(?:pattern|precedent|similar|introduced|blame|fixes:|regress(?:ed|ion)|revert(?:s|ed)?"
    r"|already (?:in|present|has|have|contain))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:;|, but |, however,?|\. |(?<!\s)(?=[^\S\n]*+\n)\s++(?=[-*•]))")
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”`*)]*\s+(?=[A-Z`*\[\"“(])|\n\s*\n|\n(?=\s*(?:[-*•]|\d{1,2}\.)\s)")


@dataclass(frozen=True, slots=True)
class Said:
    """What one sentence says of commits, by id as written.

    `numbered` are (id, number, of how many), `own` the mail's own (number, of how many). `listed` is a series in its
    order; `together` are ids to take with the mail's patch, `before` those that it comes after, `behind` those that
    come after it.
    """

    text: str
    numbered: tuple[tuple[str, int, int], ...] = ()
    own: tuple[int, int] | None = None
    listed: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.numbered or self.own or self.listed or self.together or self.before or self.behind)


def ids_in(text: str) -> list[re.Match[str]]:
    """The commit ids in `text`: 7 to 40 hex digits that are no plain number, word, address or part of a path."""
    return [
        found
        for found in _ID.finditer(text)
        if any(digit.isdigit() for digit in found[0]) and (not found[0].isdigit() or len(found[0]) == 40)
    ]


def compares(text: str) -> bool:
    """Whether `text` speaks of commits as precedents, causes or the like, not as what belongs with the patch."""
    return _ELSEWHERE.search(text) is not None


def read_sentences(text: str) -> Iterator[Said]:
    """What each sentence of a record says, a list together with the sentence above it."""
    for sentence in _sentences(text):
        said = _read(sentence)
        if said:
            yield said


def _sentences(text: str) -> list[str]:
    """Sentences; bullets under a sentence that speaks of a series stay with it."""
    parts = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    joined: list[str] = []
    for part in parts:
        bullet = part[:1] in "-*•" and not part.startswith("**")
        if (
            joined
            and bullet
            and len(joined[-1]) < _LONGEST
            and _SERIES.search(joined[-1].split("\n")[0])
            and ids_in(part)
        ):
            joined[-1] += "\n" + part
        else:
            joined.append(part)
    return joined


def _read(sentence: str) -> Said:
    text = sentence[:_LONGEST]
    ids = ids_in(text)
    own = _own_number(text)
    if not ids:
        return Said(sentence, own=own)
    numbered = _numbered(text, ids)
    listed = () if numbered else _listed(text, ids, own)
    together: list[str] = []
    before: list[str] = []
    behind: list[str] = []
    if not listed:
        at = 0
        for end in [*(found.end() for found in _CLAUSE.finditer(text)), len(text)]:
            _read_clause(text[at:end], together, before, behind)
            at = end
    return Said(sentence, numbered, own, listed, tuple(together), tuple(before), tuple(behind))


def _own_number(text: str) -> tuple[int, int] | None:
    for pattern in (_OWN_BESIDE, _OWN_NUMBER):
        for found in pattern.finditer(text):
            pair = _pair(found)
            if pair is not None and not ids_in(found[0]):
                follows = text[found.end() : found.end() + 24]
                if pattern is _OWN_BESIDE or not re.match(r"[\s(:,`*—-]{0,6}[0-9a-f]{7,40}\b", follows):
                    return pair
    return None


def _pair(found: re.Match[str]) -> tuple[int, int] | None:
    number, total = int(found[1]), int(found[2])
    return (number, total) if 1 <= number <= total and total > 1 else None


def _numbered(text: str, ids: list[re.Match[str]]) -> tuple[tuple[str, int, int], ...]:
    """Ids with a number beside them: "patch 3/3 (`id`)" first, then "`id` is patch 2/3"."""
    numbers = [(found, pair) for found in _NUMBER.finditer(text) if (pair := _pair(found)) is not None]
    taken: dict[str, tuple[int, int]] = {}
    used = set()
    for found, pair in numbers:
        beside = re.compile(r"(?:\s*\([a-z]+\))?(?: (?:is|was|as))?[\s(:,`*=—\[-]{1,6}").match(text, found.end())
        target = next((one for one in ids if beside and one.start() == beside.end()), None)
        if target is not None:
            taken.setdefault(target[0], pair)
            used.add(found.start())
    for number, one in enumerate(ids):
        end = ids[number + 1].start() if number + 1 < len(ids) else len(text)
        close = next(
            (
                (found, pair)
                for found, pair in numbers
                if found.start() not in used and one.end() <= found.start() < end
            ),
            None,
        )
        if close is None or one[0] in taken:
            continue
        between = text[one.end() : close[0].start()]
        if (
            len(between) <= 110
            and "\n" not in between
            and not re.search(r"[.;] |\b(?:and|of|to|with|without)\b(?![^(]*\()", between)
        ):
            taken[one[0]] = close[1]
            used.add(close[0].start())
    return tuple((name, number, total) for name, (number, total) in taken.items())


def _listed(text: str, ids: list[re.Match[str]], own: tuple[int, int] | None) -> tuple[str, ...]:
    """The members of a series that the sentence counts out; empty where the count does not agree."""
    word = _SERIES.search(text)
    if word is None or _NOT.search(text[: word.start()]):
        return ()
    ends = _LIST_ENDS.search(text, word.end())
    stop = ends.start() if ends else len(text)
    names = tuple(dict.fromkeys(one[0] for one in ids if word.start() < one.start() < stop))
    says = own[1] if own else _count(text)
    return names if len(names) >= 2 and len(names) == says else ()


def _count(text: str) -> int:
    """How many patches the sentence gives the series, as a number beside a patch or in words; 0 where it does not."""
    pairs = (_pair(found) for found in _NUMBER.finditer(text))
    number = next((pair[1] for pair in pairs if pair is not None), None)
    if number is not None:
        return number
    found = _COUNT.search(text)
    if found is None:
        return 0
    return _WORDS.get(found[1].lower()) or int(found[1])


def _read_clause(clause: str, together: list[str], before: list[str], behind: list[str]) -> None:
    ids = ids_in(clause)
    if not ids or _ELSEWHERE.search(clause):
        return
    for pattern, into, after_word in (
        (_FOLLOWED, behind, True),
        (_WITH, together, True),
        (_TOO, together, False),
        (_ON, before, True),
    ):
        found = pattern.search(clause)
        if found is None or _NOT.search(clause[: found.start()]):
            continue
        names = [one[0] for one in ids if (one.start() > found.end() if after_word else one.end() <= found.start())]
        if names:
            into.extend(names)
            if into is together and _BUILDS.search(clause):
                behind.extend(names)
            return
