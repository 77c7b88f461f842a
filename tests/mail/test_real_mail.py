"""Real mail, where the shared folder is beside the checkout: nothing is lost, and git agrees on every cut."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.mail.reading import messages_in
from uringreview.mail.message import Message
from uringreview.mail.patch import Patch, read_patch
from uringreview.mail.queue import Queue, load
from uringreview.mail.sources import read_source
from uringreview.progress import finish

SEPARATOR = re.compile(rb"(?m)^From mboxrd@z ")


@pytest.fixture(scope="module")
def messages(shared: Path) -> list[Message]:
    return messages_in([item for path in sorted((shared / "corpus").iterdir()) for item in read_source(str(path))])


@pytest.fixture(scope="module")
def patches(messages: list[Message]) -> list[Patch]:
    return [patch for message in messages if (patch := read_patch(message)) is not None]


def opened(*paths: Path) -> Queue:
    return finish(load([str(path) for path in paths]))


def test_no_mail_of_any_mbox_is_dropped(shared: Path) -> None:
    for path in sorted((shared / "corpus").glob("*.mbox")):
        items = list(read_source(str(path)))
        assert len(messages_in(items)) == len(SEPARATOR.findall(path.read_bytes())) == len(items), path.name


def test_git_mailinfo_and_git_apply_agree_on_every_patch(patches: list[Patch], tmp_path: Path) -> None:
    for number, patch in enumerate(patches):
        message = patch.message
        run = subprocess.run(
            ["git", "mailinfo", "--encoding=UTF-8", tmp_path / "msg", tmp_path / f"{number}.theirs"],
            input=message.raw.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=True,
        )
        info = dict(line.split(": ", 1) for line in run.stdout.decode().split("\n") if ": " in line)
        assert (info["Author"], info["Email"]) == (patch.author.name, patch.author.address), message.source
        assert info["Subject"] == patch.subject.title, message.source
        text = (tmp_path / "msg").read_bytes().decode("utf-8", "surrogateescape")
        assert text.strip() == patch.commit_message.of(message.body), message.source
        (tmp_path / f"{number}.ours").write_bytes(patch.diff_text.encode("utf-8", "surrogateescape"))

    def counted(whose: str) -> list[bytes]:
        files = [f"{number}.{whose}" for number in range(len(patches))]
        run = subprocess.run(["git", "apply", "--numstat", *files], cwd=tmp_path, capture_output=True, check=True)
        return run.stdout.splitlines()

    theirs = counted("theirs")
    assert counted("ours") == theirs
    assert len(theirs) >= len(patches) > 900


def test_every_autosel_mail_names_its_commit_base_place_and_range(patches: list[Patch]) -> None:
    autosel = [patch for patch in patches if patch.subject.kind.value == "autosel"]
    assert len(autosel) > 900
    for patch in autosel:
        assert patch.upstream is not None, patch.message.source
        assert patch.stable_base is not None, patch.message.source
        assert patch.position is not None, patch.message.source
        assert patch.subject.asked is not None, patch.message.source
        assert patch.diffstat is not None, patch.message.source
        assert not patch.white_space_lost, patch.message.source


def test_no_rationale_takes_in_diff_diffstat_or_heading(patches: list[Patch]) -> None:
    for patch in patches:
        text = patch.rationale_text
        assert "may be completely bogus" not in text, patch.message.source
        assert not re.search(r" \d+ files? changed, \d+ insertion[^\n]*\Z", text), patch.message.source
    assert sum(patch.rationale is not None for patch in patches) > 900


def test_the_two_documents_open_as_one_queue_of_sixty_four(shared: Path) -> None:
    queue = opened(shared / "seeds")
    assert (len(queue.rows), len(queue.patches), queue.not_loaded) == (64, 2, 62)
    assert [(one.sender, one.is_bot) for one in queue.replies] == [
        ("James Cameron", False),
        ("Jens Axboe", False),
        ("Jonathan Corbet", False),
    ]
    assert (len({row.batch for row in queue.rows}), len(queue.loose), len(queue.problems)) == (1, 0, 0)
    assert [patch.white_space_lost for patch in queue.patches] == [False, True]
    assert [patch.position for patch in queue.patches] == [13, 49]
    assert {str(patch.author) for patch in queue.patches} == {"Jens Axboe <axboe@kernel.dk>"}
    assert {row.listed.sender for row in queue.rows if row.listed} == {"Sasha Levin"}
    assert [address.address for address in queue.patches[1].message.cc] == [
        "axboe@kernel.dk",
        "sashal@kernel.org",
        "io-uring@vger.kernel.org",
        "linux-kernel@vger.kernel.org",
    ]


def test_the_batch_dropped_in_later_fills_the_rows(shared: Path) -> None:
    partial = shared / "corpus" / "20260520-3424570-partial.mbox"
    for paths in ((shared / "seeds", partial), (partial, shared / "seeds")):
        queue = opened(*paths)
        assert (len(queue.rows), len(queue.patches), len(queue.replies)) == (64, 13, 4)
        assert len({row.batch for row in queue.rows}) == 1
        assert not any(patch.white_space_lost for patch in queue.patches)
        assert all(one.message is not None for one in queue.replies)


def test_a_part_of_a_batch_keeps_the_replies_with_and_without_their_patch(shared: Path) -> None:
    queue = opened(shared / "corpus" / "20260520-3424570-partial.mbox")
    assert (len(queue.rows), len(queue.replies), len(queue.loose)) == (13, 4, 2)
    answered = {row.position: [one.sender for one in row.replies] for row in queue.rows if row.replies}
    assert answered == {16: ["sashiko-bot@kernel.org"], 24: ["James Cameron"]}
    assert [row.position for row in queue.rows] == sorted(row.position or 0 for row in queue.rows)


def test_distribution_queues_open_in_the_order_of_their_series(shared: Path) -> None:
    folder = next((shared / "queues").glob("debian-*"), None)
    if folder is None:
        pytest.skip("no distribution queue in the shared folder")
    queue = opened(folder / "patches")
    names = [line for line in (folder / "patches" / "series").read_text().splitlines() if line and line[0] != "#"]
    ordered = [row.patch.message.source.path for row in queue.rows if row.patch and row.patch.message.source.series]
    assert [os.path.relpath(path, folder / "patches") for path in ordered] == [name.split()[0] for name in names]
    assert not queue.problems


def test_every_file_of_a_distribution_queue_is_one_row_or_named_as_left_out(shared: Path) -> None:
    for folder in sorted((shared / "queues").iterdir()):
        queue = opened(folder)
        shown = [os.path.realpath(row.patch.message.source.path) for row in queue.rows if row.patch]
        left_out = {os.path.realpath(note.source.path) for note in queue.notes}
        there = {os.path.realpath(path) for path in folder.rglob("*.patch")}
        assert len(shown) == len(set(shown)), folder.name
        assert set(shown) | left_out == there, folder.name
        assert not set(shown) & left_out, folder.name
        assert not queue.problems, folder.name
        for series in folder.rglob("series*"):
            if series.name not in ("series", "series.conf"):
                continue
            lines = [line.split() for line in series.read_text().splitlines() if line.strip() and line[0] not in "#-"]
            ordered = [row.patch.message.source for row in queue.rows if row.patch]
            named = [os.path.relpath(one.path, series.parent) for one in ordered if one.series == str(series)]
            assert named == list(dict.fromkeys(words[0] for words in lines)), series
