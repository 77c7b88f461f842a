"""Reads the code part of a scenario file: lines that look like a diff, each of them one atomic step.

A line is `prefix| code ;; C text`. The prefix says with which patches the line exists, the code is a small subset of
Python's grammar (so Python's own parser reads the expressions), the C text is the kernel line that the step stands
for. Nothing here is executed: code is checked against a list of allowed forms. docs/scenario-language.md is the
reference for people who write scenarios.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from uringreview.interleave.forms import BUILT_IN, called, check_expression, check_statement, python
from uringreview.interleave.place import Place

_LONGEST_LINE = 1_000
_FUNCTION = re.compile(r"fn (?P<name>[A-Za-z_]\w*)\((?P<parameters>[\w, ]*)\):\Z")
_TERM = re.compile(r"(?P<sign>[+-]?)(?P<patch>[A-Za-z]\w*)\Z")
_HEADER = re.compile(r"(?P<word>if|elif|else|while|for|atomic)\b(?P<rest>.*)\Z", re.DOTALL)


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
        if function.name in seen or function.name in BUILT_IN:
            raise function.place.error(f"there is already a function {function.name}()")
        if not function.lines:
            raise function.place.error(f"{function.name}() has no lines")
        seen.add(function.name)
    return tuple(functions)


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
        raise place.right(len(code)).error(f'the "{word}" line does not end in ":"; put its body on the lines below')
    if word in ("else", "atomic"):
        if rest.strip() != ":":
            raise place.right(len(word)).error(f'nothing may stand between "{word}" and ":"')
        return word, None, "", ()
    if word == "for":
        (statement,) = python(place, code + " pass", 0)
        if not isinstance(statement, ast.For) or not isinstance(statement.target, ast.Name):
            raise place.error('expected "for name in items(queue):"')
        check_expression(place, statement.iter, allow=("items",))
        if not isinstance(statement.iter, ast.Call):
            raise place.error('expected "for name in items(queue):"')
        return word, statement.iter, statement.target.id, ()
    (statement,) = python(place, "(" + rest[:-1].strip() + ")", len(word) + len(rest) - len(rest.lstrip()) - 1)
    if not isinstance(statement, ast.Expr):
        raise place.error(f'the "{word}" line has no condition')
    check_expression(place, statement.value)
    return word, statement.value, "", ()


def _statements(place: Place, code: str) -> tuple[ast.stmt, ...]:
    statements = tuple(python(place, code, 0))
    for statement in statements:
        check_statement(place, statement)
    if len(statements) > 1:
        for statement in statements:
            if isinstance(statement, ast.Return | ast.Break):
                raise place.right(statement.col_offset).error("return and break stand on a line of their own")
            call = called(statement)
            if call is not None:
                raise place.right(statement.col_offset).error(f"the call of {call}() stands on a line of its own")
    return statements


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
