"""How a line of kernel source would be indented, as ranked guesses, from the lines above and below it.

Rules: Documentation/process/coding-style.rst (tabs of eight, case labels under their switch, labels at column 0,
continuation lines further right, usually under the open parenthesis) and, where the file does otherwise, its own
neighbouring lines. A guess is never more than a guess: whoever uses it proves it by the blob id.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

TAB = 8
_TOKEN = re.compile(
    r"(?P<comment>/\*.*?\*/|//.*)|(?P<open_comment>/\*.*)|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<opens>[({\[])|(?P<closes>[)}\]])|(?P<blank>[ \t]+)|(?P<word>\w+)|(?P<other>.)"
)
_CONTROL = re.compile(r"(?:\} *)?(?:else +)?(?:if|for|while|switch|[a-z_]*for_each\w*|scoped_guard)\b")
_LABEL = re.compile(r"(?!default\b)[A-Za-z_]\w*:(?!:)")
_CASE = re.compile(r"(?:case\b.*|default *):")
_DECLARATION = re.compile(r"(?:\w+ )+\**\w+(?:\[\w*\])?(?: = .*)?;")
_GAP = re.compile(r"[ \t]+")
C_LIKE = (".c", ".h", ".S", ".dts", ".dtsi", ".rs", ".cc", ".cpp", ".y", ".l")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the lines read so far leave open.

    `stack` holds the open brackets: the bracket, the column of what follows it on its line (0: nothing does), and the
    indentation of its statement.
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


@dataclass(frozen=True, slots=True)
class Guess:
    """One indentation, and which rule or neighbour it goes by."""

    by: str
    white: str


def kind_of_place(text: str, scope: Scope) -> str:
    """What sort of place a line stands in: a file that goes its own way does so in all places of one sort."""
    if scope.comment is not None:
        return "comment *" if text.startswith("*") else "comment"
    if text.startswith("#") or _CASE.match(text) or _LABEL.match(text):
        return "#" if text.startswith("#") else "label"
    top = scope.stack[-1] if scope.stack else None
    bracket = top[0] + ("+" if top[1] else "") if top is not None else ""
    if scope.controls and scope.statement is None and bracket in ("", "{"):
        return "controlled"
    return bracket + (" }" if text[:1] in "})]" else "") + (" goes on" if scope.statement is not None else "")


def went_by(line: str, scope: Scope) -> str:
    """Which rule a known line of C goes by, or its distance from the first rule as "+8" or "-2"."""
    at, rules = columns(line), _by_rule(line.strip(), scope)
    return next((by for by, column in rules if column == at), f"{at - rules[0][1]:+d}")


def guesses(
    text: str, scope: Scope, above: str, below: str, *, c_like: bool, spaces: bool, learned: str | None
) -> list[Guess]:
    """Ranked guesses of the indentation of `text`, at most nine, the likeliest first.

    `above` is the last line with text over it, `below` the next known line under it, both whole; `spaces` says that
    the file indents by blanks; `learned` is what the last line in such a place went by.
    """
    found: list[tuple[str, str]] = []
    if c_like:
        rules = _by_rule(text, scope)
        if learned is not None and learned[0] in "+-" and learned[1:].isdigit():
            rules.insert(0, (learned, max(0, rules[0][1] + int(learned))))
        rules.sort(key=lambda one: one[0] != learned)
        found += [(by, white(column, spaces)) for by, column in rules]
    near = [(by, line) for by, line in (("above", above), ("below", below)) if line.strip()]
    found += [(by, leading(line)) for by, line in near]
    unit = 4 if spaces else TAB
    for by, line in near:
        base = columns(line)
        found += [(f"{by} in", white(base + unit, spaces)), (f"{by} out", white(max(0, base - unit), spaces))]
        if not c_like:
            found += [(f"{by} in 2", leading(line) + "  "), (f"{by} blanks", " " * base)]
    found.append(("none", ""))
    unique: dict[str, str] = {}
    for by, one in found:
        unique.setdefault(one, by)
    return [Guess(by, one) for one, by in unique.items()][:9]


def gap_guesses(text: str, near: Sequence[str]) -> list[str]:
    """`text` with its gaps widened as in a neighbouring line that lines things up; empty where none does.

    A gap is taken over as it stands, or grown with the same kind of blanks until what follows stands in the same
    column; first all gaps of the neighbour, then each alone.
    """
    found: list[str] = []
    for line in near:
        if not _alike(text, line.strip()):
            continue
        gaps = [(number, gap) for number, gap in enumerate(_GAP.finditer(line.strip())) if gap[0] != " "]
        for chosen in ([gaps] if len(gaps) > 1 else []) + [[one] for one in gaps]:
            for aligned in (True, False):
                found.append(_widened(text, line, [(number, gap) for number, gap in chosen], aligned))
    return [guess for guess in dict.fromkeys(found) if guess != text][:6]


def _alike(text: str, other: str) -> bool:
    """Whether two lines are of one sort, so that one may be lined up with the other."""
    if not text or not other:
        return False
    if text[0].isalnum() and other[0].isalnum():
        return (
            text[-1] == other[-1]
            or text.endswith("*/")
            or other.endswith("*/")
            or text[0].isupper() == other[0].isupper()
        )
    return text[0] == other[0]


def _widened(text: str, line: str, gaps: Sequence[tuple[int, re.Match[str]]], aligned: bool) -> str:
    """`text` with its gaps at these numbers made as wide as in `line`, by column or as they stand."""
    start = columns(line)
    body = line.strip()
    for number, gap in gaps:
        ours = list(_GAP.finditer(text))
        if number >= len(ours):
            break
        wide = gap[0]
        if aligned:
            target = len((" " * start + body[: gap.end()]).expandtabs(TAB))
            column = len((" " * start + text[: ours[number].start()]).expandtabs(TAB))
            if target > column:
                wide = "\t" * (-(-target // TAB) - column // TAB) if "\t" in gap[0] else " " * (target - column)
        text = text[: ours[number].start()] + wide + text[ours[number].end() :]
    return text


def looks_declared(text: str) -> bool:
    """Whether a squeezed line reads like a variable's declaration, which stands above the blank line of a block."""
    return not text.startswith(("return ", "goto ")) and _DECLARATION.fullmatch(text) is not None


def _by_rule(text: str, scope: Scope) -> list[tuple[str, int]]:
    """Rules and the columns that they give, likeliest first."""
    last = columns(scope.last)
    if scope.comment is not None:
        return [("star", scope.comment + 1)] if text.startswith("*") else [("same", last), ("comment", scope.comment)]
    if text.startswith("#"):
        return [("start", 0)]
    top = scope.stack[-1] if scope.stack else None
    if top is not None and top[0] != "{":
        return _in_parentheses(text, top[1], top[2], last)
    block = top[2] + TAB if top is not None else 0
    if text.startswith("}"):
        return [("out", max(0, block - TAB)), ("block", block)]
    if top is not None and top[1]:
        return [("aligned", top[1]), ("block", block), ("brace", top[2])]
    if scope.statement is not None:
        return _going_on(text, scope.statement, scope.last)
    if _CASE.match(text):
        return [("out", max(0, block - TAB)), ("block", block)]
    if _LABEL.match(text) and top is not None:
        return [("start", 0), ("block", block), ("one", 1)]
    if scope.controls:
        return [("controlled", scope.controls[-1] + (0 if text.startswith("{") else TAB)), ("block", block)]
    return [("block", block), ("brace", top[2])] if top is not None else [("block", block)]


def _in_parentheses(text: str, inside: int, statement: int, last: int) -> list[tuple[str, int]]:
    """A line inside an open parenthesis: `inside` is the column behind it, 0 where its line ends there."""
    same = [("same", last)] if last > statement else []
    if text[:1] in (")", "}", "]"):
        return [("statement", statement), *([("aligned", inside)] if inside else []), *same]
    rules = [("aligned", inside)] if inside else []
    rules += [*same, ("tab", statement + TAB), ("two tabs", statement + 2 * TAB)]
    if inside:
        rules += [("tab above", -(-inside // TAB) * TAB), ("tab below", inside // TAB * TAB)]
    return [*rules, ("three tabs", statement + 3 * TAB)]


def _going_on(text: str, statement: int, above: str) -> list[tuple[str, int]]:
    """A statement's next line outside parentheses; a type on a line of its own has its function under it."""
    if text.startswith("{"):
        return [("statement", statement)]
    last = columns(above)
    if statement == 0 and re.match(r"\w+\(", text):
        return [("statement", 0), ("tab", TAB)]
    equals = above.expandtabs(TAB).find("= ")
    rules = [("same", last)] if last > statement else []
    rules.append(("tab", statement + TAB))
    if equals > 0:
        rules.append(("equals", equals + 2))
    return [*rules, ("four", statement + 4), ("two tabs", statement + 2 * TAB), ("statement", statement)]


def _brackets(
    line: str, stack: list[tuple[str, int, int]], start: int
) -> tuple[list[tuple[str, int, int]], str, int | None]:
    """The bracket stack behind `line`, its last significant character, and the column of a comment left open."""
    end = ""
    wide = line.expandtabs(TAB)
    for found in _TOKEN.finditer(wide):
        kind = found.lastgroup
        if kind == "opens":
            rest = wide[found.end() :]
            stack.append((found[0], found.end() + len(rest) - len(rest.lstrip()) if rest.strip() else 0, start))
        elif kind == "closes" and stack:
            stack.pop()
        elif kind == "open_comment":
            return stack, end, found.start()
        if kind not in ("comment", "blank"):
            end = found[0][-1]
    return stack, end, None
