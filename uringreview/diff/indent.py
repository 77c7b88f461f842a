"""How a line of kernel source would be indented, as ranked guesses, from the lines above and below it.

Rules: Documentation/process/coding-style.rst (tabs of eight, case labels under their switch, labels at column 0,
continuation lines further right, usually under the open parenthesis) and, where the file does otherwise, its own
neighbouring lines. A guess is never more than a guess: whoever uses it proves it by the blob id.
"""

import re
from dataclasses import dataclass

TAB = 8
_TOKEN = re.compile(
    r"(?P<comment>/\*.*?\*/|//.*)|(?P<open_comment>/\*.*)|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<opens>[({\[])|(?P<closes>[)}\]])|(?P<blank>[ \t]+)|(?P<word>\w+)|(?P<other>.)"
)
_CONTROL = re.compile(r"(?:\} *)?(?:else +)?(?:if|for|while|switch|[a-z_]*for_each\w*|scoped_guard)\b")
_LABEL = re.compile(r"(?!default\b)[A-Za-z_]\w*:(?!:)")
_CASE = re.compile(r"(?:case\b.*|default *):")
_DECLARATION = re.compile(r"[A-Za-z_][\w ]* \**\w+(?:\[\w*\])?(?: = [^()]*)?;")
_GAP = re.compile(r"[ \t]+")
C_LIKE = (".c", ".h", ".S", ".dts", ".dtsi", ".rs", ".cc", ".cpp", ".y", ".l")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the lines read so far leave open.

    `stack` holds the open brackets: the bracket, the column behind it, and the indentation of its statement.
    `statement` is the column of the statement that goes on, None between statements; `controls` are the columns of
    the `if`s and loops whose single statement comes next. `comment` is the column of the open comment.
    """

    stack: tuple[tuple[str, int, int], ...] = ()
    statement: int | None = None
    controls: tuple[int, ...] = ()
    comment: int | None = None
    last: str = ""

    def then(self, line: str) -> "Scope":
        """The scope behind one more line."""
        code = line.strip()
        if not code:
            return self
        if self.comment is not None:
            closed = None if "*/" in line else self.comment
            return Scope(self.stack, self.statement, self.controls, closed, line)
        if code.startswith("#") and not line[:1].isspace():
            return Scope(self.stack, self.statement, self.controls, None, line)
        indent = columns(line)
        start = indent if self.statement is None else self.statement
        stack, end, comment = _brackets(line, list(self.stack), start)
        inside = bool(stack) and stack[-1][0] != "{"
        if not end:
            return Scope(tuple(stack), self.statement, self.controls, comment, line)
        if inside:
            return Scope(tuple(stack), start, self.controls, comment, line)
        if end == ")" and _CONTROL.match(code if self.statement is None else "if") and self._is_control(code):
            return Scope(tuple(stack), None, (*self.controls, start), comment, line)
        if re.fullmatch(r"(?:\} *)?(?:else|do)", code):
            return Scope(tuple(stack), None, (*self.controls, start), comment, line)
        if end in (";", "{", "}", ",") or _LABEL.match(code) or _CASE.match(code):
            return Scope(tuple(stack), None, (), comment, line)
        if end == ")" and not stack:
            return Scope((), None, (), comment, line)
        return Scope(tuple(stack), start, self.controls, comment, line)

    def _is_control(self, code: str) -> bool:
        """Whether the statement that `code` ends is an `if` or a loop: judged by its first line, kept in `last`."""
        return self.statement is None or _CONTROL.match(self.last.strip()) is not None or "(" not in code


def columns(line: str) -> int:
    """The column of the first character that is no blank, tabs of eight."""
    return len(line[: len(line) - len(line.lstrip())].expandtabs(TAB))


def white(column: int, spaces: bool = False) -> str:
    """Tabs, then blanks, up to a column; blanks alone where the file has no tabs."""
    return " " * column if spaces else "\t" * (column // TAB) + " " * (column % TAB)


def leading(line: str) -> str:
    """The blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def guesses(text: str, scope: Scope, above: str, below: str, c_like: bool, spaces: bool) -> list[str]:
    """Ranked guesses of the indentation of `text`, at most eight, the likeliest first.

    `above` is the last line with text over it, `below` the next known line under it, both whole; `spaces` says that
    the file indents by blanks.
    """
    found: list[str] = []
    if c_like:
        found += [white(column, spaces) for column in _by_rule(text, scope)]
    near = [leading(line) for line in (above, below) if line.strip()]
    if not c_like and text[:1] in ("#", ":", "=", "*"):
        near = [*near[::-1]]
    found += near
    unit = 4 if spaces else TAB
    for base in [columns(line) for line in (above, below) if line.strip()]:
        found += [white(base + unit, spaces), white(max(0, base - unit), spaces)]
        if not c_like:
            found += [white(base + 2, spaces), white(max(0, base - 2), spaces), white(base, True)]
    found.append("")
    return list(dict.fromkeys(found))[:8]


def gap_guesses(text: str, above: str, below: str) -> list[str]:
    """`text` with its gaps widened as in a neighbouring line that lines things up; empty where none does."""
    found = []
    for line in (above, below):
        body = line.strip()
        gaps = list(_GAP.finditer(body))
        for number, gap in enumerate(gaps):
            ours = [one.start() for one in _GAP.finditer(text)]
            if gap[0] == " " or number >= len(ours):
                continue
            start = columns(line)
            target = start + len((" " * (start % TAB) + body[: gap.end()]).expandtabs(TAB)) - start % TAB
            at = ours[number]
            column = start + at
            found.append(text[:at] + gap[0] + text[at + 1 :])
            if target > column:
                tabs = -(-target // TAB) - column // TAB
                found.append(text[:at] + ("\t" * tabs if "\t" in gap[0] else " " * (target - column)) + text[at + 1 :])
    return [guess for guess in dict.fromkeys(found) if guess != text][:3]


def looks_declared(text: str) -> bool:
    """Whether a squeezed line reads like a variable's declaration, which stands above the blank line of a block."""
    return not text.startswith(("return ", "goto ")) and _DECLARATION.fullmatch(text) is not None


def _by_rule(text: str, scope: Scope) -> list[int]:
    """Columns by the coding style, likeliest first."""
    if scope.comment is not None:
        return [scope.comment + 1] if text.startswith("*") else [columns(scope.last), scope.comment]
    if text.startswith("#"):
        return [0]
    top = scope.stack[-1] if scope.stack else None
    if top is not None and top[0] != "{":
        before = [columns(scope.last)] if columns(scope.last) > top[2] else []
        aligned = top[1]
        if text[:1] in (")", "}", "]"):
            return [top[2], aligned, *before]
        return [aligned, *before, top[2] + TAB, top[2] + 2 * TAB]
    block = top[2] + TAB if top is not None else 0
    if text.startswith("}"):
        return [max(0, block - TAB), block]
    if scope.statement is not None:
        if text.startswith("{"):
            return [scope.statement]
        before = [columns(scope.last)] if columns(scope.last) > scope.statement else []
        equals = scope.last.expandtabs(TAB).find("= ")
        after = [equals + 2] if equals > 0 else []
        return [*before, scope.statement + TAB, *after, scope.statement + 4, scope.statement + 2 * TAB, scope.statement]
    if _CASE.match(text):
        return [max(0, block - TAB), block]
    if _LABEL.match(text) and top is not None:
        return [0, block, 1]
    if scope.controls:
        return [scope.controls[-1] + (0 if text.startswith("{") else TAB), block]
    return [block]


def _brackets(
    line: str, stack: list[tuple[str, int, int]], start: int
) -> tuple[list[tuple[str, int, int]], str, int | None]:
    """The bracket stack behind `line`, its last significant character, and the column of a comment left open."""
    end = ""
    wide = line.expandtabs(TAB)
    for found in _TOKEN.finditer(wide):
        kind = found.lastgroup
        if kind == "opens":
            stack.append((found[0], found.end(), start))
        elif kind == "closes" and stack:
            stack.pop()
        elif kind == "open_comment":
            return stack, end, found.start()
        if kind not in ("comment", "blank"):
            end = found[0][-1]
    return stack, end, None
