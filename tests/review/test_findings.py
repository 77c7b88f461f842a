"""The queue check tells what speaks against a batch, the most serious first, a sentence each with its patch."""

from pathlib import Path

from tests.support import mail
from tests.support.program import run
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.review.desk import examine
from uringreview.review.facts import Desk
from uringreview.review.findings import Finding, FindingKind, Severity, as_text, find

A, B, C = (mail.upstream_id(number) for number in (1, 2, 3))
OTHER = "f1" * 20


def desk(folder: Path, *mails: bytes) -> Desk:
    path = folder / "queue.mbox"
    path.write_bytes(mail.mbox(*mails))
    return finish(examine(finish(load([str(path)]))))


def series(number: int, total: int = 2, other: str = A) -> str:
    """A rationale that numbers its patch and the one before it."""
    return (
        f"Record: this is patch {number}/{total}; patch {number - 1}/{total} (`{other[:12]}`) comes first.\n\n**YES**\n"
    )


def of_kind(found: tuple[Finding, ...], kind: FindingKind) -> list[str]:
    return [each.text for each in found if each.kind is kind]


def test_ranges_of_a_series_that_differ_tell_which_branches_would_get_part_of_it(tmp_path: Path) -> None:
    found = find(desk(tmp_path, mail.autosel(position=1), mail.autosel(position=2, asked="7.0", rationale=series(2))))
    assert of_kind(found, FindingKind.UNEQUAL_RANGES) == [
        f"{A[:12]}, {B[:12]}: unequal ranges 7.0-6.6 / 7.0: 6.18 to 6.6 would get 1 of 2"
    ]


def test_equal_ranges_and_patches_apart_are_no_finding(tmp_path: Path) -> None:
    assert find(desk(tmp_path, mail.autosel(position=1), mail.autosel(position=2, asked="7.0"))) == ()
    tied = desk(tmp_path, mail.autosel(position=1), mail.autosel(position=2, rationale=series(2)))
    assert len(tied.groups) == 1
    assert find(tied) == ()


def test_a_member_that_is_not_loaded_is_named_with_the_reason(tmp_path: Path) -> None:
    (found,) = find(desk(tmp_path, mail.autosel(position=2, rationale=series(2, other=OTHER))))
    assert (found.kind, found.severity) == (FindingKind.NOT_IN_QUEUE, Severity.STOP)
    assert f"needs {OTHER[:12]}, which is not among the loaded mails: this is patch 2/2" in found.text


def test_what_a_prerequisite_met_with_is_told_of_the_patch_that_needs_it(tmp_path: Path) -> None:
    found = find(
        desk(
            tmp_path,
            mail.autosel(position=1),
            mail.autosel(position=2, rationale=series(2)),
            mail.reply(to=1, own="Please drop this patch."),
        )
    )
    assert [each.kind for each in found] == [FindingKind.OBJECTION, FindingKind.NEEDS_OBJECTED]
    assert of_kind(found, FindingKind.NEEDS_OBJECTED)[0].startswith(f"{B[:12]} (")
    assert "to which Rita Reviewer objects: Please drop this patch." in found[1].text


def test_an_order_in_the_batch_that_is_not_upstreams_is_told(tmp_path: Path) -> None:
    found = find(desk(tmp_path, mail.autosel(position=1, rationale=series(2, other=B)), mail.autosel(position=2)))
    assert [each.kind for each in found] == [FindingKind.ORDER]
    assert "is mail 1 of its batch, before" in found[0].text


def test_a_later_fix_says_whether_the_queue_asks_for_it_too(tmp_path: Path) -> None:
    fixes = (f'Fixes: {A[:12]} ("ring: stop")',)
    queued = find(desk(tmp_path, mail.autosel(position=1), mail.autosel(position=2, trailers=fixes)))
    assert [each.kind for each in queued] == [FindingKind.FIX_QUEUED]
    assert "also in this queue" in queued[0].text
    posted = mail.autosel(
        position=9, title="ring: mend", prefix="PATCH", author=None, trailers=fixes, rationale=None, stable_base=None
    ).replace(b"[ Upstream commit", b"[ no commit")
    alone = find(desk(tmp_path, mail.autosel(position=1), posted))
    assert [(each.kind, each.severity) for each in alone] == [(FindingKind.LATER_FIX, Severity.STOP)]
    assert 'fixed later by "ring: mend", not in this queue' in alone[0].text


def test_the_text_for_a_reply_goes_from_what_stops_to_what_is_to_be_known(tmp_path: Path) -> None:
    found = find(
        desk(
            tmp_path,
            mail.autosel(position=1, rationale=series(2, other=B)),
            mail.autosel(position=2, asked="7.0"),
            mail.reply(to=1, own="Please drop this patch."),
        )
    )
    heads = [line for line in as_text(found).splitlines() if line and not line.startswith("-")]
    assert heads == ["Stop before taking these:", "Look at these first:", "Know of these:"]
    assert as_text(()) == "Nothing was found against any patch.\n"


def test_the_report_prints_the_findings_and_its_json_holds_them(tmp_path: Path) -> None:
    path = tmp_path / "queue.mbox"
    path.write_bytes(mail.mbox(mail.autosel(position=1), mail.autosel(position=2, asked="7.0", rationale=series(2))))
    text = run("report", "--findings", path).out
    assert text.startswith(f"look {A[:12]}, {B[:12]}: unequal ranges 7.0-6.6 / 7.0")
    data = run("report", "--findings", "--format", "json", path).json
    assert [each["kind"] for each in data["findings"]] == ["unequal ranges"]
    assert data["patches"][1]["evidence"][0]["strength"] == "strong"
    assert run("report", "--findings", "--format", "csv", path).status == 2


def test_the_seeds_and_the_partial_batch_show_what_their_people_said(shared: Path) -> None:
    corpus = shared / "corpus"
    paths = [shared / "seeds", corpus / "20260520-3424570-partial.mbox", corpus / "later-fix-3d879647.eml"]
    found = find(finish(examine(finish(load([str(path) for path in paths])))))
    texts = "\n".join(each.text for each in found)
    assert "6.18 to 6.6 would get 1 of 3" in texts
    assert 'fixed later by "io_uring/timeout: splice timed out link in timeout handler", not in this queue' in texts
    assert "45d2b37a37ab" in texts
    assert "needs f2e65e4e5b4b, which is not among the loaded mails: Jonathan Corbet" in texts
