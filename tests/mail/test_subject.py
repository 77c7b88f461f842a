"""Subjects: the kind of mail, the branches asked for, the place in a series, the bare title."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uringreview.mail.subject import SubjectKind, Version, asked_range, parse_subject


@pytest.mark.parametrize(
    ("text", "kind", "asked", "number", "total"),
    [
        ("[PATCH AUTOSEL 7.0-6.6] a: b", SubjectKind.AUTOSEL, "7.0-6.6", None, None),
        ("[PATCH AUTOSEL 7.0] a: b", SubjectKind.AUTOSEL, "7.0", None, None),
        ("[PATCH AUTOSEL 6.15 3/9] a: b", SubjectKind.AUTOSEL, "6.15", 3, 9),
        ("[PATCH AUTOSEL for 4.9 12/34] a: b", SubjectKind.AUTOSEL, "4.9", 12, 34),
        ("[PATCH AUTOSEL 6.6-7.0] a: b", SubjectKind.AUTOSEL, "7.0-6.6", None, None),
        ("[PATCH 6.12 012/345] a: b", SubjectKind.RC_REVIEW, "6.12", 12, 345),
        ("[PATCH 6.6.y] a: b", SubjectKind.STABLE, "6.6", None, None),
        ("[PATCH 6.6.y 2/3] a: b", SubjectKind.STABLE, "6.6", 2, 3),
        ("[PATCH stable 6.6 2/3] a: b", SubjectKind.STABLE, "6.6", 2, 3),
        ("[PATCH 6.12-stable v2] a: b", SubjectKind.STABLE, "6.12", None, None),
        ("[PATCH 6.6.y 6.1.y] a: b", SubjectKind.STABLE, "6.6 6.1", None, None),
        ("[PATCH 6.6/6.1] a: b", SubjectKind.STABLE, "6.6 6.1", None, None),
        ("[PATCH 5.10.y,6.12.y v2 1/3] a: b", SubjectKind.STABLE, "6.12 5.10", 1, 3),
        ("[PATCH 5.15 5.10] a: b", SubjectKind.STABLE, "5.15 5.10", None, None),
        ("[PATCH 7.0-6.12 5.15] a: b", SubjectKind.STABLE, "7.0-6.12 5.15", None, None),
        ("[PATCH linux-6.6.y] a: b", SubjectKind.STABLE, "6.6", None, None),
        ("[PATCH 6.12.y-6.1.y] a: b", SubjectKind.STABLE, "6.12-6.1", None, None),
        ("[PATCH net-next v3 1/2] a: b", SubjectKind.PLAIN, None, 1, 2),
        ("[RFC PATCH] a: b", SubjectKind.PLAIN, None, None, None),
        ("[PATCHv2 1/2] a: b", SubjectKind.PLAIN, None, 1, 2),
        ("a: b", SubjectKind.NONE, None, None, None),
        ("[ANNOUNCE] a: b", SubjectKind.NONE, None, None, None),
    ],
)
def test_the_bracket_says_what_kind_of_mail_it_heads(
    text: str, kind: SubjectKind, asked: str | None, number: int | None, total: int | None
) -> None:
    subject = parse_subject(text)
    assert (subject.kind, subject.number, subject.total) == (kind, number, total)
    assert (str(subject.asked) if subject.asked else None) == asked
    assert subject.title == "a: b"
    assert not subject.is_reply


@pytest.mark.parametrize("prefix", ["Re: ", "RE: ", "re:", "Re: Re: ", "Re[2]: ", "[foo-list] Re: ", "Re: [foo-list] "])
def test_any_number_and_case_of_re_makes_a_reply(prefix: str) -> None:
    subject = parse_subject(f"{prefix}[PATCH AUTOSEL 7.0-6.6] a: b")
    assert subject.is_reply
    assert (subject.kind, subject.title) == (SubjectKind.AUTOSEL, "a: b")


def test_a_list_prefix_and_folds_do_not_hide_the_range() -> None:
    subject = parse_subject("[f2fs-dev] [PATCH AUTOSEL\n 6.17-6.6] f2fs: fix\n\tthe walk")
    assert str(subject.asked) == "6.17-6.6"
    assert subject.title == "f2fs: fix the walk"


def test_a_range_holds_every_branch_between_its_ends() -> None:
    asked = asked_range("[PATCH AUTOSEL 7.0-6.6] io_uring: hold uring_lock")
    assert asked is not None
    assert [v for v in ("7.1", "7.0", "6.12", "6.6", "6.1") if Version.parse(v) in asked] == ["7.0", "6.12", "6.6"]


def test_a_list_of_branches_holds_those_and_nothing_between() -> None:
    asked = asked_range("[PATCH 6.12.y 5.10.y] a: b")
    assert asked is not None
    assert [v for v in ("6.12", "6.6", "5.15", "5.10") if Version.parse(v) in asked] == ["6.12", "5.10"]
    assert (str(asked.newest), str(asked.oldest)) == ("6.12", "5.10")


def test_a_plain_patch_asks_for_no_branch() -> None:
    assert asked_range("[PATCH v3.2 1/2] mention of 6.6 in the title") is None


@given(st.text(alphabet="[]PATCHAUTOSEL Re:0123456789./-y\n\t", max_size=300))
def test_no_subject_makes_the_parser_raise(text: str) -> None:
    assert parse_subject(text).title == parse_subject(text).title.strip()
