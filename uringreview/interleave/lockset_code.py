"""What a function's code comes down to for the lockset table: accesses, locks, calls, and the way through them.

Everything else of C is gone. `lockset_read` makes these values from source text, `lockset_flow` walks them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from uringreview.interleave.lockset_words import Context, Deed


@dataclass(frozen=True, slots=True, order=True)
class Field:
    """A member reached through a pointer or a global: the structure's tag (or the global's name) and the path in it."""

    struct: str
    path: str

    def __str__(self) -> str:
        return f"{self.struct}->{self.path}"


@dataclass(frozen=True, slots=True)
class Access:
    """A read or write of a field; `line` is 1-based."""

    field: Field
    writes: bool
    line: int


@dataclass(frozen=True, slots=True)
class LockDeed:
    """Something is done to `lock`; what is taken `scoped` is dropped where its block ends."""

    deed: Deed
    lock: str
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a named function."""

    function: str
    line: int


class Way(Enum):
    """How a statement leaves the straight line."""

    BREAK = "break"
    CONTINUE = "continue"
    RETURN = "return"
    GOTO = "goto"


@dataclass(frozen=True, slots=True)
class Jump:
    """A break, continue, return or goto."""

    way: Way
    label: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """Where a goto leads."""

    name: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the switch around it: what was before the switch may be before this."""


@dataclass(frozen=True, slots=True)
class Block:
    """Statements one after the other; what is taken scoped in it is dropped at its end."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways."""

    ways: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A body that runs any number of times, once at least where `once`."""

    body: Block
    once: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """A body that is entered at one of its cases, or skipped."""

    body: Block


Part = Access | LockDeed | Call | Jump | Label | Case | Block | Choice | Loop | Switch


@dataclass(frozen=True, slots=True)
class Registered:
    """A function that is handed over to be called in `context`."""

    function: str
    context: Context


@dataclass(frozen=True, slots=True)
class Code:
    """One function. `held` are the locks that its head says are held (__must_hold()); `acquires` and `releases` those
    that it says it takes and drops. `whole` is False where some of its text could not be parsed."""

    name: str
    held: frozenset[str]
    acquires: frozenset[str]
    releases: frozenset[str]
    registered: tuple[Registered, ...]
    body: Block
    whole: bool


def walk(part: Part) -> Iterator[Part]:
    """`part` and everything in it."""
    yield part
    if isinstance(part, Block):
        inside: tuple[Part, ...] = part.parts
    elif isinstance(part, Choice):
        inside = part.ways
    elif isinstance(part, Loop | Switch):
        inside = (part.body,)
    else:
        return
    for each in inside:
        yield from walk(each)
