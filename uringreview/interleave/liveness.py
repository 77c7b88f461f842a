"""Which of a thread's variables still matter at a node: the textbook backward data flow.

Two states that differ only in variables that nobody will read are one state, so dead variables are cleared.
"""

import ast
from collections.abc import Iterable

from uringreview.interleave.forms import parts
from uringreview.interleave.graph import Environment, Node, Var
from uringreview.interleave.language import Block


def find_live(nodes: list[Node]) -> None:
    """Set `live` of every node of a thread."""
    effects = {id(node): _effects(node) for node in nodes}
    changed = True
    while changed:
        changed = False
        for node in reversed(nodes):
            used, defined = effects[id(node)]
            after: frozenset[Var] = frozenset().union(*(way.live for way in node.successors()))
            live = used | (after - defined)
            if live != node.live:
                node.live, changed = live, True


def _effects(node: Node) -> tuple[frozenset[Var], frozenset[Var]]:
    """Variables that a node reads before giving them a value, and those that it surely gives one."""
    use = _Use()
    if node.copy is not None:
        if node.copy.source is not None:
            use.read(node.copy.environment, node.copy.source)
        use.defined.add(node.copy.target)
    for statement in node.statements:
        use.statement(node.environment, statement)
    use.blocks(node.environment, node.blocks)
    if node.test is not None:
        use.read(node.environment, node.test)
    return frozenset(use.used), frozenset(use.defined)


class _Use:
    """Collects reads and writes in the order in which they happen."""

    def __init__(self, defined: Iterable[Var] = ()) -> None:
        self.used: set[Var] = set()
        self.defined: set[Var] = set(defined)

    def read(self, environment: Environment, tree: ast.AST) -> None:
        for node in parts(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                bound = environment.get(node.id)
                if isinstance(bound, Var) and bound not in self.defined:
                    self.used.add(bound)

    def statement(self, environment: Environment, statement: ast.stmt) -> None:
        self.read(environment, statement)
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
            for name in target.elts if isinstance(target, ast.Tuple) else (target,):
                bound = environment.get(name.id) if isinstance(name, ast.Name) else None
                if isinstance(bound, Var):
                    self.defined.add(bound)

    def blocks(self, environment: Environment, blocks: Iterable[Block]) -> None:
        for block in blocks:
            line = block.line
            if line.test is not None:
                self.read(environment, line.test)
            for statement in line.statements:
                self.statement(environment, statement)
            body, orelse = _Use(self.defined), _Use(self.defined)
            bound = environment.get(line.loop)
            if isinstance(bound, Var):
                body.defined.add(bound)
            body.blocks(environment, block.body)
            orelse.blocks(environment, block.orelse)
            self.used |= body.used | orelse.used
            if line.word in ("if", "elif"):
                self.defined |= body.defined & orelse.defined
