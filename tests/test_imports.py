"""Arrows run one way, and only the window knows Qt (house.md): read off the imports of every file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "uringreview"

# Lower rooms first; rooms on one level are peers and do not import each other.
LEVELS = (("mail",), ("diff",), ("kernel",), ("rationale", "series", "interleave"), ("review",), ("ui",))
LEVEL = {room: height for height, rooms in enumerate(LEVELS) for room in rooms}
FOR_ALL = {"errors", "progress", "resources"}
# These stand above the library; only `cli` starts the window, which may open the demo.
ABOVE = {"cli", "__main__", "demo"}
OUTSIDE = {"PySide6": "ui", "shiboken6": "ui", "pygit2": "kernel"}


def imported(source: str) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, type-checking blocks included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            if module == "uringreview":
                yield from (f"uringreview.{name.name}" for name in node.names)


def violations(module: str, source: str) -> list[str]:
    """What a file named `module` ("uringreview.mail.queue") imports against the house's rules, one sentence each."""
    here = module.split(".")[1] if "." in module else ""
    found = []
    for target in imported(source):
        parts = target.split(".")
        top = parts[0]
        if top == "":
            found.append(f"{module} imports {target} relatively")
        elif top in OUTSIDE and here != OUTSIDE[top]:
            found.append(f"{module} imports {top}, which belongs to {OUTSIDE[top]}/")
        if top != "uringreview" or len(parts) < 2:
            continue
        there = parts[1]
        if there == "ui" and here not in {"ui", "cli"}:
            found.append(f"{module} imports {target}: only cli starts the window")
        elif here in LEVEL and there in LEVEL and here != there and LEVEL[there] >= LEVEL[here]:
            found.append(f"{module} imports {target} against the arrows")
        elif here in LEVEL and there in ABOVE and (here, there) != ("ui", "demo"):
            found.append(f"{module} imports {target}, which stands above the rooms")
        elif here in FOR_ALL and there not in FOR_ALL:
            found.append(f"{module} imports {target}, but all rooms import {here}")
    return found


def eager(source: str) -> Iterator[str]:
    """What importing the file imports at once: imports outside functions and type-checking blocks."""
    body: list[ast.AST] = list(ast.parse(source).body)
    while body:
        node = body.pop()
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            body += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.ExceptHandler)]


def files() -> list[Path]:
    """Every Python file of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """The dotted name of a file of the package."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def test_imports_run_one_way() -> None:
    found = [sentence for path in files() for sentence in violations(name_of(path), path.read_text(encoding="utf-8"))]
    assert found == []


def test_every_room_has_its_level() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert rooms == set(LEVEL)


def test_pygit2_is_imported_only_inside_functions() -> None:
    assert [name_of(path) for path in files() if "pygit2" in set(eager(path.read_text(encoding="utf-8")))] == []


def test_the_command_line_imports_the_window_only_when_it_starts_it() -> None:
    source = (PACKAGE / "cli.py").read_text(encoding="utf-8")
    assert [name for name in eager(source) if name.startswith(("uringreview.ui", "PySide6"))] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("uringreview.mail.queue", "from uringreview.diff.model import Diff"),
        ("uringreview.rationale.check", "import uringreview.series.graph"),
        ("uringreview.series.graph", "def late():\n    from uringreview.interleave import explore"),
        ("uringreview.review.report", "from uringreview.ui.app import run"),
        ("uringreview.review.report", "from uringreview import ui"),
        ("uringreview.kernel.clone", "from uringreview import review"),
        ("uringreview.diff.parse", "import PySide6.QtCore"),
        ("uringreview.review.desk", "from pygit2 import Repository"),
        ("uringreview.cli", "import pygit2"),
        ("uringreview.__main__", "from uringreview.ui.app import run"),
        ("uringreview.review.desk", "from uringreview.cli import main"),
        ("uringreview.kernel.clone", "from uringreview.demo import build_demo"),
        ("uringreview.errors", "from uringreview.mail.message import Source"),
        ("uringreview.mail.queue", "from .patch import Patch"),
        (
            "uringreview.mail.queue",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import uringreview.kernel",
        ),
    ],
)
def test_the_check_sees_a_violation(module: str, source: str) -> None:
    assert len(violations(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "uringreview.review.desk",
            "from uringreview.kernel.status import Cell\nfrom uringreview.progress import Work",
        ),
        ("uringreview.ui.app", "from PySide6.QtWidgets import QApplication\nfrom uringreview.review.desk import Desk"),
        ("uringreview.kernel.clone", "def read():\n    import pygit2"),
        ("uringreview.cli", "def start():\n    from uringreview.ui.app import run"),
    ],
)
def test_the_check_lets_the_allowed_through(module: str, source: str) -> None:
    assert violations(module, source) == []


def test_an_import_inside_a_function_is_late_and_one_inside_a_class_or_a_try_is_not() -> None:
    late = "class Clone:\n    def read(self):\n        import pygit2\n"
    early = "class Clone:\n    import pygit2\n"
    tried = "try:\n    pass\nexcept ImportError:\n    import pygit2\n"
    assert [list(eager(source)) for source in (late, early, tried)] == [[], ["pygit2"], ["pygit2"]]
