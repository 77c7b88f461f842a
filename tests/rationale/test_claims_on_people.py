"""Claims on maintainers, messages and answers, and trees that should not take the patch."""

import pytest

from tests.rationale.test_claims_on_trees import Say, repo, say
from tests.support import mail, rationales

__all__ = ["repo", "say"]

POSTED = "20260511182217.226763"
LINK = f"Link: https://patch.msgid.link/{mail.message_id(2, POSTED)}"
ADA = "Signed-off-by: Ada Author <ada@kernel.example>"


def said(step: str, text: str, kind: str, **parts: object) -> list[tuple[str, str]]:
    """(words, mark) of each claim of that kind."""
    marks = rationales.marks({step: text}, **parts)  # type: ignore[arg-type]
    return [(one.claim.text, one.word.value) for one in marks if one.claim.kind.value == kind]


@pytest.mark.parametrize(
    ("step", "text", "words", "mark"),
    [
        ("1.2", "Ada Author (ring maintainer) applied it.", "Ada Author (ring maintainer)", "verified"),
        ("3.2", "It was reviewed by Ada Author, the ring maintainer.", "Ada Author, the ring maintainer", "verified"),
        (
            "3.2",
            "Ada Author is the ring subsystem maintainer.",
            "Ada Author is the ring subsystem maintainer",
            "verified",
        ),
        ("4.2", "Accepted by the ring maintainer (Ada Author).", "ring maintainer (Ada Author)", "verified"),
        ("7.1", "Ada Author, who is listed as a ring maintainer in `MAINTAINERS`.", None, "verified"),
        ("3.2", "Nora Nobody (ring maintainer) applied it.", "Nora Nobody (ring maintainer)", "contradicted"),
        ("3.2", "`MAINTAINERS` lists Nora Nobody as ring maintainer.", None, "contradicted"),
        ("3.2", "Otto Other (ring maintainer) applied it.", "Otto Other (ring maintainer)", "uncheckable"),
        ("3.2", "Ada Kernel (ring maintainer) applied it.", "Ada Kernel (ring maintainer)", "uncheckable"),
    ],
)
def test_whoever_is_called_a_maintainer_is_sought_in_maintainers(
    say: Say, step: str, text: str, words: str | None, mark: str
) -> None:
    found = say(step, text, "maintainer")
    assert [word for _words, word in found] == [mark]
    assert words in (None, found[0][0])


@pytest.mark.parametrize(
    "text",
    [
        "Nora Nobody (past ring maintainer) was copied.",
        "Nora Nobody is the de facto ring maintainer.",
        "Nora Nobody (ring sub-maintainer) sent it.",
        "Nora Nobody is not a maintainer.",
        "It was maintainer-acked.",
        "Two SOBs (author + maintainer) are there.",
    ],
)
def test_former_and_unlisted_maintainers_are_no_claim(say: Say, text: str) -> None:
    assert say("3.2", text, "maintainer") == []


def test_someone_the_mail_itself_names_may_be_called_a_maintainer(say: Say) -> None:
    """People call reviewers maintainers who are not listed: only the file itself is a plain source."""
    assert [word for _w, word in say("3.2", "Reviewed by Sam Stable (ring maintainer).", "maintainer")] == [
        "uncheckable"
    ]


def test_a_message_is_the_one_that_the_mail_links_to() -> None:
    text = f"`b4 dig` found it at `https://lore.kernel.org/all/{mail.message_id(2, POSTED)}/`."
    assert [word for _t, word in said("4.1", text, "link", trailers=(ADA, LINK))] == ["verified"]
    assert [word for _t, word in said("4.1", text, "link")] == ["uncheckable"]


def test_a_link_with_another_message_is_contradicted() -> None:
    other = LINK.replace("226763", "999999")
    assert [word for _t, word in said("1.2", f"Tags: `{other}`.", "trailers-present", trailers=(ADA, LINK))] == [
        "contradicted"
    ]
    assert [word for _t, word in said("1.2", f"Tags: {LINK}", "trailers-present", trailers=(ADA, LINK))] == ["verified"]


def test_a_name_beside_another_persons_address_is_contradicted() -> None:
    def word(name: str) -> list[str]:
        text = f"Tags: `Signed-off-by: {name} <ada@kernel.example>`."
        return [mark for _t, mark in said("1.2", text, "trailers-present")]

    assert word("Nora Nobody") == ["contradicted"]
    assert word("Ada Author") == ["verified"]
    assert word("Adalbert Schreiber") == ["uncheckable"]


@pytest.mark.parametrize(
    ("text", "own", "mark"),
    [
        ("No NAKs or objections were found.", "NAK. This breaks the ring.", "contradicted"),
        ("No NAKs or objections were found.", "Thanks, looks good to me.", "verified"),
        ("No replies were found.", "Thanks, looks good to me.", "contradicted"),
        ("No NAKs, no stable nomination.", None, "uncheckable"),
    ],
)
def test_answers_count_where_the_upstream_posting_itself_is_loaded(text: str, own: str | None, mark: str) -> None:
    posting = mail.autosel(prefix="PATCH 1/3", position=2, batch=POSTED, rationale=None, stable_base=None)
    others = [posting]
    if own is not None:
        others.append(mail.reply(to=2, batch=POSTED, own=own, references=(mail.message_id(2, POSTED),)))
    assert [word for _t, word in said("4.2", text, "thread", trailers=(ADA, LINK), others=others)] == [mark]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("`6.12.y` still has `old_walk()`, so this patch must not be applied there unchanged.", "contradicted"),
        ("It should be excluded from trees like `6.12.y`.", "contradicted"),
        ("The patch does not apply cleanly to `6.6.y`.", "contradicted"),
        ("It does not apply to `v6.1` or `v5.15`.", "verified"),
        ("**NOT applicable**: 6.1.y and older.", "verified"),
        ("It should not be applied blindly to `6.12.y`.", None),
    ],
)
def test_trees_that_should_not_take_it_are_held_against_the_subject(text: str, mark: str | None) -> None:
    assert [word for _t, word in said("6.2", text, "range")] == ([mark] if mark else [])


def test_a_commit_shown_under_the_first_two_phases_is_the_patchs_own() -> None:
    lines = "- [Phase 1] Parsed all tags via `git show {}`: two of them.\n"
    own, other = mail.upstream_id(1)[:12], "fedcba987654"
    for commit, mark in ((own, "verified"), (other, "contradicted")):
        assert [w for _t, w in said("1.1", "x", "upstream", verification=lines.format(commit))] == [mark]
