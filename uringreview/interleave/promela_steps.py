"""How one step of a thread is written in Promela: when it can go, its statements, and the way on to the next step.

It follows `generate` statement by statement, for another checker to disagree with: the same graph, the same order of
checks, and dead variables cleared at the same places, so that the counts of states can be compared. `promela` puts the
steps together into a file.
"""

import ast
from dataclasses import dataclass

from uringreview.interleave.expressions import name_of
from uringreview.interleave.graph import Node, Var, calls_of
from uringreview.interleave.language import Block
from uringreview.interleave.promela_values import Check, Values, WatchedAccess


@dataclass(slots=True)
class StepText:
    """A step as Promela: `goes` says when it can go ("" where it always can)."""

    goes: str
    lines: list[str]
    accesses: list[WatchedAccess]
    unclear: bool
    """Whether it has watched accesses that depend on what the step itself does, so that no race of them is exported."""


class StepWriter(Values):
    """Writes one step; make a new one for each."""

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


def _breaks(blocks: tuple[Block, ...]) -> bool:
    """Whether a `break` in here leaves the loop that these blocks are the body of."""
    return any(
        any(isinstance(statement, ast.Break) for statement in block.line.statements)
        or (block.line.word not in ("while", "for") and (_breaks(block.body) or _breaks(block.orelse)))
        for block in blocks
    )
