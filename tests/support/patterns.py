"""The program's regular expressions, gathered from its modules, and the lines that would hurt each most."""

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import uringreview

# The parser behind `re`, which has no stubs.
codes: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")
_ANCHORED = frozenset(("match", "fullmatch"))
_USES = frozenset((*_ANCHORED, "search", "finditer", "findall", "sub", "subn", "split"))
_CLASSES = {
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_SPACE: "a",
    codes.CATEGORY_NOT_WORD: "-",
}
_EVERY = ("a", " ", "-", "(", "1", "a ", "A", "Aa ", '"', "`", "a/", "a-", "\n", " \n")
_STOPPED_SECONDS = 2.0


class _Late(Exception):
    """A pattern ran into its time limit."""


@dataclass(frozen=True, slots=True)
class Used:
    """One pattern, the constant that holds it ("room/file.py NAME"), and the methods that it is used by."""

    where: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]

    def seconds(self, text: str) -> float:
        """CPU time of the pattern on `text`, as it is used; stopped, after two seconds."""
        subject: Any = text.encode("latin-1", "replace") if isinstance(self.pattern.pattern, bytes) else text
        before = signal.signal(signal.SIGVTALRM, _late)
        signal.setitimer(signal.ITIMER_VIRTUAL, _STOPPED_SECONDS)
        began = time.process_time()
        try:
            if self.methods and self.methods <= _ANCHORED:
                self.pattern.match(subject)
                self.pattern.fullmatch(subject)
            else:
                for _ in self.pattern.finditer(subject):
                    pass
        except _Late:
            return max(_STOPPED_SECONDS, time.process_time() - began)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        return time.process_time() - began

    def hostile(self, length: int) -> Iterator[str]:
        """Texts of `length` characters of what the pattern itself looks for, repeated, and an end it cannot like."""
        letters = list(_letters(parser.parse(self.pattern.pattern, self.pattern.flags & ~re.DEBUG)))
        once = "".join(letters)
        single = tuple(dict.fromkeys(letters))
        units = (*_EVERY, once[:40], once[:12], once[-12:], *single[:30], *(f"{each} " for each in single[:10]))
        for unit in dict.fromkeys(filter(None, units)):
            yield (unit * length)[:length] + "\1"
            yield once + (unit * length)[:length] + "\1"


def used_patterns(room: str) -> tuple[Used, ...]:
    """Every pattern that a module of `uringreview.<room>` holds in a constant, alone or within others."""
    package = importlib.import_module(f"uringreview.{room}")
    modules = [
        importlib.import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)
    ]
    methods = _methods()
    found: dict[re.Pattern[Any], Used] = {}
    for module in modules:
        file = str(Path(module.__file__ or "").relative_to(Path(uringreview.__path__[0])))
        for name, value in vars(module).items():
            uses = methods.get((file if name.startswith("_") else "", name), frozenset())
            for pattern in _within(value):
                found.setdefault(pattern, Used(f"{file} {name}", pattern, uses))
        for pattern, use in _inline(module):
            found.setdefault(pattern, Used(f"{file} inline", pattern, frozenset((use,))))
    return tuple(found.values())


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise _Late


def _within(value: object, depth: int = 3) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from _within((*value, *value.values()), depth - 1)
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from _within(each, depth - 1)


def _inline(module: ModuleType) -> Iterator[tuple[re.Pattern[Any], str]]:
    for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _USES
            and isinstance(node.args[0], ast.Constant)
        ):
            yield re.compile(node.args[0].value), node.func.attr


def _methods() -> dict[tuple[str, str], frozenset[str]]:
    """(file, name) -> the methods called on that name; file is empty for names that several files may use."""
    root = Path(uringreview.__path__[0])
    found: dict[tuple[str, str], set[str]] = {}
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in _USES:
                name = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
                file = str(path.relative_to(root)) if name.startswith("_") else ""
                found.setdefault((file, name), set()).add(node.attr)
    return {key: frozenset(value) for key, value in found.items()}


def _letters(tree: Iterable[Any]) -> Iterator[str]:
    """One text for each thing that the parsed pattern looks for, in its order."""
    for code, value in tree:
        if code is codes.LITERAL:
            yield chr(value)
        elif code is codes.NOT_LITERAL:
            yield "b" if value == ord("a") else "a"
        elif code is codes.ANY:
            yield "x"
        elif code is codes.IN:
            if (codes.NEGATE, None) in value:
                barred = {each for kind, each in value if kind is codes.LITERAL}
                yield next(each for each in "a ~-" if ord(each) not in barred)
                continue
            for kind, each in value:
                if kind is codes.LITERAL:
                    yield chr(each)
                elif kind is codes.RANGE:
                    yield chr(each[0])
                elif kind is codes.CATEGORY:
                    yield _CLASSES[each]
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            yield from _letters(value[2])
        elif code is codes.SUBPATTERN:
            yield from _letters(value[3])
        elif code is codes.BRANCH:
            for each in value[1]:
                yield from _letters(each)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _letters(value[1])
        elif code is codes.ATOMIC_GROUP:
            yield from _letters(value)
