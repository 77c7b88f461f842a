"""What must never happen in a model, with one sentence each.

The names are those that reports, the window and replies print. Some are checked by the machine at every step, some
where a model says so with `require(condition, "NAME")`, some in states where nothing can move any more.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Property:
    """One thing that must never happen; `meaning` completes the sentence "In this state ..."."""

    name: str
    title: str
    meaning: str


_ALL = (
    Property("UAF", "use after free", "a field of a freed object is read or written"),
    Property("NULL", "NULL pointer", "a field is reached through a NULL pointer"),
    Property("SPLICE", "wrong splice", "something that is not the expected request is taken out of the chain"),
    Property("DOUBLE-ISSUE", "double issue", "a request is issued a second time"),
    Property("DOUBLE-CQE", "double completion", "a second completion is posted for one request"),
    Property("ORDER", "order", "a linked request is issued although the one before it failed"),
    Property("TORN-WALK", "torn walk", "a walk of the chain misses a member that is still linked"),
    Property("LIST", "double list_del", "an entry is taken off a list that it is not on"),
    Property("SLEEP", "sleeping lock in atomic context", "a mutex is taken in interrupt context or under a spinlock"),
    Property("RECURSION", "lock taken twice", "a thread takes a lock that it already holds"),
    Property("LOCK-ORDER", "lock order", "locks are taken against their order, or one is released that is not held"),
    Property("LOST-CQE", "lost completion", "everything has ended and a completion was never posted"),
    Property("LEAK", "leak", "everything has ended and an object was never freed"),
    Property("DEADLOCK", "deadlock", "no thread can go on and not all have ended, or one ended holding a lock"),
    Property("REF-UNDERFLOW", "reference underflow", "a reference is dropped that nobody holds"),
)

PROPERTIES: MappingProxyType[str, Property] = MappingProxyType({each.name: each for each in _ALL})
"""Every property by name, in the order in which reports list them."""

RACE = Property("race", "data race", "two threads can access the same field next, and one of them writes")
"""A flag of its own: a race can be harmless, and a lifetime bug need not be one."""


def in_order(names: set[str]) -> tuple[str, ...]:
    """`names` in the order in which reports list them."""
    return tuple(name for name in PROPERTIES if name in names)
