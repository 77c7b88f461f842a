"""What a name in a model's code means, and the check that every name means something.

A name is looked up in the function's own variables, then objects, enum members and switches (all of them constants
in one scenario), then what is shared: globals, locks, queues.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from uringreview.interleave.forms import called
from uringreview.interleave.language import CodeLine, Function
from uringreview.interleave.place import Place
from uringreview.interleave.scenario import Field, FifoQueue, Global, Lock, Model, Scenario

_BUILT_IN = frozenset(
    {"lock", "unlock", "wait", "touch", "require", "push", "pop", "free", "len", "alive", "reaches", "items", "GO_ON"}
)


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that a name outside a function can mean, in one scenario."""

    constants: Mapping[str, int]
    globals: Mapping[str, Global]
    fields: Mapping[str, Field]
    locks: Mapping[str, Lock]
    queues: Mapping[str, FifoQueue]
    functions: Mapping[str, Function]

    def shared(self, name: str) -> bool:
        """Whether `name` is shared state rather than a constant."""
        return name in self.globals or name in self.locks or name in self.queues

    def taken(self, name: str) -> bool:
        """Whether a function cannot have a variable of this name."""
        return name in self.constants or name in self.locks or name in self.queues or name in _BUILT_IN


def names_of(model: Model, scenario: Scenario | None = None) -> Names:
    """The names of `model`, with the switches as `scenario` sets them."""
    constants = {"NULL": 0}
    constants |= {name: index + 1 for index, name in enumerate(model.objects)}
    constants |= {member: index for enum in model.enums for index, member in enumerate(enum.members)}
    constants |= dict(model.switches)
    if scenario is not None:
        constants |= dict(scenario.switches)
    return Names(
        MappingProxyType(constants),
        MappingProxyType({each.name: each for each in model.globals}),
        MappingProxyType({each.name: each for each in model.fields}),
        MappingProxyType({each.name: each for each in model.locks}),
        MappingProxyType({each.name: each for each in model.queues}),
        MappingProxyType({each.name: each for each in model.functions}),
    )


def assigned(lines: Iterable[CodeLine]) -> tuple[str, ...]:
    """Names that these lines give a value, in order of appearance (globals among them)."""
    found: dict[str, None] = {}
    for line in lines:
        if line.loop:
            found[line.loop] = None
        for statement in line.statements:
            if isinstance(statement, ast.Assign):
                target = statement.targets[0]
                for name in target.elts if isinstance(target, ast.Tuple) else (target,):
                    if isinstance(name, ast.Name):
                        found[name.id] = None
    return tuple(found)


def check_names(model: Model) -> None:
    """Raise ModelError at the first name of the model's code that means nothing, or means the wrong thing."""
    names = names_of(model)
    _check_unique(model)
    for function in model.functions:
        local = {*function.parameters, *(name for name in assigned(function.lines) if name not in names.globals)}
        for name in local:
            if names.taken(name) or (name in function.parameters and name in names.globals):
                raise function.place.error(
                    f'{function.name}() gives "{name}" a value, but the model uses that name for something else'
                )
        for line in function.lines:
            for tree in (*line.statements, *((line.test,) if line.test is not None else ())):
                _check(names, local, line.place, tree)
    for final in model.finals:
        _check(names, set(), final.place, final.tree)


def _check_unique(model: Model) -> None:
    seen: set[str] = set()
    every = (
        *model.objects,
        *(member for enum in model.enums for member in enum.members),
        *(name for name, _ in model.switches),
        *(each.name for each in model.globals),
        *(each.name for each in model.locks),
        *(each.name for each in model.queues),
    )
    for name in every:
        if name in seen or name == "NULL" or name in _BUILT_IN:
            raise Place(model.file, 1).error(f'the name "{name}" is used for two things')
        seen.add(name)


def _check(names: Names, local: set[str], place: Place, tree: ast.AST) -> None:
    if isinstance(tree, ast.stmt):
        name = called(tree)
        if name is not None and isinstance(tree, ast.Assign | ast.Expr) and isinstance(tree.value, ast.Call):
            at = Place(place.file, place.line, place.column + tree.value.col_offset)
            if name not in names.functions:
                raise at.error(f"there is no function {name}()")
            wanted = len(names.functions[name].parameters)
            if len(tree.value.args) != wanted:
                raise at.error(f"{name}() takes {wanted} arguments, not {len(tree.value.args)}")
    for node in ast.walk(tree):
        at = Place(place.file, place.line, place.column + getattr(node, "col_offset", 0))
        if isinstance(node, ast.Attribute) and node.attr not in names.fields:
            raise at.error(f'no field is called "{node.attr}"; the model has {", ".join(names.fields)}')
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            _check_call(names, at, node.func.id, node.args)
        if isinstance(node, ast.Name) and node.id not in local and node.id not in _BUILT_IN:
            known = node.id in names.constants or names.shared(node.id) or node.id in names.functions
            if not known:
                raise at.error(f'"{node.id}" means nothing: it is no object, global, switch, lock, queue or variable')


def _check_call(names: Names, at: Place, name: str, arguments: list[ast.expr]) -> None:
    first = arguments[0].id if arguments and isinstance(arguments[0], ast.Name) else ""
    if name in ("lock", "unlock") and first not in names.locks:
        raise at.error(f"{name}() takes one of the locks {', '.join(names.locks)}")
    if name in ("push", "pop", "len", "items") and first not in names.queues:
        raise at.error(f"{name}() takes one of the queues {', '.join(names.queues)}")
    if name == "push" and len(arguments) - 1 != len(names.queues[first].holds):
        raise at.error(f"an entry of {first} has {len(names.queues[first].holds)} parts, not {len(arguments) - 1}")
