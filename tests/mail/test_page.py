"""Pasted page text: lore's message page with its overview, patchew's page."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.mail.reading import items_of, listed_in, messages_in, queue_of
from tests.support import mail
from uringreview.mail.patch import read_patch

ROOT = "2026-05-20 12:00 [PATCH AUTOSEL 7.0-6.12] ring: first Sam Stable"
OVERVIEW = (
    ROOT,
    "2026-05-20 12:00 ` [PATCH AUTOSEL 7.0] ring core: second thing for newer Bluetooth Keyboards Sam Stable",
    "2026-05-20 20:41   ` Rita Reviewer",
    "2026-05-20 21:02     ` kernel test robot",
    "2026-05-20 12:00 ` Sam Stable [this message]",
    "2026-05-20  9:07   ` Max Q. Mustermann",
    "2026-05-20 12:00 ` [PATCH AUTOSEL 7.0-5.10] ring: fourth quirk Sam Stable",
)
CC = tuple(f"Person {n} <p{n}@kernel.example>" for n in range(7))


@pytest.mark.parametrize("white_space", [True, False])
def test_a_lore_page_gives_the_mail_with_all_its_headers(tmp_path: Path, white_space: bool) -> None:
    page = mail.lore_page(mail.autosel(position=3, cc=CC), overview=OVERVIEW, white_space=white_space)
    (message,) = messages_in(items_of(tmp_path, page))
    assert message.form == "lore page"
    assert str(message.sender) == mail.SENDER
    assert [one.address for one in message.cc] == [f"p{n}@kernel.example" for n in range(7)]
    assert (message.message_id, message.in_reply_to) == (mail.message_id(3), mail.message_id(1))
    assert message.date == datetime(2026, 5, 20, 12, 0, 3, tzinfo=UTC)
    assert message.body.startswith("From: Ada Author")
    assert message.body.rstrip().endswith("2.53.0")
    patch = read_patch(message)
    assert patch is not None
    assert patch.upstream == mail.upstream_id(3)
    assert patch.rationale_text.endswith("**YES**")
    assert patch.white_space_lost is not white_space
    assert patch.diff_text.startswith("diff --git a/ring/chain.c")
    assert (patch.diff_text == mail.DIFF) is white_space
    assert [one.key for one in patch.trailers] == ["Signed-off-by", "Signed-off-by"]


@pytest.mark.parametrize("white_space", [True, False])
def test_the_overview_lists_every_mail_with_subject_sender_and_time(tmp_path: Path, white_space: bool) -> None:
    page = mail.lore_page(mail.autosel(position=3), overview=OVERVIEW, white_space=white_space)
    listed = listed_in(items_of(tmp_path, page))
    assert [(one.subject.title, one.sender, one.subject.is_reply, one.position) for one in listed] == [
        ("ring: first", "Sam Stable", False, 1),
        ("ring core: second thing for newer Bluetooth Keyboards", "Sam Stable", False, 2),
        ("ring core: second thing for newer Bluetooth Keyboards", "Rita Reviewer", True, 2),
        ("ring core: second thing for newer Bluetooth Keyboards", "kernel test robot", True, 2),
        ("ring: stop at the end of the chain", "Sam Stable", False, 3),
        ("ring: stop at the end of the chain", "Max Q. Mustermann", True, 3),
        ("ring: fourth quirk", "Sam Stable", False, 4),
    ]
    assert listed[5].date == datetime(2026, 5, 20, 9, 7, tzinfo=UTC)
    assert [str(one.subject.asked) for one in listed if not one.subject.is_reply] == [
        "7.0-6.12",
        "7.0",
        "7.0-6.6",
        "7.0-5.10",
    ]
    assert [one.here for one in listed].index(True) == 4


def test_an_overview_of_several_senders_is_split_by_what_recurs_and_by_the_shape_of_names(tmp_path: Path) -> None:
    overview = (
        "2026-05-20 12:00 [PATCH 6.6.y 0/3] ring: backports Ann Other",
        "2026-05-20 12:01 ` [PATCH 6.6.y 1/3] ring: one Ann Other",
        "2026-05-20 12:02 ` [PATCH 6.6.y 2/3] ring: fix Foo Bar Ann Other",
        "2026-05-20 12:03 ` Sam Stable [this message]",
        '2026-05-20 13:00   ` [PATCH v2 6.6.y 3/3] " Vincent van Dyke',
        "2026-05-20 14:00 ` [RFC PATCH] ring: other way syzbot",
        "2026-05-20 14:01 ` [RFC PATCH] ring: yet another way syzbot",
        "2026-05-20 15:00 ` Re: [PATCH 6.6.y 1/3] ring: one Greg KH",
        "     [not found] <20260520.1@kernel.example>",
    )
    raw = mail.autosel(prefix="PATCH 6.6.y 3/3", title="ring: three", position=4)
    listed = listed_in(items_of(tmp_path, mail.lore_page(raw, overview=overview, white_space=True)))
    assert [(one.subject.title, one.sender) for one in listed] == [
        ("ring: backports", "Ann Other"),
        ("ring: one", "Ann Other"),
        ("ring: fix Foo Bar", "Ann Other"),
        ("ring: three", "Sam Stable"),
        ("ring: three", "Vincent van Dyke"),
        ("ring: other way", "syzbot"),
        ("ring: yet another way", "syzbot"),
        ("ring: one", "Greg KH"),
    ]
    assert listed[7].position == listed[1].position


def test_a_page_of_an_answer_lists_its_thread_and_is_no_patch(tmp_path: Path) -> None:
    overview = (
        ROOT,
        "2026-05-20 12:00 ` [PATCH AUTOSEL 7.0-6.6] ring: stop at the end of the chain Sam Stable",
        "2026-05-20 12:00   ` Rita Reviewer [this message]",
        "2026-05-20 13:00     ` Sam Stable",
    )
    page = mail.lore_page(mail.reply(to=2), overview=overview, navigation="parent reply\tother threads:[~2026-05 UTC]")
    queue = queue_of(tmp_path, page)
    assert [(row.subject.title, row.patch) for row in queue.rows] == [
        ("ring: first", None),
        ("ring: stop at the end of the chain", None),
    ]
    assert [(one.sender, one.message is not None) for one in queue.rows[1].replies] == [
        ("Rita Reviewer", True),
        ("Sam Stable", False),
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.replace("\n", "\r\n"),
        lambda page: page.replace("` ", "`\xa0").replace("To: ", "To:\xa0"),
        lambda page: "stable.lists.example archive mirror\n help / color / mirror / Atom feed\n" + page,
        lambda page: page + "\nsome junk pasted after it\n\x0c2026-05-20 nothing\n",
        lambda page: "\ufeff" + page,
        lambda page: page.replace("In-Reply-To: <", "In-Reply-To: <x@y.example>\n\t<").replace("x@y.example", "", 0),
        lambda page: page.replace(" [thread overview]", ""),
        lambda page: page.replace(" (raw)", ""),
    ],
)
def test_pages_read_the_same_however_they_were_pasted(tmp_path: Path, change: "object") -> None:
    assert callable(change)
    page = change(mail.lore_page(mail.autosel(position=3, cc=CC), overview=OVERVIEW))
    items = items_of(tmp_path, page)
    (message,) = messages_in(items)
    assert message.message_id == mail.message_id(3)
    assert [one.address for one in message.to] == ["patches@lists.example", "stable@lists.example"]
    assert len(listed_in(items)) == 7
    patch = read_patch(message)
    assert patch is not None
    assert patch.upstream == mail.upstream_id(3)


def test_a_no_break_space_indent_becomes_blanks(tmp_path: Path) -> None:
    page = mail.lore_page(mail.autosel(), overview=(ROOT,), white_space=True)
    (message,) = messages_in(items_of(tmp_path, page.replace("\n }", "\n\xa0}")))
    patch = read_patch(message)
    assert patch is not None
    assert patch.diff_text == mail.DIFF


def test_a_page_of_a_single_mail_has_no_overview_lines(tmp_path: Path) -> None:
    page = mail.lore_page(mail.autosel(), navigation="reply\tother threads:[~2026-05-20 12:00 UTC|newest]")
    items = items_of(tmp_path, page.replace("67+ messages", "[no followups]"))
    (message,) = messages_in(items)
    assert not listed_in(items)
    assert message.body.rstrip().endswith("2.53.0")


def test_a_mail_that_quotes_a_page_is_a_mail(tmp_path: Path) -> None:
    page = mail.lore_page(mail.autosel(position=3), overview=OVERVIEW)
    raw = b"From: Rita <rita@kernel.example>\nSubject: Re: look\nMessage-ID: <q@x.example>\n\n" + page.encode()
    (message,) = items_of(tmp_path, raw)
    assert messages_in([message])[0].form == "mail"


def test_a_patchew_page_gives_the_patch_whole_without_headers(tmp_path: Path) -> None:
    (message,) = messages_in(items_of(tmp_path, mail.patchew_page(mail.autosel())))
    assert message.form == "patchew page"
    assert message.subject == "[PATCH AUTOSEL 7.0-6.6] ring: stop at the end of the chain"
    assert (message.sender.name, message.sender.address) == ("Sam Stable", "")
    assert (message.message_id, message.date, message.date_text) == (None, None, "4 days, 11 hours ago")
    assert message.body.startswith("From: Ada Author")
    patch = read_patch(message)
    assert patch is not None
    assert patch.diff_text == mail.DIFF
    assert not patch.white_space_lost


def test_a_patchew_page_of_a_series_gives_every_patch(tmp_path: Path) -> None:
    page = mail.patchew_page(*(mail.autosel(asked="6.6", numbered=(n, 3), title=f"t{n}") for n in (1, 2, 3)))
    queue = queue_of(tmp_path, page)
    assert [(patch.subject.title, patch.position) for patch in queue.patches] == [("t1", 1), ("t2", 2), ("t3", 3)]
    assert len({row.batch for row in queue.rows}) == 1


@pytest.mark.parametrize(
    "when", ["an hour ago", "1 day ago", "2 years, 3 months ago", "3 weeks, 1 day ago", "just now"]
)
def test_patchews_times_are_kept_as_they_stand(tmp_path: Path, when: str) -> None:
    (message,) = messages_in(items_of(tmp_path, mail.patchew_page(mail.autosel(), when=when)))
    assert message.date_text == when


def test_a_mail_that_says_who_posted_what_is_a_mail(tmp_path: Path) -> None:
    raw = mail.autosel(rationale="A thread\nPosted by Ann Other 4 days ago\nsays so.\n")
    (message,) = messages_in(items_of(tmp_path, raw))
    assert (message.form, message.message_id) == ("mail", mail.message_id(1))


def test_a_patchew_page_without_blank_lines_is_a_page(tmp_path: Path) -> None:
    page = "\n".join(line for line in mail.patchew_page(mail.autosel()).split("\n") if line.strip())
    (message,) = messages_in(items_of(tmp_path, page))
    patch = read_patch(message)
    assert message.form == "patchew page"
    assert patch is not None
    assert patch.upstream == mail.upstream_id(1)


def thread_page(*mails: tuple[str, str, str]) -> str:
    """The text of a thread page of `mails`: subject, sender and text of each."""
    page = "test development archive\n help / color / mirror / Atom feed\n"
    for minute, (subject, sender, text) in enumerate(mails):
        time = f"2026-05-20 11:{minute:02}"
        page += f"* {subject}\n@ {time} {sender}\n  0 siblings, 0 replies; 2+ messages in thread\n"
        page += f"From: {sender} @ {time} UTC (permalink / raw)\n  To: patches, stable; +Cc: Ada\n\n{text}\n"
        page += "^ permalink raw reply\t[flat|nested] 2+ messages in thread\n"
    return f"{page}end of thread, other threads:[~2026-05-20 12:00 UTC | newest]\n"


def test_every_mail_of_a_thread_page_is_read_with_its_subject_and_sender(tmp_path: Path) -> None:
    texts = [
        mail.autosel(position=place, title=f"ring: patch {place}").decode().partition("\n\n")[2] for place in (1, 2)
    ]
    page = thread_page(
        ("[PATCH AUTOSEL 7.0-6.6] ring: patch 1", "Sam Stable", texts[0]),
        ("[PATCH AUTOSEL 7.0-6.6] ring: patch 2", "Sam Stable", f"{texts[1]}* no subject\n"),
        ("Re: [PATCH AUTOSEL 7.0-6.6] ring: patch 2", "Rita Reviewer", "> **YES**\n\nPlease drop this one.\n"),
    )
    queue = queue_of(tmp_path, page)
    assert [row.subject.title for row in queue.rows] == ["ring: patch 1", "ring: patch 2"]
    assert [row.patch.diff_text for row in queue.rows if row.patch] == [mail.DIFF, mail.DIFF]
    assert [str(row.subject.asked) for row in queue.rows] == ["7.0-6.6", "7.0-6.6"]
    assert [[reply.sender for reply in row.replies] for row in queue.rows] == [[], ["Rita Reviewer"]]
    assert [row.patch.message.date.minute for row in queue.rows if row.patch and row.patch.message.date] == [0, 1]
    assert not queue.problems


def test_a_thread_page_beside_its_mails_adds_no_rows(tmp_path: Path) -> None:
    raw = mail.autosel(title="ring: patch 1")
    page = thread_page(("[PATCH AUTOSEL 7.0-6.6] ring: patch 1", "Sam Stable", raw.decode().partition("\n\n")[2]))
    (row,) = queue_of(tmp_path, raw, page).rows
    assert row.patch is not None
    assert row.patch.message.message_id == mail.message_id(1)


def test_a_mail_that_quotes_a_thread_page_stays_one_mail(tmp_path: Path) -> None:
    page = thread_page(("[PATCH] ring: patch 1", "Sam Stable", "words\n"))
    assert len(messages_in(items_of(tmp_path, mail.reply(own=page)))) == 1
