"""The functions that a diff changes are those that a reader of the C would name."""

import pytest

from tests.support.diffs import file_diff
from uringreview.diff.functions import changed_functions, enclosing_functions, touched_functions_with_lines
from uringreview.diff.model import DiffAnchor
from uringreview.diff.parse import parse_diff

SOURCE = """\
#include "ring.h"

/* How a ring ends. */
struct ring_end {
	int reason;
};

static const struct ring_op ring_ops[] = {
	{ .run = ring_run },
};

static inline struct ring *
ring_get(struct ring *ring,
		int flags)
	__must_hold(&ring->lock)
{
	if (flags)
		goto out;
#define RING_ONCE(x) \\
static_text(x)
out:
	return ring;
}

int ring_peek(struct ring *ring);

__printf(2, 3) void ring_say(struct ring *ring, const char *text, ...) { }

SYSCALL_DEFINE2(ring_wait, int, fd,
		struct ring_end __user *, end)
{
	return 0;
}

SEC("tc") int ring_prog(struct ctx *ctx)
{
	return 1;
}
EXPORT_SYMBOL_GPL(ring_get);
"""


def whole(path: str, body: str) -> str:
    """A diff that adds the file."""
    lines = body.splitlines()
    return (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\nindex 0000000..1234567\n--- /dev/null\n+++ b/{path}\n"
        f"@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)
    )


def test_every_line_knows_its_function() -> None:
    lines = SOURCE.splitlines()
    names = dict(zip(lines, enclosing_functions(lines), strict=True))
    assert names["static inline struct ring *"] == "ring_get"
    assert names["	__must_hold(&ring->lock)"] == "ring_get"
    assert names["static_text(x)"] == "ring_get"
    assert names["	return ring;"] == "ring_get"
    assert names["	int reason;"] is None
    assert names["	{ .run = ring_run },"] is None
    assert names["int ring_peek(struct ring *ring);"] is None
    assert names["	return 0;"] == "ring_wait"
    assert names["	return 1;"] == "ring_prog"
    assert names["EXPORT_SYMBOL_GPL(ring_get);"] is None


def test_a_new_file_changes_the_functions_that_it_holds() -> None:
    (change,) = parse_diff(whole("ring/ring.c", SOURCE)).files
    assert changed_functions(change) == ("ring_get", "ring_say", "ring_wait", "ring_prog")


def test_a_file_that_is_not_c_changes_no_functions() -> None:
    (change,) = parse_diff(whole("ring/ring.rst", SOURCE)).files
    assert changed_functions(change) == ()


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("static int ring_run(struct ring *ring,", ("ring_run",)),
        ("COMPAT_SYSCALL_DEFINE3(ring_go, int, fd,", ("ring_go",)),
        ("static const struct ring_op ops[] = {", ()),
        ("enum ring_state {", ()),
        ("out_unlock:", ()),
        ("EXPORT_SYMBOL(ring_run);", ()),
        ("", ()),
    ],
)
def test_a_heading_names_the_function_that_a_hunk_begins_in(heading: str, names: tuple[str, ...]) -> None:
    text = file_diff("a.c", [f"@@ -10,2 +10,3 @@ {heading}\n \tint a;\n+\tint b;\n \tint c;\n"])
    assert changed_functions(parse_diff(text).files[0]) == names


def test_a_line_behind_the_functions_end_is_no_longer_its() -> None:
    text = file_diff(
        "a.c", ["@@ -10,4 +10,6 @@ int first(void)\n \treturn 0;\n }\n \n+#define B 1\n+int second(void)\n {\n"]
    )
    assert changed_functions(parse_diff(text).files[0]) == ("second",)


def test_a_comment_at_column_0_says_that_the_headings_function_is_over() -> None:
    text = file_diff("a.c", ["@@ -10,3 +10,3 @@ int first(void)\n  * one\n- * two\n+ * too\n  */\n"])
    assert changed_functions(parse_diff(text).files[0]) == ()


def test_the_file_before_the_change_corrects_a_misleading_heading() -> None:
    before = "int first(void)\n{\n\treturn 0;\n}\n\nint second(void)\n{\n\tint a;\n\tint b;\n\n\treturn a;\n}\n"
    hunk = "@@ -8,4 +8,5 @@ int first(void)\n \tint a;\n \tint b;\n \n+\ta = b = 1;\n \treturn a;\n"
    (change,) = parse_diff(file_diff("a.c", [hunk])).files
    assert changed_functions(change) == ("first",)
    assert changed_functions(change, before.encode()) == ("second",)
    assert changed_functions(change, b"something else\n") == ("first",)


def test_each_function_leads_to_its_first_changed_line() -> None:
    hunks = [
        "@@ -10,2 +10,3 @@ int first(void)\n \tint a;\n+\tint b;\n \tint c;\n",
        "@@ -30,5 +31,5 @@ int first(void)\n }\n int second(void)\n {\n-\tint x;\n+\tint y;\n \treturn 1;\n",
    ]
    (change,) = parse_diff(file_diff("a.c", hunks)).files
    assert [(found.name, found.anchor) for found in touched_functions_with_lines(change)] == [
        ("first", DiffAnchor("a.c", 0, 1)),
        ("second", DiffAnchor("a.c", 1, 3)),
    ]


def test_a_hostile_line_is_read_in_linear_time() -> None:
    assert enclosing_functions(["a(" * 300_000, "{"])[1] is not None
