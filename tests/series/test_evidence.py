"""Each kind of evidence ties what it should, says where it stands, and a lone hint ties nothing."""

from collections.abc import Sequence
from pathlib import Path

from tests.support import mail
from tests.support.repos import Repo
from uringreview.diff.parse import parse_diff
from uringreview.kernel.clone import open_clone
from uringreview.kernel.status import Cell, Status
from uringreview.mail.queue import Queue, load
from uringreview.mail.stance import classify
from uringreview.progress import finish
from uringreview.series.branches import from_cells, from_parents, plan
from uringreview.series.edge import Direction, Edge, Reason, ReasonKind, Strength, Tie, join
from uringreview.series.evidence import find_edges, find_ties
from uringreview.series.graph import groups, order
from uringreview.series.people import Heard

A, B, C = (mail.upstream_id(number) for number in (1, 2, 3))
OTHER = "f" * 12 + "0" * 28


def queue(folder: Path, *mails: bytes) -> Queue:
    path = folder / "queue.mbox"
    path.write_bytes(mail.mbox(*mails))
    return finish(load([str(path)]))


def edges(opened: Queue) -> tuple[Edge, ...]:
    diffs = {patch.key: parse_diff(patch.diff_text) for patch in opened.patches}
    heard = {
        row.key: [Heard(reply, classify(reply.message)) for reply in row.replies if reply.message]
        for row in opened.rows
    }
    return find_edges(opened, {}, diffs, heard)


def shown(found: Sequence[Edge]) -> list[tuple[str, str, list[ReasonKind]]]:
    return [(edge.patch, edge.needs, list(edge.kinds)) for edge in found]


def change(path: str, before: str, after: str, at: int, *lines: str) -> str:
    """A diff of one hunk at line `at`; `before` and `after` are blob ids."""
    old = sum(line[:1] != "+" for line in lines)
    new = sum(line[:1] != "-" for line in lines)
    head = f"diff --git a/{path} b/{path}\nindex {before}..{after} 100644\n--- a/{path}\n+++ b/{path}\n"
    return head + f"@@ -{at},{old} +{at},{new} @@\n" + "".join(f"{line}\n" for line in lines)


LOW = change("ring/a.c", "1" * 13, "2" * 13, 10, " one", " two", "+added by the first", " three", " four")
ON_IT = change("ring/a.c", "2" * 13, "3" * 13, 11, " two", " added by the first", "-three", "+THREE", " four")
BESIDE = change("ring/a.c", "2" * 13, "3" * 13, 90, " x", "-y", "+z", " w")


def test_a_hunk_on_lines_that_another_adds_needs_it_for_certain(tmp_path: Path) -> None:
    opened = queue(tmp_path, mail.autosel(position=1, diff=ON_IT), mail.autosel(position=2, diff=LOW))
    (edge,) = edges(opened)
    assert (edge.patch, edge.needs, edge.strength) == (A[:12], B[:12], Strength.CERTAIN)
    assert edge.reasons[0].text == f"as mailed it stands on lines of ring/a.c that {B[:12]} brings"
    keys = [patch.key for patch in opened.patches]
    assert order(opened, groups(opened, (edge,))) == (keys[1], keys[0])


def test_lines_are_followed_through_a_patch_in_between(tmp_path: Path) -> None:
    between = change("ring/a.c", "2" * 13, "4" * 13, 1, " top", "+new line", " next")
    over = change("ring/a.c", "4" * 13, "5" * 13, 12, " two", " added by the first", "-three", "+THREE", " four")
    mails = [mail.autosel(position=at, diff=diff) for at, diff in enumerate((LOW, between, over), 1)]
    assert shown(edges(queue(tmp_path, *mails))) == [(C[:12], A[:12], [ReasonKind.LINES])]


def test_a_hunk_across_lines_that_another_took_out_needs_it(tmp_path: Path) -> None:
    out = change("ring/a.c", "1" * 13, "2" * 13, 10, " one", "-gone", " two", " three")
    over = change("ring/a.c", "2" * 13, "3" * 13, 10, " one", " two", "-three", "+THREE")
    opened = queue(tmp_path, mail.autosel(position=1, diff=out), mail.autosel(position=2, diff=over))
    assert shown(edges(opened)) == [(B[:12], A[:12], [ReasonKind.LINES])]


def test_blob_ids_that_chain_order_the_mails_and_tie_nothing_alone(tmp_path: Path) -> None:
    opened = queue(tmp_path, mail.autosel(position=1, diff=BESIDE), mail.autosel(position=2, diff=LOW))
    diffs = {patch.key: parse_diff(patch.diff_text) for patch in opened.patches}
    (tie,) = find_ties(opened, {}, diffs)
    assert (tie.patch, tie.needs, tie.reason.kind, tie.reason.strength) == (
        A[:12],
        B[:12],
        ReasonKind.BLOBS,
        Strength.HINT,
    )
    assert edges(opened) == ()
    keys = [patch.key for patch in opened.patches]
    assert order(opened, (), [(tie.patch, tie.needs)]) == (keys[1], keys[0])


def test_hints_of_two_kinds_tie_what_one_kind_does_not() -> None:
    hints = [
        Tie(B, A, Direction.MAILED, Reason(kind.value, None, None, kind, Strength.HINT))
        for kind in (ReasonKind.BLOBS, ReasonKind.NAMED)
    ]
    assert join(hints[:1] * 3, [A, B]) == ()
    assert [edge.kinds for edge in join(hints, [A, B])] == [(ReasonKind.BLOBS, ReasonKind.NAMED)]


def test_the_surest_direction_wins_and_the_edge_keeps_what_speaks_against_it() -> None:
    said = Tie(B, A, Direction.NUMBERS, Reason("numbered", None, None, ReasonKind.POSTING))
    applies = Tie(A, B, Direction.MAILS_APPLY, Reason("tried", None, None, ReasonKind.APPLIES, Strength.CERTAIN))
    (edge,) = join([said, applies], [A, B])
    assert (edge.patch, edge.needs) == (A, B)
    assert [each.text for each in edge.against] == ["numbered"]


def test_a_patch_that_uses_what_another_adds_needs_it(tmp_path: Path) -> None:
    adds = change("ring/a.h", "1" * 13, "2" * 13, 3, " one", "+#define RING_NO_SPLICE\t4", " two")
    uses = change("ring/b.c", "3" * 13, "4" * 13, 8, " one", "+\tflags |= RING_NO_SPLICE;", " two")
    opened = queue(tmp_path, mail.autosel(position=1, diff=uses), mail.autosel(position=2, diff=adds))
    assert shown(edges(opened)) == [(A[:12], B[:12], [ReasonKind.SYMBOL])]
    assert edges(opened)[0].reasons[0].text == "uses RING_NO_SPLICE, which the other adds in ring/a.h"


def test_a_new_function_is_found_and_a_static_one_stays_in_its_file(tmp_path: Path) -> None:
    def adds(words: str) -> str:
        lines = (" one", "+", f"+{words}ring_splice(int x)", "+{", "+\treturn x;", "+}", " two")
        return change("ring/a.c", "1" * 13, "2" * 13, 3, *lines)

    uses = change("ring/b.c", "3" * 13, "4" * 13, 8, " one", "+\tring_splice(1);", " two")
    for words, tied in (("int ", True), ("static int ", False)):
        opened = queue(tmp_path, mail.autosel(position=1, diff=adds(words)), mail.autosel(position=2, diff=uses))
        assert bool(edges(opened)) is tied


def test_a_name_that_was_there_before_or_is_only_commented_on_is_no_need(tmp_path: Path) -> None:
    moves = change("ring/a.h", "1" * 13, "2" * 13, 3, "-#define RING_SPLICE 4", "+#define RING_SPLICE 5")
    talks = change("ring/b.c", "3" * 13, "4" * 13, 8, " one", "+\t/* not RING_OTHER_WAY */", " RING_SPLICE")
    other = change("ring/c.h", "5" * 13, "6" * 13, 3, " one", "+#define RING_OTHER_WAY 1", " two")
    mails = [mail.autosel(position=at, diff=diff) for at, diff in enumerate((moves, talks, other), 1)]
    assert edges(queue(tmp_path, *mails)) == ()


def test_a_posting_ties_by_a_shared_file_and_only_hints_without_one(tmp_path: Path) -> None:
    link = "Link: https://patch.msgid.link/20260511182217.226763-{}-ada@kernel.example"
    opened = queue(
        tmp_path,
        mail.autosel(position=1, trailers=(link.format(2),)),
        mail.autosel(position=2, trailers=(link.format(3),), diff=LOW),
    )
    (tie,) = find_ties(opened, {})
    assert (tie.reason.kind, tie.reason.strength) == (ReasonKind.POSTING, Strength.HINT)
    assert find_edges(opened, {}) == ()


def test_the_posting_that_a_rationale_names_is_a_hint(tmp_path: Path) -> None:
    text = "b4 found it at `https://patch.msgid.link/20260511182217.226763-{}-ada@kernel.example`.\n\nYES\n"
    opened = queue(tmp_path, *(mail.autosel(position=at, rationale=text.format(at + 1)) for at in (1, 2)))
    (tie,) = find_ties(opened, {})
    assert (tie.patch, tie.reason.strength) == (B[:12], Strength.HINT)
    assert "mails 2 and 3" in tie.reason.text
    assert tie.reason.span is not None


def test_a_mention_in_a_rationale_is_a_hint_and_a_precedent_is_none(tmp_path: Path) -> None:
    mails = [
        mail.autosel(position=1),
        mail.autosel(position=2, rationale=f"Related commits touch this too: `{A[:12]}`.\n\nYES\n"),
        mail.autosel(position=3, rationale=f"The same pattern as in `{A[:12]}`.\n\nYES\n"),
    ]
    (tie,) = find_ties(queue(tmp_path, *mails), {})
    assert (tie.patch, tie.needs, tie.reason.kind) == (B[:12], A[:12], ReasonKind.NAMED)


def test_what_a_person_says_is_needed_is_tied_and_named_as_missing(tmp_path: Path) -> None:
    own = f"If you auto-pick this one, please also do the other one in the series, {OTHER}."
    opened = queue(tmp_path, mail.autosel(position=1), mail.reply(to=1, own=own, sender="Jens <jens@kernel.example>"))
    (edge,) = edges(opened)
    assert (edge.patch, edge.needs, list(edge.kinds)) == (A[:12], OTHER[:12], [ReasonKind.PERSON])
    assert edge.reasons[0].text.startswith("Jens: If you auto-pick")
    (group,) = groups(opened, (edge,))
    assert [member.upstream for member in group.missing] == [OTHER[:12]]


def test_a_row_that_is_only_listed_is_known_by_what_an_answer_quotes_of_it(shared: Path) -> None:
    opened = finish(load([str(shared / "seeds"), str(shared / "corpus" / "20260520-3424570-partial.mbox")]))
    found = {(edge.patch, edge.needs) for edge in edges(opened)}
    assert {("45d2b37a37ab", "9cc6bac1bebf"), ("aed3c3346765", "f2e65e4e5b4b")} <= found


def test_consecutive_commits_of_one_author_and_day_are_tied(tmp_path: Path) -> None:
    linux = Repo.create(tmp_path / "linux")
    first, second, third = (
        linux.commit("linux-7.0.y", {"a": str(at)}, author=who)
        for at, who in enumerate(("Ada <ada@k.example>", "Ada <ada@k.example>", "Bob <bob@k.example>"))
    )
    mails = [mail.autosel(position=at, upstream=one) for at, one in enumerate((third, second, first), 1)]
    ties = list(from_parents(queue(tmp_path, *mails).patches, open_clone(str(linux.path))))
    assert [(tie.patch, tie.needs, tie.reason.kind) for tie in ties] == [(second[:12], first[:12], ReasonKind.PARENT)]


def test_a_cell_after_another_is_a_need_and_the_plan_says_what_a_branch_gets(tmp_path: Path) -> None:
    opened = queue(tmp_path, *(mail.autosel(position=at, asked="7.0-6.6" if at == 1 else "7.0") for at in (1, 2)))
    one, two = (patch.key for patch in opened.patches)
    cells = {
        one: [Cell(one, "linux-6.12.y", Status.CLEAN, "")],
        two: [Cell(two, "linux-6.12.y", Status.AFTER, "after", needs=(one,))],
    }
    (tie,) = from_cells(opened.patches, cells)
    assert tie.reason.text == f"as mailed it applies to linux-6.12.y only after {A[:12]}"
    missing = Tie(A[:12], OTHER[:12], Direction.WORDS, Reason("needed", None, None))
    (group,) = groups(opened, join([tie, missing], [A[:12], B[:12]]))
    asked = {patch.key: patch.subject.asked for patch in opened.patches}
    found = plan(group, "linux-6.12.y", {key: row[0] for key, row in cells.items()}, asked)
    assert (found.take, found.unasked, found.missing) == ((A[:12], B[:12]), (B[:12],), (OTHER[:12],))
    assert found.asked
    assert not found.whole
