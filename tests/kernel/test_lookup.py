"""Claims are looked up in the very tree that they name; what the clone does not have is None, never guessed."""

from pathlib import Path

import pytest

from tests.support.repos import Repo
from uringreview.diff.model import Diff
from uringreview.diff.parse import parse_diff
from uringreview.kernel.clone import open_clone
from uringreview.kernel.lookup import Held, Lookup, Place
from uringreview.kernel.maintainers import read_maintainers

BASE = "".join(f"int line_{n};\n" for n in range(30))
FIXED = BASE.replace("int line_9;\n", "int line_9 = 1;\nint added_here;\n")
MAINTAINERS = """\
List of maintainers
===================

Maintainers List
----------------

RING
M:\tAda Author <ada@kernel.example>
R:\tRita Reviewer <rita@kernel.example>
F:\tring/
F:\tinclude/*/ring.h
X:\tring/old/

THE REST
M:\tLinus Torvalds <torvalds@kernel.example>
F:\t*
F:\t*/
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Releases with the bug, moved away, rewritten, and with the fix as its backport."""
    repo = Repo.create(tmp_path / "linux")
    base = repo.release("linux-7.0.y", "7.0.1", {"ring/chain.c": BASE, "MAINTAINERS": MAINTAINERS})
    fix = repo.commit("main", {"ring/chain.c": FIXED}, "ring: add a line\n", start=base)
    repo.commit("linux-7.0.y", {"ring/chain.c": FIXED}, f"ring: add a line\n\ncommit {fix} upstream.\n")
    repo.release("linux-7.0.y", "7.0.2")
    repo.release("linux-6.12.y", "6.12.1", {"fs/chain.c": BASE})
    repo.release("linux-6.6.y", "6.6.1", {"ring/chain.c": "void nothing_of_it(void);\n"})
    return repo


@pytest.fixture
def lookup(repo: Repo) -> Lookup:
    return Lookup(open_clone(str(repo.path)))


@pytest.fixture
def diff(repo: Repo) -> Diff:
    return parse_diff(repo.diff("v7.0.1", "main"))


def at(lookup: Lookup, name: str) -> Place:
    place = lookup.place(name)
    assert place is not None
    return place


def test_a_tag_is_not_its_branch(lookup: Lookup, repo: Repo) -> None:
    assert at(lookup, "v7.0.1") == Place("v7.0.1", repo.git("rev-parse", "v7.0.1^0"), True)
    assert at(lookup, "7.0.1") == at(lookup, "v7.0.1")
    assert at(lookup, "stable/linux-7.0.y") == at(lookup, "7.0.y") == at(lookup, "7.0")
    assert not at(lookup, "7.0").is_tag
    assert [lookup.place(name) for name in ("v7.0", "v7.0.9", "6.1.y", "v6.6", "mainline", "")] == [None] * 6


def test_a_diff_is_tried_on_the_releases_own_tree(lookup: Lookup, diff: Diff) -> None:
    before, after = lookup.tried(at(lookup, "v7.0.1"), diff), lookup.tried(at(lookup, "v7.0.2"), diff)
    assert before is not None
    assert (before.applies, before.reversible) == (True, False)
    assert after is not None
    assert (after.applies, after.reversible) == (False, True)
    refused = lookup.tried(at(lookup, "v6.6.1"), diff)
    assert refused is not None
    assert refused.detail == "ring/chain.c: hunks do not fit (1 of 1 hunks)"


def test_the_old_lines_are_found_at_a_moved_path_too(lookup: Lookup, diff: Diff) -> None:
    names = ("v7.0.1", "v6.12.1", "v6.6.1")
    found = [lookup.standing(at(lookup, name), diff) for name in names]
    assert [(one.held, one.path) for one in found] == [
        (Held.ALL, "ring/chain.c"),
        (Held.ALL, "fs/chain.c"),
        (Held.NONE, "ring/chain.c"),
    ]


def test_the_removed_lines_count_where_most_of_what_stands_around_them_is_there(repo: Repo, diff: Diff) -> None:
    longer = BASE.replace("int line_9;", "int line_number_9;")
    repo.release("linux-5.15.y", "5.15.1", {"ring/chain.c": longer.replace("int line_8;\n", "int other_8;\n")})
    start = repo.commit("longer", {"ring/chain.c": longer}, "longer")
    repo.commit("longer", {"ring/chain.c": longer.replace("int line_number_9;", "int number_9 = 1;")}, "fix")
    lookup = Lookup(open_clone(str(repo.path)))
    change = parse_diff(repo.diff(start, "longer"))
    assert lookup.standing(at(lookup, "v5.15.1"), change).held is Held.REMOVED
    assert lookup.standing(at(lookup, "v5.15.1"), diff).held is Held.PART


def test_the_added_lines_are_looked_for_at_their_own_path(lookup: Lookup, diff: Diff) -> None:
    found = [lookup.added(at(lookup, name), diff).held for name in ("v7.0.1", "v7.0.2", "v6.12.1")]
    assert found == [Held.NONE, Held.ALL, Held.NO_FILE]


def test_a_backport_is_in_the_releases_after_it_only(lookup: Lookup, repo: Repo) -> None:
    upstream = repo.git("rev-parse", "main")
    assert lookup.backport(upstream, at(lookup, "v7.0.1")) is None
    assert lookup.backport(upstream, at(lookup, "v7.0.2")) == repo.git("rev-parse", "v7.0.2~1")
    assert lookup.backport(upstream, at(lookup, "7.0.y")) == repo.git("rev-parse", "v7.0.2~1")
    logged = lookup.logged(upstream[:12])
    assert logged is not None
    assert logged[2] == "ring: add a line"


def test_maintainers_are_found_by_file_pattern() -> None:
    (ring,) = read_maintainers(MAINTAINERS)  # THE REST covers everything and says nothing
    assert (ring.title, ring.line) == ("RING", 7)
    assert [(one.name, one.role, one.line) for one in ring.people] == [
        ("Ada Author", "M", 8),
        ("Rita Reviewer", "R", 9),
    ]
    paths = ("ring/chain.c", "ring/old/chain.c", "include/linux/ring.h", "include/linux/a/ring.h", "ring.c")
    assert [ring.covers(path) for path in paths] == [True, False, True, False, False]


def test_each_content_of_maintainers_comes_once(lookup: Lookup) -> None:
    assert [(label, [one.title for one in file.sections]) for label, file in lookup.maintainers()] == [
        ("linux-7.0.y", ["RING"])
    ]
