"""Hostile input: whatever bytes come in, reading raises nothing, ends soon, and loses no good mail."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mail.reading import items_of, messages_in, queue_of
from tests.support import mail
from uringreview.mail.message import Message
from uringreview.mail.patch import read_patch
from uringreview.mail.queue import Queue, own_text

WHOLE = (
    mail.mbox(mail.autosel(), mail.reply()),
    mail.autosel(position=2),
    mail.lore_page(mail.autosel(position=3), overview=("2026-05-20 12:00 [PATCH] a Sam Stable",)).encode(),
    mail.patchew_page(mail.autosel()).encode(),
)
LINES = (
    b"From mboxrd@z Thu Jan  1 00:00:00 1970",
    b"From: a@b.example",
    b"Subject: [PATCH AUTOSEL 7.0-6.6] x",
    b"Message-ID: <a@b.example> (raw)",
    b"Date: Wed, 20 May 2026 08:00:00 -0400 [thread overview]",
    b"Content-Type: multipart/mixed; boundary=b",
    b"Content-Transfer-Encoding: base64",
    b"--b",
    b"",
    b"---",
    b"diff --git a/x b/x",
    b"--- a/x",
    b"+++ b/x",
    b"@@ -1,3 +1,3 @@",
    b"@@ -1 +1 @@",
    b" x",
    b"-x",
    b"+x",
    b"-- ",
    b"GIT binary patch",
    b"literal 5",
    b" 1 file changed, 1 insertion(+)",
    b" x | 1 +",
    b"[ Upstream commit " + b"a" * 40 + b" ]",
    b"LLM Generated explanations, may be completely bogus:",
    b"Signed-off-by: a <a@b.example>",
    b"[ note",
    b"Thread overview: 3+ messages",
    b"2026-05-20 12:00 ` [PATCH] a Sam Stable [this message]",
    b'2026-99-99 99:99 ` " x',
    b"Reply instructions:",
    b"Posted by X 4 days ago",
    b"> quoted",
    b"\xff\xfe\0",
)
once = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def look_at(queue: Queue) -> None:
    """Touch everything that a window would show; each span must lie in its body, each text must be writable."""
    for patch in queue.patches:
        size = len(patch.message.body)
        spans = [patch.commit_message, patch.rationale, patch.diffstat, patch.diff, *(t.span for t in patch.trailers)]
        assert all(0 <= span.start <= span.end <= size for span in spans if span is not None)
        patch.message.body.encode("utf-8", "surrogateescape")
        patch.message.subject.encode("utf-8", "surrogateescape")
    for reply in queue.replies:
        if reply.message is not None:
            own_text(reply.message)
    assert all(problem.reason for problem in queue.problems)
    assert len({row.key for row in queue.rows if row.patch is None}) == queue.not_loaded


@given(data=st.binary(max_size=400))
@once
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    look_at(queue_of(tmp_path, data))


@given(lines=st.lists(st.sampled_from(LINES), max_size=40))
@once
def test_any_order_of_the_formats_own_lines_is_read_or_refused(tmp_path: Path, lines: list[bytes]) -> None:
    look_at(queue_of(tmp_path, b"\n".join(lines)))


@given(
    which=st.sampled_from(WHOLE),
    changes=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 60), st.binary(max_size=8)), max_size=6),
)
@once
def test_any_damage_to_a_good_file_is_read_or_refused(
    tmp_path: Path, which: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    for at, cut, put in changes:
        which = which[:at] + put + which[at + cut :]
    look_at(queue_of(tmp_path, which))


@given(cut=st.integers(0, len(WHOLE[0])))
@once
def test_wherever_an_mbox_breaks_off_the_mails_before_stay(tmp_path: Path, cut: int) -> None:
    whole = mail.mbox(mail.autosel()) + WHOLE[0]
    queue = queue_of(tmp_path, whole[: len(mail.mbox(mail.autosel())) + cut])
    assert queue.patches[0].diff_text == mail.DIFF


@pytest.mark.parametrize(
    "line",
    [
        "From " * 200_000,
        "@@ -" + "1" * 1_000_000,
        " x |" + " " * 1_000_000 + "x",
        "|" * 1_000_000,
        "Re: " * 250_000,
        "[" * 1_000_000,
        "[a] " * 250_000,
        "Posted by " * 100_000 + "x",
        "Posted by x " + "1 day, " * 150_000,
        "2026-05-20 12:00 " + " " * 1_000_000,
        "On " * 300_000 + ":",
        "a-" * 500_000,
        "Signed-off-by:" + " " * 1_000_000,
        "<" * 1_000_000,
        "<a> " * 250_000,
        "=?utf-8?q?" * 100_000,
        "commit " * 150_000,
        "next prev parent " * 60_000,
        '"\\' * 500_000,
        "x\u00a0" * 300_000,
    ],
    ids=lambda line: line[:12].strip(),
)
def test_a_very_long_line_is_read_in_linear_time_in_every_place(tmp_path: Path, line: str) -> None:
    """Each rule here would take minutes if it backtracked; the suite's time limit is the judge."""
    text = line.encode()
    base = mail.autosel()
    page = mail.lore_page(mail.autosel(position=3), overview=(f"2026-05-20 12:00 ` {line}", line))
    queue = queue_of(
        tmp_path,
        mail.mbox(base, b"Subject: " + text + b"\nFrom: " + text + b"\nTo: " + text + b"\n" + base),
        mail.mbox(mail.autosel(message=line + "\n", rationale=line, batch="20260520120000.8", upstream="b" * 40)),
        mail.mbox(mail.reply(own=line, quoted=line)),
        mail.patchew_page(mail.autosel(title=line)),
        page,
        text,
    )
    assert len(queue.patches) >= 3
    look_at(queue)


def test_a_thousand_nested_parts_are_refused_not_followed(tmp_path: Path) -> None:
    raw = b"From: a@b.example\nSubject: x\n"
    for level in range(1000):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    assert len(items_of(tmp_path, raw)) == 1


def test_a_mail_of_many_parts_and_a_box_of_many_mails_are_read(tmp_path: Path) -> None:
    many = mail.mbox(*(mail.autosel(position=number, title=f"t{number}") for number in range(1, 1001)))
    queue = queue_of(tmp_path, many)
    assert [patch.position for patch in queue.patches] == list(range(1, 1001))


def test_a_message_that_answers_itself_does_not_loop(tmp_path: Path) -> None:
    first, second = "a@b.example", "c@d.example"
    raws = [
        mail.autosel(title=own, headers=(f"In-Reply-To: <{other}>",)).replace(mail.message_id(1).encode(), own.encode())
        for own, other in ((first, second), (second, first))
    ]
    queue = queue_of(tmp_path, mail.mbox(*raws, mail.reply(own_id="x@y", in_reply_to="x@y", references=("x@y",))))
    assert len(queue.rows) == 2
    assert len(queue.replies) == 1


def test_names_of_files_in_any_bytes_are_read(tmp_path: Path) -> None:
    name = os.fsencode(str(tmp_path)) + b"/\xff\n.eml"
    with open(name, "wb") as file:
        file.write(mail.autosel())
    items = items_of(tmp_path, b"", "other.eml")
    assert len(items) == 1
    from uringreview.mail.sources import read_source

    (message,) = messages_in(list(read_source(str(tmp_path))))
    assert isinstance(message, Message)
    assert read_patch(message) is not None


def test_a_broken_hunk_below_the_signature_does_not_loop(tmp_path: Path) -> None:
    """It sent the walk back to the signature, for ever (found by tests/fuzz, seed 100825)."""
    broken = "@@ -1,9 +1,9 @@\n one\nx\n"
    raw = mail.autosel(signature="--\n" + "diff --git a/x b/x\n--- a/x\n+++ b/x\n" + broken)
    assert len(queue_of(tmp_path, raw).patches) == 1
