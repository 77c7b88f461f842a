"""`uringreview simulate` beyond the table: spin, orders, random runs, bounds."""

import json
from pathlib import Path

import pytest

from uringreview.cli import main


def test_a_cell_is_written_for_spin_and_its_command_line_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "s2.pml"
    assert main(["simulate", "--scenario", "S2", "--applied", "p1,p2,p3", "--promela", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"spin -a {file} && gcc -O2 ")
    assert "uringreview found: UAF" in file.read_text(encoding="utf-8")
    assert main(["simulate", "--scenario", "S2", "--applied", "p1", "--promela", str(tmp_path / "no" / "x.pml")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_an_order_is_judged_tree_by_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--orders", "--scenario", "S2"]) == 0
    text = capsys.readouterr().out
    assert "p1+p2+p3       FAILS: S2 UAF\n" in text
    assert "Please hold 49ae66eb8c27" in text
    assert main(["simulate", "--orders", "p1,3d879647fb03,p2", "--scenario", "S2", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["order"] == ["p1", "p4", "p2"]
    assert found["requirements"][0]["other"]["upstream"] == "3d879647fb03"


def test_random_runs_give_a_replay(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "--scenario", "S2", "--applied", "p1,p2,p3", "--random", "200", "--pct", "3"]
    assert main(words) == 0
    assert "UAF: in " in capsys.readouterr().out
    assert main([*words, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 1


def test_a_race_names_both_accesses_with_their_locks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scenario", "S2", "--applied", "p2", "--trace"]) == 0
    text = capsys.readouterr().out
    assert "data-race in " in text
    assert "    holding completion_lock, timeout_lock (line " in text
    assert "    holding uring_lock (line " in text


def test_a_search_that_stops_at_its_bound_claims_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scenario", "S2", "--applied", "none", "--max-states", "100"]) == 0
    text = capsys.readouterr().out
    assert "nothing found in what was seen" in text
    assert "not exhaustive: 10" in text
    assert "no violation in this model race" not in text


@pytest.mark.parametrize(
    "words",
    [
        ["--promela", "x.pml", "--scenario", "S2"],
        ["--random", "5"],
        ["--pct", "3", "--scenario", "S2", "--applied", "p2"],
        ["--orders", "--applied", "p2"],
        ["--scenario", "S2", "--applied", "p2", "--random", "5", "--pct", "0"],
    ],
)
def test_words_that_do_not_go_together_are_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["simulate", *words])
    assert left.value.code == 2
