"""A scenario file that is wrong is refused with its file, line and column, and nothing in it is ever executed."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.interleave import small_model, small_text
from uringreview.errors import UringreviewError
from uringreview.interleave.explore import explore
from uringreview.interleave.place import ModelError
from uringreview.interleave.reader import parse_model
from uringreview.interleave.scenario import load_model, load_models
from uringreview.progress import finish
from uringreview.resources import resource

SHIPPED = resource("scenarios", "io_uring-linked.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("line", "column", "sentence"),
    [
        ("    A.lnk = NULL", 5, 'no field is called "lnk"'),
        ("    total = totl + 1", 13, '"totl" means nothing'),
        ("+p9|    flag = 1", 1, 'no patch is called "p9"'),
        ("+fix&+|    flag = 1", 6, "is no prefix"),
        ("+fix    flag = 1", 1, 'no "|" at its end'),
        ("+fix|", 6, "followed by no code"),
        ("    flag = = 1", 12, "cannot read this"),
        ("    if flag", 12, 'does not end in ":"'),
        ("    if flag = 1:", 8, "cannot read this"),
        ("    lock(flag)", 5, "takes one of the locks mutex, outer, inner"),
        ("    push(todo)", 5, "takes 2 argument"),
        ("    push(todo, A, B)", 5, "has 1 parts, not 2"),
        ("    x = nothing()", 9, "there is no function nothing"),
        ("    x = t2(A)", 9, "takes 0 arguments, not 1"),
        ('    require(flag == 1, "BOOM")', 5, "names one of the properties UAF"),
        ("    flag = [1, 2]", 12, "List is not part of the language"),
        ("    flag = A.link.count * 2", 12, "BinOp|Mult is not part of the language"),
        ("    import os", 5, "not part of the language"),
        ("    flag = 99", 12, "numbers are 0 to 15"),
        ("    flag = 0.5", 12, "whole numbers"),
        ("    len(todo)", 5, "does nothing"),
        ("    total = len(todo); return", 24, "line of their own"),
        ("    x = 0 < flag < 2", 9, "two values at a time"),
        ("    A = B", 0, 'gives "A" a value'),
        ("total = 1", 1, "is indented"),
        ("    for x in items(todo):", 0, 'for" stands inside|nothing stands under'),
    ],
)
def test_a_mistake_is_shown_with_line_and_column(line: str, column: int, sentence: str) -> None:
    text = small_text(f"fn t1():\n    flag = 0\n{line}\nfn t2():\n    flag = 0\n")
    with pytest.raises(ModelError, match=sentence) as caught:
        finish(explore(parse_model("small.toml", "small", text), "T", frozenset()))
    if column:
        file, number, where, _ = str(caught.value).split(":", 3)
        assert (file, int(where)) == ("small.toml", column)
        assert text.split("\n")[int(number) - 1] == line


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('rank = 1, c = "ctx->uring_lock"', 'c = "ctx->uring_lock"', r':\d+:1: "rank" is missing'),
        ('kind = "mutex", rank', 'kind = "mutx", rank', 'is of kind "mutx"'),
        ('cqes = { P = 0,', 'cqes = { Q = 0,', 'no object is called "Q"'),
        ('head = { L = "P" }', 'head = { L = 77 }', "neither a number"),
        ('threads = ["HR", "WRK", "TW"]', 'threads = ["HR", "WRX", "TW"]', 'no thread is called "WRX"'),
        ('"P.refs" = 2', '"P.ref" = 2', '"P.ref" is neither'),
        ('WAY = "IO_WQ_FAILS" }', 'WEG = "IO_WQ" }', 'no switch is called "WEG"'),
        ('needs = ["p2"]', 'needs = ["p22"]', 'p4 needs "p22"'),
        ('runs = "io_worker"', 'runs = "io_wrker"', "there is no such function"),
        ('chain = "link"', 'chain = "next"', 'no field is called "next"'),
        ("[queues]", "[ques]", '"ques" means nothing here'),
        ("timer = \"ARMED\"", "timer = ", r"Invalid value"),
        ('LEAK = "not alive(P)', 'LEAKS = "not alive(P)', '"LEAKS" is no property'),
        ("upstream = \"a65855ec34ae\"", "upstream = \"next week\"", "hex digits"),
        ('context = "hardirq"', 'context = "irq"', '"irq" is no context'),
        ("enqueued = 0", "P = 0", '"P" is used for two things'),
    ],
)  # fmt: skip
def test_a_misspelt_value_is_shown_with_its_line(old: str, new: str, sentence: str) -> None:
    assert old in SHIPPED
    with pytest.raises(ModelError, match=sentence) as caught:
        parse_model("io.toml", "io", SHIPPED.replace(old, new, 1))
    wanted = SHIPPED[: SHIPPED.index(old)].count("\n") + 1
    number = int(str(caught.value).split(":")[1])
    if "used for two things" not in sentence and "missing" not in sentence:
        assert abs(number - wanted) <= 3


def test_lines_of_code_count_from_the_top_of_the_file() -> None:
    (model,) = (model for model in load_models() if model.name == "io_uring-linked")
    lines = SHIPPED.split("\n")
    for function in model.functions:
        assert f"fn {function.name}(" in lines[function.place.line - 1]
        for line in function.lines:
            assert lines[line.place.line - 1][line.place.column - 1 :].startswith(line.code)


def test_a_file_that_is_not_there_or_not_text_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        load_model(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="UTF-8"):
        load_model(tmp_path / "bytes.toml")
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(ModelError, match="is missing"):
        load_model(tmp_path / "empty.toml")


def test_nothing_of_a_file_is_executed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for line in (
        f"    x = __import__('os').system('touch {mark}')",
        "    x = A.__class__",
        f"    open('{mark}', 'w')",
        "    x = (lambda: 1)()",
        "    x = f'{A}'",
    ):
        with pytest.raises(ModelError):
            finish(explore(small_model(f"fn t1():\n{line}\n"), "T", frozenset()))
    assert not mark.exists()


def test_a_prefix_can_ask_for_several_patches_or_for_none() -> None:
    (model,) = (model for model in load_models() if model.name == "io_uring-linked")
    head = next(function for function in model.functions if function.name == "__io_disarm_linked_timeout").lines
    when = next(line.when for line in head if line.when is not None)
    assert when.text == "+p2&-no_head_check"
    assert when.holds(frozenset({"p2"}))
    assert not when.holds(frozenset({"p2", "no_head_check"}))
    assert not when.holds(frozenset())
    text = SHIPPED.replace("+mutex_in_timer|        lock(uring_lock)", "-p2/p4|        lock(uring_lock)", 1)
    fn = next(each for each in parse_model("x", "x", text).functions if each.name == "io_link_timeout_fn")
    other = next(line.when for line in fn.lines if line.when is not None and line.when.text == "-p2/p4")
    assert [other.holds(frozenset(each)) for each in ((), ("p2",), ("p2", "p4"))] == [True, False, True]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, len(SHIPPED) - 1),
    st.integers(0, 40),
    st.text(alphabet=st.sampled_from("+-&/|:;=()[]{}'\"# \n\tpP2L.0\\x"), max_size=6),
)
def test_a_damaged_file_is_refused_in_one_sentence_or_still_runs(at: int, removed: int, put: str) -> None:
    damaged = SHIPPED[:at] + put + SHIPPED[at + removed :]
    problem = ""
    try:
        model = parse_model("damaged.toml", "damaged", damaged)
        finish(explore(model, model.scenarios[0].name, frozenset({"p2"}), max_states=50))
    except UringreviewError as error:
        problem = str(error)
    assert "\n" not in problem
