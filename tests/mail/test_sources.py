"""What can be opened, and the one sentence for what cannot."""

import gzip
import io
import os
import socket
from pathlib import Path

import pytest

from tests.mail.reading import items_of, messages_in, notes_in, problems_in
from tests.support import mail
from uringreview.mail.patch import read_patch
from uringreview.mail.queue import Problem
from uringreview.mail.sources import read_source

GIT_DATE = "Mon Sep 17 00:00:00 2001"


def test_an_mbox_gives_each_mail_with_its_place(tmp_path: Path) -> None:
    messages = messages_in(items_of(tmp_path, mail.mbox(mail.autosel(), mail.autosel(position=2), mail.reply(to=2))))
    assert [message.source.part for message in messages] == ["message 1", "message 2", "message 3"]
    assert messages[1].message_id == mail.message_id(2)


@pytest.mark.parametrize(
    "separator",
    [
        "From mboxrd@z Mon May 20 07:18:36 2026",
        f"From {'20c39819' * 5} {GIT_DATE}",
        "From sam@kernel.example  Mon May  4 07:18:36 2026",
        "From - Mon May 04 07:18:36 2026",
        "From sam@kernel.example Mon, 4 May 2026 07:18:36 +0200",
        "From sam@kernel.example Mon May  4 07:18:36 +0200 2026",
        "From sam@kernel.example Mon May  4 07:18:36 CEST 2026",
    ],
)
def test_every_separator_that_programs_write_splits(tmp_path: Path, separator: str) -> None:
    box = mail.mbox(mail.autosel(), mail.autosel(position=2), separator=separator)
    assert len(messages_in(items_of(tmp_path, box))) == 2


@pytest.mark.parametrize(
    "line", ["From here on it is simple:", "From 7.0 down to 6.6", "From v6.1 Mon", "From mboxrd@z"]
)
def test_a_line_of_prose_that_begins_with_from_does_not_split(tmp_path: Path, line: str) -> None:
    box = mail.mbox(mail.autosel(rationale=f"Text.\n\n{line}\n\n**YES**\n")).replace(b">From", b"From")
    (message,) = messages_in(items_of(tmp_path, box))
    assert f"\n{line}\n" in message.body


def test_a_separator_without_a_blank_line_before_it_is_text(tmp_path: Path) -> None:
    box = mail.mbox(mail.autosel(rationale=f"Quoted:\nFrom {'a' * 40} {GIT_DATE}\nFrom: x\n")).replace(
        b">From", b"From"
    )
    assert len(messages_in(items_of(tmp_path, box))) == 1


def test_mboxrd_quoting_is_taken_off_once(tmp_path: Path) -> None:
    box = mail.mbox(mail.autosel(rationale="From me\n>From you\n> From nobody\n"))
    (message,) = messages_in(items_of(tmp_path, box))
    patch = read_patch(message)
    assert patch is not None
    assert patch.rationale_text == "From me\n>From you\n> From nobody"


def test_crlf_and_leading_blank_lines_do_not_hide_an_mbox(tmp_path: Path) -> None:
    box = b"\r\n" + mail.mbox(mail.autosel(), mail.autosel(position=2)).replace(b"\n", b"\r\n")
    first, second = messages_in(items_of(tmp_path, box))
    assert "\r" not in first.body + second.body


def test_a_gzipped_mbox_is_read_by_its_content(tmp_path: Path) -> None:
    packed = gzip.compress(mail.mbox(mail.autosel())) + gzip.compress(mail.mbox(mail.autosel(position=2)))
    assert len(messages_in(items_of(tmp_path, packed, "anything.txt"))) == 2


def test_a_broken_gzip_keeps_what_was_good_and_says_so(tmp_path: Path) -> None:
    packed = gzip.compress(mail.mbox(*(mail.autosel(position=n, upstream=os.urandom(20).hex()) for n in range(1, 60))))
    items = items_of(tmp_path, packed[: len(packed) * 3 // 4])
    assert len(messages_in(items)) > 20
    assert "gzip data cut short" in problems_in(items)[0].reason


def test_a_gzip_bomb_stops_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uringreview.mail.find.LIMIT", 1 << 20)
    bomb = gzip.compress(mail.mbox(mail.autosel()) + b"x" * (64 << 20))
    items = items_of(tmp_path, bomb)
    assert "unpacks to more than 1 MB" in problems_in(items)[0].reason
    assert len(messages_in(items)) == 1


def test_a_maildir_gives_new_and_cur_but_not_tmp(tmp_path: Path) -> None:
    for number, name in enumerate(("cur", "new", "tmp"), 1):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{number}.host:2,S").write_bytes(mail.autosel(position=number))
    ids = [message.message_id for message in messages_in(list(read_source(str(tmp_path))))]
    assert ids == [mail.message_id(1), mail.message_id(2)]


def test_git_format_patch_files_are_read_one_or_several_in_a_file(tmp_path: Path) -> None:
    one = f"From {'20c39819' * 5} {GIT_DATE}\n".encode() + mail.autosel().replace(b"Message-ID", b"X-Was")
    assert len(messages_in(items_of(tmp_path, one, "0001-a.patch"))) == 1
    assert len(messages_in(items_of(tmp_path, one + b"\n" + one, "two.patch"))) == 2


def test_a_bare_diff_is_a_patch_named_by_its_description_or_file(tmp_path: Path) -> None:
    (described,) = messages_in(items_of(tmp_path, "ring: stop early\n\n" + mail.DIFF, "a.patch"))
    assert described.subject == "ring: stop early"
    (bare,) = messages_in(items_of(tmp_path, mail.DIFF, "b.patch"))
    assert bare.subject == "b.patch"
    patch = read_patch(bare)
    assert patch is not None
    assert patch.diff_text == mail.DIFF


def test_a_quilt_series_orders_its_directory(tmp_path: Path) -> None:
    queue = tmp_path / "queue-6.6"
    queue.mkdir()
    for number, name in enumerate(("b.patch", "a.patch", "off.patch", "extra.patch"), 1):
        (queue / name).write_bytes(mail.autosel(position=number))
    (queue / "series").write_text(
        "# first\nb.patch -p1\n\na.patch # why\n#off.patch\nsub/none.patch\n../../etc/passwd\n"
    )
    items = list(read_source(str(tmp_path)))
    sources = [(Path(m.source.path).name, m.source.place) for m in messages_in(items)]
    assert sources == [("b.patch", 1), ("a.patch", 2), ("extra.patch", None)]
    missing, outside = problems_in(items)
    assert "'sub/none.patch' is named but not there" in missing.reason
    assert "lies outside" in outside.reason


def test_a_series_file_can_be_named_itself(tmp_path: Path) -> None:
    for number, name in enumerate(("b.patch", "a.patch", "extra.patch"), 1):
        (tmp_path / name).write_bytes(mail.autosel(position=number))
    (tmp_path / "series").write_text("b.patch\na.patch\n")
    messages = messages_in(list(read_source(str(tmp_path / "series"))))
    assert [Path(message.source.path).name for message in messages] == ["b.patch", "a.patch"]


def test_standard_input_is_read_as_any_file() -> None:
    items = list(read_source("-", io.BytesIO(mail.mbox(mail.autosel(), mail.reply()))))
    assert str(messages_in(items)[0].source) == "-: message 1"
    assert "no standard input" in problems_in(list(read_source("-")))[0].reason


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"%PDF-1.7\n\0\0", "a PDF, not mail"),
        (b"\x7fELF\0\0\0\0" * 100, "binary data"),
        (b"PK\x03\x04\0\0", "packed with zip"),
        (b"<!DOCTYPE html>\n<html><body>From: x</body></html>\n", "an HTML page"),
        (b"Dear diary,\ntoday no mail came.\n", "no mail and no patch in it"),
        (b"From: a@b.example\nSubject: x\nContent-Type: text/html\n\n<p>\n", "HTML only"),
    ],
)
def test_what_is_no_mail_is_one_problem_with_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    (problem,) = items_of(tmp_path, data)
    assert isinstance(problem, Problem)
    assert sentence in problem.reason
    assert problem.reason.startswith(str(tmp_path / "input"))
    assert problem.reason.endswith(".")


def test_no_such_file_and_no_permission_are_said(tmp_path: Path) -> None:
    (missing,) = read_source(str(tmp_path / "none.mbox"))
    assert isinstance(missing, Problem)
    assert "no such file" in missing.reason
    (unnameable,) = read_source("a\0b")
    assert isinstance(unnameable, Problem)
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    closed = tmp_path / "closed.mbox"
    closed.write_bytes(mail.mbox(mail.autosel()))
    closed.chmod(0)
    (problem,) = read_source(str(closed))
    assert isinstance(problem, Problem)
    assert "no permission" in problem.reason


def test_a_directory_without_mail_is_one_problem(tmp_path: Path) -> None:
    (problem,) = read_source(str(tmp_path))
    assert isinstance(problem, Problem)
    assert "no mail in it" in problem.reason
    (tmp_path / "notes.txt").write_text("words\n")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n")
    (problem,) = read_source(str(tmp_path))
    assert isinstance(problem, Problem)
    assert "none of its 2 files holds mail" in problem.reason


def test_a_mail_file_that_cannot_be_read_does_not_stop_its_directory(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"")
    (tmp_path / "b.eml").write_bytes(mail.autosel())
    (tmp_path / "c.pdf").write_bytes(b"%PDF")
    problem, message = read_source(str(tmp_path))
    assert isinstance(problem, Problem)
    assert problem.source.path.endswith("a.eml")
    assert messages_in([message])


def test_loops_sockets_and_pipes_are_refused_and_hidden_files_passed_by(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail.autosel())
    (tmp_path / ".hidden.eml").write_bytes(mail.autosel(position=2))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "b.eml").write_bytes(mail.autosel(position=3))
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "round.eml").symlink_to(tmp_path / "round.eml")
    os.mkfifo(tmp_path / "pipe.eml")
    with socket.socket(socket.AF_UNIX) as listener:
        cwd = os.getcwd()
        os.chdir(tmp_path)
        try:
            listener.bind("sock.eml")
        finally:
            os.chdir(cwd)
        items = list(read_source(str(tmp_path)))
        (pipe,) = read_source(str(tmp_path / "pipe.eml"))
    assert [message.message_id for message in messages_in(items)] == [mail.message_id(1)]
    assert [Path(problem.source.path).name for problem in problems_in(items)] == [
        "pipe.eml",
        "round.eml",
        "sock.eml",
    ]
    assert isinstance(pipe, Problem)
    assert "neither a file nor a directory" in pipe.reason


def test_an_mbox_cut_in_its_last_diff_keeps_all_rows_and_says_so(tmp_path: Path) -> None:
    box = mail.mbox(mail.autosel(), mail.autosel(position=2))
    items = items_of(tmp_path, box[: box.rindex(b"\twhile")])
    assert [message.message_id for message in messages_in(items)] == [mail.message_id(1), mail.message_id(2)]
    (problem,) = problems_in(items)
    assert problem.source.part == "message 2"
    assert "before its diff is whole" in problem.reason


@pytest.mark.parametrize("mark", [b"Walking an", b"## Phase", b"Date: ", b"\nRecord: ", b"\ndiff --git "])
@pytest.mark.parametrize("length", [1, 4])
def test_an_mbox_cut_anywhere_in_its_last_mail_says_so(tmp_path: Path, mark: bytes, length: int) -> None:
    box = mail.mbox(mail.autosel(), mail.autosel(position=2))
    items = items_of(tmp_path, box[: box.rindex(mark) + length])
    assert len(messages_in(items)) == 2
    (problem,) = problems_in(items)
    assert "cut short" in problem.reason


def test_a_mail_cut_between_two_files_is_known_by_its_diffstat(tmp_path: Path) -> None:
    raw = mail.autosel(diff=mail.DIFF + mail.DIFF.replace("chain", "other"))
    items = items_of(tmp_path, raw[: raw.rindex(b"diff --git ")])
    assert len(messages_in(items)) == 1
    assert "before its diff is whole" in problems_in(items)[0].reason


def test_a_whole_mbox_without_its_last_line_end_is_no_problem(tmp_path: Path) -> None:
    assert not problems_in(items_of(tmp_path, mail.mbox(mail.autosel()).rstrip(b"\n")))


def test_an_unreadable_mail_among_others_is_a_problem_of_its_own(tmp_path: Path) -> None:
    html = b"From: a@b.example\nSubject: x\nContent-Type: text/html\n\n<p>\n"
    items = items_of(tmp_path, mail.mbox(mail.autosel(), html, mail.autosel(position=2)))
    assert len(messages_in(items)) == 2
    assert [problem.source.part for problem in problems_in(items)] == ["message 2"]


def test_a_mail_of_public_inbox_is_a_file_called_m(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "m").write_bytes(mail.autosel(position=number))
        (tmp_path / str(number) / "d").write_bytes(b"deleted\n")
    items = list(read_source(str(tmp_path)))
    assert [message.message_id for message in messages_in(items)] == [mail.message_id(1), mail.message_id(2)]
    (tmp_path / "m").write_bytes(b"")
    assert [problem.source.path for problem in problems_in(list(read_source(str(tmp_path))))] == [str(tmp_path / "m")]


def test_what_a_series_switches_off_is_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.patch", "b.patch", "c.patch", "d.patch", "sub/e.patch", "sub/f.patch", "rest.patch"):
        (tmp_path / name).write_text(f"{name}\n\n{mail.DIFF}")
    (tmp_path / "series").write_text(
        "# head of the list\nb.patch -p0 # first\n#a.patch\n-\tc.patch\n\tsub/e.patch -p1\n"
        "# sub/f.patch -p1\n+arm d.patch\n"
    )
    items = list(read_source(str(tmp_path)))
    assert [(message.subject, message.source.place) for message in messages_in(items)] == [
        ("b.patch", 1),
        ("sub/e.patch", 2),
        ("rest.patch", None),
    ]
    assert [os.path.relpath(note.source.path, tmp_path) for note in notes_in(items)] == [
        "a.patch",
        "c.patch",
        "sub/f.patch",
        "d.patch",
    ]
    assert all("is switched off there; it is left out" in note.text for note in notes_in(items))
    assert not problems_in(items)


def test_a_patch_that_a_series_takes_back_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.patch").write_text(mail.DIFF)
    (tmp_path / "series").write_text("a.patch -p1 -R\n")
    (note,) = notes_in(list(read_source(str(tmp_path))))
    assert "'a.patch' is taken back there (-R)" in note.text


def test_a_patch_that_a_series_strips_further_says_so(tmp_path: Path) -> None:
    for name in ("a.patch", "b.patch", "c.patch"):
        (tmp_path / name).write_text(mail.DIFF)
    (tmp_path / "series").write_text("a.patch -p1\nb.patch -p0\nc.patch -p2\n")
    (note,) = notes_in(list(read_source(str(tmp_path))))
    assert "'c.patch' is applied there with -p2 or more; the paths are as in the file." in note.text


def test_a_series_conf_orders_its_directory_and_its_parts_are_no_mail(tmp_path: Path) -> None:
    for name in ("a.patch", "b.patch"):
        (tmp_path / name).write_text(f"{name}\n\n{mail.DIFF}")
    (tmp_path / "series.conf").write_text("b.patch\na.patch\n")
    (tmp_path / "series.drm").write_text("a.patch\n")
    assert [message.subject for message in messages_in(list(read_source(str(tmp_path))))] == ["b.patch", "a.patch"]


def test_links_out_of_an_opened_directory_are_refused(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.mkdir()
    outer.mkdir()
    (outer / "secret.eml").write_bytes(mail.autosel(position=2))
    (inner / "a.eml").write_bytes(mail.autosel())
    (inner / "file.eml").symlink_to(outer / "secret.eml")
    (inner / "folder").symlink_to(outer)
    (inner / "near.eml").symlink_to("a.eml")
    items = list(read_source(str(inner)))
    assert {message.message_id for message in messages_in(items)} == {mail.message_id(1)}
    assert [Path(problem.source.path).name for problem in problems_in(items)] == ["folder", "file.eml"]
    assert all("a link out of the directory that was opened" in problem.reason for problem in problems_in(items))
    (inner / "series").write_text("file.eml\n")
    (problem,) = read_source(str(inner / "series"))
    assert isinstance(problem, Problem)
    assert "lies outside" in problem.reason


def test_a_file_whose_bytes_cannot_be_read_is_one_problem() -> None:
    """Its first page is mapped nowhere, so reading fails for anyone, root included."""
    if not os.path.exists("/proc/self/mem"):
        pytest.skip("no /proc here")
    (problem,) = read_source("/proc/self/mem")
    assert isinstance(problem, Problem)
    assert "cannot be read" in problem.reason


def test_one_text_larger_than_any_mail_is_refused_and_its_neighbours_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uringreview.mail.find.ONE", 1 << 20)
    large = mail.autosel(position=2, message="x" * (2 << 20))
    items = items_of(tmp_path, mail.mbox(mail.autosel(), large, mail.autosel(position=3)))
    assert [message.message_id for message in messages_in(items)] == [mail.message_id(1), mail.message_id(3)]
    (problem,) = problems_in(items)
    assert "which no mail is" in problem.reason
    assert "which no mail is" in problems_in(items_of(tmp_path, large))[0].reason


def test_a_text_that_looks_like_a_page_and_holds_no_mail_is_said_to(tmp_path: Path) -> None:
    """Found by seed 3378 of the spoiled mails: it was opened as nothing at all, without a word."""
    path = tmp_path / "page.txt"
    path.write_bytes(
        b"+++ b/x\nFrom: a\rSubject: [PATCH] x\rDate: Wed\n---\nhere\nContent-Type: x\nPosted by X 4 days ago\n"
    )
    (problem,) = read_source(str(path))
    assert isinstance(problem, Problem)
    assert "no mail can be made out" in problem.reason
