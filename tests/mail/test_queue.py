"""The queue: order, batches, answers beside their patches, rows that later mails fill."""

import io
from pathlib import Path

import pytest

from tests.mail.reading import message_of, queue_of
from tests.support import mail
from uringreview.mail.queue import Head, Queue, load, own_text
from uringreview.progress import Progress, finish

OVERVIEW = (
    "2026-05-20 12:00 [PATCH AUTOSEL 7.0-6.6] t1 Sam Stable",
    "2026-05-20 12:00 ` [PATCH AUTOSEL 7.0-6.6] t2 Sam Stable",
    "2026-05-20 12:00   ` Rita Reviewer",
    "2026-05-20 12:00 ` Sam Stable [this message]",
    "2026-05-20 12:00 ` [PATCH AUTOSEL 7.0-6.6] t4 Sam Stable",
)


def patch(position: int, **more: object) -> bytes:
    return mail.autosel(position=position, title=f"t{position}", **more)  # type: ignore[arg-type]


def titles(queue: Queue) -> list[str]:
    return [row.subject.title for row in queue.rows]


def test_rows_stand_by_batch_and_position(tmp_path: Path) -> None:
    other = "20260521120000.99"
    queue = queue_of(
        tmp_path, mail.mbox(patch(10), patch(2), mail.autosel(position=1, batch=other, title="o1"), patch(1))
    )
    assert titles(queue) == ["t1", "t2", "t10", "o1"]
    assert [row.batch for row in queue.rows] == [mail.message_id(1)] * 3 + [mail.message_id(1, other)]


def test_a_batch_whose_root_is_not_there_is_one_batch(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, patch(3), patch(2))
    assert titles(queue) == ["t2", "t3"]
    assert {row.batch for row in queue.rows} == {mail.message_id(1)}


def test_answers_stand_with_the_patch_that_they_answer(tmp_path: Path) -> None:
    second = mail.message_id(2)
    chain = mail.reply(
        to=2, in_reply_to="answer-2@rita.example", references=(mail.message_id(1), second, "answer-2@rita.example"),
        own_id="again@sam.example", sender=mail.SENDER,
    )  # fmt: skip
    queue = queue_of(tmp_path, chain, mail.mbox(patch(1), patch(2), mail.reply(to=2), mail.reply(to=1)))
    assert [[one.sender for one in row.replies] for row in queue.rows] == [
        ["Rita Reviewer"],
        ["Sam Stable", "Rita Reviewer"],
    ]
    assert not queue.loose


@pytest.mark.parametrize(
    "more",
    [
        {"references": (mail.message_id(1), mail.message_id(2)), "in_reply_to": ""},
        {"references": (), "in_reply_to": "", "title": "t2"},
        {"references": (mail.message_id(2),)},
        {"references": (mail.message_id(1),), "title": "t2", "in_reply_to": "lost@x.example"},
        {"references": (mail.message_id(1), "lost@x.example"), "in_reply_to": "lost@x.example", "title": "t2"},
    ],
)
def test_an_answer_finds_its_patch_by_references_or_subject(tmp_path: Path, more: dict[str, object]) -> None:
    queue = queue_of(tmp_path, patch(1), patch(2), mail.reply(to=2, **more))  # type: ignore[arg-type]
    assert [len(row.replies) for row in queue.rows] == [0, 1]


def test_an_answer_to_a_patch_that_is_not_there_is_loose_not_the_roots(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, patch(1), mail.reply(to=7, title="t7"))
    assert [len(row.replies) for row in queue.rows] == [0]
    assert [one.sender for one in queue.loose] == ["Rita Reviewer"]
    assert len(queue.replies) == 1


def test_the_same_mail_twice_is_one_row(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, patch(1), mail.mbox(patch(1), mail.reply(), mail.reply()))
    assert titles(queue) == ["t1"]
    assert len(queue.replies) == 1


def test_a_whole_mail_replaces_its_pages_text(tmp_path: Path) -> None:
    for order in ((0, 1), (1, 0)):
        files = (mail.lore_page(patch(3), overview=OVERVIEW), patch(3))
        queue = queue_of(tmp_path, *(files[n] for n in order))
        assert [one.message.form for one in queue.patches] == ["mail"]
        assert not queue.patches[0].white_space_lost


def test_an_overview_opens_as_rows_that_later_mails_fill(tmp_path: Path) -> None:
    page = mail.lore_page(patch(3), overview=OVERVIEW)
    queue = queue_of(tmp_path, page)
    assert (titles(queue), queue.not_loaded) == (["t1", "t2", "t3", "t4"], 3)
    assert [(one.sender, one.listed is not None) for one in queue.rows[1].replies] == [("Rita Reviewer", True)]
    fuller = queue_of(tmp_path, page, mail.mbox(patch(2), patch(4), mail.reply(to=2, title="t2")))
    assert (titles(fuller), fuller.not_loaded) == (["t1", "t2", "t3", "t4"], 1)
    assert [(one.sender, one.message is not None) for one in fuller.rows[1].replies] == [("Rita Reviewer", True)]
    assert len({row.batch for row in fuller.rows}) == 1


def test_a_mail_whose_clock_differs_from_the_overviews_still_fills_its_row(tmp_path: Path) -> None:
    page = mail.lore_page(patch(3), overview=tuple(line.replace("12:00", "12:07") for line in OVERVIEW))
    queue = queue_of(tmp_path, page, patch(2))
    assert (titles(queue), queue.not_loaded) == (["t1", "t2", "t3", "t4"], 2)


def test_the_same_mail_in_two_series_is_a_row_of_each(tmp_path: Path) -> None:
    for name in ("queue-6.6", "queue-6.12"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.patch").write_bytes(patch(1))
        (tmp_path / name / "series").write_text("a.patch\n")
    queue = finish(load([str(tmp_path)]))
    assert [row.batch for row in queue.rows] == [
        str(tmp_path / "queue-6.12" / "series"),
        str(tmp_path / "queue-6.6" / "series"),
    ]
    assert len({row.key for row in queue.rows}) == 2


def test_a_patch_without_message_id_fills_the_row_of_its_subject_and_range(tmp_path: Path) -> None:
    page = mail.lore_page(patch(3), overview=OVERVIEW)
    for files in ((page, mail.patchew_page(patch(2))), (mail.patchew_page(patch(2)), page)):
        queue = queue_of(tmp_path, *files)
        assert titles(queue) == ["t1", "t2", "t3", "t4"]
        assert [one.position for one in queue.patches] == [2, 3]
        assert len({row.batch for row in queue.rows}) == 1
    other_range = queue_of(tmp_path, page, mail.patchew_page(patch(2, asked="6.1")))
    assert len(other_range.rows) == 5


def test_a_patchew_page_of_a_loaded_mail_is_not_a_second_row(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, mail.patchew_page(patch(2)), patch(2))
    assert [one.message.form for one in queue.patches] == ["mail"]


def test_two_pages_of_one_thread_are_one_index(tmp_path: Path) -> None:
    first = mail.lore_page(patch(3), overview=OVERVIEW)
    here = tuple(
        line.replace("Sam Stable [this message]", "[PATCH AUTOSEL 7.0-6.6] t3 Sam Stable") for line in OVERVIEW
    )
    here = tuple(line.replace("[PATCH AUTOSEL 7.0-6.6] t4 Sam Stable", "Sam Stable [this message]") for line in here)
    queue = queue_of(tmp_path, first, mail.lore_page(patch(4), overview=here))
    assert (titles(queue), queue.not_loaded, len(queue.replies)) == (["t1", "t2", "t3", "t4"], 2, 1)
    answers = tuple(
        line.replace("Sam Stable [this message]", "[PATCH AUTOSEL 7.0-6.6] t3 Sam Stable") for line in OVERVIEW
    )
    answers = tuple(line.replace("Rita Reviewer", "Rita Reviewer [this message]") for line in answers)
    answered = queue_of(tmp_path, first, mail.lore_page(mail.reply(to=2, title="t2"), overview=answers))
    assert (titles(answered), len(answered.replies)) == (["t1", "t2", "t3", "t4"], 1)


def test_a_resend_of_another_day_does_not_fill_an_overviews_row(tmp_path: Path) -> None:
    resend = mail.autosel(position=1, title="t2", batch="20260601120000.7").replace(b"20 May 2026", b"01 Jun 2026")
    queue = queue_of(tmp_path, mail.lore_page(patch(3), overview=OVERVIEW), resend)
    assert len(queue.rows) == 5


def test_cover_letters_and_announcements_are_kept_apart(tmp_path: Path) -> None:
    cover = mail.autosel(prefix="PATCH 6.12 000/2", title="6.12.30-rc1 review", diff="")
    queue = queue_of(tmp_path, cover, patch(2, prefix="PATCH 6.12 001/2"))
    assert [one.subject for one in queue.others] == ["[PATCH 6.12 000/2] 6.12.30-rc1 review"]
    assert len(queue.rows) == 1


def test_a_series_directory_is_one_batch_in_its_order(tmp_path: Path) -> None:
    for number, name in enumerate(("z.patch", "a.patch"), 1):
        (tmp_path / name).write_bytes(mail.autosel(title=name, batch=f"2026052012000{number}.1"))
    (tmp_path / "series").write_text("z.patch\na.patch\n")
    queue = finish(load([str(tmp_path)]))
    assert titles(queue) == ["z.patch", "a.patch"]
    assert [row.position for row in queue.rows] == [1, 2]
    assert {row.batch for row in queue.rows} == {str(tmp_path / "series")}


def test_files_without_ids_keep_the_order_of_their_names(tmp_path: Path) -> None:
    for number in (2, 1, 3):
        raw = mail.autosel(prefix="PATCH", title=f"t{number}").replace(b"Message-ID", b"X-Was")
        raw = b"From " + b"20c39819" * 5 + b" Mon Sep 17 00:00:00 2001\n" + raw
        (tmp_path / f"000{number}-x.patch").write_bytes(raw.replace(b"08:00:01", b"%02d:00:00" % (10 - number)))
    queue = finish(load([str(tmp_path)]))
    assert titles(queue) == ["t1", "t2", "t3"]
    assert len({row.batch for row in queue.rows}) == 1


@pytest.mark.parametrize(
    ("sender", "bot"),
    [
        ("kernel test robot <lkp@corp.example>", True),
        ("review-bot@kernel.example", True),
        ("syzbot+abc@kernel.example", True),
        ("patchwork-bot+netdev@kernel.example", True),
        ("Ada Talbot <talbot@kernel.example>", False),
        ("Bo Abbot <abbot@kernel.example>", False),
        ("Robert Botha <rbotha@robots.example>", False),
    ],
)
def test_a_bot_is_told_from_people_by_its_name(tmp_path: Path, sender: str, bot: bool) -> None:
    queue = queue_of(tmp_path, patch(1), mail.reply(sender=sender))
    assert [one.is_bot for one in queue.replies] == [bot]


def test_an_automatic_answer_is_a_bots(tmp_path: Path) -> None:
    queue = queue_of(tmp_path, patch(1), mail.reply(headers=("Auto-Submitted: auto-generated",)))
    assert queue.replies[0].is_bot


def test_loading_lists_heads_early_in_growing_chunks_then_counts_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(mail.mbox(*(patch(number) for number in range(1, 101))))
    seen: list[Progress[Head]] = []
    finish(load([str(path)]), seen.append)
    listing, reading = [one for one in seen if not one.total], [one for one in seen if one.total]
    assert [(one.done, len(one.parts)) for one in listing] == [(32, 32), (96, 64), (100, 4)]
    assert [head.subject for one in listing for head in one.parts][-1] == "[PATCH AUTOSEL 7.0-6.6] t100"
    assert {(one.total, one.what, one.parts) for one in reading} == {(100, "mails", ())}
    assert [one.done for one in reading] == [*range(16, 100, 16), 100]


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_loading_stops_where_it_is_closed(tmp_path: Path, steps: int) -> None:
    """The second file is a pipe: whoever went on after the close would read it."""
    path = tmp_path / "box"
    path.write_bytes(mail.mbox(*(patch(number) for number in range(1, 101))))

    class Unread(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("read after the close")

    work = load([str(path), *(("-",) if steps < 3 else ())], Unread())
    for _ in range(steps):
        next(work)
    work.close()
    with pytest.raises(StopIteration):
        next(work)


def test_own_text_is_what_the_person_wrote() -> None:
    own = "Please drop this.\n\nIt breaks:\n  the ring"
    assert own_text(message_of(mail.reply(own=own))) == own


@pytest.mark.parametrize(
    "attribution",
    [
        "On Wed, May 20, 2026 at 08:00:00AM -0400, Sam Stable wrote:",
        "On Wed, May 20, 2026 at 8:00 AM Sam Stable\n<sam@kernel.example> wrote:",
        "On 20/05/2026 12:00, Sam Stable wrote:\n",
        "Am 20.05.26 um 12:00 schrieb Sam Stable:",
        "Sam Stable <sam@kernel.example> writes:",
        "* Sam Stable <sam@kernel.example> [260520 12:00]:",
    ],
)
def test_own_text_leaves_attributions_out(attribution: str) -> None:
    raw = (
        b"From: a@b.example\nSubject: Re: x\n\n"
        + f"Hi,\n\n{attribution}\n> quoted\n>\n> more\n\nNo.\n\n-- \nA\n".encode()
    )
    assert own_text(message_of(raw)) == "Hi,\n\nNo."


def test_own_text_keeps_a_sentence_that_introduces_a_quote() -> None:
    raw = b"From: a@b.example\nSubject: Re: x\n\nThis is wrong:\n> quoted\nbecause.\n"
    assert own_text(message_of(raw)) == "This is wrong:\nbecause."


def test_a_patch_sent_again_is_one_row_that_lists_both(tmp_path: Path) -> None:
    later = mail.autosel(
        batch="20260531120000.9",
        diff=mail.DIFF.replace("@@ -10,6 +10,8", "@@ -12,6 +12,8").replace("1111111111111", "3333333333333"),
    ).replace(b"20 May 2026", b"31 May 2026")
    for files in ((mail.autosel(), later), (later, mail.autosel())):
        (row,) = queue_of(tmp_path, *files, mail.reply(to=1)).rows
        assert row.patch is not None
        assert row.patch.message.message_id == mail.message_id(1, "20260531120000.9")
        assert [message.message_id for message in row.also] == [mail.message_id(1)]
        assert [one.sender for one in row.replies] == ["Rita Reviewer"]


@pytest.mark.parametrize(
    "change",
    [
        {"diff": mail.DIFF.replace("return;", "return 0;")},
        {"asked": "6.1"},
        {"upstream": "b" * 40},
    ],
)
def test_another_change_commit_or_branch_is_another_row(tmp_path: Path, change: dict[str, str]) -> None:
    again = mail.autosel(batch="20260531120000.9", **change)  # type: ignore[arg-type]
    queue = queue_of(tmp_path, mail.autosel(), again)
    assert [row.also for row in queue.rows] == [(), ()]


@pytest.mark.parametrize(
    ("folder", "asked"),
    [("queue-6.12", "6.12"), ("releases/6.6.15", "6.6"), ("pending-5.15/sub", "5.15"), ("6.6", None), ("x-6.6", None)],
)
def test_a_folder_named_for_a_branch_asks_for_it_where_the_subject_does_not(
    tmp_path: Path, folder: str, asked: str | None
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "a.patch").write_bytes(mail.autosel(prefix="PATCH"))
    (tmp_path / folder / "b.patch").write_bytes(mail.autosel(asked="7.0-6.6", title="b", position=2))
    (tmp_path / folder / "series").write_text("a.patch\nb.patch\n")
    rows = finish(load([str(tmp_path)])).rows
    assert [str(row.subject.asked) if row.subject.asked else None for row in rows] == [asked, "7.0-6.6"]
