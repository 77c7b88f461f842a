"""Statements that cannot both stand, in one rationale or in those of one series."""

from collections.abc import Sequence

from tests.support import mail, rationales
from uringreview.progress import finish
from uringreview.review.desk import examine


def disagreements(*mails: bytes) -> list[tuple[str, str]]:
    """(words, evidence) of what cannot both be, over all the mails."""
    desk = finish(examine(rationales.queue(*mails)))
    marks = [mark for facts in desk.facts for mark in facts.marks]
    return [(one.claim.text, one.evidence) for one in marks if one.claim.kind.value == "agreement"]


def member(number: int, asked: str, texts: Sequence[tuple[str, str]]) -> bytes:
    text = rationales.rationale(dict(texts))
    return mail.autosel(position=number, asked=asked, rationale=text, title=f"ring: part {number}")


def test_a_rationale_that_numbers_its_patch_twice_disagrees_with_itself() -> None:
    both = [("3.2", "This is patch 1/3 of a series."), ("9.1", "It is patch 2/3 of a series.")]
    ((words, evidence),) = disagreements(member(1, "7.0", both))
    assert "patch 2/3" in words
    assert 'phase 3 says "This is patch 1/3' in evidence
    assert disagreements(member(1, "7.0", [both[0], ("9.1", "It is patch 1/3 of a series.")])) == []


def test_one_commit_has_one_first_release_in_all_rationales_of_a_series() -> None:
    first, second = mail.upstream_id(1)[:12], mail.upstream_id(2)[:12]
    one_of = ("3.2", f"It is patch 1/2 of a series, before patch 2/2 (`{second}`).")
    two_of = ("3.2", f"It is patch 2/2 of a series, after patch 1/2 (`{first}`).")
    one = member(1, "7.0", [one_of, ("3.1", "`123456789abc` first appeared in v6.0-rc1.")])
    same = member(2, "7.0", [two_of, ("3.1", "`123456789abc` first appeared in v6.0.")])
    other = member(2, "7.0", [two_of, ("3.1", "`123456789abc` first appeared in v6.16-rc1.")])
    assert disagreements(one, same) == []
    assert len(disagreements(one, other)) == 2


def test_trees_that_need_work_for_one_of_a_series_are_asked_for_by_another() -> None:
    """The linked-timeout series of May 2026: 49ae66eb8c27 asks for 7.0 alone, 20c39819a276 for 7.0-6.6."""
    first, second = mail.upstream_id(1)[:12], mail.upstream_id(2)[:12]
    one_of = ("3.2", f"It is patch 1/2 of a series, before patch 2/2 (`{second}`).")
    two_of = ("3.2", f"It is patch 2/2 of a series, after patch 1/2 (`{first}`).")
    older = ("6.2", "Older trees differ in their API, so they need manual backporting.")
    ((words, evidence),) = disagreements(member(1, "7.0-6.6", [one_of]), member(2, "7.0", [two_of, older]))
    assert words.startswith("Older trees")
    assert evidence.endswith("of the same series asks for 7.0 down to 6.6, older than this one's 7.0")
    assert disagreements(member(1, "7.0", [one_of]), member(2, "7.0", [two_of, older])) == []


def test_a_member_that_is_not_loaded_counts_where_another_rationale_names_it_too() -> None:
    """The two seed documents name the third of their series, which is in neither."""
    first, second, third = (mail.upstream_id(number)[:12] for number in (1, 2, 3))

    def words(third_in_first: str) -> list[str]:
        one = member(1, "7.0", [("3.2", f"The other two patches of the series are `{second}` and `{third_in_first}`.")])
        two = member(2, "7.0", [("3.2", f"This is patch 2/3 of a series: `{first}`, `{second}`, `{third}`.")])
        desk = finish(examine(rationales.queue(one, two)))
        return [mark.word.value for mark in desk.facts[1].marks if mark.claim.kind.value == "series"]

    assert words(third) == ["verified"]
    assert words("fedcba987654") == ["uncheckable"]
