"""The worked example of docs/scenarios.md is what the page says it is."""

from pathlib import Path

import pytest

from tests.support.spin import needs_spin, run_spin
from uringreview.cli import main
from uringreview.interleave.explore import explore, explore_matrix
from uringreview.interleave.orders import check_series
from uringreview.interleave.promela import as_promela
from uringreview.interleave.scenario import Model, load_model
from uringreview.progress import finish

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "table-entry.toml"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(EXAMPLE)


def test_only_both_patches_together_close_the_race(model: Model) -> None:
    found = {(each.scenario, each.applied): each.names for each in finish(explore_matrix(model))}
    for scenario in ("ONE", "TWO"):
        assert found[scenario, ()] == found[scenario, ("narrow",)] == ("UAF",)
        assert found[scenario, ("narrow", "wide")] == ()


def test_its_mistake_on_purpose_is_caught(model: Model) -> None:
    assert finish(explore(model, "ONE", frozenset({"narrow", "wide", "no_put"}))).names == ("LEAK",)


def test_a_patch_that_leaves_the_base_as_bad_as_it_was_need_not_be_held(model: Model) -> None:
    check = finish(check_series(model))
    assert check.safe_sets == (("narrow", "wide"),)
    assert check.requirements == ()


@needs_spin
@pytest.mark.parametrize("applied", ["narrow", "narrow wide"])
def test_spin_agrees(applied: str, model: Model, tmp_path: Path) -> None:
    outcome = finish(explore(model, "TWO", frozenset(applied.split())))
    spin = run_spin(tmp_path, as_promela(model, "TWO", frozenset(applied.split())))
    assert spin.names == outcome.names
    assert outcome.violations or spin.states == outcome.states


def test_the_page_shows_what_the_command_line_prints(capsys: pytest.CaptureFixture[str]) -> None:
    page = (EXAMPLE.parents[1] / "scenarios.md").read_text(encoding="utf-8")
    assert main(["simulate", "--model", str(EXAMPLE), "--scenario", "ONE", "--applied", "narrow", "--trace"]) == 0
    printed = capsys.readouterr().out
    trace = printed[printed.index("   READ") : printed.index("step 9")].strip().splitlines()
    assert all(line.strip() in page for line in trace if line.strip())


def test_a_model_file_that_cannot_be_read_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(EXAMPLE.read_text(encoding="utf-8").replace("kfree(e);\n", "kfree(e);\n    e.size = 1\n", 1))
    assert main(["simulate", "--model", str(broken)]) == 1
    assert "broken.toml:54:5: no field is called" in capsys.readouterr().err
    assert main(["simulate", "--model", str(tmp_path / "none.toml")]) == 1
    assert "none.toml" in capsys.readouterr().err
