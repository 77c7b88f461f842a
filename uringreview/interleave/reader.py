"""Turns a scenario file into a `Model`, refusing anything that is misspelt with its file, line and column.

TOML gives no positions for values, so a message about one points at the line that its table and key stand on.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from uringreview.interleave.forms import LARGEST, read_condition
from uringreview.interleave.language import read_code
from uringreview.interleave.names import check_names
from uringreview.interleave.place import ModelError, Place
from uringreview.interleave.properties import PROPERTIES
from uringreview.interleave.scenario import (
    NUMBER,
    OBJECT,
    Enum,
    Field,
    FifoQueue,
    Final,
    Global,
    Lock,
    Model,
    ModelPatch,
    Scenario,
    ThreadSpec,
)
from uringreview.interleave.table import Table

_AT = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)\Z", re.DOTALL)
_KINDS = ("mutex", "spin", "task")
_CONTEXTS = ("task", "softirq", "hardirq")
_LARGEST_FILE = 1_000_000


def read_model(path: Path) -> Model:
    """Read the file at `path`; ModelError where it cannot be read or is wrong."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or 'cannot be read'}") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: a scenario file is UTF-8 text, this is not") from error
    if len(raw) > _LARGEST_FILE:
        raise ModelError(f"{path}: a scenario file is at most 1 MB")
    return parse_model(path.name, path.stem, text)


def parse_model(file: str, name: str, text: str) -> Model:
    """The model that the TOML `text` describes; `file` is used in messages."""
    text = text.replace("\r\n", "\n")
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _AT.match(str(error))
        if found is None:
            raise ModelError(f"{file}: {error}") from None
        raise Place(file, int(found["line"]), int(found["column"])).error(found["what"]) from None
    root = Table(file, text, (), document)
    root.only(
        *("model", "patches", "locks", "enums", "fields", "globals", "queues", "switches"),
        *("threads", "scenarios", "final", "code"),
    )
    return _model(root, name, hashlib.sha256(text.encode()).hexdigest())


def _model(root: Table, name: str, digest: str) -> Model:
    head = root.table("model")
    head.only("title", "objects", "chain", "watched", "assumptions")
    objects = head.texts("objects")
    for thing in objects:
        head.plain(thing, "objects")
    if not 1 <= len(objects) <= LARGEST:
        raise head.place("objects").error(f"a model has 1 to {LARGEST} objects")
    enums = tuple(Enum(key, _members(root.table("enums"), key)) for key in root.table("enums").values)
    patches = tuple(_patch(key, table) for key, table in root.table("patches").tables())
    for patch in patches:
        for needed in patch.needs:
            if needed not in root.table("patches").values or needed == patch.name:
                raise root.table("patches").place(patch.name).error(f'{patch.name} needs "{needed}", which is no patch')
    values = _Values(objects, enums)
    fields = tuple(_field(values, key, table) for key, table in root.table("fields").tables())
    names = {field.name for field in fields}
    chain = head.get("chain", str, "")
    for wanted in (*((chain,) if chain else ()), *head.texts("watched", [])):
        if wanted not in names:
            raise head.place("watched" if wanted != chain else "chain").error(f'no field is called "{wanted}"')
    shared = root.table("globals")
    variables = tuple(Global(shared.plain(key), *values.read(shared, key)) for key in shared.values)
    switches = root.table("switches")
    defaults = tuple((switches.plain(key), values.read(switches, key)[1]) for key in switches.values)
    queues = tuple(_queue(values, key, table) for key, table in root.table("queues").tables())
    code = root.table("code")
    code.only("text")
    model = Model(
        name=name,
        title=head.get("title", str),
        file=root.file,
        digest=digest,
        patches=patches,
        objects=objects,
        chain=chain,
        watched=head.texts("watched", []),
        assumptions=head.texts("assumptions", []),
        locks=tuple(_lock(key, table) for key, table in root.table("locks").tables()),
        enums=enums,
        fields=fields,
        globals=variables,
        queues=queues,
        switches=defaults,
        scenarios=_scenarios(root, values, fields, variables, defaults),
        functions=read_code(root.file, _code_start(code), code.get("text", str), frozenset(p.name for p in patches)),
        finals=_finals(root.table("final")),
    )
    check_names(model)
    functions = {function.name for function in model.functions}
    for scenario in model.scenarios:
        for thread in scenario.threads:
            if thread.runs not in functions:
                where = root.table("threads").table(thread.name).place("runs")
                raise where.error(f'thread {thread.name} runs "{thread.runs}", and there is no such function')
    return model


@dataclass(frozen=True, slots=True)
class _Values:
    """Reads a value as number, object or enum member."""

    objects: tuple[str, ...]
    enums: tuple[Enum, ...]

    def read(self, table: Table, key: str, kind: str | None = None) -> tuple[str, int]:
        """(kind, value) of `key`; where `kind` is given the value must be of it."""
        raw = table.values[key]
        found = self._of(raw)
        if found is None:
            raise table.place(key).error(
                f"{key} = {raw!r} is neither a number from 0 to {LARGEST} nor an object, NULL or an enum's member"
            )
        if kind is not None and found[0] != kind and {found[0], kind} != {NUMBER, "flag"}:
            raise table.place(key).error(f'"{key}" holds values of kind {kind}, and {raw!r} is of kind {found[0]}')
        return found

    def _of(self, raw: object) -> tuple[str, int] | None:
        if isinstance(raw, bool):
            return NUMBER, int(raw)
        if isinstance(raw, int):
            return (NUMBER, raw) if 0 <= raw <= LARGEST else None
        if raw == "NULL":
            return OBJECT, 0
        if raw in self.objects:
            return OBJECT, self.objects.index(str(raw)) + 1
        for enum in self.enums:
            if raw in enum.members:
                return enum.name, enum.members.index(str(raw))
        return None

    def kind(self, table: Table, key: str, name: str) -> str:
        """`name`, which must be a kind."""
        if name not in (NUMBER, OBJECT, *(enum.name for enum in self.enums)):
            raise table.place(key).error(f'"{name}" is no kind; there are number, object and the enums')
        return name


def _members(table: Table, key: str) -> tuple[str, ...]:
    members = table.texts(table.plain(key))
    if len(members) > LARGEST + 1 or len(set(members)) < len(members):
        raise table.place(key).error(f"an enum has at most {LARGEST + 1} members, each with a name of its own")
    for member in members:
        table.plain(member)
    return members


def _patch(name: str, table: Table) -> ModelPatch:
    table.only("upstream", "subject", "hypothetical", "needs")
    upstream = table.get("upstream", str, "")
    hypothetical = table.get("hypothetical", bool, False)
    if not hypothetical and re.fullmatch(r"[0-9a-f]{7,40}", upstream) is None:
        raise table.place("upstream").error("a patch that was posted has an upstream id of 7 to 40 hex digits")
    return ModelPatch(name, upstream, table.get("subject", str), hypothetical, table.texts("needs", []))


def _lock(name: str, table: Table) -> Lock:
    table.only("kind", "rank", "c")
    kind = table.get("kind", str)
    if kind not in _KINDS:
        raise table.place("kind").error(f'lock {name} is of kind "{kind}"; known are {", ".join(_KINDS)}')
    return Lock(name, kind, table.get("rank", int), table.get("c", str, name))


def _field(values: _Values, name: str, table: Table) -> Field:
    if not table.values:
        raise table.place().error(f'field "{name}" has no initial value; write {name} = {{ P = 0 }}')
    kinds = set()
    initial = []
    for key in table.values:
        if key not in values.objects:
            raise table.place(key).error(f'no object is called "{key}"')
        kind, value = values.read(table, key)
        kinds.add(kind)
        initial.append((key, value))
    if len(kinds) > 1:
        raise table.place().error(f'field "{name}" mixes values of kind {" and ".join(sorted(kinds))}')
    return Field(name, kinds.pop(), tuple(initial))


def _queue(values: _Values, name: str, table: Table) -> FifoQueue:
    table.only("length", "holds")
    length = table.get("length", int)
    if not 1 <= length <= LARGEST:
        raise table.place("length").error(f"a queue has room for 1 to {LARGEST} entries")
    holds = tuple(values.kind(table, "holds", kind) for kind in table.texts("holds"))
    if not 1 <= len(holds) <= 4:
        raise table.place("holds").error("an entry of a queue has 1 to 4 parts")
    return FifoQueue(name, length, holds)


def _scenarios(
    root: Table,
    values: _Values,
    fields: tuple[Field, ...],
    variables: tuple[Global, ...],
    switches: tuple[tuple[str, int], ...],
) -> tuple[Scenario, ...]:
    threads: dict[str, ThreadSpec] = {}
    for name, table in root.table("threads").tables():
        table.only("title", "runs", "context", "daemon")
        context = table.get("context", str, "task")
        if context not in _CONTEXTS:
            raise table.place("context").error(f'"{context}" is no context; known are {", ".join(_CONTEXTS)}')
        threads[name] = ThreadSpec(
            name, table.get("title", str), context, table.get("runs", str), table.get("daemon", bool, False)
        )
    kinds = {each.name: each.kind for each in variables}
    kinds |= {f"{owner}.{each.name}": each.kind for each in fields for owner, _ in each.initial}
    found = []
    for name, table in root.table("scenarios").tables():
        table.only("title", "realism", "threads", "start", "switches")
        for thread in table.texts("threads"):
            if thread not in threads:
                raise table.place("threads").error(f'no thread is called "{thread}"')
        start, chosen = table.table("start"), table.table("switches")
        for key in start.values:
            if key not in kinds:
                raise table.place("start").error(f'"{key}" is neither a global nor a field such as "P.refs"')
        for key in chosen.values:
            if key not in dict(switches):
                raise table.place("switches").error(f'no switch is called "{key}"')
        found.append(
            Scenario(
                name,
                table.get("title", str),
                table.get("realism", str, ""),
                tuple(threads[thread] for thread in dict.fromkeys(table.texts("threads"))),
                tuple((key, values.read(start, key, kinds[key])[1]) for key in start.values),
                tuple((key, values.read(chosen, key)[1]) for key in chosen.values),
            )
        )
    if not found:
        raise root.place("scenarios").error("a model has at least one scenario")
    return tuple(found)


def _finals(table: Table) -> tuple[Final, ...]:
    found = []
    for name in table.values:
        place = table.place(name)
        if name not in PROPERTIES:
            raise place.error(f'"{name}" is no property; known are {", ".join(PROPERTIES)}')
        condition = table.get(name, str)
        tree = read_condition(place, condition)
        found.append(Final(condition, name, place, tree))
    return tuple(found)


def _code_start(code: Table) -> int:
    """The line of the file that the code's first line stands on.

    Positions are right only where the text is taken as it stands, so it must be a ''' text.
    """
    wanted = code.get("text", str)
    place = code.place("text")
    index = code.text.find("'''", sum(len(line) + 1 for line in code.text.split("\n")[: place.line - 1]))
    if index < 0 or not code.text[index + 3 :].lstrip("\n").startswith(wanted[:200].lstrip("\n")):
        raise place.error("write the code as text = ''' on one line, then the code, then '''")
    opened = code.text.count("\n", 0, index) + 1
    return opened + (code.text[index + 3] == "\n")
