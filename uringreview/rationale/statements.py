"""Sentences of a rationale, with what tells whether they speak of the patch at hand.

A rationale also speaks of the commits before and after, of siblings and of replies in a thread; a sentence that names
a foreign commit id, or such a commit by a word, is not taken as a statement about this patch.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.lines import Flat

# A line ends a sentence, but not between "One file changed:" and the name that it announces.
_ENDS = re.compile(r"\n(?!`)|(?<![:,])\n|(?<=[.;!?])\s+(?=[A-Z`\[(\"'*]|\d|no\b|only\b|modified\b|scope\b|one\b)|;\s+")
_ID = re.compile(r"(?<![\w/.@-])[0-9a-f]{7,40}(?![\w@-])")
_FOREIGN = re.compile(
    r"(?<![\w/.`-])(?:prerequisites?|siblings?|sister|companion|earlier|previous|prior|similar|original|other|another|related"
    r"|later|follow-?up|introduc\w+|that commit|which commit|predecessor|precedent|cover letter|would|could"
    r"|if)\b(?![/`_]|\.\w)",
    re.IGNORECASE,
)
_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "−": "-", "\u2011": "-"})
_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen"),
)
_NUMBERS = {word: value for value, word in enumerate(_WORDS)} | {"single": 1, "a single": 1, "no": 0, "none": 0}
# No sentence is longer, and no list that goes on after it: what is, is no prose.
_LONGEST = 3000
_ON = 3000
# A count: in figures or in words.
COUNT = (
    r"(?:\d{1,6}|(?:a )?single|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|zero|no)"
)
_HEDGE = re.compile(
    r"(?:~|≈|<|>|\babout|\baround|\broughly|\bapprox\w*|\bmostly|\bmainly|\bnearly|\balmost|\bsome|\bover|\bunder"
    r"|\bup to|\bat least|\bat most|\bless than|\bmore than|\bfewer than|\bmaybe|\beffectively|\bonly)\s?\+?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence: `text` is `flat.text[start:]` up to its end; `own` the patch's upstream id, empty where unknown.

    `rest` is the record from the sentence's start on, for lists that go on after it. `label` is the record's title,
    `verified` True in the Verification list. `section` is the title of the section that it stands in, empty above the
    first heading, and None in a layout of phases.
    """

    flat: Flat
    start: int
    end: int
    phase: int | None
    step: str | None
    own: str
    label: str = ""
    verified: bool = False
    section: str | None = None

    def about(self, *phases: int) -> bool:
        """Whether it stands in one of `phases`, or in a layout that has none."""
        return self.phase in phases or self.section is not None

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.flat.text[self.start : self.end]

    @property
    def rest(self) -> str:
        """The record from the sentence on."""
        return self.flat.text[self.start : self.end + _ON]

    @property
    def foreign_id(self) -> bool:
        """Whether the sentence names a commit that is not this one."""
        return any(not same_commit(one, self.own) for one in commit_ids(self.text))

    @property
    def of_others(self) -> bool:
        """Whether the sentence may speak of another commit, or of what might be."""
        return self.foreign_id or self.of_others_by_word

    @property
    def of_others_by_word(self) -> bool:
        """Whether a word of the sentence points to another commit, or to what might be."""
        return _FOREIGN.search(self.text) is not None

    def claim(
        self,
        kind: ClaimKind,
        start: int,
        end: int,
        *,
        numbers: tuple[int, ...] = (),
        names: tuple[str, ...] = (),
        exclusive: bool = False,
        hedged: bool = False,
        denied: bool = False,
    ) -> Claim:
        """A claim whose words are `text[start:end]` (offsets into the sentence; may run on into `rest`)."""
        first, last = self.start + start, self.start + end
        whole = self.flat.text
        if whole.count("`", first, last) % 2:  # a quoted name is taken with both its backticks
            if whole[last : last + 1] == "`":
                last += 1
            elif first and whole[first - 1] == "`":
                first -= 1
        words = whole[first:last].replace("\n", " ")
        span = self.flat.span(first, last)
        return Claim(
            kind,
            self.phase,
            self.step,
            words,
            span,
            numbers,
            names,
            exclusive,
            hedged,
            section=self.section or "",
            denied=denied,
        )


def plain(flat: Flat) -> Flat:
    """`flat` for matching: bold marks gone, curly quotes and special hyphens made plain."""
    text: list[str] = []
    at = array("q")
    start = 0
    for part in flat.text.split("**"):
        text.append(part)
        at.extend(flat.at[start : start + len(part)])
        start += len(part) + len("**")
    return Flat("".join(text).translate(_STRAIGHT), at)


def statements_of(
    flat: Flat,
    phase: int | None,
    step: str | None,
    own: str,
    *,
    label: str = "",
    verified: bool = False,
    section: str | None = None,
) -> Iterator[Statement]:
    """The sentences of `flat`."""
    start = 0
    for found in [*_ENDS.finditer(flat.text), None]:
        end = found.start() if found else len(flat.text)
        if end - start <= _LONGEST and flat.text[start:end].strip():
            yield Statement(flat, start, end, phase, step, own, label, verified, section)
        start = found.end() if found else end


def commit_ids(text: str) -> tuple[str, ...]:
    """The abbreviated or full commit ids in `text`: 7 to 40 hex digits, with letters and figures both."""
    found = (match.group() for match in _ID.finditer(text))
    return tuple(one for one in found if not one.isdigit() and not one.isalpha())


def same_commit(one: str, other: str) -> bool:
    """Whether two ids, abbreviated or full, name the same commit."""
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def count(word: str) -> int:
    """The number that a COUNT says."""
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]


def hedged(text: str, at: int) -> bool:
    """Whether the number at `text[at:]` is said loosely: "about", "~", "at least"."""
    return _HEDGE.search(text[max(0, at - 14) : at]) is not None
