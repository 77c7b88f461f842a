"""Claims on maintainers, on trees that should not take the patch, and the verdict against its own mail."""

from uringreview.kernel.maintainers import Section, plain_title, words_of
from uringreview.mail.patch import Patch
from uringreview.mail.subject import SubjectKind, Version
from uringreview.rationale.claim import Claim
from uringreview.rationale.mark import Evidence, Mark, MarkWord


def check_maintainer(claim: Claim, evidence: Evidence) -> Mark:
    """Whether MAINTAINERS has the person as M: of the entry or field named, or of one that covers a changed file.

    People come and go: every version in the clone is asked. Contradicted is only a name that no version has, in any
    role (or not under the title named), and that shares no word with those who are in the entries asked; where the
    claim does not speak of the file itself, nor may the mail know the person: people call others maintainers who are
    not listed.
    """
    if evidence.lookup is None:
        return Mark(claim, MarkWord.UNCHECKABLE, "no clone is open: not checkable")
    person, title = words_of(claim.names[0]), claim.names[1] if len(claim.names) > 1 else ""
    paths = [change.old_path for change in evidence.diff.files]
    asked = ""
    open_question = False
    for label, file in evidence.lookup.maintainers():
        alike = file.named(person)
        for section, one in alike:
            here = plain_title(section.title) == plain_title(title) or any(section.covers(path) for path in paths)
            if one.role == "M" and here and _same(person, file.words(one.name)):
                said = f"MAINTAINERS of {label}, line {one.line}: {section.title} has M: {one.name}"
                return Mark(claim, MarkWord.VERIFIED, said)
        if asked and open_question:
            continue  # an older file may still name the person
        named = file.titled(title)
        looked_at = named or tuple(dict.fromkeys(one for path in paths for one in file.covering(path)))
        theirs = {file.words(one.name) for section in looked_at for one in section.people}
        # What the file is said to have under a title, that entry must show; elsewhere any entry may be meant.
        meant = theirs if named and "MAINTAINERS" in claim.text else {file.words(one.name) for _section, one in alike}
        open_question |= (
            not looked_at or any(_known(person, one) for one in meant) or any(person & one for one in theirs)
        )
        asked = asked or (_told(label, looked_at[0]) if looked_at else "")
    if not asked:
        return Mark(claim, MarkWord.UNCHECKABLE, "no MAINTAINERS in your clone has an entry for this: not checkable")
    if open_question or ("MAINTAINERS" not in claim.text and _in_mail(person, evidence.patch)):
        return Mark(claim, MarkWord.UNCHECKABLE, f"{asked}; whether {claim.names[0]} is meant is not plain")
    return Mark(claim, MarkWord.CONTRADICTED, f"{asked}; no entry has {claim.names[0]}")


def check_range(claim: Claim, evidence: Evidence) -> Mark:
    """Trees said to need a backport by hand or not to take it, against the branches that the subject asks for."""
    asked = evidence.patch.subject.asked
    if asked is None or evidence.patch.subject.kind is not SubjectKind.AUTOSEL:
        return Mark(claim, MarkWord.UNCHECKABLE, "the subject asks for no branches")
    said = f"the subject asks for {asked.newest}" + (f" down to {asked.oldest}" if asked.oldest != asked.newest else "")
    if not claim.names:
        if asked.oldest == asked.newest:
            return Mark(claim, MarkWord.VERIFIED, f"{said} only, no older tree")
        return Mark(claim, MarkWord.UNCHECKABLE, f"{said}; which trees are the older ones is not said")
    wanted = next((name for name in claim.names if Version.parse(name) in asked), None)
    if wanted is not None:
        return Mark(claim, MarkWord.CONTRADICTED, f"{said}: the mail itself goes to {wanted}")
    return Mark(claim, MarkWord.VERIFIED, f"{said}, not for {' or '.join(claim.names)}")


def check_verdict(claim: Claim, evidence: Evidence) -> Mark:
    """The verdict against the mail that carries it: a NO was mailed for stable all the same."""
    asked = evidence.patch.subject.asked
    what = f"asks for {asked.newest}" if asked is not None else "was sent to stable"
    if asked is not None and asked.oldest != asked.newest:
        what += f" down to {asked.oldest}"
    if evidence.patch.subject.kind is not SubjectKind.AUTOSEL:
        return Mark(claim, MarkWord.UNCHECKABLE, "this mail asks nothing of stable by itself")
    return Mark(claim, MarkWord.CONTRADICTED, f"the subject {what}", (claim.span,))


def _told(label: str, section: Section) -> str:
    people = ", ".join(one.name for one in section.people if one.role == "M") or "no M:"
    return f"MAINTAINERS of {label}, line {section.line}: {section.title} has {people}"


def _in_mail(person: frozenset[str], patch: Patch) -> bool:
    """Whether the mail's own people share a word with the name: author, sender, those of its trailers, recipients."""
    message = patch.message
    people = [patch.author.name, message.sender.name, *(one.value for one in patch.trailers)]
    people += [one.name for one in (*message.to, *message.cc)]
    return any(person & words_of(one) for one in people)


def _known(person: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the other name may be the person's: two words in common, or all of them."""
    return len(person & other) > 1 or person <= other


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and (one <= other or other <= one)
