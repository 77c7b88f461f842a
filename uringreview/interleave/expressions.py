"""How a value of the model's language is written as Python over a packed state, with the checks that it needs.

Every field access is preceded by the test that its object is there and not freed; a violated test returns the code of
its site. `generate` builds whole steps on this. The text that comes out holds numbers and names chosen here alone.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from uringreview.interleave.forms import LARGEST
from uringreview.interleave.graph import Environment, ThreadProgram, Var
from uringreview.interleave.layout import Bits, Layout
from uringreview.interleave.names import Names
from uringreview.interleave.place import Place
from uringreview.interleave.program import constant
from uringreview.interleave.scenario import NUMBER, OBJECT, Model

_DEEPEST = 60
_LONGEST = 4_000
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


class Sheet:
    """What all functions of a machine share; `sites` and `mistakes` (in the model itself) grow as they are written."""

    def __init__(self, model: Model, names: Names, layout: Layout) -> None:
        self.model = model
        self.names = names
        self.layout = layout
        self.sites: list[Site] = []
        self.mistakes: list[tuple[Place, str]] = []
        self._known: dict[Site, int] = {}
        self._full = (1 << layout.width) - 1
        self._kept: dict[tuple[int, frozenset[Var]], int] = {}

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
        known = self._kept.get((thread, live))
        if known is not None:
            return known
        counter = self.layout.counters[thread]
        mask = self._full & ~(counter.mask << counter.offset)
        used = {variable.slot for variable in live}
        for slot in range(program.slots):
            if slot not in used:
                bits = self.layout.slot(thread, slot)
                mask &= ~(bits.mask << bits.offset)
        self._kept[thread, live] = mask
        return mask


@dataclass(frozen=True, slots=True)
class Where:
    """A field: `fixed` where the object is known, else at `offset` (an expression) with the width of `first`."""

    first: Bits
    fixed: Bits | None
    offset: str


class Expressions:
    """A function under construction: its lines with their depth, and how a value is written.

    Writing a value also writes, in front of it, the checks that reading it needs.
    """

    def __init__(
        self, sheet: Sheet, thread: int, program: ThreadProgram | None, watch: bool = False, ghost: bool = False
    ) -> None:
        self.sheet = sheet
        self.layout = sheet.layout
        self.names = sheet.names
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

    def emit(self, line: str) -> None:
        if self.depth > _DEEPEST or len(self.lines) > _LONGEST:
            raise self.place.error(
                "too many decisions follow one step; give one of them a C text, so that it is a step"
            )
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

    def checked(self, bits: Bits, value: str, source: ast.expr | None) -> str:
        """`value`, with a check in front where it might not fit into `bits`."""
        largest = self.largest(source)
        if largest is not None and largest <= bits.largest:
            return value
        held = self.temporary()
        self.emit(f"{held} = {value}")
        number = self.sheet.mistake(self.place, f"a value is not in 0 to {bits.largest}, or is of another kind")
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
            return LARGEST if isinstance(self.environment.get(source.id), Var) or bits is None else bits.largest
        if isinstance(source, ast.IfExp):
            ways = (self.largest(source.body), self.largest(source.orelse))
            return None if ways[0] is None or ways[1] is None else max(ways[0], ways[1])
        if isinstance(source, ast.Call):
            return LARGEST
        return None

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
        freed = self.sheet.site("UAF", what, self.place)
        null = self.sheet.site("NULL", what, self.place)
        tail = f" - {thing}" if not thing.isdigit() else f" - {int(thing)}"
        if thing == "0":
            self.emit(f"return {violation_code(null)}")
            return
        self.emit(f"if not s >> {self.layout.alive} + {thing} & 1:")
        with self.deeper():
            if not thing.isdigit():
                self.emit(f"if not {thing}: return {violation_code(null)}")
            self.emit(f"return {violation_code(freed)}{tail}")

    def access(self, expression: ast.Attribute, writes: bool) -> tuple[str, "Where"]:
        name = expression.attr
        thing = self.thing(expression.value)
        owners = {owner for owner, _ in self.names.fields[name].initial}
        first = self.layout.fields[name]
        fixed: Bits | None = None
        if thing.isdigit():
            number = int(thing)
            if number > len(self.sheet.model.objects) or (
                number and self.sheet.model.objects[number - 1] not in owners
            ):
                raise self.place.error(f"{ast.unparse(expression)}: only {', '.join(sorted(owners))} has {name}")
            fixed = self.layout.field(name, number)
        elif len(owners) < len(self.sheet.model.objects):
            raise self.place.error(f'not every object has "{name}"; name the object, as in {sorted(owners)[0]}.{name}')
        if self.watch and name in self.sheet.model.watched:
            self.emit(f"W({thing}, {list(self.names.fields).index(name)}, {int(writes)})")
        verb = "writes" if writes else "reads"
        self.check_alive(thing, f"{verb} {ast.unparse(expression)}")
        return thing, Where(first, fixed, f"{first.offset} + {thing} * {first.width}")

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
                return f"({read(where.fixed)})"
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
        if isinstance(expression, ast.Call):
            return self.question(expression)
        raise self.place.error(f"{ast.unparse(expression)} is no value")

    def name_value(self, expression: ast.Name) -> str:
        bound = self.environment.get(expression.id)
        if isinstance(bound, Var):
            return f"({read(self.layout.slot(self.thread, bound.slot))})"
        if expression.id in self.layout.globals:
            return f"({read(self.layout.globals[expression.id])})"
        raise self.place.error(f'"{expression.id}" has no value')

    def same_kind(self, expression: ast.Compare) -> None:
        """Refuse a comparison of an object with a number: it is always a slip."""
        left, right = self.kind(expression.left), self.kind(expression.comparators[0])
        if left and right and left != right and OBJECT in (left, right):
            raise self.place.error(f"{ast.unparse(expression)} compares {_a(left)} with {_a(right)}")

    def kind(self, expression: ast.expr) -> str:
        """The kind of a value, "" where it is not known."""
        if isinstance(expression, ast.Constant):
            return NUMBER
        if isinstance(expression, ast.Attribute):
            return self.names.fields[expression.attr].kind
        if isinstance(expression, ast.Name) and expression.id not in self.environment:
            if expression.id == "NULL" or expression.id in self.sheet.model.objects:
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
        name = name_of(call.func)
        if name == "len":
            return f"({read(self.layout.queues[name_of(call.args[0])].length)})"
        if name == "alive":
            return f"(s >> {self.layout.alive} + {self.thing(call.args[0])} & 1)"
        if not self.sheet.model.chain:
            raise self.place.error('reaches() follows the field that [model] names as "chain", and it names none')
        return f"R(s, {self.thing(call.args[0])}, {self.thing(call.args[1])})"


def read(bits: Bits) -> str:
    """A Python expression for what stands there in the state `s`; in parentheses, where more is done with it."""
    return f"s >> {bits.offset} & {bits.mask}"


def name_of(expression: ast.expr) -> str:
    """The name that an expression is, "" where it is none."""
    return expression.id if isinstance(expression, ast.Name) else ""


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
