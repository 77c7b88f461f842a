"""Reads the code part of a scenario file: lines that look like a diff, each of them one atomic step.

A line is `prefix| code ;; C text`. The prefix says with which patches the line exists, the code is a small subset of
Python's grammar (so Python's own parser reads the expressions), the C text is the kernel line that the step stands
for. Nothing here is executed: code is checked against a list of allowed forms. docs/scenario-language.md is the
reference for people who write scenarios.
"""

import ast
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from uringreview.errors import UnreadableError
from uringreview.interleave.properties import PROPERTIES

LARGEST = 15
"""Numbers in a model are 0 to 15: a state must stay small, and a counter that grows further is a mistake."""
ACTIONS = frozenset({"lock", "unlock", "wait", "touch", "require", "push", "free"})
"""Calls that stand as a statement."""
QUESTIONS = frozenset({"len", "alive", "reaches"})
"""Calls that stand in an expression."""
_BUILT_IN = ACTIONS | QUESTIONS | {"pop", "items"}

_LONGEST_LINE = 1_000
_FUNCTION = re.compile(r"fn (?P<name>[A-Za-z_]\w*)\((?P<parameters>[\w, ]*)\):\Z")
_TERM = re.compile(r"(?P<sign>[+-]?)(?P<patch>[A-Za-z]\w*)\Z")
_HEADER = re.compile(r"(?P<word>if|elif|else|while|for|atomic)\b(?P<rest>.*)\Z", re.DOTALL)
_FORMS = (
    *(ast.Name, ast.Load, ast.Store, ast.Attribute, ast.Constant, ast.Compare, ast.BoolOp, ast.And, ast.Or),
    *(ast.UnaryOp, ast.Not, ast.BinOp, ast.Add, ast.Sub, ast.IfExp, ast.Call, ast.Tuple),
    *(ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
)


class ModelError(UnreadableError):
    """A scenario file is wrong; the sentence starts with file:line:column."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a scenario file, for messages; line and column count from 1."""

    file: str
    line: int
    column: int = 1

    def error(self, sentence: str) -> ModelError:
        """The exception to raise for something wrong here."""
        return ModelError(f"{self.file}:{self.line}:{self.column}: {sentence}")


@dataclass(frozen=True, slots=True)
class When:
    """A line's prefix: alternatives (`/`), each of them patches that must be applied (+) or not (-), joined by `&`."""

    text: str
    alternatives: tuple[tuple[tuple[str, bool], ...], ...]

    def holds(self, applied: frozenset[str]) -> bool:
        """Whether the line exists where exactly the patches `applied` are."""
        return any(all((patch in applied) is wanted for patch, wanted in terms) for terms in self.alternatives)

    @property
    def patch(self) -> str:
        """The patch that the line belongs to: the first one named."""
        return self.alternatives[0][0][0]

    @property
    def added(self) -> bool:
        """Whether that patch adds the line; False where it takes it away."""
        return self.alternatives[0][0][1]


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line of code.

    `indent` counts the blanks after the prefix. `word` is "if", "elif", "else", "while", "for", "atomic" for a line
    that opens a block, "" otherwise; `test` its condition (for `for`: the loop's source, `loop` its variable);
    `statements` are the simple statements of a line that opens no block.
    """

    place: Place
    indent: int
    when: When | None
    code: str
    c_text: str
    word: str
    test: ast.expr | None
    loop: str
    statements: tuple[ast.stmt, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its parameters, and all of its lines whatever their prefix."""

    name: str
    place: Place
    parameters: tuple[str, ...]
    lines: tuple[CodeLine, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A line with the lines under it, in one variant; `orelse` is what stands under its else or elif."""

    line: CodeLine
    body: tuple["Block", ...] = ()
    orelse: tuple["Block", ...] = ()


def read_code(file: str, first_line: int, text: str, patches: frozenset[str]) -> tuple[Function, ...]:
    """Parse the code part `text`, whose first line is line `first_line` of `file`.

    `patches` are the names that prefixes may use. Raises ModelError at the first thing that is wrong.
    """
    functions: list[Function] = []
    current: tuple[str, Place, tuple[str, ...]] | None = None
    lines: list[CodeLine] = []
    for number, raw in enumerate(text.split("\n"), start=first_line):
        bare, _, c_text = raw.partition(";;")
        bare = bare.partition("#")[0]
        if len(bare) > _LONGEST_LINE:
            raise Place(file, number, _LONGEST_LINE).error(f"a line of code has at most {_LONGEST_LINE} characters")
        if not bare.strip():
            continue
        if bare.startswith("fn "):
            if current is not None:
                functions.append(Function(*current, tuple(lines)))
            current, lines = _heading(Place(file, number), bare.rstrip()), []
        elif current is None:
            raise Place(file, number).error('code stands before the first function; start one with "fn name():"')
        else:
            lines.append(_line(file, number, bare.rstrip(), c_text.strip(), patches))
    if current is not None:
        functions.append(Function(*current, tuple(lines)))
    seen: set[str] = set()
    for function in functions:
        if function.name in seen or function.name in _BUILT_IN:
            raise function.place.error(f"there is already a function {function.name}()")
        if not function.lines:
            raise function.place.error(f"{function.name}() has no lines")
        seen.add(function.name)
    return tuple(functions)


def read_condition(place: Place, text: str) -> ast.expr:
    """Parse a condition that stands alone, as those of `[final]` do; ModelError where it is none."""
    (statement, *more) = _python(place, text, 0)
    if more or not isinstance(statement, ast.Expr):
        raise place.error(f'"{text}" is no condition')
    _check_expression(place, statement.value)
    return statement.value


def variant(lines: Iterable[CodeLine], applied: frozenset[str]) -> tuple[Block, ...]:
    """The block tree of the lines that exist with `applied`; ModelError where their indentation is off."""
    kept = [line for line in lines if line.when is None or line.when.holds(applied)]
    if not kept:
        return ()
    blocks, used = _blocks(kept, 0, kept[0].indent)
    if used < len(kept):
        raise kept[used].place.error("this line stands further left than the function's first line")
    return blocks


def _heading(place: Place, bare: str) -> tuple[str, Place, tuple[str, ...]]:
    found = _FUNCTION.match(bare)
    if found is None:
        raise place.error('expected a function heading such as "fn io_free_req(req):"')
    parameters = tuple(name.strip() for name in found["parameters"].split(",") if name.strip())
    return found["name"], place, parameters


def _line(file: str, number: int, bare: str, c_text: str, patches: frozenset[str]) -> CodeLine:
    when, start = None, 0
    bar = bare.find("|")
    if bar >= 0:
        when, start = _prefix(Place(file, number), bare[:bar], patches), bar + 1
    elif bare[0] in "+-":
        raise Place(file, number).error('the prefix has no "|" at its end')
    rest = bare[start:]
    code = rest.lstrip(" ")
    indent = len(rest) - len(code)
    place = Place(file, number, start + indent + 1)
    if not code:
        raise place.error("the prefix is followed by no code")
    if code.startswith("\t"):
        raise place.error("indent with blanks, not with tabs")
    if indent == 0:
        raise place.error("a line of a function is indented")
    word, test, loop, statements = _parse(place, code)
    return CodeLine(place, indent, when, code, c_text, word, test, loop, statements)


def _prefix(place: Place, text: str, patches: frozenset[str]) -> When:
    alternatives = []
    column = 1
    for alternative in text.split("/"):
        terms = []
        for term in alternative.split("&"):
            found = _TERM.match(term.strip())
            at = Place(place.file, place.line, column)
            if found is None:
                raise at.error(f'"{term}" is no prefix; write +p2| for "only with p2", -p2| for "only without"')
            if found["patch"] not in patches:
                raise at.error(f'no patch is called "{found["patch"]}"; the model has {", ".join(sorted(patches))}')
            terms.append((found["patch"], found["sign"] != "-"))
            column += len(term) + 1
        alternatives.append(tuple(terms))
    return When(text.strip(), tuple(alternatives))


def _parse(place: Place, code: str) -> tuple[str, ast.expr | None, str, tuple[ast.stmt, ...]]:
    found = _HEADER.match(code)
    if found is None or (found["word"] == "atomic" and not found["rest"].strip().startswith(":")):
        return "", None, "", _statements(place, code)
    word, rest = found["word"], found["rest"].rstrip()
    if not rest.endswith(":"):
        raise _at(place, len(code)).error(f'the "{word}" line does not end in ":"; put its body on the lines below')
    if word in ("else", "atomic"):
        if rest.strip() != ":":
            raise _at(place, len(word)).error(f'nothing may stand between "{word}" and ":"')
        return word, None, "", ()
    if word == "for":
        (statement,) = _python(place, code + " pass", 0)
        if not isinstance(statement, ast.For) or not isinstance(statement.target, ast.Name):
            raise place.error('expected "for name in items(queue):"')
        _check_expression(place, statement.iter, allow=("items",))
        if not isinstance(statement.iter, ast.Call):
            raise place.error('expected "for name in items(queue):"')
        return word, statement.iter, statement.target.id, ()
    (statement,) = _python(place, "(" + rest[:-1].strip() + ")", len(word) + len(rest) - len(rest.lstrip()) - 1)
    if not isinstance(statement, ast.Expr):
        raise place.error(f'the "{word}" line has no condition')
    _check_expression(place, statement.value)
    return word, statement.value, "", ()


def _python(place: Place, source: str, shift: int) -> list[ast.stmt]:
    try:
        with warnings.catch_warnings():
            # What Python only warns of ("1if x") is refused, not printed.
            warnings.simplefilter("error")
            statements = ast.parse(source).body
    except SyntaxError as error:
        raise _at(place, (error.offset or 1) - 1 + shift).error(f"cannot read this: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError, Warning):
        raise place.error("cannot read this line") from None
    if not statements:
        raise place.error("there is no code on this line")
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.expr):
                node.col_offset += shift
    return statements


def _statements(place: Place, code: str) -> tuple[ast.stmt, ...]:
    statements = tuple(_python(place, code, 0))
    for statement in statements:
        _check_statement(place, statement)
    if len(statements) > 1:
        for statement in statements:
            if isinstance(statement, ast.Return | ast.Break):
                raise _at(place, statement.col_offset).error("return and break stand on a line of their own")
            call = called(statement)
            if call is not None:
                raise _at(place, statement.col_offset).error(f"the call of {call}() stands on a line of its own")
    return statements


def called(statement: ast.stmt) -> str | None:
    """The model function that a simple statement calls; None where it calls none."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id not in _BUILT_IN:
        return value.func.id
    return None


def _check_statement(place: Place, statement: ast.stmt) -> None:
    at = _at(place, statement.col_offset)
    if isinstance(statement, ast.Break | ast.Pass):
        return
    if isinstance(statement, ast.Return):
        if statement.value is not None:
            _check_expression(place, statement.value)
        return
    if isinstance(statement, ast.Assign):
        (target, *more) = statement.targets
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        if more or not all(isinstance(name, ast.Name | ast.Attribute) for name in names):
            raise at.error('only "name = value", "object.field = value" and "a, b = pop(queue)" assign')
        for name in names:
            _check_expression(place, name)
        allow = ("pop",) if called(statement) is None else ("pop", called(statement) or "")
        _check_expression(place, statement.value, allow)
        if isinstance(target, ast.Tuple) and not _is_call(statement.value, "pop"):
            raise at.error("several names are assigned from pop(queue) alone")
        return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        action = statement.value.func.id if isinstance(statement.value.func, ast.Name) else ""
        if action in QUESTIONS or action in ("pop", "items"):
            raise at.error(f"{action}() alone on a line does nothing; assign its value")
        _check_expression(place, statement.value, (*ACTIONS, called(statement) or ""))
        return
    raise at.error("this statement is not part of the language (see docs/scenario-language.md)")


def _check_expression(place: Place, expression: ast.expr, allow: tuple[str, ...] = ()) -> None:
    for node in ast.walk(expression):
        at = _at(place, getattr(node, "col_offset", 0))
        if isinstance(node, ast.keyword) or not isinstance(node, _FORMS):
            raise at.error(f"{type(node).__name__} is not part of the language (see docs/scenario-language.md)")
        operator = getattr(node, "op", None)
        if operator is not None and not isinstance(operator, _FORMS):
            raise at.error(f"{type(operator).__name__} is not part of the language (see docs/scenario-language.md)")
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | str):
            raise at.error("only whole numbers are values")
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not 0 <= node.value <= LARGEST:
            raise at.error(f"numbers are 0 to {LARGEST}")
        if isinstance(node, ast.Compare) and len(node.ops) > 1:
            raise at.error("compare two values at a time")
        if isinstance(node, ast.Call):
            _check_call(at, node, (*QUESTIONS, *(allow if node is expression else ())))


def _check_call(at: Place, call: ast.Call, allow: tuple[str, ...]) -> None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if not name or name not in allow:
        raise at.error(f"{name or 'this'}() cannot be called here")
    count = len(call.args)
    wanted = {"push": (2, 9), "require": (2, 3), "reaches": (2, 2)}.get(name, (1, 1))
    if name in _BUILT_IN and not wanted[0] <= count <= wanted[1]:
        raise at.error(f"{name}() takes {wanted[0]} argument{'s' * (wanted[0] > 1)}, not {count}")
    if name == "require":
        label = call.args[1]
        if not isinstance(label, ast.Constant) or label.value not in PROPERTIES:
            raise at.error(f"require() names one of the properties {', '.join(PROPERTIES)}")
        if count == 3 and not (isinstance(call.args[2], ast.Name) and call.args[2].id == "GO_ON"):
            raise at.error("the third argument of require() can only be GO_ON")
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and name != "require":
            raise at.error("only require() takes a quoted name")


def _is_call(expression: ast.expr, name: str) -> bool:
    return isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name) and expression.func.id == name


def _at(place: Place, offset: int) -> Place:
    return Place(place.file, place.line, place.column + max(offset, 0))


def _blocks(lines: list[CodeLine], start: int, indent: int) -> tuple[tuple[Block, ...], int]:
    found: list[Block] = []
    index = start
    while index < len(lines) and lines[index].indent >= indent:
        line = lines[index]
        if line.indent > indent:
            raise line.place.error("this line is indented further than the one above, which opens no block")
        if line.word in ("else", "elif"):
            raise line.place.error(f'"{line.word}" without an "if" above it, with these patches applied')
        block, index = _block(lines, index)
        found.append(block)
    return tuple(found), index


def _block(lines: list[CodeLine], index: int) -> tuple[Block, int]:
    line = lines[index]
    index += 1
    if not line.word:
        return Block(line), index
    if index >= len(lines) or lines[index].indent <= line.indent:
        raise line.place.error(f'nothing stands under this "{line.word}", with these patches applied')
    body, index = _blocks(lines, index, lines[index].indent)
    orelse: tuple[Block, ...] = ()
    if line.word in ("if", "elif") and index < len(lines) and lines[index].indent == line.indent:
        if lines[index].word == "elif":
            inner, index = _block(lines, index)
            orelse = (inner,)
        elif lines[index].word == "else":
            inner, index = _block(lines, index)
            orelse = inner.body
    return Block(line, body, orelse), index
