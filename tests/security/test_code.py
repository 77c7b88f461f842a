"""Promises on the program's own text: what no test of behaviour can show to be so everywhere."""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import uringreview
from uringreview.interleave import machine
from uringreview.interleave.reader import read_model

ROOT = Path(uringreview.__path__[0])
# Where a process is started, and by whose word.
STARTERS = {
    "demo.py": "git, for the repository of the demo",
    "desktop_entry.py": "the desktop's own tools, at the user's --install",
    "kernel/log_stream.py": "git, with its safe options",
    "review/doctor.py": "git and others, for their versions",
    "review/identity.py": "git, for the user's name",
    "review/fetch.py": "b4 or lei, where the user switched that on, for an id that he typed",
    "ui/own_editor.py": "the user's editor, by his key",
    "ui/simulator_commands.py": "the user's editor, by his key",
}
# What cannot be a parameter: tables and columns of our own schema (sqlite_schema, PRAGMA table_info), question marks,
# and min or max.
OWN_NAMES = {
    *(("review/handover.py", name) for name in ("table", "names", "marks")),
    ("kernel/cell_cache.py", "marks"),
    ("review/session.py", "which"),
}


VALUES = tuple(f"v{number}" for number in range(1, 100))


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """(file, call, dotted name) of every call in the program."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield path.relative_to(ROOT).as_posix(), node, ast.unparse(node.func)


def test_sql_gets_its_values_as_parameters() -> None:
    bad = []
    for file, call, name in calls():
        if name.rpartition(".")[2] not in ("execute", "executemany", "executescript") or not call.args:
            continue
        query = call.args[0]
        used = {each.id for each in ast.walk(query) if isinstance(each, ast.Name)}
        if isinstance(query, ast.JoinedStr):
            if {(file, each) for each in used} <= OWN_NAMES or ast.unparse(query).startswith("f'PRAGMA user_version"):
                continue
            bad.append(f"{file}:{query.lineno}: {ast.unparse(query)}")
        elif isinstance(query, ast.BinOp) or (isinstance(query, ast.Call) and "format" in ast.unparse(query.func)):
            bad.append(f"{file}:{query.lineno}: {ast.unparse(query)}")
    assert bad == []


def test_processes_are_started_in_known_places_and_never_by_a_shell() -> None:
    found = set()
    for file, call, name in calls():
        last = name.rpartition(".")[2]
        if name.startswith("subprocess.") or last in ("QProcess", "startDetached"):
            found.add(file)
        assert not any(each.arg == "shell" for each in call.keywords), file
        assert not name.startswith(("os.system", "os.popen", "os.exec", "os.spawn")), file
    assert found <= set(STARTERS)


def test_nothing_read_becomes_code() -> None:
    for file, _call, name in calls():
        if file == "interleave/machine.py":
            continue  # test_what_a_scenario_is_compiled_to_holds_no_word_of_its_file
        assert name not in ("eval", "exec", "compile", "__import__"), file
        assert name.partition(".")[0] not in ("pickle", "marshal", "shelve", "yaml"), file


def test_what_a_scenario_is_compiled_to_holds_no_word_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def spy(text: str, *rest: str) -> Any:
        texts.append(text)
        return builtins.compile(text, *rest)

    monkeypatch.setattr(machine, "compile", spy, raising=False)
    for path in (ROOT.parent / "resources" / "scenarios").glob("*.toml"):
        model = read_model(path)
        for scenario in model.scenarios:
            machine.Machine(model, scenario, frozenset(patch.name for patch in model.patches))
    nodes = [node for text in texts for node in ast.walk(ast.parse(text))]
    assert {each.id for each in nodes if isinstance(each, ast.Name)} <= {"M", "R", "S", "s", "range", *VALUES}
    assert {ast.unparse(each) for each in nodes if isinstance(each, ast.Attribute)} == {"S.append"}
    assert {type(each.value) for each in nodes if isinstance(each, ast.Constant)} == {int}
    assert not any(isinstance(each, ast.Import | ast.ImportFrom | ast.Lambda | ast.ClassDef) for each in nodes)


def test_no_label_or_view_shows_markup_and_no_network_class_is_used() -> None:
    for path in (ROOT / "ui").rglob("*.py"):
        text = path.read_text("utf-8")
        for name in (
            "setHtml(",
            "insertHtml(",
            "appendHtml(",
            "setMarkdown(",
            "QWebEngine",
            "QNetwork",
            "QTextBrowser(",
        ):
            assert name not in text, f"{path.name}: {name}"
