"""Small models for tests, and a second, naive way to run any model.

The naive runner shares nothing with the product but the parsed lines: it interprets them one by one over plain
dictionaries, threads are Python generators, and a search is every schedule from the start. Slow and simple, so that
where the two agree it is not because they make the same mistake.
"""

import ast
from collections.abc import Generator
from dataclasses import dataclass, field

from uringreview.interleave.language import Block, variant
from uringreview.interleave.reader import parse_model
from uringreview.interleave.scenario import Model, Scenario

_HEAD = """\
[model]
title = "a small model"
objects = ["A", "B"]
chain = "link"
watched = ["link"]
[patches]
fix = {{ hypothetical = true, subject = "what is wrong, put right" }}
[locks]
mutex = {{ kind = "mutex", rank = 1 }}
outer = {{ kind = "spin", rank = 2 }}
inner = {{ kind = "spin", rank = 3 }}
[fields]
link = {{ A = "B", B = "NULL" }}
count = {{ A = 0, B = 0 }}
[globals]
flag = 0
total = 0
[queues]
todo = {{ length = 3, holds = ["object"] }}
{threads}
[scenarios.T]
title = "small"
threads = [{names}]
[final]
{final}
[code]
text = '''
{code}
'''
"""


def small_model(code: str, *, final: str = "", irq: str = "", daemon: str = "") -> Model:
    """A model whose functions t1, t2, t3 (as far as `code` has them) are threads; `irq` and `daemon` name some."""
    return parse_model("small.toml", "small", small_text(code, final=final, irq=irq, daemon=daemon))


def small_text(code: str, *, final: str = "", irq: str = "", daemon: str = "") -> str:
    """The file of a small model."""
    names = [name for name in ("t1", "t2", "t3") if f"fn {name}()" in code]
    threads = "\n".join(
        f'[threads.{name}]\ntitle = "{name}"\nruns = "{name}"\ncontext = "{"hardirq" if name in irq else "task"}"\n'
        f"daemon = {str(name in daemon).lower()}"
        for name in names
    )
    return _HEAD.format(
        threads=threads, names=", ".join(f'"{name}"' for name in names), final=final, code=code.strip("\n")
    )


class _Blocked(Exception):
    """The line has to wait."""


class _Broken(Exception):
    """The line violates the property that it is given."""


class _Returned(Exception):
    """The function is left with the value that it is given."""


class _Left(Exception):
    """The loop is left."""


@dataclass
class NaiveRun:
    """One run; `move` takes a thread's next line."""

    model: Model
    scenario: Scenario
    applied: frozenset[str]
    fields: dict[tuple[int, str], int] = field(default_factory=dict)
    shared: dict[str, int] = field(default_factory=dict)
    queues: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    alive: set[int] = field(default_factory=set)
    accesses: list[tuple[int, str, bool]] = field(default_factory=list)
    soft: list[str] = field(default_factory=list)
    running: dict[str, Generator[None, None, None]] = field(default_factory=dict)
    idle: set[str] = field(default_factory=set)
    daemon_wait: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        start = dict(self.scenario.start)
        self.constants = {"NULL": 0, **{name: i + 1 for i, name in enumerate(self.model.objects)}}
        for enum in self.model.enums:
            self.constants |= {member: i for i, member in enumerate(enum.members)}
        self.constants |= dict(self.model.switches) | dict(self.scenario.switches)
        for each in self.model.fields:
            for owner, value in each.initial:
                self.fields[self.constants[owner], each.name] = start.get(f"{owner}.{each.name}", value)
        self.shared = {each.name: start.get(each.name, each.initial) for each in self.model.globals}
        self.queues = {each.name: [] for each in self.model.queues}
        self.alive = set(range(1, len(self.model.objects) + 1))
        self.functions = {each.name: each for each in self.model.functions}
        for spec in self.scenario.threads:
            self.running[spec.name] = self._thread(spec.name, spec.runs)
            next(self.running[spec.name], None)

    def _thread(self, name: str, runs: str) -> Generator[None, None, None]:
        yield from self._call(name, runs, {}, top=True)
        self.idle.add(name)
        while True:
            yield

    def move(self, name: str) -> str:
        """Take the next line of thread `name`: "moved", "blocked", "ended", or the violated property."""
        if name in self.idle:
            return "ended"
        self.accesses.clear()
        self.soft.clear()
        try:
            next(self.running[name])
        except _Blocked:
            raise AssertionError("a line blocked outside a step") from None
        except _Broken as broken:
            return str(broken)
        return "blocked" if self.daemon_wait.pop(f"{name} blocked", False) else "moved"

    def _call(self, thread: str, name: str, local: dict[str, int], top: bool = False) -> Generator[None, None, int]:
        try:
            yield from self._blocks(thread, variant(self.functions[name].lines, self.applied), local, top)
        except _Returned as value:
            return int(value.args[0])
        return 0

    def _blocks(
        self, thread: str, blocks: tuple[Block, ...], local: dict[str, int], top: bool
    ) -> Generator[None, None, None]:
        for block in blocks:
            yield from self._block(thread, block, local, top)

    def _block(self, thread: str, block: Block, local: dict[str, int], top: bool) -> Generator[None, None, None]:
        line = block.line
        if line.word in ("if", "elif", "while"):
            assert line.test is not None
            while True:
                fixed = self._fixed(line.test, local)
                if fixed is None and (line.c_text or self._sees(line.test, local)):
                    yield
                holds = bool(self.value(thread, line.test, local))
                if line.word != "while":
                    yield from self._blocks(thread, block.body if holds else block.orelse, local, top)
                    return
                if not holds:
                    return
                try:
                    yield from self._blocks(thread, block.body, local, top)
                except _Left:
                    return
        elif line.word == "atomic":
            yield
            self._now(thread, block.body, local)
        else:
            yield from self._simple(thread, block, local, top)

    def _simple(self, thread: str, block: Block, local: dict[str, int], top: bool) -> Generator[None, None, None]:
        line = block.line
        first = line.statements[0]
        if isinstance(first, ast.Break):
            raise _Left
        if isinstance(first, ast.Return):
            if line.c_text:
                yield
            raise _Returned(0 if first.value is None else self.value(thread, first.value, local))
        call = first.value if isinstance(first, ast.Assign | ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in self.functions:
            given = [self.value(thread, argument, local) for argument in call.args]
            inside = dict(zip(self.functions[call.func.id].parameters, given, strict=True))
            result = yield from self._call(thread, call.func.id, inside)
            if isinstance(first, ast.Assign):
                self._store(thread, first.targets[0], result, local)
            return
        if line.c_text or any(self._sees(statement, local) for statement in line.statements):
            yield
            while True:
                try:
                    for statement in line.statements:
                        self.run(thread, statement, local)
                    return
                except _Blocked:
                    self.daemon_wait[f"{thread} blocked"] = True
                    self.daemon_wait[f"{thread} idle"] = top and "wait(" in line.code
                    yield
                    self.daemon_wait.pop(f"{thread} idle", None)
        for statement in line.statements:
            self.run(thread, statement, local)

    def _now(self, thread: str, blocks: tuple[Block, ...], local: dict[str, int]) -> None:
        for block in blocks:
            line = block.line
            if line.word == "while":
                assert line.test is not None
                while self.value(thread, line.test, local):
                    self._now(thread, block.body, local)
            elif line.word == "for":
                assert isinstance(line.test, ast.Call)
                for (item,) in list(self.queues[_name(line.test.args[0])]):
                    local[line.loop] = item
                    self._now(thread, block.body, local)
            elif line.word:
                assert line.test is not None
                self._now(thread, block.body if self.value(thread, line.test, local) else block.orelse, local)
            else:
                for statement in line.statements:
                    self.run(thread, statement, local)

    def _sees(self, tree: ast.AST, local: dict[str, int]) -> bool:
        known = {*self.shared, *self.queues, *self.locks}
        return any(
            isinstance(node, ast.Attribute | ast.Call) or (isinstance(node, ast.Name) and node.id in known)
            for node in ast.walk(tree)
        )

    def _fixed(self, tree: ast.expr, local: dict[str, int]) -> bool | None:
        names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
        if self._sees(tree, local) or any(name in local or name not in self.constants for name in names):
            return None
        return True

    def value(self, thread: str, tree: ast.expr, local: dict[str, int]) -> int:
        """The value of an expression."""
        match tree:
            case ast.Constant(value=int(number)):
                return number
            case ast.Name(id=name):
                return (
                    local[name] if name in local else self.shared[name] if name in self.shared else self.constants[name]
                )
            case ast.Attribute(value=owner, attr=attribute):
                return self.fields[self._owner(thread, owner, attribute, local, False), attribute]
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                one, other = self.value(thread, left, local), self.value(thread, right, local)
                table = {"Eq": one == other, "NotEq": one != other, "Lt": one < other, "Gt": one > other}
                table |= {"LtE": one <= other, "GtE": one >= other}
                return int(table[type(operator).__name__])
            case ast.BoolOp(op=ast.And(), values=values):
                return int(all(self.value(thread, each, local) for each in values))
            case ast.BoolOp(values=values):
                return int(any(self.value(thread, each, local) for each in values))
            case ast.UnaryOp(operand=operand):
                return int(not self.value(thread, operand, local))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.value(thread, left, local) + self.value(thread, right, local)
            case ast.BinOp(left=left, right=right):
                return self.value(thread, left, local) - self.value(thread, right, local)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(thread, body if self.value(thread, test, local) else orelse, local)
            case ast.Call(func=ast.Name(id="len"), args=[queue]):
                return len(self.queues[_name(queue)])
            case ast.Call(func=ast.Name(id="alive"), args=[thing]):
                return int(self.value(thread, thing, local) in self.alive)
            case ast.Call(func=ast.Name(id="reaches"), args=[start, goal]):
                return int(self._reaches(self.value(thread, start, local), self.value(thread, goal, local)))
        raise AssertionError(ast.dump(tree))

    def _reaches(self, start: int, goal: int) -> bool:
        seen: set[int] = set()
        while start in self.alive and start not in seen:
            if start == goal:
                return True
            seen.add(start)
            start = self.fields[start, self.model.chain]
        return False

    def _owner(self, thread: str, tree: ast.expr, attribute: str, local: dict[str, int], writes: bool) -> int:
        owner = self.value(thread, tree, local)
        if attribute in self.model.watched and owner:
            self.accesses.append((owner, attribute, writes))
        self._check(owner)
        return owner

    def _check(self, thing: int) -> None:
        if thing not in self.alive:
            raise _Broken("UAF" if thing else "NULL")

    def _store(self, thread: str, target: ast.expr, value: int, local: dict[str, int]) -> None:
        if isinstance(target, ast.Attribute):
            self.fields[self._owner(thread, target.value, target.attr, local, True), target.attr] = value
        elif _name(target) in self.shared:
            self.shared[_name(target)] = value
        else:
            local[_name(target)] = value

    def run(self, thread: str, statement: ast.stmt, local: dict[str, int]) -> None:
        """One simple statement."""
        if isinstance(statement, ast.Assign):
            target, source = statement.targets[0], statement.value
            if isinstance(source, ast.Call) and _name(source.func) == "pop":
                entry = self.queues[_name(source.args[0])].pop(0)
                targets = target.elts if isinstance(target, ast.Tuple) else [target]
                for one, value in zip(targets, entry, strict=True):
                    self._store(thread, one, value, local)
            else:
                self._store(thread, target, self.value(thread, source, local), local)
            return
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        self._action(thread, _name(statement.value.func), statement.value.args, local)

    def _action(self, thread: str, action: str, arguments: list[ast.expr], local: dict[str, int]) -> None:
        first = _name(arguments[0])
        if action == "lock":
            self._lock(thread, first)
        elif action == "unlock":
            if self.locks.get(first) != thread:
                raise _Broken("LOCK-ORDER")
            del self.locks[first]
        elif action == "wait":
            if not self.value(thread, arguments[0], local):
                raise _Blocked
        elif action == "push":
            self.queues[first].append(tuple(self.value(thread, each, local) for each in arguments[1:]))
        elif action == "require":
            if not self.value(thread, arguments[0], local):
                assert isinstance(arguments[1], ast.Constant)
                if len(arguments) == 2:
                    raise _Broken(arguments[1].value)
                self.soft.append(str(arguments[1].value))
        else:
            thing = self.value(thread, arguments[0], local)
            self._check(thing)
            if action == "free":
                self.alive.discard(thing)

    def _lock(self, thread: str, name: str) -> None:
        specs = {lock.name: lock for lock in self.model.locks}
        context = next(spec.context for spec in self.scenario.threads if spec.name == thread)
        held = [specs[lock] for lock, owner in self.locks.items() if owner == thread]
        if specs[name] in held:
            raise _Broken("RECURSION")
        if specs[name].kind == "mutex" and (context != "task" or any(lock.kind == "spin" for lock in held)):
            raise _Broken("SLEEP")
        if any(lock.rank >= specs[name].rank for lock in held):
            raise _Broken("LOCK-ORDER")
        if name in self.locks:
            raise _Blocked
        self.locks[name] = thread

    def stuck(self) -> str | None:
        """The property violated by a state in which nothing moves."""
        for spec in self.scenario.threads:
            waits = spec.daemon and self.daemon_wait.get(f"{spec.name} idle", False)
            if spec.name not in self.idle and not waits:
                return "DEADLOCK"
        if self.locks:
            return "DEADLOCK"
        for final in self.model.finals:
            kept, self.alive = self.alive, set(range(1, len(self.model.objects) + 1))
            try:
                self.alive = kept if "alive" in final.condition else self.alive
                if not self.value("", final.tree, {}):
                    return final.property
            finally:
                self.alive = kept
        return None


@dataclass(frozen=True)
class NaiveVerdict:
    """What every schedule together showed."""

    violations: frozenset[str]
    race: bool
    shortest: dict[str, int]


def search_naively(model: Model, scenario: str, applied: frozenset[str]) -> NaiveVerdict:
    """Run every schedule there is, each from the start."""
    found = model.scenario(scenario)
    assert found is not None
    threads = [spec.name for spec in found.threads]
    shortest: dict[str, int] = {}
    race = False
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        way = waiting.pop()
        accesses: list[list[tuple[int, str, bool]]] = []
        moved = False
        for thread in threads:
            run = NaiveRun(model, found, applied)
            for earlier in way:
                run.move(earlier)
            what = run.move(thread)
            for soft in run.soft:
                shortest[soft] = min(shortest.get(soft, 999), len(way) + 1)
            if what in ("blocked", "ended"):
                continue
            moved = True
            accesses.append(list(run.accesses))
            if what == "moved":
                waiting.append((*way, thread))
            else:
                shortest[what] = min(shortest.get(what, 999), len(way) + 1)
        race = race or any(
            one[:2] == other[:2] and (one[2] or other[2])
            for index, mine in enumerate(accesses)
            for others in accesses[index + 1 :]
            for one in mine
            for other in others
        )
        if not moved:
            end = NaiveRun(model, found, applied)
            for earlier in way:
                end.move(earlier)
            for thread in threads:
                end.move(thread)
            broken = end.stuck()
            if broken is not None:
                shortest[broken] = min(shortest.get(broken, 999), len(way))
    return NaiveVerdict(frozenset(shortest), race, shortest)


def _name(tree: ast.expr) -> str:
    return tree.id if isinstance(tree, ast.Name) else ""
