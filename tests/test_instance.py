"""One process a screen: what is handed to it, and what must never be taken for it."""

import os
import socket
import threading
from pathlib import Path

import pytest

from uringreview.instance import Listener, Request, hand_over, socket_path


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """A folder as $XDG_RUNTIME_DIR has to be: the person's own alone."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


def place(runtime: Path, **more: str) -> Path:
    found = socket_path({"XDG_RUNTIME_DIR": str(runtime), "DISPLAY": ":1", "HOME": "/home/rita", **more})
    assert found is not None
    return found


def test_the_second_start_hands_its_paths_to_the_first(runtime: Path) -> None:
    listener = Listener(place(runtime))
    asked: list[Request] = []
    request = Request(("/mail/\udcff batch.mbox",), "/src/linux", None)
    second = threading.Thread(target=lambda: asked.append(Request()) if hand_over(request, place(runtime)) else None)
    second.start()
    while not asked:
        listener.take(asked.append)
    second.join()
    listener.close()
    assert asked == [request, Request()]
    assert not place(runtime).exists()


def test_a_socket_that_a_killed_window_left_is_replaced_and_a_live_one_is_not(runtime: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(place(runtime)))
    left.close()
    assert not hand_over(Request(), place(runtime))
    listener = Listener(place(runtime))
    with pytest.raises(OSError, match="is taken"):
        Listener(place(runtime))
    assert place(runtime).stat().st_mode & 0o777 == 0o600
    listener.close()


def test_what_is_no_request_is_dropped_and_the_next_one_is_taken(runtime: Path) -> None:
    listener = Listener(place(runtime))
    asked: list[Request] = []
    for junk in (b"", b"hello\n", b"[]\n", b'{"paths": 3}\n'):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(place(runtime)))
            client.sendall(junk)
            client.shutdown(socket.SHUT_WR)
            listener.take(asked.append)
    listener.close()
    assert asked == []


def test_other_screens_and_homes_have_windows_of_their_own(runtime: Path) -> None:
    assert len({place(runtime), place(runtime, DISPLAY=":2"), place(runtime, HOME="/home/tom")}) == 3


def test_without_a_folder_of_ones_own_every_start_is_for_itself(runtime: Path) -> None:
    assert socket_path({"DISPLAY": ":1"}) is None
    assert socket_path({"XDG_RUNTIME_DIR": str(runtime), "QT_QPA_PLATFORM": "offscreen"}) is None
    os.chmod(runtime, 0o755)
    assert socket_path({"XDG_RUNTIME_DIR": str(runtime), "DISPLAY": ":1"}) is None
