"""Small questions about nodes of tree-sitter's C grammar: names, types, arguments, and what to call a lock."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

# Names that many structures give their lock: those are told apart by the structure.
_COMMON = frozenset({"lock", "mutex", "mtx", "lk", "sem", "rwsem", "spinlock", "slock", "list_lock", "rwlock", "spin"})
_LAST_MEMBER = re.compile(r"(?:->|\.)\s*(\w+)\s*(?:\[[^]]*\]\s*)?$")


def lock_name(words: str, variables: Mapping[str, tuple[str, bool]]) -> str:
    """What to call a lock: its member's name, with the structure before it where many structures name it so."""
    words = words.strip().lstrip("&").strip("() \n\t")
    found = _LAST_MEMBER.search(words)
    if found is None:
        return " ".join(words.split()) or "?"
    name = found[1]
    if name not in _COMMON:
        return name
    base = words[: found.start()].strip("()& ")
    struct = variables.get(base, ("", False))[0]
    last = _LAST_MEMBER.search(base)
    return f"{struct or (last[1] if last else base)}->{name}"


def declared_types(node: "Node") -> Iterator[tuple[str, tuple[str, bool]]]:
    """The variables of a declaration with their structure's tag ("" for other types), and whether they are pointers."""
    kind = node.child_by_field_name("type")
    tag = kind.child_by_field_name("name") if kind is not None and kind.type == "struct_specifier" else None
    struct = tag.text.decode("utf-8", "replace") if tag is not None and tag.text else ""
    for declarator in node.children_by_field_name("declarator"):
        name = innermost(declarator)
        inner: Node | None = declarator
        if inner is not None and inner.type == "init_declarator":
            inner = inner.child_by_field_name("declarator")
        if name is not None:
            yield name, (struct, inner is not None and inner.type in ("pointer_declarator", "array_declarator"))


def innermost(node: "Node") -> str | None:
    """The name that a declarator declares."""
    inner: Node | None = node
    while inner is not None and inner.type not in ("identifier", "field_identifier"):
        inner = inner.child_by_field_name("declarator")
    return inner.text.decode("utf-8", "replace") if inner is not None and inner.text else None


def call(node: "Node") -> tuple[str, list["Node"]]:
    """The called name ("" where it is no plain name) and the arguments."""
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    name = text(function) if function is not None and function.type == "identifier" else ""
    return name, [] if arguments is None else [each for each in arguments.named_children if each.type != "comment"]


def flat(node: "Node | None") -> list["Node"]:
    """The parts of (a, b, c), as tree-sitter nests them."""
    if node is None:
        return []
    if node.type in ("parenthesized_expression", "comma_expression"):
        return [part for child in node.named_children for part in flat(child)]
    return [node]


def text(node: "Node | None") -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""
