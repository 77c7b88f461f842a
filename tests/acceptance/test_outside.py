"""The window as a screen reader meets it: another process reads it over AT-SPI and presses Take.

Everything that the window draws has to be there as text too. The reader is packaging/read_window.py, which the
packages' smoke tests use as well.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
_READER = "/usr/bin/python3"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the reader saw of the demo."""
    for tool in ("xvfb-run", "dbus-run-session", _READER):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    bindings = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    if subprocess.run([_READER, "-c", bindings], capture_output=True, check=False).returncode != 0:
        pytest.skip("python3-gi and gir1.2-atspi-2.0 are not installed")
    done = subprocess.run(
        [
            ROOT / "packaging/with-screen",
            ROOT / "packaging/read_window.py",
            sys.executable,
            "-m",
            "uringreview",
            "--demo",
        ],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path_factory.mktemp("home"))},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_a_queue_cell_says_its_status_in_words(seen: Any) -> None:
    cells = [cell for row in seen["queue"] for cell in row]
    assert any(cell.startswith("linux-6.1.y: conflict: does not apply") for cell in cells)
    assert any(cell.startswith("linux-7.2.y: present") for cell in cells)
    assert any(re.match(r"claims: \d+ verified, [1-9]\d* contradicted", cell) for cell in cells)


def test_the_diff_and_the_rationale_are_read_as_text(seen: Any) -> None:
    assert "+\t\ttimer_shutdown_sync(&channel->blink);" in seen["diff"].splitlines()
    assert "Commit Message Forensics" in seen["rationale"]


def test_the_simulators_verdicts_are_read_from_its_table(seen: Any) -> None:
    verdicts = [cell for row in seen["verdicts"] for cell in row]
    assert any(cell.startswith("S2 ") and "p1, p2, p3 applied" in cell and "UAF" in cell for cell in verdicts)
    assert any("no violation in this model" in cell and "exhaustive" in cell for cell in verdicts)


def test_each_claim_is_read_with_its_mark(seen: Any) -> None:
    marks = {row[3]: row[0] for row in seen["claims"]}
    assert marks["No `Fixes:` tag"] == "verified"
    assert {"verified", "contradicted"} >= set(marks.values()) - {"not checkable"}


def test_what_takes_the_focus_has_a_name(seen: Any) -> None:
    assert [each for each in seen["unnamed"] if not each.startswith("filler")] == []


def test_take_can_be_pressed(seen: Any) -> None:
    assert "0/11 decided" in seen["status"]
    assert "1/11 decided" in seen["after_take"]
