"""The user's own scenarios: written from the template once, loaded beside the program's, wrong ones told by place."""

from pathlib import Path

import pytest

from uringreview.cli import main
from uringreview.errors import EnvironmentProblem
from uringreview.interleave.explore import explore, explore_matrix
from uringreview.interleave.own import all_models, new_scenario, scenarios_folder
from uringreview.interleave.scenario import load_model
from uringreview.progress import finish

UPSTREAM = "0123456789abcdef0123456789abcdef01234567"
SUBJECT = 'ring: don\'t "walk"\\ an empty chain'


def test_the_template_is_a_model_of_its_patch_and_can_be_searched_as_it_stands() -> None:
    model = load_model(new_scenario(UPSTREAM, SUBJECT))
    patch = model.patch_for(UPSTREAM)
    assert patch is not None
    assert patch.subject == SUBJECT
    found = {each.applied: (each.names, each.race) for each in finish(explore_matrix(model))}
    assert found == {(): ((), True), ("p1",): ((), False)}


def test_its_mistake_on_purpose_is_caught() -> None:
    model = load_model(new_scenario(UPSTREAM, SUBJECT))
    assert finish(explore(model, "S1", frozenset({"no_put"}))).names == ("LEAK",)


def test_a_scenario_that_is_there_is_never_written_over() -> None:
    path = new_scenario(UPSTREAM, SUBJECT)
    path.write_text("mine", encoding="utf-8")
    assert new_scenario(UPSTREAM, SUBJECT) == path
    assert path.read_text(encoding="utf-8") == "mine"


def test_what_is_in_the_folder_is_loaded_beside_the_programs_own() -> None:
    before = all_models()
    new_scenario(UPSTREAM, SUBJECT)
    found = all_models()
    assert [each.digest for each in found.models[:-1]] == [each.digest for each in before.models]
    assert found.models[-1].patch_for(UPSTREAM[:12]) is not None
    assert found.problems == ()


def test_the_command_line_knows_it_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    path = new_scenario(UPSTREAM, SUBJECT)
    assert main(["simulate", "--model", path.stem]) == 0
    assert capsys.readouterr().out.startswith(f"model {path.stem};")


def test_a_file_that_is_wrong_is_told_with_line_and_column_and_hides_no_other() -> None:
    good = new_scenario(UPSTREAM, SUBJECT)
    bad = good.with_name("bad.toml")
    text = good.read_text(encoding="utf-8").replace("A.state = 1 ", "A.colour = 1")
    bad.write_text(text, encoding="utf-8")
    (scenarios_folder() / "worse.toml").write_text("[model\n", encoding="utf-8")
    found = all_models()
    line = next(number for number, each in enumerate(text.split("\n"), 1) if "A.colour" in each)
    assert found.problems[0].startswith(f"{bad}:{line}:5: no field is called")
    assert "worse.toml:1:" in found.problems[1]
    assert found.models[-1].file == good.name


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uringreview").write_text("a file where the folder should be", encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        new_scenario(UPSTREAM, SUBJECT)
