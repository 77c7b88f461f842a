"""One thread of one variant as a graph of steps: calls are inlined, constants folded, dead variables known.

A node that touches shared state, or whose line carries C text, is a step. Everything else (tests of a thread's own
variables, copies into parameters) is decided together with the step before it, because no other thread can see it.
Liveness of variables is the textbook backward data flow; it lets states that differ only in dead values be one.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from uringreview.interleave.forms import called, parts
from uringreview.interleave.graph import Binding, Copy, Environment, Node, ThreadProgram, Var
from uringreview.interleave.language import Block, CodeLine, Function, variant
from uringreview.interleave.liveness import find_live
from uringreview.interleave.names import Names, assigned
from uringreview.interleave.scenario import ThreadSpec

_DEEPEST = 20
_SHARED_CALLS = frozenset(
    {"lock", "unlock", "wait", "touch", "require", "push", "pop", "free", "len", "alive", "reaches", "items"}
)


def build_thread(names: Names, spec: ThreadSpec, applied: frozenset[str]) -> ThreadProgram:
    """The program of `spec` with exactly the patches `applied`; ModelError where the variant makes no sense."""
    builder = _Builder(names, applied)
    function = names.functions[spec.runs]
    if function.parameters:
        raise function.place.error(f"{function.name}() is run by a thread and so takes no arguments")
    entry = builder.function(function, (), {}, 0, (), None, None)
    nodes = _reachable(entry)
    find_live(nodes)
    for variable in sorted(entry.live, key=lambda each: each.name) if entry is not None else ():
        raise function.place.error(f"{variable.name} can be read before it is given a value")
    steps = [node for node in nodes if node.step]
    for index, node in enumerate(steps, start=1):
        node.index = index
    return ThreadProgram(spec, entry, tuple(steps), builder.slots)


def constant(names: Names, environment: Environment, expression: ast.expr) -> int | None:
    """The value of `expression` where only constants decide it, else None."""
    if isinstance(expression, ast.Constant):
        return int(expression.value) if isinstance(expression.value, int) else None
    if isinstance(expression, ast.Name):
        bound = environment.get(expression.id, names.constants.get(expression.id))
        return bound if isinstance(bound, int) else None
    if isinstance(expression, ast.UnaryOp):
        value = constant(names, environment, expression.operand)
        return None if value is None else int(not value)
    if isinstance(expression, ast.Compare):
        left = constant(names, environment, expression.left)
        right = constant(names, environment, expression.comparators[0])
        return None if left is None or right is None else int(compare(expression.ops[0], left, right))
    if isinstance(expression, ast.BoolOp):
        values = [constant(names, environment, value) for value in expression.values]
        decisive = 0 if isinstance(expression.op, ast.And) else 1
        if any(value is not None and bool(value) is bool(decisive) for value in values):
            return decisive
        return None if None in values else 1 - decisive
    return None


def compare(operator: ast.cmpop, left: int, right: int) -> bool:
    """`left operator right`."""
    if isinstance(operator, ast.Eq):
        return left == right
    if isinstance(operator, ast.NotEq):
        return left != right
    if isinstance(operator, ast.Lt | ast.LtE):
        return left < right or (isinstance(operator, ast.LtE) and left == right)
    return left > right or (isinstance(operator, ast.GtE) and left == right)


def is_shared(names: Names, environment: Environment, tree: ast.AST) -> bool:
    """Whether evaluating or running `tree` can be seen by another thread, or depends on one."""
    for node in parts(tree):
        if isinstance(node, ast.Attribute):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SHARED_CALLS:
            return True
        if isinstance(node, ast.Name) and node.id not in environment and names.shared(node.id):
            return True
    return False


@dataclass(slots=True)
class _Loop:
    """Where `break` goes; built before the loop's body, so that the body can point at it."""

    after: Node | None


class _Builder:
    """Builds a graph back to front: every piece of code is given the node that follows it."""

    def __init__(self, names: Names, applied: frozenset[str]) -> None:
        self.names = names
        self.applied = applied
        self.slots = 0

    def function(
        self,
        function: Function,
        arguments: tuple[ast.expr, ...],
        caller: Environment,
        base: int,
        calls: tuple[CodeLine, ...],
        target: Var | None,
        then: Node | None,
    ) -> Node | None:
        """Inline `function`, its value (if wanted) into `target`, and go on with `then`."""
        blocks = variant(function.lines, self.applied)
        kept = [line for line in function.lines if line.when is None or line.when.holds(self.applied)]
        written = [name for name in assigned(kept) if name not in self.names.globals]
        environment: dict[str, Binding] = {}
        copies: list[tuple[Var, ast.expr]] = []
        slot = base
        for name in dict.fromkeys((*function.parameters, *written)):
            position = function.parameters.index(name) if name in function.parameters else -1
            if position >= 0:
                value = constant(self.names, caller, arguments[position])
                if value is not None and name not in written:
                    environment[name] = value
                    continue
            environment[name] = Var(f"{function.name}.{name}", slot)
            if position >= 0:
                copies.append((Var(f"{function.name}.{name}", slot), arguments[position]))
            slot += 1
        self.slots = max(self.slots, slot)
        frame = _Frame(self, function.name, environment, calls, target, then, slot)
        if target is not None and not any(isinstance(s, ast.Return) for line in kept for s in line.statements):
            raise calls[-1].place.error(f"{function.name}() returns no value, with these patches applied")
        entry = frame.blocks(blocks, frame.result(kept[-1], None) if kept else then, None)
        if len(copies) > 1 and any(not isinstance(expression, ast.Name | ast.Constant) for _, expression in copies):
            raise calls[-1].place.error("arguments are names or numbers; assign to a variable first")
        for variable, expression in reversed(copies):
            if is_shared(self.names, caller, expression):
                raise calls[-1].place.error("an argument is shared state; assign it to a variable first")
            copy = Copy(variable, expression, caller)
            entry = Node(calls[-1], function.name, calls, environment, copy=copy, next=entry)
        return entry


class _Frame:
    """The code of one inlined call."""

    def __init__(
        self,
        builder: _Builder,
        function: str,
        environment: Environment,
        calls: tuple[CodeLine, ...],
        target: Var | None,
        then: Node | None,
        top: int,
    ) -> None:
        self.builder = builder
        self.names = builder.names
        self.name = function
        self.environment = environment
        self.calls = calls
        self.target = target
        self.then = then
        self.top = top

    def node(self, line: CodeLine, then: Node | None) -> Node:
        return Node(line, self.name, self.calls, self.environment, next=then)

    def result(self, line: CodeLine, value: ast.expr | None) -> Node | None:
        """Leave the function with `value`."""
        if self.target is None:
            return self.then
        if value is not None and is_shared(self.names, self.environment, value):
            raise line.place.error("the returned value is shared state; assign it to a variable first")
        node = self.node(line, self.then)
        node.copy = Copy(self.target, value, self.environment)
        return node

    def blocks(self, blocks: Iterable[Block], then: Node | None, loop: _Loop | None) -> Node | None:
        for block in reversed(tuple(blocks)):
            then = self.block(block, then, loop)
        return then

    def block(self, block: Block, then: Node | None, loop: _Loop | None) -> Node | None:
        line = block.line
        if line.word == "atomic":
            _check_atomic(block.body)
            node = self.node(line, then)
            node.blocks, node.step = block.body, True
            return node
        if line.word in ("if", "elif"):
            return self.branch(block, then, loop)
        if line.word == "while":
            return self.loop(block, then)
        if line.word == "for":
            raise line.place.error('"for" stands inside an "atomic:" block')
        return self.simple(line, then, loop)

    def branch(self, block: Block, then: Node | None, loop: _Loop | None) -> Node | None:
        line = block.line
        assert line.test is not None
        value = constant(self.names, self.environment, line.test)
        if value is not None:
            return self.blocks(block.body if value else block.orelse, then, loop)
        node = self.node(line, self.blocks(block.body, then, loop))
        node.test, node.other = line.test, self.blocks(block.orelse, then, loop)
        node.step = bool(line.c_text) or is_shared(self.names, self.environment, line.test)
        return node

    def loop(self, block: Block, then: Node | None) -> Node | None:
        line = block.line
        assert line.test is not None
        value = constant(self.names, self.environment, line.test)
        if value == 0:
            return then
        head = self.node(line, None)
        if value is None:
            head.test, head.other = line.test, then
            head.step = bool(line.c_text) or is_shared(self.names, self.environment, line.test)
        head.next = self.blocks(block.body, head, _Loop(then))
        return head

    def simple(self, line: CodeLine, then: Node | None, loop: _Loop | None) -> Node | None:
        (first, *_) = line.statements
        name = called(first)
        if name is not None:
            return self.call(line, first, name, then)
        if isinstance(first, ast.Break):
            if loop is None:
                raise line.place.error('"break" outside a loop')
            return loop.after
        if isinstance(first, ast.Return):
            leave = self.result(line, first.value)
            if not line.c_text:
                return leave
            node = self.node(line, leave)
            node.step = True
            return node
        node = self.node(line, then)
        node.statements = line.statements
        node.step = bool(line.c_text) or any(
            is_shared(self.names, self.environment, statement) for statement in line.statements
        )
        return node

    def call(self, line: CodeLine, statement: ast.stmt, name: str, then: Node | None) -> Node | None:
        if len(self.calls) >= _DEEPEST:
            raise line.place.error(f"calls go deeper than {_DEEPEST}; functions cannot call themselves")
        assert isinstance(statement, ast.Assign | ast.Expr)
        assert isinstance(statement.value, ast.Call)
        target: Var | None = None
        if isinstance(statement, ast.Assign):
            (name_node,) = statement.targets
            bound = self.environment.get(name_node.id) if isinstance(name_node, ast.Name) else None
            if not isinstance(bound, Var):
                raise line.place.error(f"the value of {name}() goes into a variable of the function")
            target = bound
        return self.builder.function(
            self.names.functions[name],
            tuple(statement.value.args),
            self.environment,
            self.top,
            (*self.calls, line),
            target,
            then,
        )


def _check_atomic(blocks: Iterable[Block]) -> None:
    for block in blocks:
        line = block.line
        if line.word == "atomic":
            raise line.place.error('"atomic:" inside "atomic:"')
        for statement in line.statements:
            name = called(statement)
            if name is not None or isinstance(statement, ast.Return):
                what = f"the call of {name}()" if name else "return"
                raise line.place.error(f'{what} cannot stand inside "atomic:"')
        _check_atomic(block.body)
        _check_atomic(block.orelse)


def _reachable(entry: Node | None) -> list[Node]:
    found: dict[int, Node] = {}
    waiting = [entry] if entry is not None else []
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node
            waiting += reversed(node.successors())
    return list(found.values())
