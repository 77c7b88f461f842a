"""Replies on disk: one file each, no file written over, names that stay in their folder."""

import mailbox
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.review import ME, patch
from uringreview.errors import EnvironmentProblem
from uringreview.review.decisions import Decision, DecisionKind
from uringreview.review.export import file_stem, write_eml, write_mbox
from uringreview.review.reply import Reply, compose


def answer(note: str = "", title: str = "ring: stop at the end of the chain") -> Reply:
    """A drop with a note."""
    one = patch(title=title)
    return compose(one, Decision(one.key, DecisionKind.DROP, note), ME)


def test_a_file_is_named_after_position_and_title(tmp_path: Path) -> None:
    (path,) = write_eml(tmp_path / "new" / "out", [answer()])
    assert path.name == "0003-ring-stop-at-the-end-of-the-chain.eml"
    assert path.read_bytes().startswith(b"From: Rita Reviewer <rita@kernel.example>\n")


def test_an_existing_file_is_never_written_over(tmp_path: Path) -> None:
    (first,) = write_eml(tmp_path, [answer("one")])
    before = first.read_bytes()
    (second,) = write_eml(tmp_path, [answer("two")])
    assert second.name == "0003-ring-stop-at-the-end-of-the-chain-2.eml"
    assert first.read_bytes() == before


@pytest.mark.parametrize("title", ["../../etc/passwd", "..", "", "/", "a\0b\nc", "\u202egnp.exe", "x" * 500, ".hidden"])
def test_no_title_leaves_the_folder(tmp_path: Path, title: str) -> None:
    reply = replace(answer(), title=title, position=None)
    (path,) = write_eml(tmp_path, [reply])
    assert path.parent == tmp_path
    assert not path.name.startswith(".")
    assert len(file_stem(reply)) <= 70


def test_a_withheld_reply_is_not_written(tmp_path: Path) -> None:
    one = patch()
    assert write_eml(tmp_path, [compose(one, Decision(one.key, DecisionKind.TAKE), ME)]) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        write_eml(tmp_path / "file" / "out", [answer()])


def test_an_mbox_of_replies_gives_back_each_mail(tmp_path: Path) -> None:
    replies = [answer("From here on it breaks.\n>From there too."), answer("Second.")]
    path = write_mbox(tmp_path / "replies.mbox", replies)
    box = mailbox.mbox(path)
    assert len(box) == 2
    raw = path.read_bytes()
    assert b"\n>From here on it breaks.\n>>From there too.\n" in raw
    assert write_mbox(path, replies).name == "replies-2.mbox"
