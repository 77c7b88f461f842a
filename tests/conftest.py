"""What every test runs under: no network, no host git configuration, no host XDG folders, Qt offscreen."""

import os
import socket
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# libgit2 looks up the home folder once, when it is first loaded: it must not find the host's.
_EMPTY_HOME = tempfile.TemporaryDirectory(prefix="uringreview-tests-")
os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = _EMPTY_HOME.name

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _refuse(*_args: object, **_kwargs: object) -> NoReturn:
    raise AssertionError("a test tried to reach the network")


@pytest.fixture(autouse=True)
def masked_host(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty HOME and XDG folders, git without system or user configuration, network refused."""
    home = tmp_path_factory.mktemp("home")
    for name, folder in (
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_STATE_HOME", ".local/state"),
        ("XDG_CACHE_HOME", ".cache"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_RUNTIME_DIR", ".run"),
    ):
        path = home / folder
        path.mkdir(parents=True, mode=0o700)
        monkeypatch.setenv(name, str(path))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test Person")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.org")
        monkeypatch.setenv(f"GIT_{who}_DATE", "2026-05-20T12:00:00+0000")
    real_connect = socket.socket.connect

    def local_only(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX:
            _refuse()
        real_connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", local_only)
    return home


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real mails and kernel blobs beside the checkout; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder with real mails is not beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def kernel_clone(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with nine real stable branches, built once a run; skips where the shared folder is absent."""
    import subprocess
    import sys

    dest = tmp_path_factory.mktemp("kernel") / "clone"
    environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    tool = shared / "tools" / "make-kernel-clone"
    subprocess.run([sys.executable, str(tool), str(dest)], check=True, capture_output=True, env=environment)
    return dest
