"""The rationale's own verdict, wherever it stands plainly.

The forms are those of the mails of May 2025 to May 2026: YES or NO alone on the last or first line, after a label
("Backport Status: YES"), before a sentence ("YES - fixes a leak"), or in the first sentence of text whose lines were
run together. The same words answer criteria ("Small and contained? YES") and quote other commits' verdicts ("Similar
Commit #2 (marked YES)"); those are never taken.
"""

import re
from collections.abc import Iterator, Sequence

from uringreview.mail.message import Span
from uringreview.rationale.document import Verdict, VerdictWord
from uringreview.rationale.lines import TextLine, ends_on_purpose

_ERROR = re.compile(r"\s*Error:\s[^\n]{1,200}")
# How many characters around a YES or NO are looked at: enough for a sentence's end, and linear on hostile lines.
_REACH = 90
_WORD = re.compile(r"\b(?:YES|NO|Yes|No)\b")
_MARKUP = r"[\s#*_`✅❌✓✔☑️👍>:]{0,12}"
_LABEL = re.compile(
    r"(?:^|[.:!?]\s|\*\*|#\s)\s*(?:step\s\d{1,2}\.\d{1,2}\W{1,4})?(?:the\s|my\s)?(?:final\s|overall\s|stable\s)?"
    r"(?:back-?port(?:ing|ed)?(?:\s(?:recommendation|status|decision|determination|verdict|suitability|assessment))?"
    r"|recommendation|recommended|answer|verdict|decision|conclusion|determination|status|analysis|assessment"
    r"|stable\sbackport)"
    r"(?:\s(?:for\sbackporting|is))?[\s:=*_`–—-]{1,8}$",
    re.IGNORECASE,
)
_AFTER_LABEL = re.compile(r"[\s*_`]{0,6}(?:$|[-–—.,:;(!]|This\b|The\b|\*\*)")
_OPENING = re.compile(r"[\s*_`]{0,6}(?:$|[-–—.,:;!]|This\b|The\b|Based\b|##)")
_RUN_TOGETHER = re.compile(r"\*\*\s{0,2}(?:[-–—,.:]\s{0,2})?(?:This|this|The|the)\s(?:commit|patch|change)\b|\*\*\s##")
_IN_SENTENCE = re.compile(
    r"(?:answer|determination|verdict|decision|conclusion|recommendation|recommend|assessment|backport(?:ed|ing)?)\b"
    r"[^.?!\"“”]{0,60}(?::|\bis|\bas|\ba)\s*[*_`\"]{0,3}$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"similar commit|reference commit|other commit|exampl|exemplar|criteri|marked|labell?ed|histor|commit #\d",
    re.IGNORECASE,
)


def find_verdict(body: str, lines: Sequence[TextLine]) -> Verdict:
    """The verdict in the rationale's `lines`: NONE where nothing says one plainly, ERROR for an error message."""
    filled = [line for line in lines if not line.blank and not line.rule]
    if not filled:
        return Verdict(VerdictWord.NONE, None)
    if len(filled) <= 3 and (found := _ERROR.match(filled[0].raw)):
        return Verdict(VerdictWord.ERROR, Span(filled[0].start, filled[0].start + len(found.group())))
    best: tuple[int, int, Verdict] | None = None
    for rank, at, word in _candidates(body, lines):
        key = (rank, at if rank != 0 else -at)
        if best is None or key < best[:2]:
            value = VerdictWord.YES if word.upper() == "YES" else VerdictWord.NO
            best = (*key, Verdict(value, Span(at, at + len(word))))
    return best[2] if best else Verdict(VerdictWord.NONE, None)


def verdict_line(line: TextLine) -> bool:
    """Whether nothing but a YES or NO stands on the line."""
    return re.fullmatch(_MARKUP + r"(?:YES|NO|Yes|No)[.!]?[\s*_`]{0,6}", line.raw) is not None


def _candidates(body: str, lines: Sequence[TextLine]) -> Iterator[tuple[int, int, str]]:
    """(rank, offset, word) of all that may be the verdict; the lowest rank is the plainest."""
    filled = [line for line in lines if not line.blank and not line.rule]
    above: TextLine | None = None
    asked: TextLine | None = None
    for line in lines:
        if not (line.quoted or line.fenced or line.blank):
            if verdict_line(line):
                rank = _rank_alone(line, asked, filled)
                found = _WORD.search(line.raw)
                if rank is not None and found is not None:
                    yield rank, line.start + found.start(), found.group()
            else:
                bullet = line.bullet
                for found in _WORD.finditer(line.raw):
                    rank = _rank_inside(body, lines[0].start, line, found, above, asked, bullet=bullet)
                    if rank is not None:
                        yield rank, line.start + found.start(), found.group()
        above = line
        if not line.blank and not line.rule:
            asked = line


def _rank_alone(line: TextLine, asked: TextLine | None, filled: Sequence[TextLine]) -> int | None:
    if line is filled[-1]:
        return 0
    if line is filled[0]:
        return 1
    if asked is not None and (_is_question(asked) or _ELSEWHERE.search(asked.text)):
        return None
    return 3


def _rank_inside(
    body: str,
    begin: int,
    line: TextLine,
    found: re.Match[str],
    above: TextLine | None,
    asked: TextLine | None,
    *,
    bullet: bool,
) -> int | None:
    before = line.raw[max(0, found.start() - _REACH) : found.start()]
    after = line.raw[found.end() : found.end() + _REACH]
    labelled = _LABEL.search(before) is not None and not bullet
    if re.search(r"[\"“'(]\s?[*_]{0,2}$", before) or re.match(r"[*_]{0,2}[\"”']", after):
        return None
    if not labelled and before.endswith("**") and _RUN_TOGETHER.match(body, line.start + found.end()):
        return 5
    at = line.start + found.start()
    context = body[max(begin, at - _REACH) : at]
    if _ELSEWHERE.search(re.split(r"[.!?]\s|\n\n", context)[-1]):
        return None
    if labelled and _AFTER_LABEL.match(after):
        return 2
    if not found.group().isupper() or bullet:
        return None
    opens = found.start() < _REACH and re.fullmatch(_MARKUP, before) is not None
    opens = opens and (above is None or ends_on_purpose(above, line))
    if opens and (line.raw.startswith("#") or _OPENING.match(after)) and (asked is None or not _is_question(asked)):
        return 4
    joined = " ".join(context.split("\n\n")[-1].split())
    return 6 if _IN_SENTENCE.search(joined) else None


def _is_question(line: TextLine) -> bool:
    return line.raw[-_REACH:].rstrip("* \t\r").endswith("?")
