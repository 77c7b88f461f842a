"""How one step of a thread is written in Promela: checks, statements, and the way on to the next step.

It follows `generate` statement by statement, for another checker to disagree with: the same graph, the same order of
checks, and dead variables cleared at the same places, so that the counts of states can be compared. `promela` puts the
steps together into a file.
"""

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from uringreview.interleave.expressions import name_of
from uringreview.interleave.graph import Environment, Node, ThreadProgram, Var, calls_of
from uringreview.interleave.language import Block
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
class StepText:
    """A step as Promela: `goes` says when it can go ("" where it always can)."""

    goes: str
    lines: list[str]
    accesses: list[WatchedAccess]
    unclear: bool
    """Whether it has watched accesses that depend on what the step itself does, so that no race of them is exported."""


@dataclass(slots=True)
class StepWriter:
    """Writes one step; make a new one for each."""

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

    def step(self, node: Node) -> StepText:
        """The text of `node`; ModelError where it waits behind something else that it does."""
        self._place, self._environment = node.line.place, node.environment
        self._slots = {variable.slot for variable in node.live}
        goes = self._when_it_goes(node)
        for statement in node.statements:
            self._statement(statement)
        for block in node.blocks:
            self._block(block)
        self._leave(node)
        return StepText(goes, self.lines, self.accesses, self.unclear)

    def condition(self, tree: ast.expr) -> str:
        """A condition that reads freed objects too, as those at the end do."""
        value = self._value(tree)
        self._checks.clear()
        return value

    # The way on

    def _leave(self, node: Node) -> None:
        if node.test is None:
            self._go(node.next)
            return
        self._fork(node)

    def _fork(self, node: Node) -> None:
        assert node.test is not None
        test = self._value(node.test)
        self._emit_checks()
        slots = set(self._slots)
        self._emit(f"if :: {test} ->")
        with self._deeper():
            self._go(node.next)
        self._slots = slots
        self._emit(":: else ->")
        with self._deeper():
            self._go(node.other)
        self._emit("fi")

    def _go(self, node: Node | None) -> None:
        if node is None or node.step:
            live = set() if node is None else {variable.slot for variable in node.live}
            for slot in sorted(self._slots - live):
                self._emit(f"{self.words.slots[self.thread][slot]} = 0;")
            self._emit(f"{self._word('at', self.program.spec.name)} = {0 if node is None else node.index}")
            return
        self._place, self._environment = node.line.place, node.environment
        if node.copy is not None:
            self._environment = node.copy.environment
            value = "0" if node.copy.source is None else self._value(node.copy.source)
            self._emit(f"{self._slot(node.copy.target)} = {value};")
            self._environment = node.environment
        for statement in node.statements:
            self._statement(statement)
        self._leave(node)

    # When a step can go

    def _when_it_goes(self, node: Node) -> str:
        waits = [name for name, _ in calls_of(node) if name in ("lock", "wait")]
        if not waits:
            return ""
        first = _first(node)
        if len(waits) > 1 or not _is_action(first, waits[0]):
            raise self._place.error(f"{waits[0]}() stands first in its step, and alone, where a model is exported")
        assert isinstance(first, ast.Expr)
        assert isinstance(first.value, ast.Call)
        (argument,) = first.value.args
        if waits[0] == "lock":
            free = f"{self._word('lock', name_of(argument))} == 0"
            checks = self._lock_checks(name_of(argument))
        else:
            kept, self.accesses = self.accesses, []
            free = self._value(argument)
            self.accesses = kept
            checks = [*self._checks]
            self._checks.clear()
            self._passed.clear()
        # A step that violates something goes, too: that is how it is seen.
        return " || ".join([free, *dict.fromkeys(f"!({check.holds})" for check in checks)])

    def _lock_checks(self, name: str) -> list[Check]:
        wanted = self.names.locks[name]
        me = self._word("thread", self.program.spec.name)
        checks = [Check("RECURSION", f"{self._word('lock', name)} != {me}")]
        if wanted.kind == "mutex" and self.program.spec.context != "task":
            return [*checks, Check("SLEEP", "false")]
        for other in self.names.locks.values():
            if other.name == name:
                continue
            held = f"{self._word('lock', other.name)} != {me}"
            if wanted.kind == "mutex" and other.kind == "spin":
                checks.append(Check("SLEEP", held))
            elif other.rank >= wanted.rank:
                checks.append(Check("LOCK-ORDER", held))
        return checks

    # Statements

    def _block(self, block: Block) -> None:
        line = block.line
        self._place = line.place
        if line.word in ("if", "elif"):
            assert line.test is not None
            test = self._value(line.test)
            self._emit_checks()
            self._emit(f"if :: {test} ->")
            with self._deeper(), self._under(line.test, test):
                self._body(block.body)
            self._emit(":: else ->")
            with self._deeper(), self._under(line.test, f"!({test})"):
                self._body(block.orelse)
            self._emit("fi;")
        elif line.word == "while":
            assert line.test is not None
            self._written |= _written_in(block.body)
            test = self._value(line.test)
            checks = [*self._checks]
            self._emit_checks()
            self._emit(f"do :: !violated && {test} ->")
            with self._deeper(), self._under(line.test, test):
                self._body(block.body)
                self._checks += checks
                self._emit_checks()
            self._emit(":: else -> break od;")
        elif line.word == "for":
            self._each(block)
        else:
            for statement in line.statements:
                self._statement(statement)

    def _body(self, blocks: tuple[Block, ...]) -> None:
        self._emit("skip;")
        for block in blocks:
            self._block(block)

    def _each(self, block: Block) -> None:
        assert isinstance(block.line.test, ast.Call)
        if _breaks(block.body):
            raise self._place.error('"break" out of "for" cannot be exported')
        name = name_of(block.line.test.args[0])
        queue = self._word("queue", name)
        bound = self._environment.get(block.line.loop)
        assert isinstance(bound, Var)
        self._written |= _written_in(block.body) | {block.line.loop, name}
        entry = self._slot(bound)
        self.temporaries += 1
        left = f"left{self.temporaries}"
        self._emit(f"{left} = len({queue});")
        self._emit(f"do :: !violated && {left} > 0 ->")
        with self._deeper():
            self._emit(f"{queue}?{entry}; {queue}!{entry}; {left}--;  /* each entry in turn */")
            self._body(block.body)
        self._emit(f":: else -> {left} = 0; break od;")

    def _statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
            if isinstance(statement.value, ast.Call) and name_of(statement.value.func) == "pop":
                self._pop(target, name_of(statement.value.args[0]))
                return
            value = self._value(statement.value)
            where = self._target(target)
            self._emit_checks()
            self._emit(f"{where} = {value};")
            self._written.add(target.attr if isinstance(target, ast.Attribute) else name_of(target))
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._action(name_of(statement.value.func), statement.value.args)
        elif isinstance(statement, ast.Break):
            self._emit("break;")

    def _target(self, target: ast.expr) -> str:
        if isinstance(target, ast.Attribute):
            return self._access(target, writes=True)
        bound = self._environment.get(name_of(target))
        return self._slot(bound) if isinstance(bound, Var) else self._word("global", name_of(target))

    def _pop(self, target: ast.expr, name: str) -> None:
        queue = self._word("queue", name)
        targets = [self._target(one) for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
        self._emit(self._unless_violated(f"len({queue}) > 0", f"{queue}?{','.join(targets)}"))
        self._written |= {name, *(name_of(one) for one in (target.elts if isinstance(target, ast.Tuple) else [target]))}

    def _action(self, action: str, arguments: list[ast.expr]) -> None:
        if action == "lock":
            name = name_of(arguments[0])
            self._checks += self._lock_checks(name)
            self._emit_checks()
            self._emit(f"{self._word('lock', name)} = {self._word('thread', self.program.spec.name)};")
        elif action == "unlock":
            lock = self._word("lock", name_of(arguments[0]))
            self._checks.append(Check("LOCK-ORDER", f"{lock} == {self._word('thread', self.program.spec.name)}"))
            self._emit_checks()
            self._emit(f"{lock} = 0;")
        elif action == "wait":
            self._value(arguments[0])
            self._emit_checks()
        elif action in ("touch", "free"):
            thing = self._value(arguments[0])
            self._check_alive(thing)
            self._emit_checks()
            if action == "free":
                self._emit(f"alive[{thing}] = 0;")
                self._written.add("alive")
        elif action == "push":
            self._push(name_of(arguments[0]), arguments[1:])
        elif action == "require":
            label = arguments[1]
            assert isinstance(label, ast.Constant)
            holds = self._value(arguments[0])
            self._check(str(label.value), holds, soft=len(arguments) == 3)
            self._emit_checks()

    def _push(self, name: str, parts: list[ast.expr]) -> None:
        queue = self._word("queue", name)
        values = [self._value(part) for part in parts]
        self._emit_checks()
        room = self.names.queues[name].length
        self._emit(self._unless_violated(f"len({queue}) < {room}", f"{queue}!{','.join(values)}"))
        self._written.add(name)

    def _unless_violated(self, possible: str, text: str) -> str:
        """`text` alone, or behind a test where a check of this step may have failed and left the queue wrong."""
        return f"if :: {possible} -> {text} :: else fi;" if self._checked else f"{text};"

    # Values

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


def _first(node: Node) -> ast.stmt | None:
    """What a step does first."""
    if node.statements:
        return node.statements[0]
    return node.blocks[0].line.statements[0] if node.blocks and not node.blocks[0].line.word else None


def _is_action(statement: ast.stmt | None, name: str) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and name_of(call.func) == name


def _written_in(blocks: tuple[Block, ...]) -> set[str]:
    """What a loop's body can give a value, so that nothing of it is known when it runs again."""
    found: set[str] = set()
    for block in blocks:
        for statement in block.line.statements:
            for each in ast.walk(statement):
                if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
                    found.add(each.attr)
                elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                    found.add(each.id)
                elif isinstance(each, ast.Call) and isinstance(statement, ast.Expr):
                    found |= {name_of(argument) for argument in each.args} | {"alive"}
                elif isinstance(each, ast.Call) and name_of(each.func) == "pop":
                    found.add(name_of(each.args[0]))
        found |= _written_in(block.body) | _written_in(block.orelse)
    return found


def _uses(tree: ast.expr, written: set[str]) -> bool:
    """Whether the value of `tree` can depend on one of these variables, fields and queues."""
    for each in ast.walk(tree):
        name = each.attr if isinstance(each, ast.Attribute) else name_of(each) if isinstance(each, ast.expr) else ""
        if name in written or (name in ("alive", "reaches") and written):
            return True
    return False


def _breaks(blocks: tuple[Block, ...]) -> bool:
    """Whether a `break` in here leaves the loop that these blocks are the body of."""
    return any(
        any(isinstance(statement, ast.Break) for statement in block.line.statements)
        or (block.line.word not in ("while", "for") and (_breaks(block.body) or _breaks(block.orelse)))
        for block in blocks
    )
