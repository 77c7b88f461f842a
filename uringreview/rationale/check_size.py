"""Claims on files, counts and functions, against the diff.

The numbers are counted in the diff itself, not read off the diffstat; where the two differ the evidence says so. A
diff that lost only its white space still counts right, since `+` and `-` stand in the first column.
"""

import re
from collections import Counter

from uringreview.diff.model import Diff, DiffAnchor, DiffState, FileChange, LineKind
from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.mark import Evidence, Mark, MarkWord

_SHOWN = 4
# git's own words for counts: these mean the whole diff and every line of it.
_GIT_WORDS = re.compile(r"insertion|addition|deletion|removal|/", re.IGNORECASE)
_MACRO = re.compile(r"\b[A-Z][A-Z0-9_]{2,60}\(")
_COMMENT = re.compile(r"/\*|\*(?:\s|/|$)|//|# ")
_STAT = re.compile(r"(?m)^ ?(\d{1,6}) files? changed(?:, (\d{1,7}) insertions?\(\+\))?(?:, (\d{1,7}) deletions?\(-\))?")


def check_files(claim: Claim, evidence: Evidence) -> Mark:
    """How many files, and which."""
    diff = evidence.diff
    if not diff.files:
        return _no_diff(claim)
    found = f"diff --git names {_number(len(diff.files), 'file')}: {_listed([file.path for file in diff.files])}"
    targets = tuple(DiffAnchor(file.path) for file in diff.files[:_SHOWN])
    strangers = [name for name in claim.names if not _changes(diff, name)]
    wrong_count = bool(claim.numbers) and claim.numbers[0] != len(diff.files)
    others = claim.exclusive and claim.names and len(diff.files) > len(claim.names)
    if not (strangers or wrong_count or others):
        named = tuple(DiffAnchor(file.path) for name in claim.names for file in _changes(diff, name))
        return Mark(claim, MarkWord.VERIFIED, found + _caveat(evidence), named or targets)
    if claim.hedged and not strangers:
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}; the claim is loose", targets)
    return _contradicted(claim, evidence, found, targets)


def check_count(claim: Claim, evidence: Evidence) -> Mark:
    """Insertions or deletions, of the whole diff or of the one file that the claim names."""
    diff = evidence.diff
    if not diff.files:
        return _no_diff(claim)
    files = [file for name in claim.names for file in _changes(diff, name)] if claim.names else list(diff.files)
    if claim.names and len(files) != 1:
        return Mark(claim, MarkWord.UNCHECKABLE, f"the diff has no one file {claim.names[0]} to count in")
    added, removed = sum(file.added for file in files), sum(file.removed for file in files)
    said, counted = claim.numbers[0], added if claim.kind is ClaimKind.INSERTIONS else removed
    where = _listed([file.path for file in files]) if len(files) <= 2 else _number(len(files), "file")
    found = f"the diff has {_number(added, 'insertion')}, {_number(removed, 'deletion')} in {where}"
    targets = _first_of(files, claim.kind) or tuple(DiffAnchor(file.path) for file in files[:_SHOWN])
    if any(file.binary for file in files):
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}, and a binary part that has no lines", targets)
    if said == counted:
        return Mark(claim, MarkWord.VERIFIED, found + _caveat(evidence), targets)
    near = claim.hedged and _near(said, counted)
    if near or (_GIT_WORDS.search(claim.text) is None and _otherwise(claim, files, said, counted)):
        meant = "which is near what the claim says" if near else "but the claim may count otherwise"
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}, {meant}", targets)
    return _contradicted(claim, evidence, found, targets)


def check_lines(claim: Claim, evidence: Evidence) -> Mark:
    """ "16-line patch": added and removed together, or either alone, as people count."""
    diff = evidence.diff
    if not diff.files:
        return _no_diff(claim)
    added, removed = sum(file.added for file in diff.files), sum(file.removed for file in diff.files)
    said = claim.numbers[0]
    found = f"the diff has {_number(added, 'insertion')}, {_number(removed, 'deletion')}: {added + removed} lines"
    targets = tuple(DiffAnchor(file.path) for file in diff.files[:_SHOWN])
    if said in (added + removed, added, removed) and said:
        return Mark(claim, MarkWord.VERIFIED, found + _caveat(evidence), targets)
    if said > added + removed and not (claim.hedged and _near(said, added + removed)):
        return _contradicted(claim, evidence, found, targets)
    return Mark(claim, MarkWord.UNCHECKABLE, f"{found}; the claim may count otherwise", targets)


def check_functions(claim: Claim, evidence: Evidence) -> Mark:
    """Which functions the diff changes."""
    diff = evidence.diff
    if not diff.files:
        return _no_diff(claim)
    changed = dict(evidence.changed)
    names = list(changed)
    found = f"the diff changes {_listed([f'{name}()' for name in names])}" if names else "no function is seen to change"
    if claim.numbers == (0,):
        if not names and (evidence.whole_files or not any(file.path.endswith((".c", ".h")) for file in diff.files)):
            return Mark(claim, MarkWord.VERIFIED, found + _caveat(evidence), _all(diff))
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}, as far as hunks and headings show", _all(diff))
    targets = tuple(changed[name] for name in claim.names if name in changed)
    missing = [name for name in claim.names if name not in changed]
    others = [name for name in names if name not in claim.names]
    if not missing and not (claim.exclusive and others):
        return Mark(claim, MarkWord.VERIFIED, found + _caveat(evidence), targets)
    if missing:
        unseen = [name for name in missing if not _may_change(diff, name)]
        if unseen and (evidence.whole_files or _headings_say(diff)):
            said = f"{found}, not {_listed([f'{name}()' for name in unseen])}"
            return Mark(claim, MarkWord.CONTRADICTED, said, tuple(changed.values())[:_SHOWN] or _all(diff))
        said = (
            f"{found}; whether {_listed([f'{name}()' for name in missing])} changes is not to be seen without the file"
        )
        return Mark(claim, MarkWord.UNCHECKABLE, said, targets or _all(diff))
    if evidence.whole_files:
        return Mark(claim, MarkWord.CONTRADICTED, found, tuple(changed[name] for name in others[:_SHOWN]))
    said = f"{found}; {_listed([f'{name}()' for name in others])} is known from a hunk heading only"
    inside = [name for name in others if _removed_or_added_within(diff, changed[name])]
    if inside:
        return Mark(claim, MarkWord.CONTRADICTED, found, tuple(changed[name] for name in inside[:_SHOWN]))
    return Mark(claim, MarkWord.UNCHECKABLE, said, tuple(changed[name] for name in others[:_SHOWN]))


def _changes(diff: Diff, name: str) -> list[FileChange]:
    """The files that `name`, a path or its tail, may mean."""
    return [
        file
        for file in diff.files
        if any(path == name or path.endswith("/" + name.removeprefix(".../")) for path in (file.path, file.old_path))
    ]


def _near(said: int, counted: int) -> bool:
    return abs(said - counted) <= max(3, counted // 3)


def _otherwise(claim: Claim, files: list[FileChange], said: int, counted: int) -> bool:
    """Whether "N lines added" may be meant otherwise: net growth, one of several files, or without some lines.

    People leave out empty lines, comments, and lines that were only moved or indented anew.
    """
    kind, other = LineKind.ADDED, LineKind.REMOVED
    if claim.kind is ClaimKind.DELETIONS:
        kind, other = other, kind
    own, opposite = _texts(files, kind), Counter(_texts(files, other))
    least = sum(text != "" and not _COMMENT.match(text) and text not in opposite for text in own)
    net = len(own) - opposite.total()
    return least <= said <= counted or said == net or (len(files) > 1 and said <= counted)


def _texts(files: list[FileChange], kind: LineKind) -> list[str]:
    return [line.text.strip() for file in files for hunk in file.hunks for line in hunk.lines if line.kind is kind]


def _first_of(files: list[FileChange], kind: ClaimKind) -> tuple[DiffAnchor, ...]:
    """The first added (or removed) line of each file."""
    wanted_kind = LineKind.ADDED if kind is ClaimKind.INSERTIONS else LineKind.REMOVED
    anchors = []
    for file in files[:_SHOWN]:
        for number, hunk in enumerate(file.hunks):
            wanted = [at for at, line in enumerate(hunk.lines) if line.kind is wanted_kind]
            if wanted:
                anchors.append(DiffAnchor(file.path, number, wanted[0]))
                break
    return tuple(anchors)


def _may_change(diff: Diff, name: str) -> bool:
    """Whether the function's own line may stand in the diff: in a heading, or at column 0, where kernel C puts it.

    A call inside another function is indented and says nothing; where white space was lost, nothing tells them apart.
    """
    word = re.compile(rf"\b{re.escape(name)}\b")
    flat = diff.state is DiffState.DAMAGED
    return any(
        word.search(hunk.heading) or any(word.search(line.text) for line in hunk.lines if flat or line.text[:1].strip())
        for file in diff.files
        for hunk in file.hunks
    )


def _headings_say(diff: Diff) -> bool:
    """Whether every hunk's heading tells what it stands in: no macro that makes a name up, no label, none missing."""
    return all(
        file.path.endswith((".c", ".h"))
        and hunk.heading.strip()
        and not hunk.heading.rstrip().endswith(":")
        and not _MACRO.search(hunk.heading)
        for file in diff.files
        for hunk in file.hunks
    )


def _removed_or_added_within(diff: Diff, anchor: DiffAnchor) -> bool:
    """Whether the function's own first line stands in the hunk, so that the change surely lies in it."""
    if anchor.hunk is None or anchor.line is None:
        return False
    hunk = next(file for file in diff.files if file.path == anchor.path).hunks[anchor.hunk]
    return any(_begins_function(line.text) for line in hunk.lines[: anchor.line])


def _begins_function(text: str) -> bool:
    """Whether the line is a function's first one, as kernel C writes it: at column 0, no assignment, no prototype."""
    head, opened, _ = text.partition("(")
    return (
        bool(opened) and text[:1].strip() not in ("", "#", "/") and "=" not in head and not text.rstrip().endswith(";")
    )


def _caveat(evidence: Evidence) -> str:
    """What to know of the diff that was counted in."""
    notes = []
    diff = evidence.diff
    if diff.state is DiffState.RESTORED:
        notes.append(f"as restored{f' from {diff.restored_from}' if diff.restored_from else ''}")
    elif evidence.patch.white_space_lost:
        notes.append("white space was lost on the way, + and - lines were not")
    stat = _STAT.search(evidence.patch.diffstat.of(evidence.patch.message.body)) if evidence.patch.diffstat else None
    if stat is not None:
        said = (int(stat[1]), int(stat[2] or 0), int(stat[3] or 0))
        counted = (len(diff.files), sum(file.added for file in diff.files), sum(file.removed for file in diff.files))
        if said != counted:
            notes.append(f"the diffstat says {_number(said[0], 'file')}, +{said[1]}/-{said[2]}")
    return f" ({'; '.join(notes)})" if notes else ""


def _contradicted(claim: Claim, evidence: Evidence, found: str, targets: tuple[DiffAnchor, ...]) -> Mark:
    """Contradicted, unless the diff itself is not to be trusted for it."""
    cut = [problem for problem in evidence.diff.problems if not evidence.patch.white_space_lost]
    if evidence.diff.state is DiffState.DAMAGED and cut:
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}, but the diff is damaged: {cut[0]}", targets)
    return Mark(claim, MarkWord.CONTRADICTED, found + _caveat(evidence), targets)


def _no_diff(claim: Claim) -> Mark:
    return Mark(claim, MarkWord.UNCHECKABLE, "the mail has no diff to look at")


def _all(diff: Diff) -> tuple[DiffAnchor, ...]:
    return tuple(DiffAnchor(file.path) for file in diff.files[:_SHOWN])


def _number(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
