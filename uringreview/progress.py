"""Long work as a generator of progress.

A long piece of work is a generator: it yields `Progress` as it goes and returns its value at the end. The window's
job runner and the command line drive the same generator; closing it (`generator.close()`) cancels the work.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Progress(Generic[Part]):
    """How far a piece of work has come.

    `done` of `total` units are finished (`total` is 0 while unknown); `what` names the unit for a person
    ("mails", "cells", "states"); `parts` are the results that became ready since the last yield.
    """

    done: int
    total: int
    what: str
    parts: tuple[Part, ...] = ()


Work: TypeAlias = Generator[Progress[Part], None, Result]


def finish(work: "Work[Part, Result]", report: Callable[[Progress[Part]], None] | None = None) -> Result:
    """Drive `work` to its end, handing each progress to `report`; returns what the work returns."""
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            value: Result = end.value
            return value
        if report is not None:
            report(step)
