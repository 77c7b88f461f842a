"""A run as a file: a picture of all of it in either scheme, the cell for spin, plain text; nothing is written over."""

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.support.spin import needs_spin, run_spin
from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.interleave.explore import explore
from uringreview.interleave.scenario import load_models
from uringreview.progress import finish
from uringreview.ui.run_export import ShownRun, export_run
from uringreview.ui.simulator_walk import lane_steps, walk
from uringreview.ui.theme import Theme

SERIES = ("p1", "p2", "p3")


@pytest.fixture(scope="module")
def shown() -> ShownRun:
    """The crash of S2 with p1, p2 and p3."""
    model = next(each for each in load_models() if each.patch_for("49ae66eb8c27") is not None)
    outcome = finish(explore(model, "S2", frozenset(SERIES)))
    trace = outcome.violations[0].simplest
    scenario = model.scenario("S2")
    assert trace is not None
    assert scenario is not None
    names = tuple(each.name for each in scenario.threads)
    steps = lane_steps(walk(model, "S2", SERIES, trace.schedule), model, names)
    return ShownRun(model, trace, tuple(each.title for each in scenario.threads), steps, outcome)


@pytest.mark.parametrize("scheme", [Theme.light(), Theme.dark()])
def test_a_png_holds_the_whole_run_on_the_schemes_ground(
    shown: ShownRun, scheme: Theme, theme: Theme, tmp_path: Path
) -> None:
    path = tmp_path / "run.png"
    assert str(path) in export_run(shown, path, scheme)
    image = QImage(str(path))
    assert image.height() > 2 * 16 * len(shown.steps)
    assert image.pixelColor(image.width() - 2, image.height() // 2) == scheme.color("background")


def test_an_svg_holds_every_c_line_as_text(shown: ShownRun, theme: Theme, tmp_path: Path) -> None:
    pytest.importorskip("PySide6.QtSvg")
    path = tmp_path / "run.svg"
    export_run(shown, path, theme)
    text = path.read_text(encoding="utf-8")
    assert text.count("<text") > len(shown.steps)
    for thread in shown.lanes:
        assert thread in text
    assert shown.trace.replay in text


@needs_spin
def test_the_promela_is_what_spin_takes_and_the_command_is_said(shown: ShownRun, theme: Theme, tmp_path: Path) -> None:
    path = tmp_path / "run.pml"
    assert f"spin -a {path} && gcc" in export_run(shown, path, theme)
    assert "UAF" in run_spin(tmp_path, path.read_text(encoding="utf-8")).names


def test_the_text_has_a_column_a_thread_and_its_replay(shown: ShownRun, theme: Theme, tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    export_run(shown, path, theme)
    text = path.read_text(encoding="utf-8")
    assert "*** USE AFTER FREE ***" in text
    assert shown.trace.replay in text


def test_nothing_is_written_over_and_what_cannot_be_written_is_said(
    shown: ShownRun, theme: Theme, tmp_path: Path
) -> None:
    path = tmp_path / "run.txt"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageProblem, match="is there already"):
        export_run(shown, path, theme)
    assert path.read_text(encoding="utf-8") == "mine"
    with pytest.raises(UsageProblem, match="has to end in"):
        export_run(shown, tmp_path / "run.doc", theme)
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        export_run(shown, tmp_path / "none" / "run.txt", theme)
