"""Writes each step of a thread as one Python function over a packed state.

`step(state)` returns the next state, BLOCKED where the step has to wait, or a lower number that names a violation
(see `violation_of`). The text holds only what this module wrote itself, names and numbers of its own choosing; a
model's words never get into it, so nothing of a scenario file is ever executed as it stands.
"""

import ast

from uringreview.interleave.expressions import Expressions, Sheet, Where, name_of, read, violation_code
from uringreview.interleave.graph import Node, ThreadProgram, Var
from uringreview.interleave.language import Block
from uringreview.interleave.layout import Bits
from uringreview.interleave.place import Place

BLOCKED = -1
_ROUNDS = 1_000


class Writer(Sheet):
    """Writes the functions of a machine."""

    def step(self, name: str, thread: int, program: ThreadProgram, node: Node, watch: bool = False) -> str:
        """The function of one step; where `watch`, it calls W(object, field, writes) at each watched access."""
        return _Function(self, thread, program, watch).step(name, node)

    def entry(self, name: str, thread: int, program: ThreadProgram) -> str:
        """The function that brings a thread to its first step."""
        return _Function(self, thread, program).entry(name)

    def condition(self, name: str, place: Place, tree: ast.expr) -> str:
        """A function that tells whether `tree` holds; it reads freed objects too."""
        return _Function(self, 0, None, ghost=True).condition(name, place, tree)


class _Function(Expressions):
    """One whole function: statements, and the way on to the next step."""

    def text(self, name: str) -> str:
        return f"def {name}(s):\n" + "\n".join("\t" * depth + line for depth, line in self.lines) + "\n"

    def step(self, name: str, node: Node) -> str:
        self.place, self.environment = node.line.place, node.environment
        for statement in node.statements:
            self.statement(statement)
        for block in node.blocks:
            self.block(block)
        if node.test is not None:
            self.fork(node, ())
        else:
            self.go(node.next, ())
        return self.text(name)

    def entry(self, name: str) -> str:
        assert self.program is not None
        self.go(self.program.entry, ())
        return self.text(name)

    def condition(self, name: str, place: Place, tree: ast.expr) -> str:
        self.place = place
        self.emit(f"return {self.value(tree)}")
        return self.text(name)

    def go(self, node: Node | None, path: tuple[Node, ...]) -> None:
        """Go on to the next step through everything that no other thread can see."""
        assert self.program is not None
        if node is None or node.step:
            live = frozenset[Var]() if node is None else node.live
            keep = self.sheet.keep(self.thread, self.program, live)
            counter = 0 if node is None else node.index << self.layout.counters[self.thread].offset
            self.emit(f"return s & {keep:#x}" + (f" | {counter:#x}" if counter else ""))
            return
        if node in path:
            raise node.line.place.error("this loop has no step in which other threads could run")
        path = (*path, node)
        self.place, self.environment = node.line.place, node.environment
        if node.copy is not None:
            self.environment = node.copy.environment
            value = "0" if node.copy.source is None else self.value(node.copy.source)
            self.store(self.layout.slot(self.thread, node.copy.target.slot), value, node.copy.source)
        for statement in node.statements:
            self.statement(statement)
        if node.test is not None:
            self.fork(node, path)
        else:
            self.go(node.next, path)

    def fork(self, node: Node, path: tuple[Node, ...]) -> None:
        assert node.test is not None
        self.emit(f"if {self.value(node.test)}:")
        with self.deeper():
            self.go(node.next, path)
        self.go(node.other, path)

    def block(self, block: Block) -> None:
        line = block.line
        self.place = line.place
        if line.word in ("if", "elif"):
            assert line.test is not None
            self.emit(f"if {self.value(line.test)}:")
            with self.deeper():
                self.body(block.body)
            if block.orelse:
                self.emit("else:")
                with self.deeper():
                    self.body(block.orelse)
        elif line.word == "while":
            assert line.test is not None
            rounds = self.temporary()
            number = self.sheet.mistake(self.place, f"this loop inside a step goes round more than {_ROUNDS} times")
            self.emit(f"{rounds} = 0")
            self.emit("while 1:")
            with self.deeper():
                self.emit(f"{rounds} += 1")
                self.emit(f"if {rounds} > {_ROUNDS}: M({number})")
                self.emit(f"if not {self.value(line.test)}: break")
                self.body(block.body)
        elif line.word == "for":
            self.each(block)
        else:
            for statement in line.statements:
                self.statement(statement)

    def body(self, blocks: tuple[Block, ...]) -> None:
        self.emit("pass")
        for block in blocks:
            self.block(block)

    def each(self, block: Block) -> None:
        assert isinstance(block.line.test, ast.Call)
        queue = self.layout.queues[name_of(block.line.test.args[0])]
        if len(queue.parts) != 1:
            raise self.place.error("items() is for queues whose entries have one part")
        entries, count = self.temporary(), self.temporary()
        self.emit(f"{entries} = s >> {queue.offset} & {queue.mask:#x}")
        self.emit(f"for {count} in range({read(queue.length)}):")
        with self.deeper():
            self.assignname_of(block.line.loop, f"({entries} & {queue.parts[0].mask})", None)
            self.emit(f"{entries} >>= {queue.entry_width}")
            self.body(block.body)

    def statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
            if _is_pop(statement.value):
                self.pop(target, statement.value)
            else:
                value = self.value(statement.value)
                self.assign(target, value, statement.value)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self.action(name_of(statement.value.func), statement.value.args)
        elif isinstance(statement, ast.Break):
            self.emit("break")

    def assign(self, target: ast.expr, value: str, source: ast.expr | None) -> None:
        if isinstance(target, ast.Attribute):
            thing, where = self.access(target, writes=True)
            del thing
            self.store_at(where, value, source)
        else:
            self.assignname_of(name_of(target), value, source)

    def assignname_of(self, name: str, value: str, source: ast.expr | None) -> None:
        bound = self.environment.get(name)
        if isinstance(bound, Var):
            self.store(self.layout.slot(self.thread, bound.slot), value, source)
        elif name in self.layout.globals:
            self.store(self.layout.globals[name], value, source)
        else:
            raise self.place.error(f'"{name}" cannot be given a value')

    def store(self, bits: Bits, value: str, source: ast.expr | None) -> None:
        value = self.checked(bits, value, source)
        self.emit(f"s = s & {self.sheet.clear(bits)} | {value} << {bits.offset}")

    def store_at(self, where: "Where", value: str, source: ast.expr | None) -> None:
        if where.fixed is not None:
            self.store(where.fixed, value, source)
            return
        value = self.checked(where.first, value, source)
        at = self.temporary()
        self.emit(f"{at} = {where.offset}")
        self.emit(f"s ^= ((s >> {at} & {where.first.mask}) ^ {value}) << {at}")

    def pop(self, target: ast.expr, call: ast.expr) -> None:
        assert isinstance(call, ast.Call)
        queue = self.layout.queues[name_of(call.args[0])]
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        if len(targets) != len(queue.parts):
            raise self.place.error(f"an entry of {name_of(call.args[0])} has {len(queue.parts)} parts")
        number = self.sheet.mistake(self.place, f"{name_of(call.args[0])} is empty; test len() before")
        self.emit(f"if not {read(queue.length)}: M({number})")
        entry = self.temporary()
        self.emit(f"{entry} = s >> {queue.offset} & {queue.mask:#x}")
        whole = Bits(queue.offset, queue.entry_width * queue.room, 0)
        self.emit(
            f"s = (s & {self.sheet.clear(whole)} | {entry} >> {queue.entry_width} << {queue.offset})"
            f" - {1 << queue.length.offset:#x}"
        )
        for one, part in zip(targets, queue.parts, strict=True):
            value = f"({entry} >> {part.offset} & {part.mask})"
            if isinstance(one, ast.Name) and isinstance(self.environment.get(one.id), Var):
                self.assignname_of(one.id, value, None)
            else:
                raise self.place.error("pop() gives its parts to variables of the function")

    def action(self, name: str, arguments: list[ast.expr]) -> None:
        if name == "lock":
            self.lock(name_of(arguments[0]))
        elif name == "unlock":
            self.unlock(name_of(arguments[0]))
        elif name == "wait":
            self.emit(f"if not {self.value(arguments[0])}: return {BLOCKED}")
        elif name in ("touch", "free"):
            thing = self.thing(arguments[0])
            self.check_alive(thing, f"{'frees' if name == 'free' else 'uses'} {ast.unparse(arguments[0])}")
            if name == "free":
                self.emit(f"s ^= 1 << {self.layout.alive} + {thing}")
        elif name == "push":
            self.push(arguments)
        elif name == "require":
            self.require(arguments)

    def require(self, arguments: list[ast.expr]) -> None:
        label = arguments[1]
        assert isinstance(label, ast.Constant)
        site = self.sheet.site(str(label.value), f"not: {ast.unparse(arguments[0])}", self.place)
        then = f"S.append({violation_code(site)})" if len(arguments) == 3 else f"return {violation_code(site)}"
        self.emit(f"if not {self.value(arguments[0])}: {then}")

    def push(self, arguments: list[ast.expr]) -> None:
        queue = self.layout.queues[name_of(arguments[0])]
        count = self.temporary()
        self.emit(f"{count} = {read(queue.length)}")
        number = self.sheet.mistake(self.place, f"{name_of(arguments[0])} is full; give it a larger length")
        self.emit(f"if {count} == {queue.room}: M({number})")
        entry = []
        for argument, part in zip(arguments[1:], queue.parts, strict=True):
            value = self.checked(part, self.value(argument), argument)
            entry.append(f"{value} << {part.offset}")
        one = 1 << queue.length.offset
        self.emit(f"s = (s | ({' | '.join(entry)}) << {queue.offset} + {count} * {queue.entry_width}) + {one:#x}")

    def lock(self, name: str) -> None:
        wanted = self.names.locks[name]
        held = self.temporary()
        bits = self.layout.locks[name]
        self.emit(f"{held} = {read(bits)}")
        again = self.sheet.site("RECURSION", f"takes {wanted.c_name}, which it holds", self.place)
        self.emit(f"if {held} == {self.me}: return {violation_code(again)}")
        if wanted.kind == "mutex" and self.program is not None and self.program.spec.context != "task":
            site = self.sheet.site(
                "SLEEP", f"takes the mutex {wanted.c_name} in {self.program.spec.context} context", self.place
            )
            self.emit(f"return {violation_code(site)}")
            return
        for other in self.names.locks.values():
            if other.name == name:
                continue
            if wanted.kind == "mutex" and other.kind == "spin":
                what = f"takes the mutex {wanted.c_name} under the spinlock {other.c_name}"
                site = self.sheet.site("SLEEP", what, self.place)
            elif other.rank >= wanted.rank:
                site = self.sheet.site("LOCK-ORDER", f"takes {wanted.c_name} under {other.c_name}", self.place)
            else:
                continue
            self.emit(f"if {read(self.layout.locks[other.name])} == {self.me}: return {violation_code(site)}")
        self.emit(f"if {held}: return {BLOCKED}")
        self.emit(f"s |= {self.me << bits.offset:#x}")

    def unlock(self, name: str) -> None:
        bits = self.layout.locks[name]
        site = self.sheet.site(
            "LOCK-ORDER", f"releases {self.names.locks[name].c_name}, which it does not hold", self.place
        )
        self.emit(f"if {read(bits)} != {self.me}: return {violation_code(site)}")
        self.emit(f"s &= {self.sheet.clear(bits)}")


def _is_pop(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Call) and name_of(expression.func) == "pop"
