"""The two seed documents and the partial batch of 20 May 2026, from the command line, as their users open them.

The figures are those of the documents themselves: an overview of 67 messages, 64 of them patches; the blob ids of
the diffs' `index` lines; which branches the patches apply to, by `git apply --check`.
"""

import subprocess
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Ran, checksums, run

P1, P2, P3 = "20c39819a276", "49ae66eb8c27", "a65855ec34ae"
APPLIES = {"clean", "offset"}
MESSAGE_ID = "20260520111944.3424570-49-sashal@kernel.org"


@pytest.fixture(scope="module")
def seeds_report(shared: Path, kernel_clone: Path) -> Ran:
    """`report seeds --clone CLONE --format json`, with the clone's files checked to be left as they were."""
    before = checksums(kernel_clone / ".git")
    ran = run("report", shared / "seeds", "--clone", kernel_clone, "--format", "json")
    assert checksums(kernel_clone / ".git") == before
    return ran


def loaded(report: Ran) -> dict[str, Any]:
    """Upstream id, 12 digits -> the patch's part of the report, for the patches that are loaded."""
    return {patch["upstream"][:12]: patch for patch in report.json["patches"] if patch["loaded"]}


def statuses(patch: dict[str, Any]) -> dict[str, str]:
    return {cell["branch"]: cell["status"] for cell in patch["branches"]}


def test_the_two_documents_are_one_queue_of_the_overviews_sixty_four_rows(seeds_report: Ran) -> None:
    assert seeds_report.status == 0, seeds_report.err
    queue = seeds_report.json["queue"]
    assert (queue["patches"], queue["not_loaded"], queue["replies"], queue["problems"]) == (2, 62, 3, [])
    assert [patch["upstream"][:12] for patch in seeds_report.json["patches"] if patch["loaded"]] == [P1, P2]


def test_both_rationales_have_nine_phases_and_say_yes(seeds_report: Ran) -> None:
    for patch in loaded(seeds_report).values():
        assert patch["verdict"] == "yes"
        assert [phase["number"] for phase in patch["rationale"]["phases"]] == list(range(1, 10))


def test_the_damaged_diff_is_restored_and_proven_by_its_blob_id(seeds_report: Ran) -> None:
    patches = loaded(seeds_report)
    assert patches[P1]["diff"]["state"] == "exact"
    restored = patches[P2]["diff"]
    assert restored["state"] == "restored"
    assert restored["proven"] is True
    assert [(file["path"], file["added"], file["removed"]) for file in restored["files"]] == [
        ("io_uring/timeout.c", 14, 2)
    ]


def test_where_the_two_apply_is_what_git_apply_says(seeds_report: Ran) -> None:
    patches = loaded(seeds_report)
    first, second = statuses(patches[P1]), statuses(patches[P2])
    assert {branch for branch, status in second.items() if status in APPLIES} == {"linux-7.0.y", "linux-6.19.y"}
    assert first["linux-7.0.y"] in APPLIES
    assert [first[f"linux-{version}.y"] for version in ("6.19", "6.18", "6.17")] == ["offset"] * 3
    assert [first[f"linux-{version}.y"] for version in ("7.1", "7.2")] == ["present"] * 2


def test_the_third_member_is_named_as_missing(seeds_report: Ran) -> None:
    needs = {need["upstream"][:12] for need in loaded(seeds_report)[P2]["needs"]}
    assert P1 in needs
    assert any(member["upstream"][:12] == P3 and not member["loaded"] for member in _members(seeds_report))


def _members(report: Ran) -> list[dict[str, Any]]:
    return [member for group in report.json["series"] for member in group["members"]]


def test_without_a_clone_the_damaged_diff_is_called_damaged(shared: Path) -> None:
    patch = loaded(run("report", shared / "seeds", "--format", "json"))[P2]
    assert patch["diff"]["state"] == "damaged"
    assert patch["branches"] == []


def test_the_partial_batch_has_its_series_in_order_and_its_replies(shared: Path, kernel_clone: Path) -> None:
    batch = shared / "corpus" / "20260520-3424570-partial.mbox"
    ran = run("report", batch, "--clone", kernel_clone, "--format", "json")
    assert ran.status == 0, ran.err
    assert (ran.json["queue"]["patches"], ran.json["queue"]["replies"]) == (13, 4)
    order = [patch["upstream"][:12] for patch in ran.json["patches"]]
    assert order.index(P1) < order.index(P2) < order.index(P3)
    assert [[m["upstream"][:12] for m in group["members"]] for group in ran.json["series"]].count([P1, P2, P3]) == 1
    answered = {
        patch["subject"]: [reply["from"] for reply in patch["replies"]]
        for patch in ran.json["patches"]
        if patch["replies"]
    }
    assert any("libertas" in subject and "James Cameron" in str(senders) for subject, senders in answered.items())
    assert all(len(patch["rationale"]["phases"]) == 9 for patch in ran.json["patches"] if patch["loaded"])


def test_the_later_fix_is_named_when_its_mail_is_loaded(shared: Path) -> None:
    ran = run("report", shared / "seeds", shared / "corpus" / "later-fix-3d879647.eml", "--format", "json")
    fixes = loaded_with_upstream(ran, P2)["later_fixes"]
    assert any("splice timed out link in timeout handler" in fix["subject"] for fix in fixes)


def loaded_with_upstream(report: Ran, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        patch for patch in report.json["patches"] if patch["loaded"] and (patch["upstream"] or "").startswith(prefix)
    )
    return found


@pytest.mark.parametrize(
    "decision",
    [("hold",), ("drop", "--note", "It opens a use after free."), ("take", "--ack")],
    ids=["hold", "drop", "ack"],
)
def test_git_send_email_takes_the_replies_and_keeps_all_addressees(
    shared: Path, tmp_path: Path, masked_host: Path, decision: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = masked_host / ".gitconfig"
    config.write_text("[user]\n\tname = A Reviewer\n\temail = reviewer@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    seed = shared / "seeds" / "000_1f3f60511f43717e.txt"
    ran = run("reply", seed, "--upstream", P2, "--decision", *decision, "--out", tmp_path)
    assert ran.status == 0, ran.err
    (mail,) = tmp_path.glob("*.eml")
    parsed = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert parsed["To"] == "Sasha Levin <sashal@kernel.org>"
    assert parsed["In-Reply-To"] == f"<{MESSAGE_ID}>"
    cc = {"patches@lists.linux.dev", "stable@vger.kernel.org", "axboe@kernel.dk", "io-uring@vger.kernel.org"}
    assert {address.addr_spec for address in parsed["Cc"].addresses} == {*cc, "linux-kernel@vger.kernel.org"}
    probe = subprocess.run(["git", "send-email", "--dump-aliases"], capture_output=True, check=False, cwd=tmp_path)
    if probe.returncode != 0:
        pytest.skip("git send-email (Debian packages git-email and libmailtools-perl) does not run here")
    suppressed = [f"--suppress-cc={what}" for what in ("body", "misc-by", "self")]
    sent = subprocess.run(
        ["git", "-C", tmp_path, "send-email", "--dry-run", "--confirm=never", *suppressed, mail],
        capture_output=True,
        check=False,
        text=True,
    )
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert f"In-Reply-To: <{MESSAGE_ID}>" in sent.stdout
    for address in (*cc, "sashal@kernel.org"):
        assert f"RCPT TO:<{address}>" in sent.stdout


def test_a_mail_without_message_id_has_no_threaded_reply(shared: Path, tmp_path: Path) -> None:
    seed = shared / "seeds" / "001_1c47e836923cf829.txt"
    ran = run("reply", seed, "--upstream", P1, "--decision", "hold", "--out", tmp_path)
    assert ran.status == 1
    assert "Message-ID" in ran.err
    assert list(tmp_path.glob("*.eml")) == []
