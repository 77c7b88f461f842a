"""The lockset table: which locks are held for certain, in which context, before a patch and after it."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uringreview.diff.model import ChangeKind, FileChange
from uringreview.diff.parse import parse_diff
from uringreview.interleave.lockset import LockRow, LockTable, compare
from uringreview.interleave.lockset_text import prepare

pytest.importorskip("tree_sitter_c", reason="the lockset table needs tree-sitter: pip install 'uringreview[lockset]'")

from uringreview.interleave.lockset_calls import Unit
from uringreview.interleave.lockset_read import SourceFile

HEAD = "struct item { struct item *next; struct owner *own; int n; };\n"


def unit(*functions: str) -> Unit:
    return Unit([SourceFile("ring/a.c", (HEAD + "\n".join(functions)).encode())])


def held(body: str, field: str = "n", before: str = "") -> list[tuple[str, ...]]:
    """The locks held at each access of item->n in a function with that body, in order."""
    text = f"{before}\nstatic int f(struct item *it, struct owner *own)\n{{\n{body}\n}}\n"
    ways = unit(text).reached("ring/a.c", "f")
    found = [each for each in ways if str(each.access.field) == f"item->{field}"]
    return [tuple(sorted(each.locks)) for each in sorted(found, key=lambda each: each.access.line)]


def table(before: str, after: str) -> LockTable:
    """The table of the change between two versions of ring/a.c."""
    import difflib

    old, new = (HEAD + before).splitlines(keepends=True), (HEAD + after).splitlines(keepends=True)
    text = "".join(difflib.unified_diff(old, new, "a/ring/a.c", "b/ring/a.c"))
    changes = parse_diff(f"diff --git a/ring/a.c b/ring/a.c\n{text}").files
    first = Unit([SourceFile("ring/a.c", "".join(old).encode())])
    second = Unit([SourceFile("ring/a.c", "".join(new).encode())], first)
    return compare(first, second, changes, {"ring/a.c": "".join(old).encode()})


def said(found: LockTable, field: str = "item->n") -> dict[tuple[str, str, str], str]:
    return {(row.context, row.access, row.function): row.in_words for row in found.rows if row.field == field}


@pytest.mark.parametrize(
    ("body", "locks"),
    [
        ("spin_lock(&own->a_lock); it->n = 1; spin_unlock(&own->a_lock);", ("a_lock",)),
        ("raw_spin_lock_irqsave(&own->a_lock, flags); it->n = 1;", ("a_lock",)),
        ("spin_lock_bh(&own->a_lock); spin_unlock_bh(&own->a_lock); it->n = 1;", ()),
        ("mutex_lock(&own->m1); write_lock_irq(&own->w); it->n++;", ("m1", "w")),
        ("down_read(&own->sem_a); it->n = 1;", ("sem_a",)),
        ("rcu_read_lock(); it->n = 1; rcu_read_unlock();", ("rcu",)),
        ("guard(mutex)(&own->m1); it->n = 1;", ("m1",)),
        ("{ guard(spinlock_irqsave)(&own->a_lock); } it->n = 1;", ()),
        ("scoped_guard(mutex, &own->m1) { it->n = 1; }", ("m1",)),
        ("scoped_guard(mutex, &own->m1) { } it->n = 1;", ()),
        ("lockdep_assert_held(&own->m1); it->n = 1;", ("m1",)),
        ("io_ring_submit_lock(own, flags); it->n = 1;", ("uring_lock",)),
        ("if (!spin_trylock(&own->a_lock)) return 0; it->n = 1;", ("a_lock",)),
        ("if (mutex_trylock(&own->m1)) it->n = 1;", ("m1",)),
        ("if (own->x) mutex_lock(&own->m1); it->n = 1;", ()),
        ("if (mutex_lock_interruptible(&own->m1)) return 1; it->n = 1;", ("m1",)),
        ("mutex_lock(&own->m1); if (own->x) goto out; it->n = 1; out: mutex_unlock(&own->m1);", ("m1",)),
        ("mutex_lock(&own->m1); while (own->x) { mutex_unlock(&own->m1); cond(); } it->n = 1;", ()),
        ("spin_lock(&it->lock); it->n = 1;", ("item->lock",)),
        ("list_for_each_entry(it, &own->list, next) { spin_lock(&own->a_lock); it->n = 1; }", ("a_lock",)),
        ("switch (own->x) { case 1: mutex_lock(&own->m1); break; default: return 0; } it->n = 1;", ()),
        ("do { mutex_lock(&own->m1); } while (own->x); it->n = 1;", ("m1",)),
    ],
)
def test_what_is_held_for_certain(body: str, locks: tuple[str, ...]) -> None:
    assert held(body) == [locks]


def test_a_head_that_says_must_hold_is_believed() -> None:
    text = "static void f(struct item *it)\n\t__must_hold(&it->own->m1)\n{\n\tit->n = 1;\n}\n"
    assert [sorted(each.locks) for each in unit(text).reached("ring/a.c", "f")] == [["m1"]]


def test_a_wrapper_that_takes_a_lock_is_seen_through() -> None:
    taking = "static void take(struct owner *own)\n{\n\tmutex_lock(&own->m1);\n}\n"
    assert held("take(own); it->n = 1;", before=taking) == [("m1",)]


def test_a_static_function_has_the_locks_of_its_callers() -> None:
    text = (
        "static void set(struct item *it)\n{\n\tit->n = 1;\n}\n"
        "void one(struct item *it)\n{\n\tmutex_lock(&it->own->m1);\n\tset(it);\n\tmutex_unlock(&it->own->m1);\n}\n"
    )
    (found,) = unit(text).reached("ring/a.c", "set")
    assert (found.root, sorted(found.locks)) == ("one", ["m1"])


@pytest.mark.parametrize(
    ("registers", "context", "locks"),
    [
        ("hrtimer_setup(&it->timer, f, 0, 0);", "hrtimer", []),
        ("it->io_task_work.func = f;", "task_work", ["uring_lock"]),
        ("INIT_WORK(&it->work, f);", "workqueue", []),
        ("request_threaded_irq(1, g, f, 0, 0, 0);", "threaded irq", []),
        ("call_rcu(&it->rcu, f);", "rcu callback", []),
        ("io_wq_cancel_cb(it->wq, f, it, true);", "io-wq cancel", []),
    ],
)
def test_where_a_function_runs_is_read_off_what_it_is_handed_to(registers: str, context: str, locks: list[str]) -> None:
    text = f"static void f(struct item *it)\n{{\n\tit->n = 1;\n}}\nvoid add(struct item *it)\n{{\n\t{registers}\n}}\n"
    (found,) = unit(text).reached("ring/a.c", "f")
    assert (found.context, sorted(found.locks)) == (context, locks)


BEFORE = """\
static void walk(struct item *it)
{
	spin_lock(&it->own->t_lock);
	use(it->n);
	spin_unlock(&it->own->t_lock);
}

static void done(struct item *it)
{
	complete(it);
}

static void fired(struct item *it)
{
	spin_lock(&it->own->t_lock);
	it->n = 0;
	spin_unlock(&it->own->t_lock);
}

void arm(struct item *it)
{
	it->io_task_work.func = done;
	hrtimer_setup(&it->timer, fired, 0, 0);
	INIT_WORK(&it->work, walk);
}
"""


def test_a_write_that_moves_to_another_context_is_one_row_gone_and_one_new() -> None:
    after = BEFORE.replace("\tit->n = 0;\n", "").replace("\tcomplete(it);\n", "\tit->n = 0;\n\tcomplete(it);\n")
    assert said(table(BEFORE, after)) == {
        ("hrtimer", "write", "fired"): "{t_lock} -> none (moves to task_work)",
        ("task_work", "write", "done"): "new, {uring_lock}",
        ("workqueue", "read", "walk"): "{t_lock} unchanged (shares no lock with done() in task_work)",
    }


def test_a_patch_that_changes_no_lock_gives_no_rows() -> None:
    assert table(BEFORE, BEFORE.replace("complete(it)", "complete_all(it)")).rows == ()


def test_a_lock_that_is_taken_around_a_call_shows_on_what_the_call_reaches() -> None:
    after = BEFORE.replace("\tuse(it->n);\n", "\tmutex_lock(&it->own->m1);\n\tuse(it->n);\n")
    assert said(table(BEFORE, after)) == {("workqueue", "read", "walk"): "{t_lock} -> {m1, t_lock}"}


def test_rcu_keeps_nobody_out() -> None:
    rcu = BEFORE.replace("spin_lock(&it->own->t_lock)", "rcu_read_lock()").replace(
        "spin_unlock(&it->own->t_lock)", "rcu_read_unlock()"
    )
    after = rcu.replace("\tit->n = 0;\n", "").replace("\tcomplete(it);\n", "\tit->n = 0;\n\tcomplete(it);\n")
    assert not any(row.apart for row in table(rcu, after).rows)


def test_what_was_made_fit_for_the_grammar_keeps_its_length() -> None:
    for text in (
        BEFORE,
        "SYSCALL_DEFINE2(close_it, int, fd,\n\t\tint, flags)\n{\n\treturn 0;\n}\n",
        '/* "a */ x = "//";\n',
    ):
        fit = prepare(text.encode())
        assert len(fit.text) == len(text.encode())
        assert fit.text.count(b"\n") == text.count("\n")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"{}();,->=&*\n\t #\"'/\\",
                "if",
                "while",
                "goto x",
                "x:",
                "case 1:",
                "guard(mutex)(&a->b);",
                "spin_lock(&a->b);",
                "struct a *b",
                "list_for_each_entry(",
                "static void f(struct a *b)\n{",
                "#ifdef X\n",
                "__must_hold(",
            ]
        ),
        max_size=60,
    )
)
def test_no_text_makes_it_fail(parts: list[str]) -> None:
    text = HEAD + "static void f(struct item *b)\n{\n" + " ".join(parts) + "\n}\n"
    file = SourceFile("ring/a.c", text.encode())
    made = Unit([file])
    for name in file.functions:
        list(made.reached("ring/a.c", name))


def test_code_that_is_nested_beyond_reason_is_said_to_be_unread() -> None:
    made = unit("static void f(struct item *it)\n{\n" + "if (it->n) {" * 400 + "}" * 400 + "\n}\n")
    list(made.reached("ring/a.c", "f"))
    assert not made.whole("ring/a.c", "f")


def test_rows_come_in_the_same_order_each_time() -> None:
    after = BEFORE.replace("\tit->n = 0;\n", "").replace("\tcomplete(it);\n", "\tit->n = 0;\n\tcomplete(it);\n")
    assert all(one == other for one, other in combinations([table(BEFORE, after).rows for _ in range(3)], 2))


def test_a_new_file_has_only_new_rows() -> None:
    text = (HEAD + BEFORE).encode()
    lines = "".join(f"+{line}\n" for line in text.decode().splitlines())
    diff = parse_diff(
        "diff --git a/ring/a.c b/ring/a.c\nnew file mode 100644\nindex 000000000000..222222222222\n--- /dev/null\n"
        f"+++ b/ring/a.c\n@@ -0,0 +1,{text.count(bytes([10]))} @@\n{lines}"
    )
    change: FileChange = diff.files[0]
    assert change.kind is ChangeKind.NEW
    rows: tuple[LockRow, ...] = compare(Unit([]), Unit([SourceFile("ring/a.c", text)]), diff.files, {}).rows
    assert rows
    assert all(row.before is None for row in rows)
