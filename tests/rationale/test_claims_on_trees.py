"""Claims that need a clone: releases, commits, maintainers. What the clone lacks is never contradicted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import rationales
from tests.support.repos import Repo
from uringreview.kernel.clone import open_clone
from uringreview.kernel.lookup import Lookup
from uringreview.rationale.check import Mark
from uringreview.rationale.parse import read_rationale
from uringreview.rationale.unverified import find_unverified

BEFORE = "".join(f"int line_{n};\n" for n in range(30))
AFTER = BEFORE.replace("int line_9;\n", "int line_9 = 1;\nint added_here;\n")
MAINTAINERS = """\
RING
M:\tAda Author <ada@kernel.example>
R:\tRita Reviewer <rita@kernel.example>
F:\tring/

OTHER THINGS
M:\tOtto Other <otto@kernel.example>
F:\tother/
"""
Say = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """v6.6 and v6.6.1 lack the file's lines; v7.0.1 has the bug, v7.0.2 its fix, mainline came with v7.0-rc1."""
    repo = Repo.create(tmp_path / "linux")
    first = repo.commit("main", {"ring/chain.c": "int nothing_of_it;\n", "MAINTAINERS": MAINTAINERS}, "Linux 6.6\n")
    repo.tag("v6.6", first)
    repo.commit("linux-6.6.y", {}, "Linux 6.6.1\n", start=first)
    repo.tag("v6.6.1", "linux-6.6.y")
    bug = repo.commit("main", {"ring/chain.c": BEFORE}, "ring: walk the chain in a new way\n")
    repo.tag("bug", bug, annotated=False)
    release = repo.commit("main", {"Makefile": "1\n"}, "Linux 7.0-rc1\n")
    repo.tag("v7.0-rc1", release)
    repo.commit("linux-7.0.y", {}, "Linux 7.0.1\n", start=release)
    repo.tag("v7.0.1", "linux-7.0.y")
    fix = repo.commit("main", {"ring/chain.c": AFTER}, "ring: stop at the end of the chain\n")
    repo.tag("fix", fix, annotated=False)
    repo.commit("linux-7.0.y", {"ring/chain.c": AFTER}, f"ring: stop at the end\n\ncommit {fix} upstream.\n")
    repo.commit("linux-7.0.y", {}, "Linux 7.0.2\n")
    repo.tag("v7.0.2", "linux-7.0.y")
    return repo


@pytest.fixture
def say(repo: Repo) -> Say:
    """(text, mark) of each claim that needs the clone, in a rationale whose step says the words."""

    def said(step: str, text: str, kind: str | None = None) -> list[tuple[str, str]]:
        return [
            (mark.claim.text, mark.word.value)
            for mark in marks(repo, step, text)
            if kind is None or mark.claim.kind.value == kind
        ]

    return said


def marks(repo: Repo, step: str, text: str) -> tuple[Mark, ...]:
    clone = open_clone(str(repo.path))
    return tuple(
        mark
        for mark in rationales.marks(
            {step: text},
            diff=repo.diff("fix~1", "fix"),
            upstream=repo.git("rev-parse", "fix"),
            lookup=Lookup(clone),
            branches=tuple(branch.name for branch in clone.branches),
        )
        if mark.claim.kind.value != "verdict"
    )


def test_each_release_that_is_said_to_have_the_bug_is_looked_into(say: Say) -> None:
    text = "The buggy pattern exists in `v7.0.1`, `v6.6.1`, and `v6.12.90`."
    assert say("6.1", text) == [
        ("buggy pattern exists in `v7.0.1`", "verified"),
        ("`v6.6.1`", "contradicted"),
        ("`v6.12.90`", "uncheckable"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The buggy code does not exist in v6.6.1.",
        "Equivalent vulnerable code is present in v6.6.1.",
        "Commit `123456789abc` introduced the bug present in v6.6.1.",
    ],
)
def test_what_is_not_plainly_said_of_the_bug_is_no_claim(say: Say, text: str) -> None:
    assert say("6.1", text, "exists") == []


def test_where_the_patch_is_already_is_what_its_history_and_lines_say(say: Say) -> None:
    assert say("6.1", "The candidate itself is not in `v7.0.1` or `v7.0.2`.") == [
        ("The candidate itself is not in `v7.0.1`", "verified"),
        ("`v7.0.2`", "contradicted"),
    ]
    assert [word for _text, word in say("6.1", "This fix is already in v7.0.2.")] == ["verified"]
    assert [word for _text, word in say("6.1", "This fix is already in v7.0.1.")] == ["contradicted"]
    assert [word for _text, word in say("6.1", "This fix is not in v6.15.")] == ["uncheckable"]


def test_another_commit_is_looked_up_by_its_ancestry(say: Say, repo: Repo) -> None:
    bug = repo.git("rev-parse", "bug")[:12]
    assert say("6.1", f"`{bug}` is absent from `v6.6`, but the rest is fine.") == [
        (f"`{bug}` is absent from `v6.6`", "verified")
    ]
    assert [word for _text, word in say("6.1", f"`{bug}` is present in v6.6.")] == ["contradicted"]
    assert [word for _text, word in say("6.1", f"`{bug}` is present in v7.0-rc1.")] == ["verified"]
    assert [word for _text, word in say("6.1", "`123456789abcd` is present in v6.6.")] == ["uncheckable"]


def test_a_commits_quoted_subject_must_be_its_own(say: Say, repo: Repo) -> None:
    bug = repo.git("rev-parse", "bug")[:12]
    assert [word for _text, word in say("3.1", f'It came with `{bug}` ("ring: walk the chain in a new way").')] == [
        "verified"
    ]
    assert [word for _text, word in say("3.1", f'It came with `{bug}` ("net: count all the bytes twice").')] == [
        "contradicted"
    ]
    assert [word for _text, word in say("3.1", 'It came with `123456789abcd` ("ring: walk the chain").')] == [
        "uncheckable"
    ]


def test_the_first_release_with_a_commit_is_the_first_of_the_tags(say: Say, repo: Repo) -> None:
    bug = repo.git("rev-parse", "bug")[:12]
    assert say("3.1", f"`{bug}`, first in v7.0-rc1, did it.") == [(f"`{bug}`, first in v7.0-rc1", "verified")]
    assert [word for _text, word in say("3.1", f"`{bug}`, first in v6.6, did it.")] == ["contradicted"]
    assert [word for _text, word in say("3.1", f"`{bug}`, first in v6.9-rc1, did it.")] == ["uncheckable"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Ada Author is listed in `MAINTAINERS` as the `RING` maintainer.", "verified"),
        ("`MAINTAINERS` verifies Ada Author is the `RING` maintainer.", "verified"),
        ("Ada Author is listed in `MAINTAINERS` as ring maintainer.", "verified"),
        ("Nora Nobody is listed in `MAINTAINERS` as the `RING` maintainer.", "contradicted"),
        ("Otto Other is listed in `MAINTAINERS` as the `RING` maintainer.", "contradicted"),
        ("Rita Reviewer is listed in `MAINTAINERS` as the `RING` maintainer.", "uncheckable"),
        ("Otto Other is listed in `MAINTAINERS` as a maintainer.", "uncheckable"),
    ],
)
def test_the_maintainer_is_the_one_of_the_changed_files(say: Say, text: str, word: str) -> None:
    assert [mark for _text, mark in say("3.2", text, "maintainer")] == [word]


def test_a_release_is_tried_on_its_own_tree(say: Say) -> None:
    assert say("6.2", "The patch applies cleanly to `v7.0.1` and `v6.6.1`.")[0][1] == "contradicted"
    assert say("6.2", "The patch applies cleanly to `v7.0.1`.")[0][1] == "verified"
    assert say("6.2", "The patch applies cleanly to `v7.0.9`.")[0][1] == "uncheckable"


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("Adds `int added_here;` to the file.", "adds", "verified"),
        ("The fix adds `added_there`.", "adds", "contradicted"),
        ("The fix adds `added_here` and more.", "adds", "verified"),
        ("Removes `int line_9;`.", "removes", "verified"),
        ("Removes `added_here`.", "removes", "uncheckable"),
    ],
)
def test_code_that_is_named_is_looked_for_in_the_diff(say: Say, text: str, kind: str, word: str) -> None:
    assert [mark for _text, mark in say("2.2", text, kind)] == [word]


def test_what_other_code_adds_is_no_claim_on_the_patch(say: Say) -> None:
    assert say("2.2", "`ring_walk()` adds `OFFSET` to the address.") == []


def test_a_branch_that_is_asked_for_and_said_to_need_work_contradicts_itself(say: Say) -> None:
    assert [mark for _text, mark in say("6.2", "6.12 needs a manual backport.", "range")] == ["contradicted"]
    assert [mark for _text, mark in say("6.2", "5.10 needs a manual backport.", "range")] == ["verified"]
    assert [mark for _text, mark in say("6.2", "Older trees need manual backporting.", "range")] == ["uncheckable"]


def test_the_thread_that_a_rationale_read_is_never_taken_for_the_loaded_one(say: Say) -> None:
    assert say("4.2", "No NAKs or objections were found.") == [("No NAKs or objections", "uncheckable")]


def test_a_no_that_was_mailed_for_stable_contradicts_its_mail() -> None:
    assert rationales.marks({"9.1": "Words."}, verdict="**YES**") == ()
    (mark,) = rationales.marks({"9.1": "Words."}, verdict="**NO**")
    assert (mark.claim.kind.value, mark.word.value) == ("verdict", "contradicted")
    assert mark.evidence == "the subject asks for 7.0 down to 6.6"
    assert (
        rationales.marks({"9.1": "Words."}, verdict="**NO**", prefix="PATCH 6.12 012/345")[0].word.value
        == "uncheckable"
    )


def test_what_a_rationale_admits_not_to_have_verified_is_collected() -> None:
    text = rationales.rationale(
        {"9.1": "The crash is unverified, but plausible. It was tested."},
        verification="- [Phase 2] counted the lines\n- UNVERIFIED: the discussion on the list\n",
    )
    patch = rationales.patch(text)
    found = find_unverified(patch, read_rationale(patch))
    assert [(one.phase, one.text) for one in found] == [
        (9, "Step 9.1 Record: The crash is unverified, but plausible."),
        (None, "- UNVERIFIED: the discussion on the list"),
    ]
    assert found[1].span.of(patch.message.body) == "- UNVERIFIED: the discussion on the list"
