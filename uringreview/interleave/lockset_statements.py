"""Turns a function's statements into the ways that lockset_flow walks: choices, loops, jumps, and what is on them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uringreview.interleave.lockset_code import (
    Block,
    Case,
    Choice,
    Field,
    Jump,
    Label,
    LockDeed,
    Loop,
    Part,
    Switch,
    Way,
)
from uringreview.interleave.lockset_expressions import DEEPEST, Expressions
from uringreview.interleave.lockset_nodes import call, declared_types, flat, text
from uringreview.interleave.lockset_words import Deed, lock_word

if TYPE_CHECKING:
    from tree_sitter import Node

_WAYS = {"break_statement": Way.BREAK, "continue_statement": Way.CONTINUE, "return_statement": Way.RETURN}


@dataclass(slots=True)
class Body(Expressions):
    """Reads one function's body."""

    def block(self, node: "Node") -> Block:
        """The parts of a statement or a compound one."""
        kept, self._out = self._out, []
        if node.type in ("compound_statement", "preproc_else", "preproc_elif"):
            for child in node.named_children:
                self.statement(child)
        else:
            self.statement(node)
        made, self._out = Block(tuple(self._out)), kept
        return made

    def statement(self, node: "Node") -> None:
        """One statement or declaration."""
        self._depth += 1
        if self._depth > DEEPEST:
            self.whole = False
        else:
            self._statement(node)
        self._depth -= 1

    def _statement(self, node: "Node") -> None:
        kind = node.type
        out = self._out
        if kind == "compound_statement":
            out.append(self.block(node))
        elif kind == "if_statement":
            self._if(node)
        elif kind in ("while_statement", "for_statement", "do_statement"):
            self._loop(node)
        elif kind == "switch_statement":
            self._expression_of(node, "condition")
            body = node.child_by_field_name("body")
            if body is not None:
                out.append(Switch(self.block(body)))
        elif kind == "case_statement":
            out.append(Case())
            value = node.child_by_field_name("value")
            for child in node.named_children:
                if child != value:
                    self.statement(child)
        elif kind == "labeled_statement":
            label = node.child_by_field_name("label")
            out.append(Label(text(label)))
            for child in node.named_children:
                if child != label:
                    self.statement(child)
        elif kind in _WAYS:
            for child in node.named_children:
                self.expression(child)
            out.append(Jump(_WAYS[kind]))
        elif kind == "goto_statement":
            out.append(Jump(Way.GOTO, text(node.child_by_field_name("label"))))
        elif kind.startswith("preproc_if"):
            self._ifdef(node)
        elif kind == "declaration":
            self._declaration(node)
        elif kind not in ("comment", "preproc_def", "preproc_call", "preproc_function_def"):
            self.expression(node)

    def _ifdef(self, node: "Node") -> None:
        """Both sides of an #ifdef are possible."""
        other = node.child_by_field_name("alternative")
        skip = (node.child_by_field_name("name"), node.child_by_field_name("condition"), other)
        kept, self._out = self._out, []
        for child in node.named_children:
            if child not in skip:
                self.statement(child)
        inside, self._out = Block(tuple(self._out)), kept
        self._out.append(Choice((inside, self.block(other) if other is not None else Block(()))))

    def _if(self, node: "Node") -> None:
        condition = node.child_by_field_name("condition")
        yes, no = self._condition(condition) if condition is not None else ([], [])
        then, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        first = self.block(then).parts if then is not None else ()
        second: tuple[Part, ...] = ()
        if other is not None:
            inside = next((child for child in other.named_children if child.type != "comment"), other)
            second = self.block(inside).parts
        # What a trylock takes outlives the branch: it is no part of the branch's own block.
        self._out.append(Choice((_way(yes, first), _way(no, second))))

    def _loop(self, node: "Node") -> None:
        macro = self.macros.get(node.start_byte, "")
        body = node.child_by_field_name("body")
        kept, self._out = self._out, []
        initializer = node.child_by_field_name("initializer")
        if macro.startswith("scoped"):
            self._scoped_guard(node)
        elif macro:
            self._loop_macro(node, macro)
        elif initializer is not None and initializer.type == "declaration":
            self._declaration(initializer)
        elif initializer is not None:
            self.expression(initializer)
        before, self._out = self._out, []
        if not macro:
            self._expression_of(node, "condition")
        if body is not None:
            self._out.append(self.block(body))
        self._expression_of(node, "update")
        inside, self._out = Block((*before, *self._out) if macro else tuple(self._out)), kept
        if macro.startswith("scoped"):
            self._out.append(Loop(inside, once=True))
        else:
            self._out += before if not macro else []
            self._out.append(Loop(inside, once=node.type == "do_statement"))

    def _scoped_guard(self, node: "Node") -> None:
        words = flat(node.child_by_field_name("condition"))
        if words:
            self._guard(text(words[0]), words[1:])

    def _loop_macro(self, node: "Node", macro: str) -> None:
        """What a loop macro reads: members of its arguments as its definition says, and the list that it walks."""
        arguments = flat(node.child_by_field_name("condition"))
        parameters, reads = self.types.loops.get(macro, ((), ()))
        for parameter, member in reads:
            at = parameters.index(parameter)
            struct = self.locals.get(text(arguments[at]), ("", False))[0] if at < len(arguments) else ""
            if struct:
                self._access(Field(struct, member), False, node)
        for argument in arguments:
            self._address(argument, writes=False)

    def _condition(self, node: "Node") -> tuple[list[Part], list[Part]]:
        """What a condition does; returned is what holds only where it is true, and only where it is false."""
        kind = node.type
        inside = node.named_children
        if kind == "parenthesized_expression" and len(inside) == 1:
            return self._condition(inside[0])
        if kind == "unary_expression" and text(node.child_by_field_name("operator")) == "!" and inside:
            yes, no = self._condition(inside[-1])
            return no, yes
        if kind == "binary_expression" and text(node.child_by_field_name("operator")) in ("&&", "||"):
            first, second = (self._condition(each) for each in inside[:2]) if len(inside) >= 2 else (([], []), ([], []))
            both = text(node.child_by_field_name("operator")) == "&&"
            return (first[0] + second[0], []) if both else ([], first[1] + second[1])
        if kind == "call_expression":
            name, arguments = call(node)
            if name in ("likely", "unlikely") and arguments:
                return self._condition(arguments[0])
            word = lock_word(name)
            if word is not None and word.tries:
                lock = word.lock or self._lock_at(arguments, word.argument)
                taken: list[Part] = [LockDeed(Deed.TAKES, lock)]
                return ([], taken) if word.zero_is_held else (taken, [])
        self.expression(node)
        return [], []

    def _declaration(self, node: "Node") -> None:
        self.locals.update(declared_types(node))
        for declarator in node.children_by_field_name("declarator"):
            value = declarator.child_by_field_name("value") if declarator.type == "init_declarator" else None
            if value is not None:
                self.expression(value)


def _way(first: list[Part], then: tuple[Part, ...]) -> Block:
    return Block((*first, Block(then)))
