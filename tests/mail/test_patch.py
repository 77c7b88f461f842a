"""Patches: where the commit message, the rationale, the diffstat and the diff begin and end."""

import subprocess
from pathlib import Path

import pytest

from tests.mail.reading import message_of, patch_of
from tests.support import mail
from uringreview.mail.patch import read_patch
from uringreview.mail.subject import SubjectKind

ID = "20c39819a27646573dfa0ac0d01c38895298a6f6"


def test_every_part_of_an_autosel_mail_is_cut_at_its_edges() -> None:
    patch = patch_of(mail.autosel(position=13, rationale="## Phase 1: T\nRecord: x\n\n**YES**\n"))
    body = patch.message.body
    message = patch.commit_message.of(body)
    assert message.startswith("[ Upstream commit ")
    assert message.endswith("Signed-off-by: Sam Stable <sam@kernel.example>")
    assert patch.rationale_text == "## Phase 1: T\nRecord: x\n\n**YES**"
    assert patch.diffstat is not None
    assert patch.diffstat.of(body) == " ring/chain.c | 2 ++\n 1 file changed, 2 insertions(+)\n"
    assert patch.diff_text == mail.DIFF
    assert str(patch.author) == "Ada Author <ada@kernel.example>"
    assert (patch.upstream, patch.stable_base, patch.position) == (mail.upstream_id(13), "Linux 7.0.9", 13)
    assert not patch.white_space_lost


def test_a_rationale_may_hold_rules_diffs_hunks_and_fences() -> None:
    rationale = (
        "Before\n---\nAfter\n```diff\ndiff --git a/x.c b/x.c\nindex 1234567..89abcde 100644\n--- a/x.c\n+++ b/x.c\n"
        "@@ -1,2 +1,2 @@\n-old\n+new\n```\n| file | 3 |\n 2 files changed, 1 insertion(+)\n@@ -9 +9 @@\n-- \nYES\n"
    )
    patch = patch_of(mail.autosel(rationale=rationale))
    assert patch.rationale_text == rationale.strip()
    assert patch.diff_text == mail.DIFF


def test_without_its_heading_the_text_under_the_rule_is_autosels_rationale() -> None:
    assert patch_of(mail.autosel(heading=False, rationale="**YES** because.\n")).rationale_text == "**YES** because."


def test_a_changelog_under_the_rule_of_another_mail_is_no_rationale() -> None:
    patch = patch_of(mail.autosel(prefix="PATCH 6.6.y", heading=False, rationale="v2: rebased\n"))
    assert patch.subject.kind is SubjectKind.STABLE
    assert patch.rationale is None


def test_an_empty_rationale_is_told_from_none() -> None:
    empty = patch_of(mail.autosel(rationale=""))
    assert empty.rationale is not None
    assert empty.rationale_text == ""
    assert patch_of(mail.autosel(rationale=None)).rationale is None


def test_a_removed_line_of_two_dashes_does_not_end_the_diff() -> None:
    diff = "diff --git a/sig b/sig\nindex 1111111..2222222 100644\n--- a/sig\n+++ b/sig\n@@ -1,3 +1,2 @@\n a\n-- \n b\n"
    assert patch_of(mail.autosel(diff=diff)).diff_text == diff


def test_several_files_renames_modes_binaries_and_missing_newlines_stay_in_the_diff(tmp_path: Path) -> None:
    diff = mail.DIFF + (
        "diff --git a/old.c b/new.c\nsimilarity index 100%\nrename from old.c\nrename to new.c\n"
        "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
        "diff --git a/fw.bin b/fw.bin\nnew file mode 100644\nindex 0000000..f76dd23\n"
        "GIT binary patch\nliteral 1\nIcmZPo000310RR91\n\nliteral 0\nHcmV?d00001\n\n"
        "diff --git a/end.c b/end.c\nindex 1111111..2222222 100644\n--- a/end.c\n+++ b/end.c\n"
        "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
    )
    patch = patch_of(mail.autosel(diff=diff, stat=" 5 files changed, 3 insertions(+), 1 deletion(-)\n"))
    assert patch.diff_text == diff
    counted = subprocess.run(["git", "apply", "--numstat"], input=patch.diff_text.encode(), capture_output=True)
    assert [line.split(b"\t")[2] for line in counted.stdout.splitlines()] == [
        b"ring/chain.c",
        b"new.c" if b"\tnew.c" in counted.stdout else b"old.c => new.c",
        b"run.sh",
        b"fw.bin",
        b"end.c",
    ]


def test_text_between_two_diffs_and_after_the_signature_is_spanned_as_git_reads_it() -> None:
    second = mail.DIFF.replace("chain", "other")
    patch = patch_of(mail.autosel(diff=mail.DIFF + "\nAnd also:\n\n" + second, stat=mail.diffstat(mail.DIFF)))
    assert patch.diff_text.startswith(mail.DIFF)
    assert patch.diff_text.endswith(second)


def test_a_diff_whose_counts_are_wrong_ends_at_the_signature() -> None:
    diff = mail.DIFF.replace("@@ -10,6 +10,8 @@", "@@ -10,9 +10,11 @@")
    assert patch_of(mail.autosel(diff=diff)).diff_text == diff


def test_a_diff_without_git_header_is_found() -> None:
    diff = "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n"
    assert patch_of(mail.autosel(diff=diff, stat="", signature="")).diff_text == diff


@pytest.mark.parametrize(
    "line",
    [
        f"[ Upstream commit {ID} ]",
        f"[ upstream commit {ID}]",
        f"commit {ID} upstream.",
        f"commit {ID} upstream",
        f"[ commit {ID} upstream ]",
        f"Upstream commit {ID}",
        f"Upstream commit {ID}.",
        f"(cherry picked from commit {ID})",
    ],
)
def test_every_usual_form_names_the_upstream_commit(line: str) -> None:
    raw = mail.autosel().replace(f"[ Upstream commit {mail.upstream_id(1)} ]".encode(), line.encode())
    assert patch_of(raw).upstream == ID


def test_an_abbreviated_or_quoted_id_is_no_upstream_commit() -> None:
    raw = mail.autosel(message=f"This reverts commit {ID}.\n")
    raw = raw.replace(f"[ Upstream commit {mail.upstream_id(1)} ]".encode(), b"[ Upstream commit 20c39819a276 ]")
    assert patch_of(raw).upstream is None


def test_the_position_comes_from_the_subject_before_the_message_id() -> None:
    assert patch_of(mail.autosel(asked="6.15", numbered=(3, 9), position=7)).position == 3
    assert patch_of(mail.autosel(position=7)).position == 7
    assert patch_of(mail.autosel().replace(mail.message_id(1).encode(), b"any@kernel.example")).position is None


def test_the_sender_is_the_author_where_the_body_names_none() -> None:
    assert str(patch_of(mail.autosel(author=None)).author) == mail.SENDER


def test_a_review_mails_notice_is_not_part_of_the_commit_message() -> None:
    notice = "6.12-stable review patch.  If anyone has any objections, please let me know.\n\n------------------\n\n"
    raw = mail.autosel(prefix="PATCH 6.12 012/345").replace(b"\n\nFrom: ", f"\n\n{notice}From: ".encode())
    patch = patch_of(raw)
    assert str(patch.author) == mail.AUTHOR
    assert patch.commit_message.of(patch.message.body).startswith("[ Upstream commit")


@pytest.mark.parametrize(
    "raw",
    [
        mail.reply(),
        mail.reply(own=mail.DIFF),
        mail.autosel(prefix="PATCH 6.12 000/345", diff=""),
        b"From: a@b.example\nSubject: hello\n\nwords\n",
    ],
)
def test_answers_cover_letters_and_other_mails_are_no_patches(raw: bytes) -> None:
    assert read_patch(message_of(raw)) is None


def test_a_patch_mail_that_lost_its_diff_is_still_a_patch() -> None:
    patch = patch_of(mail.autosel(diff=""))
    assert patch.diff is None
    assert patch.diffstat is None
    assert patch.rationale_text.endswith("**YES**")


def test_trailers_are_read_past_notes_wraps_and_blank_lines() -> None:
    patch = patch_of(
        mail.autosel(
            message="Note: this is prose\nthat only looks like a trailer.\n",
            trailers=(
                'Fixes: 111111111111 ("ring: add',
                '  the chain")',
                "Closes: https://bugs.example/1",
                "",
                "Link: https://lists.example/2 # v2",
                "[ ada: rebased, and",
                "  tested: yes ]",
                "[sam: fixed the tag]",
                "Cc: stable@vger.example",
            ),
        )
    )
    body = patch.message.body
    assert [(one.key, one.value) for one in patch.trailers] == [
        ("Fixes", '111111111111 ("ring: add the chain")'),
        ("Closes", "https://bugs.example/1"),
        ("Link", "https://lists.example/2 # v2"),
        ("Cc", "stable@vger.example"),
        ("Signed-off-by", mail.SENDER),
    ]
    assert patch.trailers[1].span.of(body) == "Closes: https://bugs.example/1"
    assert patch.trailers[0].span.of(body) == 'Fixes: 111111111111 ("ring: add\n  the chain")'


def test_other_line_separators_do_not_shift_the_spans() -> None:
    patch = patch_of(mail.autosel(message="a\u2028b\x0cc\x85d\n", rationale="x\u2028y\n"))
    assert patch.rationale_text == "x\u2028y"
    assert patch.diff_text == mail.DIFF


def test_a_removed_line_like_a_signature_is_in_the_diff_and_a_signature_is_not() -> None:
    diff = "diff --git a/x b/x\nindex 1111111..2222222 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n one\n-- \n"
    assert patch_of(mail.autosel(diff=diff)).diff_text == diff
    assert patch_of(mail.autosel(diff=diff.replace("\n-- \n", "\n"))).diff_text == diff.replace("\n-- \n", "\n")
