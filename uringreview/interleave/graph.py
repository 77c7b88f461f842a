"""The types of a thread's graph: variables, nodes, and what can be read off a node.

`program` builds the graph, `liveness` says which variables still matter where, `generate` writes its steps.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from uringreview.interleave.forms import parts
from uringreview.interleave.language import Block, CodeLine
from uringreview.interleave.scenario import ThreadSpec


@dataclass(frozen=True, slots=True)
class Var:
    """A variable of one inlined call; `slot` is its place among the thread's variables.

    Calls that cannot be under way together share slots, as stack frames do.
    """

    name: str
    slot: int


Binding = Var | int
Environment = Mapping[str, Binding]


@dataclass(frozen=True, slots=True)
class Copy:
    """An assignment made by inlining: an argument into a parameter, or a returned value into the caller's variable.

    `source` is read in `environment`; None means NULL.
    """

    target: Var
    source: ast.expr | None
    environment: Environment


@dataclass(slots=True, eq=False)
class Node:
    """A place in a thread: code, then where to go. Built once, then only read.

    A node with a `test` branches to `next` where it holds and to `other` where not. `calls` are the lines through
    which the function was reached, outermost first.
    """

    line: CodeLine
    function: str
    calls: tuple[CodeLine, ...]
    environment: Environment
    statements: tuple[ast.stmt, ...] = ()
    blocks: tuple[Block, ...] = ()
    copy: Copy | None = None
    test: ast.expr | None = None
    next: "Node | None" = None
    other: "Node | None" = None
    step: bool = False
    index: int = 0
    live: frozenset[Var] = field(default_factory=frozenset)

    def successors(self) -> tuple["Node", ...]:
        """The nodes that can follow; the thread's end is none."""
        ways = (self.next, self.other) if self.test is not None else (self.next,)
        return tuple(way for way in ways if way is not None)


@dataclass(frozen=True, slots=True)
class ThreadProgram:
    """A thread's graph: where it starts (None: it has nothing to do), its steps, and how many slots it needs.

    `steps[i].index` is i + 1; 0 stands for the end.
    """

    spec: ThreadSpec
    entry: Node | None
    steps: tuple[Node, ...]
    slots: int


def trees_of(node: Node) -> tuple[ast.AST, ...]:
    """Every piece of code that runs in this node itself."""
    found: list[ast.AST] = [*node.statements]
    waiting = list(node.blocks)
    while waiting:
        block = waiting.pop()
        found += block.line.statements
        if block.line.test is not None:
            found.append(block.line.test)
        waiting += [*block.body, *block.orelse]
    if node.test is not None:
        found.append(node.test)
    return tuple(found)


def calls_of(node: Node) -> tuple[tuple[str, str], ...]:
    """The built-in calls that a node makes, each with its first argument's text."""
    return tuple(
        (call.func.id, ast.unparse(call.args[0]))
        for tree in trees_of(node)
        for call in parts(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args
    )


def touches_field(node: Node, fields: tuple[str, ...]) -> int:
    """2 where the node can write one of `fields`, 1 where it only reads, 0 where it does neither."""
    found = [
        2 if isinstance(each.ctx, ast.Store) else 1
        for tree in trees_of(node)
        for each in parts(tree)
        if isinstance(each, ast.Attribute) and each.attr in fields
    ]
    return max(found, default=0)
