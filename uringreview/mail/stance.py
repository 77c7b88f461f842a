"""What a person's answer means for the patch: drop it, NAK, needs another commit, wait, accepted, a question, a note.

Read from the person's own sentences only, never from what is quoted. Where it is in doubt the answer is a note: a tool
that invents an objection is believed no more. What a bot says is kept apart: it found something, or nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from uringreview.mail import stance_words as words_of
from uringreview.mail.answer import is_bot, own_lines
from uringreview.mail.message import Address, Message, Span
from uringreview.mail.subject import Version

_OWN_LIMIT = 100_000
_SENTENCE_LIMIT = 1_500
_STOP = re.compile(r"diff --git |--- a/|@@ -\d|-{2,8}\s?8<|From [0-9a-f]{40} ")
_BREAK = re.compile(r"\s{0,8}(?:[-*•+] |\d{1,2}[.)] |\w{2,20}-by: |(?:Fixes|Cc|Link|Closes): )|\t| {4}")
_ID_LINE = re.compile(r"[\s>*•-]{0,10}(?:\d{1,2}[.)] )?(?:commit )?[0-9a-f]{8,40}\b", re.IGNORECASE)
_GREETING = re.compile(r"(?:Hi|Hello|Hey|Dear)\b.{0,60}[,!:]?$")
_END = re.compile(r"""[.!?]{1,3}["')\]*]{0,2}(?=\s+["'(\[`*]?[A-Z0-9(]|\s*$|\s{2,})|[.!?](?=\s)""")
_ABBREVIATED = re.compile(
    r"(?:(?<![\w'’])(?:e\.g|i\.e|vs|etc|cf|resp|approx|incl|esp|aka|[A-Z])|\.\.)\.$", re.IGNORECASE
)
_TAG = re.compile(r"\s{0,8}(Acked|Reviewed|Tested)-by: (.{1,200})", re.IGNORECASE)
_QUOTATION = re.compile(r'"[^"]{0,300}"|“[^”]{0,300}”|`[^`]{0,200}`')
_URL = re.compile(r"\b(?:https?|ftp|git|lore)://\S{1,2000}|<[^<>\s]{1,400}@[^<>\s]{1,400}>|\S{1,200}@\S{1,200}")
_COMMIT_URL = re.compile(r"(?:[?&;]id=|/c/|/commit/|/commits/)([0-9a-f]{8,40})\b")
_COMMIT = re.compile(r"(?<![\w./@#-])(?:commit[ -])?([0-9a-f]{7,40})(?![\w@/-]|\.\w)", re.IGNORECASE)
_OWN_COMMIT = re.compile(r">\s{0,4}(?:\[ (?:Upstream )?commit |commit )([0-9a-f]{40})\b", re.IGNORECASE)
_BRANCH = re.compile(
    r"(?<![\w.])(?:linux-|v)?([3-9]|[1-9]\d)\.(\d{1,2})(?:\.[yxzYXZ]|\.\d{1,3})?(?=[\s,;:!?)+/&-]|\.?$|\.\s)"
)
_NO_BRANCH = re.compile(r"\b(?:phase|step|section|chapter|rev(?:ision)?|gcc|clang|version of|python|usb|hdmi|pcie)\s?$")
_ASKED_OUT = re.compile(r"\b(?:drop|skip|remove|exclude)\w{0,2}\b", re.IGNORECASE)
_WORDED = re.compile(r"[^\W\d_]{2}")
_SIGNED = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w.-]+")

_FOUND = re.compile(
    r"\bfound (?:[1-9]\d{0,4}|an?|one|two|three|several|some|the following)\b[^.\n]{0,40}\b(?:issue|problem|error"
    r"|warning|concern"
    r"|bug|regression)|\bnoticed\b[^\n]{0,80}\b(?:error|warning|fail|regression)|\b(?:build|boot|test"
    r"|compilation)s? (?:error"
    r"|failure|failed|regression)|\b(?:errors?|warnings?)\b[^\n]{0,40}\(new ones|^\s{0,8}(?:error|bug|warning"
    r"|unable to)\b.{0,3}:"
    r"|\bregressions? (?:found|detected|on)\b|^\s{0,8}- \[(?:critical|high|medium|low)\]",
    re.IGNORECASE | re.MULTILINE,
)
_FOUND_NONE = re.compile(
    r"\b(?:found no|no|without|0|zero)(?: \w+){0,2} (?:issue|problem|error|warning|regression|failure|concern)s?\b"
    r"|\blooks (?:good|great)\b|\b(?:all|tests?|builds?) (?:\w+ )?(?:passed|succeeded|successful|clean)",
    re.IGNORECASE,
)


class StanceKind(Enum):
    """What an answer says; FINDINGS and NO_FINDINGS are for bots only."""

    DROP = "drop"
    NAK = "nak"
    NEEDS = "needs"
    HOLD = "hold"
    ACK = "ack"
    QUESTION = "question"
    NOTE = "note"
    FINDINGS = "findings"
    NO_FINDINGS = "no findings"

    @property
    def objects(self) -> bool:
        """Whether a person who says so does not want the patch taken as it is."""
        return self in (StanceKind.DROP, StanceKind.NAK, StanceKind.NEEDS, StanceKind.HOLD)

    @property
    def rank(self) -> int:
        """Its place among the kinds: what weighs more comes first."""
        return list(StanceKind).index(self)


@dataclass(frozen=True, slots=True)
class Stance:
    """What one answer says of the patch.

    `words` is the deciding sentence as written, on one line, and `span` its place in the message's body; both are
    empty where the author wrote nothing. `ids` are the commits that the author's own text names besides the patch
    itself (7 to 40 digits, those of the deciding sentence first), `branches` the versions that the deciding sentence
    names. `withdrawn` marks a note by which somebody reports to have dropped the patch.
    """

    kind: StanceKind
    words: str
    span: Span
    ids: tuple[str, ...] = ()
    branches: tuple[Version, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    span: Span

    @property
    def plain(self) -> str:
        """For matching: lower case, straight quotes, quotations and addresses replaced."""
        text = " ".join(self.text[:_SENTENCE_LIMIT].split()).replace("’", "'").replace("‘", "'")
        return _QUOTATION.sub('"q"', _URL.sub("URL", text)).lower()


def classify(message: Message, poster: Address | None = None) -> Stance:
    """What `message`, an answer to a patch, says of it.

    `poster` is who mailed the patch: what he says in his own thread ("Ack, dropped") reports what he does with it and
    is a note or a question.
    """
    sentences = _sentences(message)
    if is_bot(message):
        return _of_bot(message, sentences)
    own = poster is not None and message.sender.address.lower() == poster.address.lower()
    found = [(_kind(sentence, message.sender), sentence) for sentence in sentences]
    withdrawn = next((each for each in sentences if words_of.WITHDRAWN.search(each.plain)), None)
    for kind, strength in _ORDER:
        if own and kind is not StanceKind.QUESTION:
            continue
        for reading, sentence in found:
            if reading == (kind, strength):
                return _stance(kind, sentence, message, sentences)
    telling = [each for each in sentences if _WORDED.search(each.text) and not _GREETING.fullmatch(each.text)]
    if not telling:
        return Stance(StanceKind.NOTE, "", Span(0, 0))
    return _stance(StanceKind.NOTE, withdrawn or telling[0], message, sentences, withdrawn is not None)


def short(stance: Stance, sender: Address | str) -> str:
    """The stance for a narrow column: "axboe: needs 9cc6bac1"; the sender is named by the address, else by surname."""
    text = f"{who(sender)}: {stance.kind.value}"
    if stance.kind is StanceKind.DROP and stance.branches and _ASKED_OUT.search(stance.words):
        return f"{text} {', '.join(map(str, stance.branches))}"
    if stance.kind in (StanceKind.NEEDS, StanceKind.HOLD) and stance.ids:
        more = f" +{len(stance.ids) - 1}" if len(stance.ids) > 1 else ""
        return f"{text} {stance.ids[0][:8]}{more}"
    return "" if not stance.words and stance.kind is StanceKind.NOTE else text


def who(sender: Address | str) -> str:
    """A short name: the address's local part where it is one word of a name, else the surname in lower case."""
    name, address = (sender.name, sender.address) if isinstance(sender, Address) else (sender, "")
    local = address.partition("@")[0].partition("+")[0].lower()
    if re.fullmatch(r"[a-z][a-z0-9_-]{1,11}", local):
        return local
    parts = name.partition(" via ")[0].replace(",", " ").split()
    if parts and "@" not in name:
        return (parts[0] if "," in name else parts[-1]).lower()
    return local or name.partition("@")[0].lower()


_FIRM, _SOFT = 2, 1
_ORDER = (
    (StanceKind.NAK, _FIRM),
    (StanceKind.DROP, _FIRM),
    (StanceKind.NEEDS, _FIRM),
    (StanceKind.HOLD, _FIRM),
    (StanceKind.DROP, _SOFT),
    (StanceKind.ACK, _FIRM),
    (StanceKind.QUESTION, _FIRM),
)


def _kind(sentence: _Sentence, sender: Address) -> tuple[StanceKind, int] | None:
    """What one sentence says by itself, and how firmly; None where it decides nothing."""
    text = sentence.plain
    tag = _TAG.match(sentence.text)
    if tag is not None:
        return (StanceKind.ACK, _FIRM) if _is_own(tag[2], sender) else None
    asks = text.rstrip("\"') ").endswith("?")
    if asks and (words_of.ASKING.search(text) or not words_of.REQUEST.search(text)):
        return StanceKind.QUESTION, _FIRM
    if words_of.EXPLAIN.search(text):
        return StanceKind.QUESTION, _FIRM
    reading = _objection(text)
    if reading is not None:
        return reading
    if asks:
        return StanceKind.QUESTION, _FIRM
    if words_of.ACK.search(text) and not re.search(
        r"(?:n't|\bnot) (?:\w+ ){0,2}(?:look|fine|ok|safe|a good|good)", text
    ):
        return (StanceKind.ACK, _FIRM) if not re.search(r"\b(?:but|if|although|however|only when)\b", text) else None
    return None


def _objection(text: str) -> tuple[StanceKind, int] | None:
    if _unturned(words_of.NAK, text):
        return StanceKind.NAK, _FIRM
    handled = words_of.WITHDRAWN.search(text) or words_of.HANDLED.search(text) or words_of.PERMITTED.search(text)
    free = words_of.NO_WAY_ROUND.search(text) is not None
    needs = not free and not handled and words_of.NEEDS.search(text) is not None
    if not handled and not words_of.PRAISE.search(text) and _unturned(words_of.FIRM, text):
        if words_of.CONDITION_NEEDS.search(text):
            return StanceKind.NEEDS, _FIRM
        return (
            StanceKind.HOLD if words_of.CONDITION_HOLD.search(text) and not _by_version(text) else StanceKind.DROP
        ), _FIRM
    if needs:
        return StanceKind.NEEDS, _FIRM
    if _unturned(words_of.HOLD, text) and not re.search(
        r"\bfix(?:es|ed)? (?:a|the|this|an) (?:regression|crash|bug)", text
    ):
        return StanceKind.HOLD, _FIRM
    if handled or re.search(r"\bwithout (?:this|it|the (?:patch|fix|change))\b", text):
        return None
    if _unturned(words_of.SOFT, text):
        return (StanceKind.NEEDS, _FIRM) if words_of.CONDITION_NEEDS.search(text) else (StanceKind.DROP, _SOFT)
    return None


def _by_version(text: str) -> bool:
    """Whether "before" speaks of versions ("not needed before 6.12"), which puts nothing off."""
    return re.search(r"\bbefore (?:linux )?(?:v?\d|that|this)", text) is not None and " until " not in text


def _unturned(phrases: words_of.Phrases, text: str) -> bool:
    """Whether one of `phrases` stands where nothing before it in the same clause turns its sense round."""
    for found in phrases.finditer(text):
        before = text[max(0, found.start() - 60) : found.start()]
        cuts = [cut.end() for cut in words_of.CLAUSE.finditer(before)]
        if not words_of.TURNED.search(before[cuts[-1] :] if cuts else before):
            return True
    return False


def _is_own(tagged: str, sender: Address) -> bool:
    """Whether a tag's name or address is the sender's."""
    address = _SIGNED.search(tagged)
    if address is not None and address[0].lower() == sender.address.lower():
        return True
    names = {word.lower().strip(".,") for word in tagged.partition("<")[0].split()}
    return any(word.lower().strip(".,") in names for word in sender.name.split() if len(word) > 2)


def _of_bot(message: Message, sentences: tuple[_Sentence, ...]) -> Stance:
    own = "\n".join(line for _, line in own_lines(message))[:_OWN_LIMIT]
    for kind, pattern in ((StanceKind.FINDINGS, _FOUND), (StanceKind.NO_FINDINGS, _FOUND_NONE)):
        if not pattern.search(own):
            continue
        deciding = next((each for each in sentences if pattern.search(each.text)), sentences[0] if sentences else None)
        if deciding is not None:
            return _stance(kind, deciding, message, sentences)
    return _stance(StanceKind.NOTE, sentences[0], message, sentences) if sentences else _EMPTY


_EMPTY = Stance(StanceKind.NOTE, "", Span(0, 0))


def _stance(
    kind: StanceKind, deciding: _Sentence, message: Message, every: tuple[_Sentence, ...], withdrawn: bool = False
) -> Stance:
    itself = {found.lower() for found in _OWN_COMMIT.findall(message.body[:_OWN_LIMIT])}
    named = (commit for each in (deciding, *every) for commit in _commits(each.text))
    ids = tuple(dict.fromkeys(one for one in named if not any(whole.startswith(one) for whole in itself)))
    text = _URL.sub(" ", deciding.text)
    branches = dict.fromkeys(
        Version(int(found[1]), int(found[2]))
        for found in _BRANCH.finditer(text)
        if not _NO_BRANCH.search(text[max(0, found.start() - 20) : found.start()].lower())
    )
    return Stance(kind, " ".join(deciding.text.split()), deciding.span, ids, tuple(branches), withdrawn)


def _commits(text: str) -> Iterator[str]:
    """The commit ids in `text`: hex words that are no plain number, word, address or part of a link."""
    for link in _URL.finditer(text):
        yield from (found.lower() for found in _COMMIT_URL.findall(link[0]))
    for found in _COMMIT.finditer(_URL.sub(" ", text)):
        one = found[1].lower()
        named = found[0].lower().startswith("commit") or len(one) in (12, 40)
        if any(each.isdigit() for each in one) and (named or any(each.isalpha() for each in one)) and len(one) != 16:
            yield one


def _sentences(message: Message) -> tuple[_Sentence, ...]:
    """The sentences of the author's own text, each within one paragraph, list item or tag line."""
    found: list[_Sentence] = []
    start = end = -1  # of the paragraph's text so far
    at = -1  # where the next line of the body begins
    for place, line in own_lines(message):
        if place > _OWN_LIMIT or _STOP.match(line):
            break
        open_ended = start >= 0 and message.body[max(start, end - 40) : end].rstrip()[-1:] not in (".", "!", "?")
        joined = place == at and start >= 0
        at = place + len(line) + 1
        if joined and open_ended and (_ID_LINE.match(line) or (not line.strip() and message.body[end - 1] == ":")):
            # "please also pick up" and then the ids on lines of their own are one sentence
            end = place + len(line) if line.strip() else end
            continue
        if not joined or not line.strip() or _BREAK.match(line) or message.body[end:place].count("\n") > 1:
            found += _split(message.body, start, end)
            start = place if line.strip() else -1
        end = place + len(line)
        if _GREETING.fullmatch(line.strip()) and start == place:
            found += _split(message.body, start, end)
            start = -1
    found += _split(message.body, start, end)
    return tuple(found)


def _split(body: str, start: int, end: int) -> Iterator[_Sentence]:
    """The sentences of one paragraph, `body[start:end]`; none where start is negative."""
    if start < 0:
        return
    text = body[start : min(end, start + _OWN_LIMIT)]
    first = 0
    for stop in _END.finditer(text):
        upto = text[max(first, stop.end() - 12) : stop.end()]
        if _ABBREVIATED.search(upto):
            continue
        yield from _sentence(text, first, stop.end(), start)
        first = stop.end()
    yield from _sentence(text, first, len(text), start)


def _sentence(text: str, first: int, last: int, start: int) -> Iterator[_Sentence]:
    part = text[first:last]
    lead = len(part) - len(part.lstrip())
    part = part.strip()
    if part:
        yield _Sentence(part, Span(start + first + lead, start + first + lead + len(part)))
