"""Which forms of code the language allows: a small part of Python's grammar, read by Python's own parser.

Whatever is not on these lists is refused with its column, so that nothing else ever reaches the rest of the machine.
"""

import ast
import warnings
from functools import lru_cache

from uringreview.interleave.place import Place
from uringreview.interleave.properties import PROPERTIES

LARGEST = 15
"""Numbers in a model are 0 to 15: a state must stay small, and a counter that grows further is a mistake."""
ACTIONS = frozenset({"lock", "unlock", "wait", "touch", "require", "push", "free"})
"""Calls that stand as a statement."""
QUESTIONS = frozenset({"len", "alive", "reaches"})
"""Calls that stand in an expression."""
BUILT_IN = ACTIONS | QUESTIONS | {"pop", "items"}

_FORMS = (
    *(ast.Name, ast.Load, ast.Store, ast.Attribute, ast.Constant, ast.Compare, ast.BoolOp, ast.And, ast.Or),
    *(ast.UnaryOp, ast.Not, ast.BinOp, ast.Add, ast.Sub, ast.IfExp, ast.Call, ast.Tuple),
    *(ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
)


def read_condition(place: Place, text: str) -> ast.expr:
    """Parse a condition that stands alone, as those of `[final]` do; ModelError where it is none."""
    (statement, *more) = python(place, text, 0)
    if more or not isinstance(statement, ast.Expr):
        raise place.error(f'"{text}" is no condition')
    check_expression(place, statement.value)
    return statement.value


def python(place: Place, source: str, shift: int) -> list[ast.stmt]:
    """Parse a line's code; `shift` is where it starts, right of `place`, for the columns of messages."""
    try:
        with warnings.catch_warnings():
            # What Python only warns of ("1if x") is refused, not printed.
            warnings.simplefilter("error")
            statements = ast.parse(source).body
    except SyntaxError as error:
        raise place.right((error.offset or 1) - 1 + shift).error(f"cannot read this: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError, Warning):
        raise place.error("cannot read this line") from None
    if not statements:
        raise place.error("there is no code on this line")
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.expr):
                node.col_offset += shift
    return statements


@lru_cache(maxsize=4096)
def parts(tree: ast.AST) -> tuple[ast.AST, ...]:
    """`tree` and all that is in it, as `ast.walk` has it. Kept: each cell of a matrix asks of the same code again."""
    return tuple(ast.walk(tree))


def called(statement: ast.stmt) -> str | None:
    """The model function that a simple statement calls; None where it calls none."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id not in BUILT_IN:
        return value.func.id
    return None


def check_statement(place: Place, statement: ast.stmt) -> None:
    """Raise ModelError where a simple statement is not of the language."""
    at = place.right(statement.col_offset)
    if isinstance(statement, ast.Break | ast.Pass):
        return
    if isinstance(statement, ast.Return):
        if statement.value is not None:
            check_expression(place, statement.value)
        return
    if isinstance(statement, ast.Assign):
        (target, *more) = statement.targets
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        if more or not all(isinstance(name, ast.Name | ast.Attribute) for name in names):
            raise at.error('only "name = value", "object.field = value" and "a, b = pop(queue)" assign')
        for name in names:
            check_expression(place, name)
        allow = ("pop",) if called(statement) is None else ("pop", called(statement) or "")
        check_expression(place, statement.value, allow)
        if isinstance(target, ast.Tuple) and not _is_call(statement.value, "pop"):
            raise at.error("several names are assigned from pop(queue) alone")
        return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        action = statement.value.func.id if isinstance(statement.value.func, ast.Name) else ""
        if action in QUESTIONS or action in ("pop", "items"):
            raise at.error(f"{action}() alone on a line does nothing; assign its value")
        check_expression(place, statement.value, (*ACTIONS, called(statement) or ""))
        return
    raise at.error("this statement is not part of the language (see docs/scenario-language.md)")


def check_expression(place: Place, expression: ast.expr, allow: tuple[str, ...] = ()) -> None:
    """Raise ModelError where an expression is not of the language; `allow` names calls that it may itself be."""
    for node in ast.walk(expression):
        at = place.right(getattr(node, "col_offset", 0))
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
    if name in BUILT_IN and not wanted[0] <= count <= wanted[1]:
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
