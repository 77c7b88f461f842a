"""How a value is written in Promela, with the checks that reading it needs and the accesses that may race.

It follows `expressions` form by form, for another checker to disagree with. `promela_steps` builds whole steps on it.
"""

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from uringreview.interleave.expressions import name_of
from uringreview.interleave.graph import Environment, ThreadProgram, Var
from uringreview.interleave.names import Names
from uringreview.interleave.place import Place
from uringreview.interleave.program import constant
from uringreview.interleave.scenario import Model

_OPERATORS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@dataclass(frozen=True, slots=True)
class Words:
    """What everything is called in Promela, where names of the model may be taken: by kind and name of the model.

    Kinds are "object", "member", "field", "global", "lock", "queue", "thread", "at" (a thread's counter), "property";
    `slots` are the threads' variables by number.
    """

    of: Mapping[tuple[str, str], str]
    slots: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Check:
    """`property` is violated where `holds` does not; `soft` where the run then goes on."""

    property: str
    holds: str
    soft: bool = False


@dataclass(frozen=True, slots=True)
class WatchedAccess:
    """A step's access to a watched field: of which object, under which condition on the state before the step."""

    field: str
    thing: str
    writes: bool
    condition: str


@dataclass(slots=True)
class Values:
    """A step under construction: its lines, and how values and their checks are written."""

    model: Model
    names: Names
    words: Words
    thread: int
    program: ThreadProgram
    lines: list[str] = field(default_factory=list)
    accesses: list[WatchedAccess] = field(default_factory=list)
    unclear: bool = False
    temporaries: int = 0
    _environment: Environment = field(default_factory=dict)
    _place: Place = field(default_factory=lambda: Place("", 0))
    _depth: int = 2
    _checks: list[Check] = field(default_factory=list)
    _conditions: list[tuple[ast.expr, str]] = field(default_factory=list)
    _path: list[tuple[ast.expr, str]] = field(default_factory=list)
    _passed: list[str] = field(default_factory=list)
    _doubtful: bool = False
    _written: set[str] = field(default_factory=set)
    _slots: set[int] = field(default_factory=set)
    _checked: bool = False

    def _value(self, tree: ast.expr) -> str:
        folded = constant(self.names, self._environment, tree)
        if folded is not None:
            return self._symbol(tree, folded)
        if isinstance(tree, ast.Name):
            bound = self._environment.get(tree.id)
            return self._slot(bound) if isinstance(bound, Var) else self._word("global", tree.id)
        if isinstance(tree, ast.Attribute):
            return self._access(tree, writes=False)
        if isinstance(tree, ast.Compare):
            left = self._value(tree.left)
            return f"({left} {_OPERATORS[type(tree.ops[0])]} {self._value(tree.comparators[0])})"
        if isinstance(tree, ast.UnaryOp):
            return f"!({self._value(tree.operand)})"
        if isinstance(tree, ast.BinOp):
            left = self._value(tree.left)
            return f"({left} {'+' if isinstance(tree.op, ast.Add) else '-'} {self._value(tree.right)})"
        if isinstance(tree, ast.BoolOp):
            return self._both_or_either(tree)
        if isinstance(tree, ast.IfExp):
            test = self._value(tree.test)
            with self._inside(tree.test, test):
                body = self._value(tree.body)
            with self._inside(tree.test, f"!({test})"):
                orelse = self._value(tree.orelse)
            return f"({test} -> {body} : {orelse})"
        assert isinstance(tree, ast.Call)
        if name_of(tree.func) == "len":
            return f"len({self._word('queue', name_of(tree.args[0]))})"
        if name_of(tree.func) == "alive":
            return f"alive[{self._value(tree.args[0])}]"
        start = self._value(tree.args[0])
        return f"REACHES({start}, {self._value(tree.args[1])})"

    def _both_or_either(self, tree: ast.BoolOp) -> str:
        both = isinstance(tree.op, ast.And)
        text = self._value(tree.values[0])
        done: ast.expr = tree.values[0]
        for part in tree.values[1:]:
            with self._inside(done, text if both else f"!({text})"):
                value = self._value(part)
            text = f"({text} {'&&' if both else '||'} {value})"
            done = tree
        return text

    def _symbol(self, tree: ast.expr, value: int) -> str:
        """A constant by its name, where it was written by name."""
        if isinstance(tree, ast.Name) and tree.id not in self._environment:
            for kind in ("object", "member"):
                if (kind, tree.id) in self.words.of:
                    return self._word(kind, tree.id)
        return str(value)

    def _access(self, tree: ast.Attribute, writes: bool) -> str:
        thing = self._value(tree.value)
        if thing.isdigit() and 0 < int(thing) <= len(self.model.objects):
            thing = self._word("object", self.model.objects[int(thing) - 1])
        if tree.attr in self.model.watched:
            conditions = [*self._path, *self._conditions]
            if self._doubtful or any(_uses(each, self._written) for each in [tree.value, *(t for t, _ in conditions)]):
                self.unclear = True
            else:
                condition = " && ".join([*(text for _, text in conditions), *self._passed])
                self.accesses.append(WatchedAccess(tree.attr, thing, writes, condition))
        self._check_alive(thing)
        return f"{self._word('field', tree.attr)}[{thing}]"

    # Checks

    def _check_alive(self, thing: str) -> None:
        if thing in ("0", "NULL"):
            self._check("NULL", "false")
            return
        if not any(thing == self._word("object", each) for each in self.model.objects):
            self._check("NULL", f"{thing} != 0")
        self._check("UAF", f"alive[{thing}]")

    def _check(self, name: str, holds: str, soft: bool = False) -> None:
        if self._conditions:
            holds = f"!({' && '.join(text for _, text in self._conditions)}) || {holds}"
        self._checks.append(Check(name, holds, soft))
        if soft:
            return
        # What a later access of this step is made under: a failed check ends the step before it.
        if self._written:
            self._doubtful = True
        elif self._path:
            self._passed.append(f"(!({' && '.join(text for _, text in self._path)}) || {holds})")
        else:
            self._passed.append(f"({holds})")

    def _emit_checks(self) -> None:
        for check in dict.fromkeys(self._checks):
            word = self._word("property", check.property)
            self._emit(f"{'check_and_go_on' if check.soft else 'check'}({word}, {check.holds});")
            self._checked = True
        self._checks.clear()

    @contextmanager
    def _inside(self, tree: ast.expr, text: str) -> Iterator[None]:
        """What is read in here is read only where `text`, the Promela of `tree` or of its contrary, holds."""
        self._conditions.append((tree, text))
        yield
        self._conditions.pop()

    @contextmanager
    def _under(self, tree: ast.expr, text: str) -> Iterator[None]:
        """The same for statements: they stand in an `if` of the text, so checks need not repeat the condition."""
        self._path.append((tree, text))
        yield
        self._path.pop()

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        yield
        self._depth -= 1

    def _emit(self, text: str) -> None:
        self.lines.append("\t" * self._depth + text)

    def _slot(self, variable: Var) -> str:
        self._slots.add(variable.slot)
        return self.words.slots[self.thread][variable.slot]

    def _word(self, kind: str, name: str) -> str:
        return self.words.of[kind, name]


def _uses(tree: ast.expr, written: set[str]) -> bool:
    """Whether the value of `tree` can depend on one of these variables, fields and queues."""
    for each in ast.walk(tree):
        name = each.attr if isinstance(each, ast.Attribute) else name_of(each) if isinstance(each, ast.expr) else ""
        if name in written or (name in ("alive", "reaches") and written):
            return True
    return False
