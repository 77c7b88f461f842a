"""A model of one race: patches, locks, objects, shared state, scenarios and the code that their threads run.

A model is one TOML file; resources/scenarios holds those that come with the program, and a new series is a new file
and no Python. The code part is read by `language`; here stands what a model is. docs/scenario-language.md is the
reference for people who write one; `reader` turns the file into these types.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from uringreview.interleave.language import Function
from uringreview.interleave.place import Place
from uringreview.resources import resource

NUMBER = "number"
OBJECT = "object"


@dataclass(frozen=True, slots=True)
class ModelPatch:
    """A patch that a model's lines can depend on.

    `upstream` is an abbreviated upstream commit id, "" for a `hypothetical` one: a change that was never posted, or
    a deliberate mistake that shows that the checks can fail. Without the patches it `needs` it does not apply, and
    its lines are left out.
    """

    name: str
    upstream: str
    subject: str
    hypothetical: bool
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock: `kind` is "mutex" (may sleep), "spin" or "task" (threads of the model that are one task); locks are
    taken in growing `rank`. `c_name` is what the kernel calls it."""

    name: str
    kind: str
    rank: int
    c_name: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of objects: `kind` is "number", "object" or an enum's name; `initial` has (object, value) pairs.

    A field that not every object has is named with its object in the code, `L.head`.
    """

    name: str
    kind: str
    initial: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Global:
    """A shared variable outside any object."""

    name: str
    kind: str
    initial: int


@dataclass(frozen=True, slots=True)
class FifoQueue:
    """A queue of at most `length` entries; `holds` gives the kind of each part of an entry."""

    name: str
    length: int
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enum:
    """Named values, counted from 0."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreadSpec:
    """A thread: `name` is short (schedules are written with it), `title` what a person calls it.

    `context` is "task", "softirq" or "hardirq"; `runs` the function it starts in. A `daemon` may wait for ever
    in a `wait()` of that function without that being a deadlock.
    """

    name: str
    title: str
    context: str
    runs: str
    daemon: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """One race: its threads and what differs from the model's initial state.

    `realism` says how likely it is outside the model and why. `start` overrides initial values ("P.refs" or a
    global's name), `switches` the model's switches.
    """

    name: str
    title: str
    realism: str
    threads: tuple[ThreadSpec, ...]
    start: tuple[tuple[str, int], ...] = ()
    switches: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Final:
    """What must hold when everything has ended, and the property that is violated where it does not."""

    condition: str
    property: str
    place: Place
    tree: ast.expr = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that one scenario file says.

    `chain` is the field that links objects, drawn as arrows; `watched` are the fields whose races are reported.
    `digest` changes whenever the file does.
    """

    name: str
    title: str
    file: str
    digest: str
    patches: tuple[ModelPatch, ...]
    objects: tuple[str, ...]
    chain: str
    watched: tuple[str, ...]
    assumptions: tuple[str, ...]
    locks: tuple[Lock, ...]
    enums: tuple[Enum, ...]
    fields: tuple[Field, ...]
    globals: tuple[Global, ...]
    queues: tuple[FifoQueue, ...]
    switches: tuple[tuple[str, int], ...]
    scenarios: tuple[Scenario, ...]
    functions: tuple[Function, ...]
    finals: tuple[Final, ...]

    def patch_for(self, id_prefix: str) -> ModelPatch | None:
        """The patch that `id_prefix` names: its model name, or an upstream id or a part of one (7 digits or more)."""
        wanted = id_prefix.strip().lower()
        for patch in self.patches:
            if patch.name.lower() == wanted:
                return patch
        if len(wanted) < 7:
            return None
        found = [
            patch
            for patch in self.patches
            if patch.upstream and (patch.upstream.startswith(wanted) or wanted.startswith(patch.upstream))
        ]
        return found[0] if len(found) == 1 else None

    def in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that are patches, in the model's order."""
        chosen = frozenset(names)
        return tuple(patch.name for patch in self.patches if patch.name in chosen)

    def effective(self, applied: frozenset[str]) -> frozenset[str]:
        """`applied` without the patches that do not apply because one that they need is absent."""
        while True:
            absent = {patch.name for patch in self.patches if patch.name in applied and set(patch.needs) - applied}
            if not absent:
                return applied
            applied -= absent

    def scenario(self, name: str) -> Scenario | None:
        """The scenario called `name`, None where there is none."""
        return next((each for each in self.scenarios if each.name == name), None)

    def show(self, kind: str, value: int) -> str:
        """`value` of `kind` as a person reads it: an object's name, an enum's member, a number."""
        if kind == OBJECT:
            return self.objects[value - 1] if value else "NULL"
        for enum in self.enums:
            if enum.name == kind and value < len(enum.members):
                return enum.members[value]
        return str(value)


def load_model(path: Path) -> Model:
    """Read one scenario file; ModelError (with file, line, column) where it is wrong or cannot be read."""
    # Here and not above: the reader builds the types of this file.
    from uringreview.interleave.reader import read_model

    return read_model(path)


def load_models() -> tuple[Model, ...]:
    """The models that come with the program, by file name."""
    return tuple(load_model(path) for path in sorted(resource("scenarios").glob("*.toml")))
