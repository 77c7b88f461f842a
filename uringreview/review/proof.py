"""What a person would look up to see whether a claim is true: the lines, the command, the branch, the commit.

The mark's evidence is one sentence of what was found; here stands beside it where it was found. Names come from mail:
in a command each is quoted for the shell, and nothing of it is ever run.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.diff.model import Diff, DiffAnchor
from uringreview.mail.message import Span
from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.mark import BranchTarget, Mark, PatchTarget, Target
from uringreview.review.facts import PatchFacts
from uringreview.review.headers import clean

_MOST_LINES = 12
_MESSAGE_KINDS = (ClaimKind.TRAILERS_PRESENT, ClaimKind.TRAILERS_ABSENT, ClaimKind.UPSTREAM, ClaimKind.AUTHOR)


@dataclass(frozen=True, slots=True)
class Proof:
    """`command` would show it in the kernel clone (empty where no one command does); `lines` are those of the diff or
    the mail that the claim was held against, as mailed; `branches` and `commits` what it was held against besides."""

    command: str
    lines: tuple[str, ...]
    branches: tuple[str, ...]
    commits: tuple[str, ...]


def proof(mark: Mark, facts: PatchFacts) -> Proof:
    """Where the evidence of `mark`, one of `facts`' own, can be seen."""
    lines: list[str] = []
    for target in mark.targets:
        lines += _lines(target, facts)
    branches = []
    for target in mark.targets:
        if isinstance(target, BranchTarget):
            cell = next((cell for cell in facts.cells if cell.branch == target.branch), None)
            status = f": {cell.status.value}" + (f", {cell.detail}" if cell.detail else "") if cell else ""
            branches.append(f"{target.branch}{status}")
    commits = [target.key for target in mark.targets if isinstance(target, PatchTarget)]
    return Proof(
        command(mark.claim, facts), _shortened(dict.fromkeys(lines)), tuple(dict.fromkeys(branches)), tuple(commits)
    )


def command(claim: Claim, facts: PatchFacts) -> str:
    """A git command that shows what `claim` is about; empty where there is none, or the mail names no commit."""
    own = (facts.patch.upstream or "")[:12]
    names = [shlex.quote(clean(name)) for name in claim.names]
    path = shlex.quote(facts.diff.files[0].path) if facts.diff.files else ""
    match claim.kind:
        case ClaimKind.APPLIES if names:
            return f"git checkout {names[0]} && git apply --check MAIL"
        case ClaimKind.CONTAINS if names and (own or len(names) > 1):
            return f"git merge-base --is-ancestor {names[0] if len(names) > 1 else own} {names[-1]}"
        case ClaimKind.EXISTS if names and path:
            return f"git show {names[-1]}:{path}"
        case ClaimKind.COMMIT if names:
            return f"git show -s --oneline {names[0]}"
        case ClaimKind.FIRST_IN if names:
            return f"git describe --contains {names[0]}"
        case ClaimKind.MAINTAINER if path:
            return f"scripts/get_maintainer.pl -f {path}"
        case _ if not own:
            return ""
        case ClaimKind.FILES | ClaimKind.INSERTIONS | ClaimKind.DELETIONS | ClaimKind.LINES:
            return f"git show --numstat --format= {own}"
        case ClaimKind.FUNCTIONS:
            return f"git show -W --format= {own}"
        case ClaimKind.ADDS | ClaimKind.REMOVES if names:
            return f"git show --format= {own} | grep -nF -e {names[0]}"
        case _:
            return f"git show -s {own}" if claim.kind in _MESSAGE_KINDS else ""


def whole_lines(body: str, span: Span) -> tuple[Span, str]:
    """The mailed lines that `span` touches: their place and their words, byte for byte."""
    start = body.rfind("\n", 0, span.start) + 1
    end = body.find("\n", max(span.end - 1, start))
    whole = Span(start, len(body) if end == -1 else end)
    return whole, whole.of(body)


def _lines(target: Target, facts: PatchFacts) -> list[str]:
    if isinstance(target, DiffAnchor):
        return _diff_lines(target, facts.diff)
    if isinstance(target, Span):
        return facts.patch.message.body[target.start : target.end].split("\n")
    return []


def _diff_lines(anchor: DiffAnchor, diff: Diff) -> list[str]:
    change = next((change for change in diff.files if change.path == anchor.path), None)
    if change is None:
        return []
    if anchor.hunk is None or anchor.hunk >= len(change.hunks):
        return [f"{change.path}  +{change.added} -{change.removed}"]
    hunk = change.hunks[anchor.hunk]
    head = f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@ {hunk.heading}".rstrip()
    if anchor.line is None or anchor.line >= len(hunk.lines):
        return [head]
    line = hunk.lines[anchor.line]
    return [head, f"{line.kind.value}{line.text}"]


def _shortened(lines: "dict[str, None]") -> tuple[str, ...]:
    kept: Sequence[str] = tuple(lines)
    return tuple(kept) if len(kept) <= _MOST_LINES else (*kept[:_MOST_LINES], "[ ... ]")
