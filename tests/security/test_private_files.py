"""On a shared machine nobody reads what was not sent yet: the program's own files are the user's alone."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.program import run
from tests.support.queues import batch, clone
from uringreview.review.session import open_session


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A user who keeps everything readable and writable for all."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_sessions_and_caches_are_the_users_alone_whatever_the_umask(masked_host: Path, tmp_path: Path) -> None:
    assert run("report", batch(tmp_path), "--clone", clone(tmp_path)).status in (0, 1)
    with open_session(["batch.mbox"], name="mine"):
        assert run("sessions", "export", "mine", tmp_path / "mine.json").status == 0
        own = [path for place in (".local/state", ".cache") for path in (masked_host / place).rglob("*")]
        files = [path for path in own if path.is_file()] + [tmp_path / "mine.json"]
        assert {path.suffix for path in files} >= {".sqlite", ".json"}
        assert [str(path) for path in files if stat.S_IMODE(path.stat().st_mode) != 0o600] == []
        folders = {path.parent for path in files} - {tmp_path}
        assert [str(path) for path in folders if stat.S_IMODE(path.stat().st_mode) != 0o700] == []
