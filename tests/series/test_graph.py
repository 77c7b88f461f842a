"""What belongs together is what mails say belongs together, in the order that they say; a mention is no tie."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import mail
from uringreview.mail.queue import Queue, load
from uringreview.progress import finish
from uringreview.series.evidence import Statement, find_edges
from uringreview.series.graph import Edge, Reason, groups, later_fixes, order

A, B, C = (mail.upstream_id(number) for number in (1, 2, 3))
OLD = "59915143e89f"


def queue(folder: Path, *mails: bytes) -> Queue:
    """The mails as one opened mbox."""
    path = folder / "queue.mbox"
    path.write_bytes(mail.mbox(*mails))
    return finish(load([str(path)]))


def rationale(*records: str) -> str:
    """A rationale whose third phase holds these records."""
    return "## Phase 3: History\n" + "\n\n".join(f"Record: {record}" for record in records) + "\n\n**YES**\n"


def statements(opened: Queue) -> dict[str, Sequence[Statement]]:
    """Each paragraph under "Record:" as a statement, as a parsed rationale gives them."""
    found: dict[str, Sequence[Statement]] = {}
    for patch in opened.patches:
        rows, body = [], patch.message.body
        area = patch.rationale
        assert area is not None
        at = area.start
        for paragraph in area.of(body).split("\n\n"):
            start = body.index(paragraph, at)
            at = start + len(paragraph)
            if "Record: " in paragraph:
                words = paragraph.split("Record: ", 1)[1]
                from_here = start + len(paragraph) - len(words)
                rows.append(Statement(words.replace("\n", " "), type(area)(from_here, at)))
        found[patch.key] = rows
    return found


def three(folder: Path, *said: str) -> Queue:
    """Patches A, B and C with one record each."""
    return queue(folder, *(mail.autosel(position=at, rationale=rationale(text)) for at, text in enumerate(said, 1)))


def pairs(edges: Sequence[Edge]) -> list[tuple[str, str]]:
    return sorted((edge.patch, edge.needs) for edge in edges)


def test_numbers_beside_ids_order_a_series_whatever_the_length_of_the_ids(tmp_path: Path) -> None:
    opened = three(
        tmp_path,
        f"this is patch 1/3 of a series; patches `{B[:13]}` and `{C[:12]}` should be considered with it.",
        f"recent history shows patch 2/3 in a locking series: `{A[:12]}` locks, `{B[:12]}` defers, `{C[:13]}` keeps.",
        f"upstream parent `{B}` is patch 2/3, and `{A[:12]}` is patch 1/3.",
    )
    edges = find_edges(opened, statements(opened))
    (group,) = groups(opened, edges)
    assert [member.upstream for member in group.members] == [A[:12], B[:12], C[:12]]
    assert {(B[:12], A[:12]), (C[:12], B[:12])} <= set(pairs(edges))
    assert not group.cyclic
    assert group.missing == ()


def test_every_reason_has_its_words_its_mail_and_its_place(tmp_path: Path) -> None:
    opened = three(
        tmp_path, "a fix.", f"blame shows `{OLD}`. This commit follows `{A[:12]}`\n(`ring: one`) closely.", "x."
    )
    (edge,) = find_edges(opened, statements(opened))
    (reason,) = edge.reasons
    assert reason.text == f"This commit follows `{A[:12]}` (`ring: one`) closely."
    assert reason.said_by == opened.patches[1].key
    assert reason.span is not None
    assert " ".join(reason.span.of(opened.patches[1].message.body).split()) == reason.text


@pytest.mark.parametrize(
    "words",
    [
        f"blame shows the buggy line came from `{A[:12]}`.",
        f"the bug was introduced by `{A[:12]}` (“ring: add it”) in v6.1.",
        f"this follows the same pattern as commit `{A[:12]}`.",
        f"the change is independent of `{A[:12]}` and does not depend on `{A[:12]}`.",
        f"no related series; `{A[:12]}` touched the same file.",
        f"`git log` confirmed related commits `{A[:12]}` and `{C[:12]}`.",
        f"similar fixes `{A[:12]}` should be backported too? They revert `{A[:12]}`.",
        f"requires `{OLD}`, already present in v6.1.",
    ],
)
def test_a_mention_ties_nothing(tmp_path: Path, words: str) -> None:
    opened = three(tmp_path, "a fix.", words, "another fix.")
    assert find_edges(opened, statements(opened)) == ()


@pytest.mark.parametrize(
    "words",
    [
        f"it should be queued with `{A[:12]}`.",
        f"Backport is warranted, preferably together with `{A[:12]}`.",
        f"No compile dependency, but the context is stronger if `{A[:12]}` is backported too.",
        f"patch 1/2 (`{A[:12]}`) is needed first; this is patch 2/2.",
    ],
)
def test_a_request_to_take_two_together_ties_them(tmp_path: Path, words: str) -> None:
    opened = three(tmp_path, "a fix.", words, "another fix.")
    assert pairs(find_edges(opened, statements(opened))) == [(B[:12], A[:12])]


def test_a_member_that_is_not_loaded_is_named_as_missing(tmp_path: Path) -> None:
    text = f"patch 3/3 (`{C[:13]}`, “ring: hold the lock”) is needed; this is patch 2/3."
    opened = queue(tmp_path, mail.autosel(position=2, rationale=rationale(text)))
    (group,) = groups(opened, find_edges(opened, statements(opened)))
    assert [(member.upstream, member.key is None) for member in group.members] == [(B[:12], False), (C[:12], True)]
    assert [member.upstream for member in group.missing] == [C[:12]]
    assert group.missing[0].subject == "ring: hold the lock"


def test_trailers_that_name_a_queued_patch_tie_it(tmp_path: Path) -> None:
    opened = queue(
        tmp_path,
        mail.autosel(position=1, trailers=(f'Depends-on: {B[:12]} ("ring: two")', "Signed-off-by: A <a@b.example>")),
        mail.autosel(position=2, trailers=(f"Stable-dep-of: {C[:12]} (“ring: three”)", f"Fixes: {OLD} (“old”)")),
        mail.autosel(position=3),
    )
    edges = find_edges(opened, {})
    assert pairs(edges) == sorted([(A[:12], B[:12]), (C[:12], B[:12])])
    keys = [patch.key for patch in opened.patches]
    assert order(opened, groups(opened, edges)) == (keys[1], keys[0], keys[2])


def test_one_sending_ties_only_patches_that_change_one_file(tmp_path: Path) -> None:
    link = "Link: https://patch.msgid.link/20260511182217.226763-{}-ada@kernel.example"
    other = mail.DIFF.replace("ring/chain.c", "ring/other.c")
    opened = queue(
        tmp_path,
        mail.autosel(position=1, trailers=(link.format(4),)),
        mail.autosel(position=2, trailers=(link.format(3),), diff=other),
        mail.autosel(position=3, trailers=(link.format(2),)),
    )
    assert pairs(find_edges(opened, {})) == [(A[:12], C[:12])]


def test_a_rationale_without_records_is_read_by_paragraphs(tmp_path: Path) -> None:
    text = f"A fix.\n\nThis is patch 2/2 of a series; patch 1/2\n(`{A[:12]}`) comes first.\n\nYES\n"
    opened = queue(tmp_path, mail.autosel(position=1), mail.autosel(position=2, rationale=text))
    assert pairs(find_edges(opened, {})) == [(B[:12], A[:12])]


def test_reasons_that_go_in_a_circle_are_shown_and_not_fatal(tmp_path: Path) -> None:
    opened = three(tmp_path, "a.", "b.", "c.")
    why = (Reason("someone said so", None, None),)
    ring = [Edge(A[:12], B[:12], why), Edge(B[:12], C[:12], why), Edge(C[:12], A[:12], why)]
    (group,) = groups(opened, ring)
    assert group.cyclic
    assert len(group.members) == 3
    assert order(opened, (group,)) == tuple(patch.key for patch in opened.patches)


def test_a_later_fix_is_a_mail_whose_fixes_trailer_names_a_queued_patch(tmp_path: Path) -> None:
    fix = mail.autosel(
        position=9,
        prefix="PATCH",
        upstream=mail.upstream_id(9),
        title="ring: fix the fix",
        trailers=(f"Fixes: {A[:10]} (“x”)",),
    )
    opened = queue(tmp_path, mail.autosel(position=1, trailers=(f"Fixes: {OLD} (“y”)",)), fix)
    assert [(fix.fixes, fix.upstream, fix.subject) for fix in later_fixes(opened)] == [
        (A[:12], mail.upstream_id(9), "ring: fix the fix")
    ]


def test_the_three_of_the_seed_documents_are_one_series_with_the_third_missing(shared: Path) -> None:
    opened = finish(load([str(shared / "seeds")]))
    (group,) = groups(opened, find_edges(opened, {}))
    assert [member.upstream for member in group.members] == ["20c39819a276", "49ae66eb8c27", "a65855ec34ae"]
    assert [member.upstream for member in group.missing] == ["a65855ec34ae"]


def test_the_partial_batch_holds_two_groups_and_no_false_one(shared: Path) -> None:
    opened = finish(load([str(shared / "corpus" / "20260520-3424570-partial.mbox")]))
    found = groups(opened, find_edges(opened, {}))
    assert [[member.upstream for member in group.members] for group in found] == [
        ["20c39819a276", "49ae66eb8c27", "a65855ec34ae"],
        ["15994bb0cbb8", "79240f3f6d76"],
    ]


def test_the_mailed_fix_of_the_second_patch_is_known(shared: Path) -> None:
    paths = [str(shared / "seeds"), str(shared / "corpus" / "later-fix-3d879647.eml")]
    (fix,) = later_fixes(finish(load(paths)))
    assert (fix.fixes, fix.upstream) == ("49ae66eb8c27", None)
    assert fix.subject == "io_uring/timeout: splice timed out link in timeout handler"
