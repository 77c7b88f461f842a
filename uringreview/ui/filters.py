"""What the filter box understands: plain words, and `key:value` terms such as `branch:6.6 status:conflict`.

Terms are joined by "and"; a leading `-` turns one round; values may be joined by commas ("or"). A term that means
nothing is told in a sentence instead of hiding every row.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from uringreview.kernel.status import FlagKind, Status, branch_version
from uringreview.mail.subject import Version
from uringreview.rationale.document import VerdictWord
from uringreview.review.decisions import DecisionKind, standing_on
from uringreview.ui.queue_rows import QueueRow, RowKind

Test: TypeAlias = Callable[[QueueRow], bool]

CLAIMS: Mapping[str, str] = {
    "false": "contradicted",
    "contradicted": "contradicted",
    "true": "verified",
    "verified": "verified",
    "open": "open",
    "uncheckable": "open",
    "none": "none",
}
HELP = (
    "branch:6.6 status:conflict claim:false decision:none series:20c39819 verdict:no,error stance:drop answer:any"
    " against:none flag:any range:bad has:note,flag,reply loaded:no replies:yes word -word"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter read: which rows it lets through, and what of it could not be understood."""

    tests: tuple[Test, ...]
    problem: str = ""

    def accepts(self, row: QueueRow) -> bool:
        """Whether every term lets `row` through."""
        return all(test(row) for test in self.tests)


def parse_filter(text: str) -> Filter:
    """Read what stands in the filter box; never raises, a bad term is left out and named in `problem`."""
    terms = _split(text)
    branches = [
        value for term in terms if term.startswith("branch:") for value in term.removeprefix("branch:").split(",")
    ]
    tests: list[Test] = []
    problems: list[str] = []
    for term in terms:
        negated, bare = term.startswith("-") and len(term) > 1, term.removeprefix("-") if len(term) > 1 else term
        key, colon, value = bare.partition(":")
        try:
            test = _term(key, value, branches) if colon and key in _KEYS else _word(bare)
        except ValueError as problem:
            problems.append(str(problem))
            continue
        tests.append(_not(test) if negated else test)
    return Filter(tuple(tests), "; ".join(problems))


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text, posix=True)
    except ValueError:  # a quote that is still open while typing
        return text.replace('"', " ").replace("'", " ").split()


_KEYS = (
    "branch",
    "status",
    "claim",
    "decision",
    "series",
    "verdict",
    "loaded",
    "replies",
    "stance",
    "answer",
    "against",
    "flag",
    "has",
    "range",
)


def _term(key: str, value: str, branches: list[str]) -> Test:
    values = [part for part in value.lower().split(",") if part]
    if key == "series":
        return _series(values)
    if not values:
        return lambda _row: True
    makers: Mapping[str, Callable[[list[str]], Test]] = {
        "branch": _branch,
        "status": lambda wanted: _status(wanted, branches),
        "claim": _claim,
        "decision": lambda wanted: _decision(wanted, branches),
        "has": _has,
        "verdict": _verdict,
        "stance": _stance,
        "answer": _answer,
        "against": _against,
        "flag": lambda wanted: _flag(wanted, branches),
        "range": _range,
        "loaded": lambda wanted: _yes_no("loaded", wanted, lambda row: row.kind is RowKind.PATCH),
        "replies": lambda wanted: _yes_no("replies", wanted, lambda row: bool(row.replies)),
    }
    return makers[key](values)


def _branch(values: list[str]) -> Test:
    versions = [_version(value) for value in values]

    def asked(row: QueueRow) -> bool:
        return row.asked is not None and any(version in row.asked for version in versions)

    return asked


def _status(values: list[str], branches: list[str]) -> Test:
    wanted = {Status(word) for word in _words("status", values, [status.value for status in Status])}
    versions = {_version(branch) for branch in branches}

    def has(row: QueueRow) -> bool:
        return any(
            cell.status in wanted and (not versions or branch_version(cell.branch) in versions)
            for cell in (row.cells or {}).values()
        )

    return has


def _claim(values: list[str]) -> Test:
    wanted = {CLAIMS[word] for word in _words("claim", values, list(CLAIMS))}

    none = "none" in wanted
    verified, contradicted, open_ = (word in wanted for word in ("verified", "contradicted", "open"))

    def has(row: QueueRow) -> bool:
        found = (verified and row.verified) or (contradicted and row.contradicted) or (open_ and row.open)
        return bool(found) or (none and not (row.verified or row.contradicted or row.open))

    return has


def _decision(values: list[str], branches: list[str]) -> Test:
    wanted = _words("decision", values, ["none", *(kind.value for kind in DecisionKind)])
    versions = [_version(branch) for branch in branches]

    def has(row: QueueRow) -> bool:
        if versions:
            every = [*row.mine.single, *([row.decision] if row.decision else [])]
            found = {standing_on(version, every) for version in versions}
            return any((kind.value if kind else "none") in wanted for kind in found)
        kinds = {each.kind.value for each in (row.decision, *row.mine.single) if each is not None}
        return bool((kinds or {"none"}) & wanted)

    return has


_OWN: Mapping[str, Test] = {
    "branch": lambda row: bool(row.mine.single),
    "comment": lambda row: row.mine.comments > 0,
    "flag": lambda row: row.mine.aside is not None and row.mine.aside.flagged,
    "note": lambda row: row.mine.aside is not None and bool(row.mine.aside.note),
    "outcome": lambda row: row.mine.outcome is not None,
    "reply": lambda row: row.decided and not (row.decision is not None and row.decision.silent and not row.mine.single),
    "sent": lambda row: row.mine.aside is not None and row.mine.aside.sent is not None,
    "snooze": lambda row: row.asleep,
    "woken": lambda row: row.mine.awake,
}


def _has(values: list[str]) -> Test:
    tests = [_OWN[word] for word in _words("has", values, list(_OWN))]
    return lambda row: any(test(row) for test in tests)


def _verdict(values: list[str]) -> Test:
    wanted = _words("verdict", values, [word.value for word in VerdictWord])
    return lambda row: row.verdict is not None and row.verdict.value in wanted


def _stance(values: list[str]) -> Test:
    from uringreview.mail.stance import StanceKind

    wanted = _words("stance", values, [kind.value.replace(" ", "-") for kind in StanceKind])
    return lambda row: any(answer.stance.kind.value.replace(" ", "-") in wanted for answer in row.answers)


def _answer(values: list[str]) -> Test:
    wanted = _words("answer", values, ["any", "none", "person", "bot"])

    def has(row: QueueRow) -> bool:
        people = any(not reply.is_bot for reply in row.replies)
        bots = any(reply.is_bot for reply in row.replies)
        found = {"any": people or bots, "none": not people and not bots, "person": people, "bot": bots}
        return row.kind in (RowKind.PATCH, RowKind.LISTED) and any(found[word] for word in wanted)

    return has


def _flag(values: list[str], branches: list[str]) -> Test:
    kinds = {kind.value.replace(" ", "-"): kind for kind in FlagKind}
    wanted = _words("flag", values, ["any", *kinds])
    versions = {_version(branch) for branch in branches}

    def has(row: QueueRow) -> bool:
        return any(
            ("any" in wanted or flag.kind.value.replace(" ", "-") in wanted)
            and (not versions or branch_version(cell.branch) in versions)
            for cell in (row.cells or {}).values()
            for flag in cell.flags
        )

    return has


def _range(values: list[str]) -> Test:
    wanted = _words("range", values, ["bad", "doubtful", "unchecked", "present", "any", "none"])

    def has(row: QueueRow) -> bool:
        found = {_RANGES[finding.kind.name] for finding in row.ranges}
        return bool(found & wanted) or ("any" in wanted and bool(found)) or ("none" in wanted and not found)

    return has


_RANGES: Mapping[str, str] = {
    "NOT_TAKEN": "bad",
    "DOUBTFUL": "doubtful",
    "NOT_CHECKABLE": "unchecked",
    "NOT_IN_CLONE": "unchecked",
    "PRESENT": "present",
}


def _against(values: list[str]) -> Test:
    wanted = _words("against", values, ["none", "any"])
    return lambda row: row.clear is not None and ("none" if row.clear else "any") in wanted


def _series(values: list[str]) -> Test:
    if not values:
        return lambda row: row.series is not None

    def member(row: QueueRow) -> bool:
        return row.series is not None and any(value == str(row.series + 1) or value in row.searched for value in values)

    return member


def _yes_no(key: str, values: list[str], test: Test) -> Test:
    if any(value not in ("yes", "no") for value in values):
        raise ValueError(f"{key}:{values[0]} is neither yes nor no")
    return test if "yes" in values else _not(test)


def _words(key: str, values: list[str], known: list[str]) -> set[str]:
    # A value that is not complete yet stands for every word that begins so: nothing flickers while it is typed.
    found: set[str] = set()
    for value in values:
        meant = {value} & set(known) or {word for word in known if word.startswith(value)}
        if not meant:
            raise ValueError(f"{key}:{value} is none of {', '.join(known)}")
        found |= meant
    return found


def _version(text: str) -> Version:
    version = branch_version(text)
    if version is None:
        raise ValueError(f"branch:{text} is no stable branch such as 6.6")
    return version


def _word(word: str) -> Test:
    wanted = word.lower()
    return lambda row: wanted in row.searched


def _not(test: Test) -> Test:
    return lambda row: not test(row)
