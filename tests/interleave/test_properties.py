"""Every property can fail, and does not where the mistake is put right: a check that cannot fail shows nothing."""

import pytest

from tests.support.interleave import search_naively, small_model
from uringreview.interleave.explore import explore
from uringreview.interleave.properties import PROPERTIES
from uringreview.interleave.scenario import Model, load_models
from uringreview.progress import finish

FIX = frozenset({"fix"})

CASES = {
    "UAF of a variable": (
        "UAF",
        """
fn t1():
+fix|    lock(outer)
    b = A.link
    if b != NULL:
        b.count = 1
+fix|    unlock(outer)
fn t2():
+fix|    lock(outer)
    A.link = NULL
    free(B)
+fix|    unlock(outer)
""",
        {},
    ),
    "UAF by freeing twice": (
        "UAF",
        """
fn t1():
-fix|    free(B)
    flag = 1
fn t2():
    free(B)
""",
        {},
    ),
    "NULL": (
        "NULL",
        """
fn t1():
    b = A.link
+fix|    if b != NULL:
+fix|        b.count = 1
-fix|    b.count = 1
fn t2():
    A.link = NULL
""",
        {},
    ),
    "SPLICE": (
        "SPLICE",
        """
fn t1():
+fix|    lock(outer)
    b = A.link
    require(b == B, "SPLICE")
    A.link = b.link
    A.link = B
+fix|    unlock(outer)
fn t2():
+fix|    lock(outer)
    b = A.link
    require(b == B, "SPLICE")
+fix|    unlock(outer)
""",
        {},
    ),
    "DOUBLE-ISSUE": (
        "DOUBLE-ISSUE",
        """
fn issue():
+fix|    lock(outer)
    mine = flag == 0
-fix|    if mine:
-fix|        flag = 1
+fix|    flag = 1
+fix|    unlock(outer)
    if mine:
        total = total + 1; require(total <= 1, "DOUBLE-ISSUE")
fn t1():
    issue()
fn t2():
    issue()
""",
        {},
    ),
    "DOUBLE-CQE": (
        "DOUBLE-CQE",
        """
fn t1():
    atomic:
        A.count = A.count + 1
        require(A.count <= 1, "DOUBLE-CQE")
fn t2():
+fix|    if A.count == 0:
+fix|        flag = 1
-fix|    A.count = A.count + 1; require(A.count <= 1, "DOUBLE-CQE")
""",
        {},
    ),
    "ORDER": (
        "ORDER",
        """
fn t1():
    flag = 1
fn t2():
+fix|    failed = flag
+fix|    if not failed:
+fix|        total = 1
-fix|    require(flag == 0, "ORDER"); total = 1
""",
        {},
    ),
    "TORN-WALK, after which the run goes on": (
        "TORN-WALK",
        """
fn t1():
+fix|    lock(outer)
    seen = A.link == B
    require(seen or not reaches(A, B), "TORN-WALK", GO_ON)
    flag = 1
+fix|    unlock(outer)
fn t2():
+fix|    lock(outer)
    A.link = NULL
    A.link = B
+fix|    unlock(outer)
""",
        {},
    ),
    "LIST": (
        "LIST",
        """
fn take_off():
+fix|    lock(outer)
    on = flag == 0
    if on:
        require(flag == 0, "LIST"); flag = 1
+fix|    unlock(outer)
fn t1():
    take_off()
fn t2():
    take_off()
""",
        {},
    ),
    "SLEEP in an interrupt": (
        "SLEEP",
        """
fn t1():
-fix|    lock(mutex)
+fix|    lock(outer)
    total = 1
-fix|    unlock(mutex)
+fix|    unlock(outer)
fn t2():
    flag = 1
""",
        {"irq": "t1"},
    ),
    "SLEEP under a spinlock": (
        "SLEEP",
        """
fn t1():
-fix|    lock(outer)
    lock(mutex)
+fix|    lock(outer)
    unlock(outer)
    unlock(mutex)
""",
        {},
    ),
    "RECURSION": (
        "RECURSION",
        """
fn t1():
    lock(outer)
    flag = 1
+fix|    unlock(outer)
    lock(outer)
    unlock(outer)
""",
        {},
    ),
    "LOCK-ORDER": (
        "LOCK-ORDER",
        """
fn t1():
    lock(outer)
    lock(inner)
    unlock(inner)
    unlock(outer)
fn t2():
-fix|    lock(inner)
    lock(outer)
    unlock(outer)
-fix|    unlock(inner)
""",
        {},
    ),
    "LOCK-ORDER by releasing a lock of another": (
        "LOCK-ORDER",
        """
fn t1():
    lock(outer)
    unlock(outer)
fn t2():
+fix|    lock(outer)
    unlock(outer)
""",
        {},
    ),
    "LOST-CQE": (
        "LOST-CQE",
        """
fn t1():
    got = total
    total = got + 1
+fix|    flag = 1
fn t2():
+fix|    wait(flag == 1)
    got = total
    total = got + 1
""",
        {"final": 'LOST-CQE = "total == 2"'},
    ),
    "LEAK": (
        "LEAK",
        """
fn t1():
    last = total == 0
    total = 1
-fix|    if last and flag:
-fix|        free(B)
+fix|    free(B)
fn t2():
    flag = 1
""",
        {"final": 'LEAK = "not alive(B)"'},
    ),
    "DEADLOCK of two that wait for each other": (
        "DEADLOCK",
        """
fn t1():
    lock(outer)
+fix|    unlock(outer)
    wait(flag == 1)
-fix|    unlock(outer)
fn t2():
    lock(outer)
    flag = 1
    unlock(outer)
""",
        {},
    ),
    "DEADLOCK by a lock that is never released": (
        "DEADLOCK",
        """
fn t1():
    lock(outer)
    early = flag
-fix|    if early:
-fix|        return
    unlock(outer)
fn t2():
    flag = 1
""",
        {},
    ),
    "REF-UNDERFLOW": (
        "REF-UNDERFLOW",
        """
fn t1():
    A.count = A.count + 1
fn t2():
+fix|    wait(A.count == 1)
    require(A.count > 0, "REF-UNDERFLOW"); A.count = A.count - 1
""",
        {},
    ),
}


def test_no_property_is_left_without_a_model_that_violates_it() -> None:
    assert {name for name, _, _ in CASES.values()} == set(PROPERTIES)


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_found_and_its_repair_holds(case: str) -> None:
    name, code, options = CASES[case]
    model = small_model(code, **options)
    broken = finish(explore(model, "T", frozenset()))
    assert name in broken.names
    assert broken.exhaustive
    repaired = finish(explore(model, "T", FIX))
    assert repaired.names == ()
    assert repaired.ok


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("applied", [frozenset[str](), FIX], ids=["broken", "repaired"])
def test_a_naive_search_of_every_schedule_agrees(case: str, applied: frozenset[str]) -> None:
    _, code, options = CASES[case]
    model = small_model(code, **options)
    naive = search_naively(model, "T", applied)
    outcome = finish(explore(model, "T", applied))
    assert set(outcome.names) == naive.violations
    assert outcome.race == naive.race
    assert {each.property: len(each.trace.steps) for each in outcome.violations} == naive.shortest


def test_two_reads_are_no_race_and_a_read_beside_a_write_is() -> None:
    reads = "fn t1():\n    a = A.link\nfn t2():\n    a = A.link\n"
    assert not finish(explore(small_model(reads), "T", frozenset())).race
    beside = finish(explore(small_model(reads + "    A.link = NULL\n"), "T", frozenset()))
    assert beside.race
    assert beside.race_detail is not None
    assert (beside.race_detail.thing, beside.race_detail.field) == ("A", "link")
    assert {beside.race_detail.first.thread, beside.race_detail.second.thread} == {"t1", "t2"}
    assert {beside.race_detail.first.writes, beside.race_detail.second.writes} == {False, True}


def test_accesses_under_one_lock_are_no_race() -> None:
    part = "    lock(outer)\n    A.link = NULL\n    unlock(outer)\n"
    assert not finish(explore(small_model(f"fn t1():\n{part}fn t2():\n{part}"), "T", frozenset())).race


def test_a_daemon_may_wait_for_ever_but_not_for_a_lock() -> None:
    waits = "fn t1():\n    while 1:\n        wait(len(todo) > 0)\n        b = pop(todo)\nfn t2():\n    push(todo, B)\n"
    assert finish(explore(small_model(waits, daemon="t1"), "T", frozenset())).ok
    assert finish(explore(small_model(waits), "T", frozenset())).names == ("DEADLOCK",)
    held = waits.replace("    b = pop", "    lock(outer)\n        b = pop")
    assert finish(explore(small_model(held, daemon="t1"), "T", frozenset())).names == ("DEADLOCK",)


@pytest.fixture(scope="module")
def linked() -> Model:
    (found,) = (model for model in load_models() if model.name == "io_uring-linked")
    return found


def test_the_splice_without_its_head_check_is_caught_in_every_scenario(linked: Model) -> None:
    for scenario in linked.scenarios:
        outcome = finish(explore(linked, scenario.name, frozenset({"p2", "no_head_check"})))
        assert "LIST" in outcome.names, scenario.name


def test_a_mutex_in_the_hrtimer_callback_is_caught_in_every_scenario(linked: Model) -> None:
    for scenario in linked.scenarios:
        outcome = finish(explore(linked, scenario.name, frozenset({"mutex_in_timer"})))
        assert "SLEEP" in outcome.names, scenario.name
