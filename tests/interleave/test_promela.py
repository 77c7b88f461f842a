"""Spin, which shares no line with our search, reads the exported model and must come to the same verdicts.

A dozen cells run here; URINGREVIEW_ALL_CELLS=1 runs every scenario with every set of patches.
"""

import os
from pathlib import Path

import pytest

from tests.interleave.test_properties import CASES
from tests.support.interleave import small_model, small_text
from tests.support.spin import needs_spin, run_spin
from uringreview.interleave.explore import explore, subsets
from uringreview.interleave.place import ModelError
from uringreview.interleave.promela import as_promela, read_spin, spin_command
from uringreview.interleave.reader import parse_model
from uringreview.interleave.scenario import Model, load_models
from uringreview.progress import finish

(LINKED,) = (model for model in load_models() if model.name == "io_uring-linked")
NONE = frozenset[str]()
SOME = [
    *(("S1", "p1 p2 p3 p4"), ("S2", "p1 p2 p3"), ("S2", "p1 p2 p3 p4"), ("S3", "p2"), ("S4", "p2"), ("S5", "p2 p3")),
    *(("S7", "p2"), ("S7", "p1 p2 p3 p4 p5"), ("S9", "p2"), ("S6", "p2 no_head_check")),
]
CELLS = (
    [(scenario.name, " ".join(sorted(chosen))) for scenario in LINKED.scenarios for chosen in subsets(LINKED)]
    if os.environ.get("URINGREVIEW_ALL_CELLS")
    else SOME
)
SMALL = [
    *("NULL", "TORN-WALK, after which the run goes on", "SLEEP under a spinlock", "RECURSION", "LEAK"),
    "DEADLOCK by a lock that is never released",
]


def agrees(model: Model, scenario: str, applied: frozenset[str], folder: Path) -> None:
    outcome = finish(explore(model, scenario, applied))
    spin = run_spin(folder, as_promela(model, scenario, applied, outcome))
    assert (spin.names, spin.race, spin.exhaustive) == (outcome.names, outcome.race, True)
    if not outcome.violations:
        assert spin.states == outcome.states
    else:
        # Spin keeps the state of a violation itself, too.
        assert spin.states >= outcome.states


@needs_spin
@pytest.mark.parametrize(("scenario", "applied"), CELLS)
def test_spin_comes_to_the_same_verdict_and_count_of_states(scenario: str, applied: str, tmp_path: Path) -> None:
    agrees(LINKED, scenario, frozenset(applied.split()), tmp_path)


@needs_spin
@pytest.mark.parametrize("case", SMALL)
def test_spin_sees_a_mistake_of_each_kind(case: str, tmp_path: Path) -> None:
    _, code, options = CASES[case]
    agrees(small_model(code, **options), "T", NONE, tmp_path)


def test_every_step_is_one_guarded_command_with_its_c_line() -> None:
    text = as_promela(LINKED, "S2", {"p1", "p2", "p3", "p4"})
    assert "/* io_link_timeout_fn, line" in text
    assert "io_req_task_link_timeout, line" in text
    commands = text.count(":: d_step")
    assert commands == text.count("\n\t}")
    assert text.count("raw_spin_lock_irqsave(&ctx->timeout_lock, flags); */") == 1


def test_the_header_says_what_our_search_found() -> None:
    outcome = finish(explore(LINKED, "S2", NONE))
    assert f"{outcome.states} states, stored" in as_promela(LINKED, "S2", NONE, outcome)
    bad = finish(explore(LINKED, "S2", frozenset({"p2"})))
    assert f"uringreview found: UAF DOUBLE-ISSUE, race, {bad.states} states" in as_promela(LINKED, "S2", {"p2"}, bad)
    cut = finish(explore(LINKED, "S2", NONE, max_states=100))
    assert f"not exhaustive: stopped after {cut.states} states" in as_promela(LINKED, "S2", NONE, cut)


def test_words_of_the_model_cannot_get_out_of_their_comments_or_become_keywords() -> None:
    code = (
        "fn t1():\n    flag = 1  ;; */ c_code { system(0) } /*\n    timeout = total\n    total = timeout\nfn t2():\n"
        "    total = 1\n"
    )
    text = as_promela(small_model(code), "T", NONE)
    assert "*/ c_code" not in text
    assert "* / c_code { system(0) } / *" in text


@needs_spin
def test_names_that_promela_or_c_have_taken_are_changed(tmp_path: Path) -> None:
    part = "    lock(outer)\n    total = 1\n    unlock(outer)\n"
    text = small_text(f"fn t1():\n{part}fn t2():\n{part}")
    for name, taken in (("outer", "timeout"), ("total", "static"), ("flag", "len_"), ("todo", "chan"), ("link", "if_")):
        text = text.replace(name, taken)
    agrees(parse_model("small.toml", "small", text), "T", NONE, tmp_path)


def test_a_lock_behind_something_else_is_refused_with_its_place() -> None:
    model = small_model("fn t1():\n    flag = 1; lock(outer)\n    unlock(outer)\n")
    with pytest.raises(ModelError, match=r"small.toml:\d+:5: lock\(\) stands first in its step"):
        as_promela(model, "T", NONE)


def test_what_is_no_text_of_spin_is_told() -> None:
    with pytest.raises(ValueError, match="no count of states"):
        read_spin("./pan: not found")


def test_the_command_line_survives_a_blank_in_the_files_name() -> None:
    assert spin_command("my cell.pml").startswith("spin -a 'my cell.pml' && gcc -O2 ")
