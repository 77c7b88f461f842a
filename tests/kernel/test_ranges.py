"""What a subject asks for against what applies, in one sentence each."""

from uringreview.kernel.ranges import RangeKind, range_findings
from uringreview.kernel.status import Cell, Status
from uringreview.mail.subject import parse_subject


def cells(**statuses: Status) -> list[Cell]:
    """One patch's cells: `cells(v6_12=Status.CLEAN)`."""
    names = {key: f"linux-{key[1:].replace('_', '.')}.y" for key in statuses}
    return [Cell("k", names[key], status, "") for key, status in statuses.items()]


def said(subject: str, found: list[Cell]) -> list[tuple[RangeKind, str]]:
    return [(each.kind, each.sentence) for each in range_findings(parse_subject(subject).asked, found)]


def test_a_conflict_inside_the_range_is_a_finding_and_one_beside_it_is_not() -> None:
    found = cells(v7_0=Status.CLEAN, v6_18=Status.OFFSET, v6_12=Status.CONFLICT, v6_6=Status.CONFLICT,
                  v6_1=Status.CONFLICT)  # fmt: skip
    assert said("[PATCH AUTOSEL 7.0-6.6] x", found) == [
        (RangeKind.NOT_TAKEN, "asks for 7.0-6.6, conflicts on 6.12 and 6.6")
    ]
    assert said("[PATCH AUTOSEL 6.6] x", found) == [(RangeKind.NOT_TAKEN, "asks for 6.6, conflicts on 6.6")]


def test_what_is_there_or_comes_after_others_is_no_finding() -> None:
    found = cells(v6_18=Status.PRESENT, v6_12=Status.AFTER, v6_6=Status.CLEAN)
    assert said("[PATCH AUTOSEL 6.18-6.6] x", found) == []
    assert said("[PATCH AUTOSEL 6.18] x", found) == [
        (RangeKind.PRESENT, "asks for 6.18, and every branch of it has it already")
    ]


def test_missing_merging_fuzzy_and_unreadable_branches_are_told_apart() -> None:
    found = cells(v6_18=Status.MERGE, v6_12=Status.FUZZ, v6_6=Status.MISSING, v6_1=Status.ERROR)
    assert said("[PATCH AUTOSEL 6.18-6.1] x", found) == [
        (RangeKind.NOT_TAKEN, "asks for 6.18-6.1, a file is missing on 6.6"),
        (RangeKind.DOUBTFUL, "asks for 6.18-6.1, merges only on 6.18, needs fuzz on 6.12"),
        (RangeKind.NOT_CHECKABLE, "asks for 6.18-6.1, not checkable on 6.1"),
    ]


def test_branches_that_the_clone_does_not_have_are_named_as_not_checked() -> None:
    found = cells(v7_0=Status.CLEAN, v6_12=Status.CLEAN)
    assert said("[PATCH AUTOSEL 7.0-5.15] x", found) == [
        (
            RangeKind.NOT_IN_CLONE,
            "asks for 7.0-5.15; the clone has no linux-6.18.y, linux-6.6.y, linux-6.1.y or linux-5.15.y: "
            "not checked there",
        )
    ]


def test_a_list_of_branches_asks_for_those_only() -> None:
    found = cells(v6_12=Status.CONFLICT, v6_6=Status.CONFLICT, v6_1=Status.CLEAN)
    ((kind, sentence),) = said("[PATCH 6.12.y 6.1.y] x", found)
    assert kind is RangeKind.NOT_TAKEN
    assert sentence.endswith("conflicts on 6.12")


def test_nothing_is_said_where_no_branch_is_asked_for_or_known_yet() -> None:
    assert said("[PATCH] x", cells(v6_12=Status.CONFLICT)) == []
    assert said("[PATCH AUTOSEL 6.12] x", cells(v6_12=Status.PENDING)) == []
