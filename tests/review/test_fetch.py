"""Fetching by the reviewer's own tool: what may be asked for, and that the tool's failures are sentences."""

import os
from pathlib import Path

import pytest

from uringreview.errors import EnvironmentProblem
from uringreview.progress import finish
from uringreview.review.fetch import Fetcher, command, fetch, message_id

ID = "20260520111944.3424570-49-sashal@kernel.org"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that stands first on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f" <{ID}>\n",
        f"https://lore.kernel.org/stable/{ID}/",
        f"https://lore.kernel.org/all/{ID}/T/#u",
        f"https://lore.kernel.org/r/{ID}",
        f"https://lore.kernel.org/io-uring/{ID}/t.mbox.gz",
    ],
)
def test_an_id_and_the_addresses_of_it_mean_the_same(text: str) -> None:
    assert message_id(text) == ID


@pytest.mark.parametrize(
    "text",
    ["", "no id", "--output=/etc/x@y", "-o@x", "a b@c", "a@b;rm", "a@b\nc", "$(id)@x", "https://lore.kernel.org/"],
)
def test_what_a_shell_or_an_option_parser_could_take_for_more_is_no_id(text: str) -> None:
    assert message_id(text) is None


def test_the_commands_are_those_of_the_manuals() -> None:
    assert command(Fetcher.B4, ID) == ("b4", "mbox", "-o", "-", ID)
    assert command(Fetcher.LEI, ID) == ("lei", "q", "--threads", "-f", "mboxrd", f"m:{ID}")


def test_what_the_tool_writes_is_returned(tools: Path) -> None:
    program(tools, "b4", 'echo "asked: $*"')
    assert finish(fetch(command(Fetcher.B4, ID))) == f"asked: mbox -o - {ID}\n".encode()


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo 'no such thread' >&2; exit 3", "exit status 3, no such thread"), ("", "nothing was written")],
)
def test_a_tool_that_fails_or_writes_nothing_is_a_sentence(tools: Path, script: str, said: str) -> None:
    program(tools, "b4", script)
    with pytest.raises(EnvironmentProblem, match=said):
        finish(fetch(command(Fetcher.B4, ID)))


def test_a_tool_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentProblem, match="b4 cannot be started"):
        finish(fetch(command(Fetcher.B4, ID)))


def test_a_cancelled_fetch_leaves_no_process(tools: Path, tmp_path: Path) -> None:
    program(tools, "b4", f"echo $$ > {tmp_path}/pid; exec sleep 60")
    work = fetch(command(Fetcher.B4, ID))
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        next(work)
    work.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
