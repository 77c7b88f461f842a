"""Reads one C file for the lockset table: its functions, what each does to locks and fields, and its structures.

tree-sitter parses what `lockset_text` has made fit for it. A file is indexed at once; a function's code is made when it
is first asked for, since of a large file a handful are.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uringreview.errors import EnvironmentProblem
from uringreview.interleave.lockset_code import Block, Code, Registered
from uringreview.interleave.lockset_expressions import Types
from uringreview.interleave.lockset_nodes import declared_types, innermost, lock_name
from uringreview.interleave.lockset_statements import Body
from uringreview.interleave.lockset_text import Prepared, prepare
from uringreview.interleave.lockset_words import SYSCALL, Context

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MISSING = (
    "The lockset table needs tree-sitter and its C grammar, which are not installed; "
    "get them with: pip install 'uringreview[lockset]'."
)
_CALL = re.compile(rb"\b([A-Za-z_]\w*)[ \t\n]*\(")
_MEMBER = re.compile(rb"(?:->|\.)[ \t\n]*([A-Za-z_]\w*)")
_LOOP_DEFINE = re.compile(rb"#define[ \t]+(\w*for_each\w*)\(([^)]*)\)((?:[^\n]*\\\n)*[^\n]*)")
_OPS = re.compile(rb"\.(\w+)[ \t]*=[ \t]*&?([a-z_]\w*)[ \t]*[,}\n]")
_EXPORTED = re.compile(rb"EXPORT_SYMBOL(?:_GPL|_NS|_NS_GPL)?\(\s*(\w+)")
# A name that may be a function handed over: an argument or a value by itself.
_HANDED = re.compile(rb"(?<=[=,(&\s])&?([A-Za-z_]\w*)[ \t\n]*(?=[,);}])")
_SYSCALLS = re.compile(rb"(?:COMPAT_)?SYSCALL_DEFINE\d\(\s*(\w+)")


@dataclass(frozen=True, slots=True)
class FoundFunction:
    """A function of a file: where it stands (bytes, and 1-based lines), and the names that it calls and reaches."""

    name: str
    file: str
    static: bool
    start: int
    end: int
    first_line: int
    last_line: int
    calls: frozenset[str]
    members: frozenset[str]


class SourceFile:
    """One parsed file. Raises EnvironmentProblem where tree-sitter is not installed."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self.source = source
        self._prepared: Prepared = prepare(source)
        self._tree = _parser().parse(self._prepared.text)
        self._nodes: dict[str, Node] = {}
        self._codes: dict[str, Code] = {}
        self._types: Types | None = None
        self.functions: dict[str, FoundFunction] = {}
        self.members: dict[tuple[str, str], str] = {}
        for node in _declared(self._tree.root_node):
            if node.type == "function_definition":
                self._index(node)
            else:
                self._structure(node)
        self.loops: Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = dict(_loops(source))
        self.registered: tuple[Registered, ...] = tuple(self._registered())
        self.handed: dict[str, list[int]] = {}
        for found in _HANDED.finditer(source):
            self.handed.setdefault(found[1].decode(), []).append(found.start(1))
        self.exported = frozenset(found[1].decode() for found in _EXPORTED.finditer(source))

    def _index(self, node: "Node") -> None:
        name = _declared_name(node)
        if name is None or name in self.functions:
            return
        text = self._prepared.text[node.start_byte : node.end_byte]
        static = any(
            child.type == "storage_class_specifier" and child.text == b"static" for child in node.children
        ) or self.path.endswith(".h")
        self._nodes[name] = node
        self.functions[name] = FoundFunction(
            name,
            self.path,
            static,
            node.start_byte,
            node.end_byte,
            node.start_point[0] + 1,
            node.end_point[0] + 1,
            frozenset(word.decode() for word in _CALL.findall(text)),
            frozenset(word.decode() for word in _MEMBER.findall(text)) | self._loop_members(node),
        )

    def _loop_members(self, node: "Node") -> frozenset[str]:
        """Loop macros reach members that their arguments do not name; which, is known when headers are read."""
        names = (name for at, name in self._prepared.macros.items() if node.start_byte <= at < node.end_byte)
        return frozenset(f"{name}()" for name in names)

    def _structure(self, node: "Node") -> None:
        tag, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if tag is None or body is None or tag.text is None:
            return
        for each in body.children:
            kind = each.child_by_field_name("type") if each.type == "field_declaration" else None
            if kind is None or kind.type not in ("struct_specifier", "union_specifier"):
                continue
            named = kind.child_by_field_name("name")
            for declarator in each.children_by_field_name("declarator"):
                member = innermost(declarator)
                if named is not None and named.text is not None and member is not None:
                    self.members[tag.text.decode(), member] = named.text.decode()

    def _registered(self) -> Iterator[Registered]:
        """Functions in designated initialisers (.issue = io_timeout), and system calls."""
        for found in _OPS.finditer(self.source):
            yield Registered(found[2].decode(), Context(f"ops .{found[1].decode()}"))
        for found in _SYSCALLS.finditer(self.source):
            yield Registered(found[1].decode(), SYSCALL)

    def code(self, name: str, types: Types) -> Code:
        """What the function called `name` does; raises KeyError where this file does not define it."""
        if types is not self._types:
            self._types, self._codes = types, {}
        known = self._codes.get(name)
        if known is None:
            known = self._codes[name] = self._read(name, types)
        return known

    def _read(self, name: str, types: Types) -> Code:
        node, found = self._nodes[name], self.functions[name]
        parameters, body = _parameters(node), node.child_by_field_name("body")
        reader = Body(types, self._prepared.macros, parameters)
        made = reader.block(body) if body is not None else Block(())
        head = body.start_byte if body is not None else found.end
        stated: dict[str, set[str]] = {"must_hold": set(), "acquires": set(), "releases": set()}
        for at, word, argument in self._prepared.annotations:
            kind = word.strip("_")
            if found.start <= at < head and kind in stated:
                stated[kind].add(lock_name(argument, reader.locals))
        return Code(
            name,
            frozenset(stated["must_hold"]),
            frozenset(stated["acquires"]),
            frozenset(stated["releases"]),
            tuple(reader.registered),
            made,
            not node.has_error and reader.whole,
        )


def _parser() -> "Parser":
    try:
        import tree_sitter
        import tree_sitter_c
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem(MISSING) from missing
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))


def _declared(root: "Node") -> Iterator["Node"]:
    """Functions and structures of a file, also under #ifdef."""
    waiting = list(reversed(root.children))
    while waiting:
        node = waiting.pop()
        if node.type in ("function_definition", "struct_specifier"):
            yield node
        elif node.type.startswith("preproc_") or node.type in ("declaration", "ERROR", "linkage_specification"):
            waiting += reversed(node.children)


def _declared_name(node: "Node") -> str | None:
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type in ("pointer_declarator", "parenthesized_declarator"):
        declarator = declarator.child_by_field_name("declarator")
    if declarator is None or declarator.type != "function_declarator":
        return None
    name = declarator.child_by_field_name("declarator")
    return (
        name.text.decode("utf-8", "replace") if name is not None and name.type == "identifier" and name.text else None
    )


def _parameters(node: "Node") -> dict[str, tuple[str, bool]]:
    """Parameter -> (structure's tag, whether it is a pointer)."""
    found: dict[str, tuple[str, bool]] = {}
    waiting = [child for child in node.children if child.type != "compound_statement"]
    while waiting:
        each = waiting.pop()
        if each.type == "parameter_declaration":
            found.update(declared_types(each))
        else:
            waiting += each.children
    return found


def _loops(source: bytes) -> Iterator[tuple[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]]:
    """Loop macros that the file defines: parameters, and which members of which parameter they read."""
    for found in _LOOP_DEFINE.finditer(source):
        parameters = tuple(word.strip().decode() for word in found[2].split(b","))
        reads = re.findall(rb"\(?\b(\w+)\)?->(\w+)", found[3])
        known = tuple((one.decode(), member.decode()) for one, member in reads if one.decode() in parameters)
        yield found[1].decode(), (parameters, known)
