"""Turns a function's syntax tree into accesses, locks and calls, in the order in which they happen.

Only what is certain is kept: a member whose structure cannot be told from declarations is left out, and so is an
address that is handed to a function that is no list function.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from uringreview.interleave.lockset_code import (
    Access,
    Block,
    Call,
    Field,
    LockDeed,
    Part,
    Registered,
)
from uringreview.interleave.lockset_nodes import call, lock_name, text
from uringreview.interleave.lockset_words import (
    Deed,
    assigned_to,
    called_back,
    guard_word,
    list_call,
    lock_word,
)

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 120
"""Nodes one within the other; what lies deeper is not read."""
_FIRST_NAME = re.compile(r"[A-Za-z_]\w*")
_SAME = ("likely", "unlikely", "READ_ONCE", "data_race", "IS_ERR", "IS_ERR_OR_NULL", "smp_load_acquire")
_WRITES = ("WRITE_ONCE", "smp_store_release", "rcu_assign_pointer", "RCU_INIT_POINTER", "xchg", "cmpxchg")
_NO_READ = ("sizeof", "offsetof", "typeof", "lockdep_is_held", "BUILD_BUG_ON", "prefetch")


@dataclass(frozen=True, slots=True)
class Types:
    """What the files around tell: (structure, member) -> structure, and which members a loop macro reads."""

    members: Mapping[tuple[str, str], str]
    loops: Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]


@dataclass(slots=True)
class Expressions:
    """Reads expressions of one function. `locals` are its variables: their structure, and whether they are pointers."""

    types: Types
    macros: Mapping[int, str]
    locals: dict[str, tuple[str, bool]]
    registered: list[Registered] = field(default_factory=list)
    whole: bool = True
    _depth: int = 0
    _out: list[Part] = field(default_factory=list)

    def block(self, node: "Node") -> Block:
        """The parts of a compound statement that stands in an expression; the reader of statements knows how."""
        raise NotImplementedError

    def _guard(self, kind: str, arguments: list["Node"]) -> None:
        word = guard_word(kind)
        if word is not None:
            place = text(arguments[0]) if arguments else ""
            lock = word.lock or lock_name(place, self.locals)
            self._out.append(LockDeed(Deed.TAKES, lock, scoped=True))

    def _expression_of(self, node: "Node", name: str) -> None:
        inside = node.child_by_field_name(name)
        if inside is not None:
            self.expression(inside)

    def expression(self, node: "Node") -> None:
        """What evaluating an expression does."""
        self._depth += 1
        if self._depth > DEEPEST:
            self.whole = False
        else:
            self._expression(node)
        self._depth -= 1

    def _expression(self, node: "Node") -> None:
        kind = node.type
        if kind == "assignment_expression":
            self._assignment(node)
        elif kind == "update_expression":
            self._write(node.named_children[0])
        elif kind == "call_expression":
            self._called(node)
        elif kind == "field_expression":
            self._read(node)
        elif kind == "pointer_expression" and node.children and node.children[0].type == "&":
            self._base(node.named_children[-1])
        elif kind == "compound_statement":
            self._out.append(self.block(node))
        elif kind not in ("sizeof_expression", "offsetof_expression", "alignof_expression"):
            for child in node.named_children:
                self.expression(child)

    def _assignment(self, node: "Node") -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if right is not None:
            self.expression(right)
        if left is None:
            return
        self._write(left)
        value = text(right).lstrip("&")
        if left.type == "field_expression" and _FIRST_NAME.fullmatch(value):
            context = assigned_to(self._place(left)[1])
            if context is not None:
                self.registered.append(Registered(value, context))

    def _write(self, node: "Node") -> None:
        target = node
        while target.type in ("parenthesized_expression", "subscript_expression") and target.named_children:
            for child in target.named_children[1:]:
                self.expression(child)
            target = target.named_children[0]
        if target.type != "field_expression":
            self.expression(target)
            return
        self._base(target)
        self._access(self._field(target), True, target)

    def _read(self, node: "Node") -> None:
        self._base(node)
        self._access(self._field(node), False, node)

    def _base(self, node: "Node") -> None:
        """What is read on the way to a member: a->b.c reads nothing but a, a->b->c reads a->b."""
        inner: Node | None = node
        while inner is not None and inner.type == "field_expression":
            pointer = any(child.type == "->" for child in inner.children)
            inner = inner.child_by_field_name("argument")
            if pointer:
                break
        if inner is not None and inner.type != "identifier":
            self.expression(inner)

    def _address(self, node: "Node", *, writes: bool) -> None:
        """A list function's argument: the member whose address it is."""
        if node.type == "pointer_expression" and node.named_children:
            target = node.named_children[-1]
            if target.type == "field_expression" and node.children[0].type == "&":
                self._base(target)
                self._access(self._field(target), writes, target)
                return
        self.expression(node)

    def _called(self, node: "Node") -> None:
        inner = node.child_by_field_name("function")
        if inner is not None and inner.type == "call_expression":  # guard(mutex)(&x->lock)
            outer, kinds = call(inner)
            if outer == "guard" and kinds:
                self._guard(text(kinds[0]), call(node)[1])
                return
        name, arguments = call(node)
        if not name:
            for child in node.named_children:
                self.expression(child)
            return
        word = lock_word(name)
        if word is not None:
            self._out.append(LockDeed(word.deed, word.lock or self._lock_at(arguments, word.argument)))
            return
        if name in _NO_READ:
            return
        on_list = list_call(name)
        for place, argument in enumerate(arguments):
            if name in _WRITES and place == 0:
                self._write(argument.named_children[-1] if argument.type == "pointer_expression" else argument)
            elif on_list is not None:
                self._address(argument, writes=on_list)
            else:
                self.expression(argument)
        for place, context in called_back(name):
            if place < len(arguments) and _FIRST_NAME.fullmatch(text(arguments[place]).lstrip("&")):
                self.registered.append(Registered(text(arguments[place]).lstrip("&"), context))
        if name not in _SAME and name not in _WRITES and on_list is None:
            self._out.append(Call(name, node.start_point[0] + 1))

    def _lock_at(self, arguments: list["Node"], place: int | None) -> str:
        at = place or 0
        return lock_name(text(arguments[at]), self.locals) if at < len(arguments) else "?"

    def _access(self, found: Field | None, writes: bool, node: "Node") -> None:
        if found is not None:
            self._out.append(Access(found, writes, node.start_point[0] + 1))

    def _field(self, node: "Node") -> Field | None:
        struct, path, shared = self._place(node)
        return Field(struct, path) if struct and path and shared else None

    def _place(self, node: "Node") -> tuple[str, str, bool]:
        """The structure that the last pointer on the way leads to, the path in it, and whether others can see it."""
        parts: list[str] = []
        inner: Node | None = node
        while inner is not None and inner.type == "field_expression":
            parts.insert(0, text(inner.child_by_field_name("field")))
            pointer = any(child.type == "->" for child in inner.children)
            inner = inner.child_by_field_name("argument")
            if pointer:
                return self._struct(inner), ".".join(parts), True
        if inner is not None and inner.type == "identifier":
            name = text(inner)
            # A member of a variable of the function's own is nobody else's; of a global it is.
            return ("", "", False) if name in self.locals else (name, ".".join(parts), True)
        return "", ".".join(parts), False

    def _struct(self, node: "Node | None") -> str:
        """The tag of the structure that a pointer expression points to; "" where it cannot be told."""
        while node is not None and node.type in ("parenthesized_expression", "subscript_expression"):
            node = node.named_children[0] if node.named_children else None
        if node is None:
            return ""
        if node.type == "identifier":
            return self.locals.get(text(node), ("", False))[0]
        if node.type == "field_expression":
            struct, path, _ = self._place(node)
            return self.types.members.get((struct, path.rpartition(".")[2]), "")
        if node.type == "call_expression":
            name, arguments = call(node)
            typed = {"container_of": 1, "list_entry": 1, "io_kiocb_to_cmd": 1, "rb_entry": 1, "hlist_entry": 1}
            if name in typed and len(arguments) > typed[name]:
                return text(arguments[typed[name]])
        return ""
