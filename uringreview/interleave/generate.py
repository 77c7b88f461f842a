"""Writes each step of a thread as one Python function over a packed state.

`step(state)` returns the next state, BLOCKED where the step has to wait, or a lower number that names a violation
(see `violation_of`). The text holds only what this module wrote itself, names and numbers of its own choosing; a
model's words never get into it, so nothing of a scenario file is ever executed as it stands.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from uringreview.interleave.language import Block, Place
from uringreview.interleave.layout import Bits, Layout
from uringreview.interleave.names import Names
from uringreview.interleave.program import Environment, Node, ThreadProgram, Var, constant
from uringreview.interleave.scenario import NUMBER, OBJECT, Model

BLOCKED = -1
_OPERATORS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@dataclass(frozen=True, slots=True)
class Site:
    """A place where a property is checked; `what` completes "... ": the access, lock or condition."""

    property: str
    what: str
    place: Place


def violation_code(site: int, thing: int = 0) -> int:
    """What a step returns for a violation at `site` of object number `thing`."""
    return -(site * 16 + thing) - 2


def violation_of(code: int) -> tuple[int, int]:
    """(site, object number) of such a code."""
    return divmod(-code - 2, 16)


class Writer:
    """Writes the functions of a machine; `sites` and `mistakes` (for errors in the model itself) grow as it goes."""

    def __init__(self, model: Model, names: Names, layout: Layout) -> None:
        self.model = model
        self.names = names
        self.layout = layout
        self.sites: list[Site] = []
        self.mistakes: list[tuple[Place, str]] = []
        self._known: dict[Site, int] = {}
        self._full = (1 << layout.width) - 1

    def step(self, name: str, thread: int, program: ThreadProgram, node: Node, watch: bool = False) -> str:
        """The function of one step; where `watch`, it calls W(object, field, writes) at each watched access."""
        return _Function(self, thread, program, watch).step(name, node)

    def entry(self, name: str, thread: int, program: ThreadProgram) -> str:
        """The function that brings a thread to its first step."""
        return _Function(self, thread, program, False).entry(name)

    def condition(self, name: str, place: Place, tree: ast.expr) -> str:
        """A function that tells whether `tree` holds; it reads freed objects too."""
        return _Function(self, 0, None, False, ghost=True).condition(name, place, tree)

    def site(self, name: str, what: str, place: Place) -> int:
        """The number of a site."""
        site = Site(name, what, place)
        if site not in self._known:
            self._known[site] = len(self.sites)
            self.sites.append(site)
        return self._known[site]

    def mistake(self, place: Place, sentence: str) -> int:
        """The number of a mistake in the model that shows only when it runs."""
        self.mistakes.append((place, sentence))
        return len(self.mistakes) - 1

    def clear(self, bits: Bits) -> str:
        """A mask that keeps everything but `bits`."""
        return hex(self._full & ~(bits.mask << bits.offset))

    def keep(self, thread: int, program: ThreadProgram, live: frozenset[Var]) -> int:
        """A mask that keeps everything but the thread's counter and its dead variables."""
        counter = self.layout.counters[thread]
        mask = self._full & ~(counter.mask << counter.offset)
        used = {variable.slot for variable in live}
        for slot in range(program.slots):
            if slot not in used:
                bits = self.layout.slot(thread, slot)
                mask &= ~(bits.mask << bits.offset)
        return mask


class _Function:
    """One function under construction: lines with their depth, and a count of temporary names."""

    def __init__(
        self, writer: Writer, thread: int, program: ThreadProgram | None, watch: bool, ghost: bool = False
    ) -> None:
        self.writer = writer
        self.layout = writer.layout
        self.names = writer.names
        self.thread = thread
        self.me = thread + 1
        self.program = program
        self.watch = watch
        self.ghost = ghost
        self.lines: list[tuple[int, str]] = []
        self.depth = 1
        self.temporaries = 0
        self.place = Place("", 0)
        self.environment: Environment = {}

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

    def emit(self, line: str) -> None:
        self.lines.append((self.depth, line))

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self.depth += 1
        yield
        self.depth -= 1

    @contextmanager
    def aside(self) -> Iterator[list[tuple[int, str]]]:
        """Collect what is emitted instead of writing it."""
        kept, self.lines = self.lines, []
        yield self.lines
        self.lines = kept

    def temporary(self) -> str:
        self.temporaries += 1
        return f"v{self.temporaries}"

    def go(self, node: Node | None, path: tuple[Node, ...]) -> None:
        """Go on to the next step through everything that no other thread can see."""
        assert self.program is not None
        if node is None or node.step:
            live = frozenset[Var]() if node is None else node.live
            keep = self.writer.keep(self.thread, self.program, live)
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
            self.emit("while 1:")
            with self.deeper():
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
        queue = self.layout.queues[_name(block.line.test.args[0])]
        if len(queue.parts) != 1:
            raise self.place.error("items() is for queues whose entries have one part")
        entries, count = self.temporary(), self.temporary()
        self.emit(f"{entries} = s >> {queue.offset} & {queue.mask:#x}")
        self.emit(f"for {count} in range({_read(queue.length)}):")
        with self.deeper():
            self.assign_name(block.line.loop, f"({entries} & {queue.parts[0].mask})", None)
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
            self.action(_name(statement.value.func), statement.value.args)
        elif isinstance(statement, ast.Break):
            self.emit("break")

    def assign(self, target: ast.expr, value: str, source: ast.expr | None) -> None:
        if isinstance(target, ast.Attribute):
            thing, where = self.access(target, writes=True)
            del thing
            self.store_at(where, value, source)
        else:
            self.assign_name(_name(target), value, source)

    def assign_name(self, name: str, value: str, source: ast.expr | None) -> None:
        bound = self.environment.get(name)
        if isinstance(bound, Var):
            self.store(self.layout.slot(self.thread, bound.slot), value, source)
        elif name in self.layout.globals:
            self.store(self.layout.globals[name], value, source)
        else:
            raise self.place.error(f'"{name}" cannot be given a value')

    def store(self, bits: Bits, value: str, source: ast.expr | None) -> None:
        value = self.checked(bits, value, source)
        self.emit(f"s = s & {self.writer.clear(bits)} | {value} << {bits.offset}")

    def store_at(self, where: "_Where", value: str, source: ast.expr | None) -> None:
        if where.fixed is not None:
            self.store(where.fixed, value, source)
            return
        value = self.checked(where.first, value, source)
        at = self.temporary()
        self.emit(f"{at} = {where.offset}")
        self.emit(f"s ^= ((s >> {at} & {where.first.mask}) ^ {value}) << {at}")

    def checked(self, bits: Bits, value: str, source: ast.expr | None) -> str:
        """`value`, with a check in front where it might not fit into `bits`."""
        largest = self.largest(source)
        if largest is not None and largest <= bits.largest:
            return value
        held = self.temporary()
        self.emit(f"{held} = {value}")
        number = self.writer.mistake(self.place, f"a value is not in 0 to {bits.largest}, or is of another kind")
        self.emit(f"if not 0 <= {held} <= {bits.largest}: M({number})")
        return held

    def largest(self, source: ast.expr | None) -> int | None:
        """The largest value that `source` can have; None where it can also be negative or is unknown."""
        if source is None:
            return 0
        value = constant(self.names, self.environment, source)
        if value is not None:
            return value
        if isinstance(source, ast.Compare | ast.BoolOp | ast.UnaryOp):
            return 1
        if isinstance(source, ast.Attribute):
            return self.layout.fields[source.attr].largest
        if isinstance(source, ast.Name):
            bits = self.layout.globals.get(source.id)
            return 15 if isinstance(self.environment.get(source.id), Var) or bits is None else bits.largest
        if isinstance(source, ast.IfExp):
            ways = (self.largest(source.body), self.largest(source.orelse))
            return None if ways[0] is None or ways[1] is None else max(ways[0], ways[1])
        if isinstance(source, ast.Call):
            return 15
        return None

    def pop(self, target: ast.expr, call: ast.expr) -> None:
        assert isinstance(call, ast.Call)
        queue = self.layout.queues[_name(call.args[0])]
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        if len(targets) != len(queue.parts):
            raise self.place.error(f"an entry of {_name(call.args[0])} has {len(queue.parts)} parts")
        number = self.writer.mistake(self.place, f"{_name(call.args[0])} is empty; test len() before")
        self.emit(f"if not {_read(queue.length)}: M({number})")
        entry = self.temporary()
        self.emit(f"{entry} = s >> {queue.offset} & {queue.mask:#x}")
        whole = Bits(queue.offset, queue.entry_width * queue.room, 0)
        self.emit(
            f"s = (s & {self.writer.clear(whole)} | {entry} >> {queue.entry_width} << {queue.offset})"
            f" - {1 << queue.length.offset:#x}"
        )
        for one, part in zip(targets, queue.parts, strict=True):
            value = f"({entry} >> {part.offset} & {part.mask})"
            if isinstance(one, ast.Name) and isinstance(self.environment.get(one.id), Var):
                self.assign_name(one.id, value, None)
            else:
                raise self.place.error("pop() gives its parts to variables of the function")

    def action(self, name: str, arguments: list[ast.expr]) -> None:
        if name == "lock":
            self.lock(_name(arguments[0]))
        elif name == "unlock":
            self.unlock(_name(arguments[0]))
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
        site = self.writer.site(str(label.value), f"not: {ast.unparse(arguments[0])}", self.place)
        then = f"S.append({violation_code(site)})" if len(arguments) == 3 else f"return {violation_code(site)}"
        self.emit(f"if not {self.value(arguments[0])}: {then}")

    def push(self, arguments: list[ast.expr]) -> None:
        queue = self.layout.queues[_name(arguments[0])]
        count = self.temporary()
        self.emit(f"{count} = {_read(queue.length)}")
        number = self.writer.mistake(self.place, f"{_name(arguments[0])} is full; give it a larger length")
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
        self.emit(f"{held} = {_read(bits)}")
        again = self.writer.site("RECURSION", f"takes {wanted.c_name}, which it holds", self.place)
        self.emit(f"if {held} == {self.me}: return {violation_code(again)}")
        if wanted.kind == "mutex" and self.program is not None and self.program.spec.context != "task":
            site = self.writer.site(
                "SLEEP", f"takes the mutex {wanted.c_name} in {self.program.spec.context} context", self.place
            )
            self.emit(f"return {violation_code(site)}")
            return
        for other in self.names.locks.values():
            if other.name == name:
                continue
            if wanted.kind == "mutex" and other.kind == "spin":
                what = f"takes the mutex {wanted.c_name} under the spinlock {other.c_name}"
                site = self.writer.site("SLEEP", what, self.place)
            elif other.rank >= wanted.rank:
                site = self.writer.site("LOCK-ORDER", f"takes {wanted.c_name} under {other.c_name}", self.place)
            else:
                continue
            self.emit(f"if {_read(self.layout.locks[other.name])} == {self.me}: return {violation_code(site)}")
        self.emit(f"if {held}: return {BLOCKED}")
        self.emit(f"s |= {self.me << bits.offset:#x}")

    def unlock(self, name: str) -> None:
        bits = self.layout.locks[name]
        site = self.writer.site(
            "LOCK-ORDER", f"releases {self.names.locks[name].c_name}, which it does not hold", self.place
        )
        self.emit(f"if {_read(bits)} != {self.me}: return {violation_code(site)}")
        self.emit(f"s &= {self.writer.clear(bits)}")

    def thing(self, expression: ast.expr) -> str:
        """An object's number, as a constant or a temporary name."""
        value = constant(self.names, self.environment, expression)
        if value is not None:
            return str(value)
        held = self.temporary()
        self.emit(f"{held} = {self.value(expression)}")
        return held

    def check_alive(self, thing: str, what: str) -> None:
        if self.ghost:
            return
        freed = self.writer.site("UAF", what, self.place)
        null = self.writer.site("NULL", what, self.place)
        tail = f" - {thing}" if not thing.isdigit() else f" - {int(thing)}"
        if thing == "0":
            self.emit(f"return {violation_code(null)}")
            return
        self.emit(f"if not s >> {self.layout.alive} + {thing} & 1:")
        with self.deeper():
            if not thing.isdigit():
                self.emit(f"if not {thing}: return {violation_code(null)}")
            self.emit(f"return {violation_code(freed)}{tail}")

    def access(self, expression: ast.Attribute, writes: bool) -> tuple[str, "_Where"]:
        name = expression.attr
        thing = self.thing(expression.value)
        owners = {owner for owner, _ in self.names.fields[name].initial}
        first = self.layout.fields[name]
        fixed: Bits | None = None
        if thing.isdigit():
            number = int(thing)
            if number > len(self.writer.model.objects) or (
                number and self.writer.model.objects[number - 1] not in owners
            ):
                raise self.place.error(f"{ast.unparse(expression)}: only {', '.join(sorted(owners))} has {name}")
            fixed = self.layout.field(name, number)
        elif len(owners) < len(self.writer.model.objects):
            raise self.place.error(f'not every object has "{name}"; name the object, as in {sorted(owners)[0]}.{name}')
        if self.watch and name in self.writer.model.watched:
            self.emit(f"W({thing}, {list(self.names.fields).index(name)}, {int(writes)})")
        verb = "writes" if writes else "reads"
        self.check_alive(thing, f"{verb} {ast.unparse(expression)}")
        return thing, _Where(first, fixed, f"{first.offset} + {thing} * {first.width}")

    def value(self, expression: ast.expr) -> str:
        """A Python expression for the value; what must be checked first is emitted."""
        folded = constant(self.names, self.environment, expression)
        if folded is not None:
            return str(folded)
        if isinstance(expression, ast.Name):
            return self.name_value(expression)
        if isinstance(expression, ast.Attribute):
            _, where = self.access(expression, writes=False)
            if where.fixed is not None:
                return f"({_read(where.fixed)})"
            return f"(s >> {where.offset} & {where.first.mask})"
        if isinstance(expression, ast.Compare):
            self.same_kind(expression)
            operator = _OPERATORS[type(expression.ops[0])]
            left = self.value(expression.left)
            return f"({left} {operator} {self.value(expression.comparators[0])})"
        if isinstance(expression, ast.UnaryOp):
            return f"(not {self.value(expression.operand)})"
        if isinstance(expression, ast.BinOp):
            sign = "+" if isinstance(expression.op, ast.Add) else "-"
            left = self.value(expression.left)
            return f"({left} {sign} {self.value(expression.right)})"
        if isinstance(expression, ast.BoolOp):
            return self.both_or_either(expression)
        if isinstance(expression, ast.IfExp):
            return self.one_of(expression)
        assert isinstance(expression, ast.Call)
        return self.question(expression)

    def name_value(self, expression: ast.Name) -> str:
        bound = self.environment.get(expression.id)
        if isinstance(bound, Var):
            return f"({_read(self.layout.slot(self.thread, bound.slot))})"
        if expression.id in self.layout.globals:
            return f"({_read(self.layout.globals[expression.id])})"
        raise self.place.error(f'"{expression.id}" has no value')

    def same_kind(self, expression: ast.Compare) -> None:
        """Refuse a comparison of an object with a number: it is always a slip."""
        left, right = self.kind(expression.left), self.kind(expression.comparators[0])
        if left and right and left != right and OBJECT in (left, right):
            raise self.place.error(f"{ast.unparse(expression)} compares a {left} with a {right}")

    def kind(self, expression: ast.expr) -> str:
        """The kind of a value, "" where it is not known."""
        if isinstance(expression, ast.Constant):
            return NUMBER
        if isinstance(expression, ast.Attribute):
            return self.names.fields[expression.attr].kind
        if isinstance(expression, ast.Name) and expression.id not in self.environment:
            if expression.id == "NULL" or expression.id in self.writer.model.objects:
                return OBJECT
            if expression.id in self.names.globals:
                return self.names.globals[expression.id].kind
        return ""

    def both_or_either(self, expression: ast.BoolOp) -> str:
        word = "and" if isinstance(expression.op, ast.And) else "or"
        first, *rest = expression.values
        values = [self.value(first)]
        prepared = []
        for part in rest:
            with self.aside() as before:
                values.append(self.value(part))
            prepared.append(before)
        if not any(prepared):
            return f"(1 if {f' {word} '.join(values)} else 0)"
        held = self.temporary()
        self.emit(f"{held} = 1 if {values[0]} else 0")
        for value, before in zip(values[1:], prepared, strict=True):
            self.emit(f"if {'' if word == 'and' else 'not '}{held}:")
            self.lines += [(depth + 1, line) for depth, line in before]
            with self.deeper():
                self.emit(f"{held} = 1 if {value} else 0")
        return held

    def one_of(self, expression: ast.IfExp) -> str:
        test = self.value(expression.test)
        with self.aside() as first:
            body = self.value(expression.body)
        with self.aside() as second:
            orelse = self.value(expression.orelse)
        if not first and not second:
            return f"({body} if {test} else {orelse})"
        held = self.temporary()
        for opening, before, value in ((f"if {test}:", first, body), ("else:", second, orelse)):
            self.emit(opening)
            self.lines += [(depth + 1, line) for depth, line in before]
            with self.deeper():
                self.emit(f"{held} = {value}")
        return held

    def question(self, call: ast.Call) -> str:
        name = _name(call.func)
        if name == "len":
            return f"({_read(self.layout.queues[_name(call.args[0])].length)})"
        if name == "alive":
            return f"(s >> {self.layout.alive} + {self.thing(call.args[0])} & 1)"
        if not self.writer.model.chain:
            raise self.place.error('reaches() follows the field that [model] names as "chain", and it names none')
        return f"R(s, {self.thing(call.args[0])}, {self.thing(call.args[1])})"


@dataclass(frozen=True, slots=True)
class _Where:
    """A field: `fixed` where the object is known, else at `offset` (an expression) with the width of `first`."""

    first: Bits
    fixed: Bits | None
    offset: str


def _read(bits: Bits) -> str:
    return f"s >> {bits.offset} & {bits.mask}"


def _name(expression: ast.expr) -> str:
    return expression.id if isinstance(expression, ast.Name) else ""


def _is_pop(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Call) and _name(expression.func) == "pop"
