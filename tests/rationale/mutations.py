"""One fact of a rationale changed at a time, found in the text by words of its own, not by the claims' patterns.

A fact is changed only where the mail itself shows that it was true: a count that is the diff's, a path that the diff
changes, a trailer that the mail has. What a mail says loosely ("about 20") is left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from uringreview.diff.model import Diff
from uringreview.mail.patch import Patch
from uringreview.mail.subject import SubjectKind

OTHER_ID = "0123456789abcdef0123456789abcdef01234567"
_LOOSE = re.compile(r"(?:~|about|around|roughly|approx\w*|only|at least|up to|mostly|nearly)\s?$", re.IGNORECASE)
_OF_OTHERS = re.compile(r"prerequisite|sibling|companion|earlier|previous|would|similar|[0-9a-f]{12}|related|other")
_PERSON = re.compile(
    r"([A-Z][\w.'-]+(?: [A-Z][\w.'-]+){1,2})(?= (?:is (?:listed in `MAINTAINERS` as )?the|maintains)\b)"
)


@dataclass(frozen=True, slots=True)
class Mutation:
    """`kind` of fact; `start` and `end` in the mail's body; what stands there then."""

    kind: str
    start: int
    end: int
    text: str


def mutations(patch: Patch, diff: Diff, functions: tuple[str, ...]) -> Iterator[Mutation]:
    """Every fact of the rationale that is seen to be true, changed; `functions` are those that the diff changes."""
    assert patch.rationale is not None
    at, text = patch.rationale.start, patch.rationale_text
    added, removed = (sum(getattr(change, side) for change in diff.files) for side in ("added", "removed"))
    for line in re.finditer(r"(?:[^\n]+\n?)+", text):  # paragraphs
        if _OF_OTHERS.search(line.group()):
            continue
        begin = at + line.start()
        for found in re.finditer(r"(?<![\w.+-])(\d+)(\s(?:insertion|deletion)s?\b)(?!-)", line.group()):
            true = added if "insertion" in found[2] else removed
            if int(found[1]) == true and not _LOOSE.search(line.group()[: found.start()]) and len(diff.files) == 1:
                yield Mutation("count", begin + found.start(1), begin + found.end(1), str(true + 7))
        for found in re.finditer(r"\+(\d+)/-(\d+)\b", line.group()):
            if (int(found[1]), int(found[2])) == (added, removed) and len(diff.files) == 1:
                yield Mutation("count", begin + found.start(1), begin + found.end(1), str(added + 7))
        for change in diff.files:
            said = re.search(
                rf"(?:files?\s(?:is\s)?(?:changed|modified|touched)\W{{1,5}}|[Oo]nly\s`?){re.escape(change.path)}",
                line.group(),
            )
            if said and len(diff.files) == 1:
                end = begin + said.end()
                yield Mutation("file", end - len(change.path), end, "zz/" + "other.c")
        for name in functions:
            said = re.search(rf"(?:[Mm]odified|[Cc]hanged)\sfunctions?:?\s`?{re.escape(name)}\b", line.group())
            if said:
                end = begin + said.end()
                yield Mutation("function", end - len(name), end, "zz_other_function")
    yield from _of_mail(patch, text, at)


def _of_mail(patch: Patch, text: str, at: int) -> Iterator[Mutation]:
    for found in re.finditer(r"(?s)[Nn]o\s(`Fixes:`)(?:,\s`[\w-]+:`)*", text.split("Phase 2")[0]):
        if not any(one.key.lower() == "fixes" for one in patch.trailers) and "Signed-off-by" not in found.group():
            yield Mutation("tag", at + found.start(1), at + found.end(1), "`Signed-off-by:`")
    own = patch.upstream or ""
    for found in re.finditer(rf"b4 dig -c ({own[:9]}[0-9a-f]*)", text) if own else ():
        yield Mutation("id", at + found.start(1), at + found.end(1), OTHER_ID[: len(found[1])])
    for trailer in patch.trailers:
        name = re.match(r"([^<\n]{3,60}) <", trailer.value)
        if name is None or not trailer.key.lower().endswith("-by"):
            continue
        for found in re.finditer(rf"`{trailer.key}: ({re.escape(name[1])})( <[^>`\n]*>)?`", text.split("Phase 2")[0]):
            yield Mutation("trailer", at + found.start(1), at + found.end(2 if found[2] else 1), "Nora Nobody")
    for trailer in patch.trailers:
        said = re.match(r"[0-9a-f]{12}", trailer.value)
        for found in re.finditer(rf"`Fixes: ({said[0]})", text) if said and trailer.key == "Fixes" else ():
            yield Mutation("id", at + found.start(1), at + found.end(1), OTHER_ID[:12])
    for found in re.finditer(rf"authored by ({re.escape(patch.author.name)})\b", text) if patch.author.name else ():
        yield Mutation("author", at + found.start(1), at + found.end(1), "Nora Nobody")
    for line in re.finditer(r"(?:[^\n]+\n?)+", text):
        for found in _PERSON.finditer(line.group()) if "MAINTAINERS" in line.group() else ():
            begin = at + line.start()
            yield Mutation("maintainer", begin + found.start(1), begin + found.end(1), "Nora Nobody")
    found_yes = re.search(r"(?m)^\*\*(YES)\*\*\s*\Z", text)
    if found_yes and patch.subject.kind is SubjectKind.AUTOSEL:
        yield Mutation("yes/no", at + found_yes.start(1), at + found_yes.end(1), "NO")


def versions(patch: Patch, refusing: str) -> Iterator[Mutation]:
    """Releases and branches that the patch is said to apply to, changed into one that refuses it."""
    assert patch.rationale is not None
    at = patch.rationale.start
    for found in re.finditer(
        r"applies\s(?:\w+\s)?cleanly\sto\s(?:the\scurrent\s)?`?(v7\.0\.\d+|v7\.0)`?", patch.rationale_text
    ):
        yield Mutation("version", at + found.start(1), at + found.end(1), refusing)
