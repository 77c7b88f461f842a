"""A series patch by patch: which trees on the way fail, which sets of patches hold, and what belongs together.

A maintainer queues patches one at a time, and every tree in between is bisected and sometimes shipped. So each set of
the patches is judged, in all scenarios. A scenario that fails even with every posted patch of the model applied is no
mark against a tree on the way; it is named apart ("left over"). All of it is said of the model alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from uringreview.errors import UsageProblem
from uringreview.interleave.explore import MOST_STATES, explore_matrix
from uringreview.interleave.machine import check_patches
from uringreview.interleave.properties import PROPERTIES, in_order
from uringreview.interleave.scenario import Model, ModelPatch
from uringreview.interleave.trace import Outcome
from uringreview.progress import Progress, Work

MOST_PATCHES = 6
"""Each patch more doubles the sets; six are 64 sets and at most 720 orders."""


@dataclass(frozen=True, slots=True)
class ScenarioVerdict:
    """What one scenario showed in one tree."""

    scenario: str
    violations: tuple[str, ...]
    race: bool
    exhaustive: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree with exactly the patches `applied`, in the order of the series, and what each scenario shows in it."""

    applied: tuple[str, ...]
    verdicts: tuple[ScenarioVerdict, ...]

    @property
    def failing(self) -> tuple[str, ...]:
        """The scenarios in which a property is violated."""
        return tuple(each.scenario for each in self.verdicts if each.violations)

    @property
    def violations(self) -> tuple[str, ...]:
        """Every violated property, whatever the scenario."""
        return in_order({name for each in self.verdicts for name in each.violations})

    @property
    def exhaustive(self) -> bool:
        """Whether every state of every scenario was seen; else a tree that does not fail has not been cleared."""
        return all(each.exhaustive for each in self.verdicts)


@dataclass(frozen=True, slots=True)
class Requirement:
    """`patch` is not to be applied without `other`: `without`, the series with all but `other`, fails in `scenarios`,
    which do not fail without `patch`.

    `together` where `other` cannot come first either, so that the two make one step; else `other` comes first.
    """

    patch: ModelPatch
    other: ModelPatch
    together: bool
    scenarios: tuple[str, ...]
    violations: tuple[str, ...]
    without: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What to ask for in a reply."""
        return (
            f"Please hold {commit(self.patch)} until {commit(self.other)} is queued {self.when} it: without it, a model"
            f" of this code shows {self.shows}."
        )

    @property
    def when(self) -> str:
        """How `other` is to be queued: "with" the patch or "before" it."""
        return "with" if self.together else "before"

    @property
    def shows(self) -> str:
        """What goes wrong without `other`, and where: "use after free (scenarios S2, S3)"."""
        titles = _listed([PROPERTIES[name].title for name in self.violations])
        return f"{titles} (scenario{'s' * (len(self.scenarios) > 1)} {', '.join(self.scenarios)})"


@dataclass(frozen=True, slots=True)
class SeriesCheck:
    """What is known of every way to queue a series.

    `trees` are the trees that the order passes through, from none of the patches to all. `left_over` are the
    scenarios that fail with all posted patches of the model, too. `safe_sets` of the order's patches fail nowhere,
    `mended_sets` nowhere but in those. `steps` are the patches, those that must be taken together in one;
    `safe_orders` are the orders of the steps that pass through `safe_sets` and `mended_sets` only. A requirement
    may name a posted patch that the order leaves out.
    """

    model: str
    scenarios: tuple[str, ...]
    order: tuple[str, ...]
    trees: tuple[Tree, ...]
    left_over: tuple[str, ...]
    safe_sets: tuple[tuple[str, ...], ...]
    mended_sets: tuple[tuple[str, ...], ...]
    steps: tuple[tuple[str, ...], ...]
    safe_orders: tuple[tuple[tuple[str, ...], ...], ...]
    requirements: tuple[Requirement, ...]

    @property
    def failing_trees(self) -> tuple[Tree, ...]:
        """The trees of the order that fail where all the patches together do not."""
        return tuple(tree for tree in self.trees if set(tree.failing) - set(self.left_over))

    def holds_for(self, name: str) -> tuple[Requirement, ...]:
        """What the patch called `name` in the model has to wait for."""
        return tuple(each for each in self.requirements if each.patch.name == name)


def check_series(
    model: Model,
    order: Sequence[str] | None = None,
    scenarios: Sequence[str] | None = None,
    max_states: int = MOST_STATES,
) -> Work[Outcome, SeriesCheck]:
    """Judge every tree of `order` (default: the posted patches as the model lists them) in `scenarios` (default all).

    Raises UsageProblem for a patch that the model does not have or that stands twice, and for more than MOST_PATCHES.
    """
    names, every, rows = _asked(model, order, scenarios)
    sets = [frozenset(chosen) for size in range(len(every) + 1) for chosen in combinations(every, size)]
    work = explore_matrix(model, rows, sets, max_states, with_simplest=False)
    try:
        while True:
            step = next(work)
            yield Progress(step.done, step.total, step.what, step.parts)
    except StopIteration as end:
        outcomes: tuple[Outcome, ...] = end.value
    return _judged(model, rows, names, every, outcomes)


def judge(model: Model, outcomes: Iterable[Outcome]) -> SeriesCheck | None:
    """The same from `outcomes` that are known already: every scenario with every set of the posted patches.

    None where some of them are missing, or the patches are too many.
    """
    names, every, rows = _asked(model, None, None)
    known = {(each.scenario, frozenset(each.applied)): each for each in outcomes}
    sets = [frozenset(chosen) for size in range(len(every) + 1) for chosen in combinations(every, size)]
    if any((row, chosen) not in known for row in rows for chosen in sets):
        return None
    return _judged(model, rows, names, every, tuple(known.values()))


def _asked(
    model: Model, order: Sequence[str] | None, scenarios: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The order, all patches that are judged with it, and the scenarios."""
    posted = tuple(each.name for each in model.patches if not each.hypothetical)
    names = tuple(order) if order is not None else posted
    check_patches(model, names)
    if len(set(names)) < len(names):
        raise UsageProblem("An order names each patch once.")
    every = (*names, *(name for name in posted if name not in names))
    if len(every) > MOST_PATCHES:
        raise UsageProblem(f"At most {MOST_PATCHES} patches can be judged together, these are {len(every)}.")
    return names, every, tuple(scenarios) if scenarios is not None else tuple(each.name for each in model.scenarios)


def _judged(
    model: Model,
    rows: tuple[str, ...],
    names: tuple[str, ...],
    every: tuple[str, ...],
    outcomes: Iterable[Outcome],
) -> SeriesCheck:
    sets = [frozenset(chosen) for size in range(len(every) + 1) for chosen in combinations(every, size)]
    found = {(each.scenario, frozenset(each.applied)): each for each in outcomes}
    trees = {chosen: _tree(every, rows, chosen, found) for chosen in sets}
    return _judge(model, rows, names, every, trees)


def commit(patch: ModelPatch) -> str:
    """How a reply names a patch of a model."""
    return f'{patch.upstream[:12]} ("{patch.subject}")' if patch.upstream else f'"{patch.subject}"'


def _tree(
    names: tuple[str, ...],
    rows: tuple[str, ...],
    chosen: frozenset[str],
    found: dict[tuple[str, frozenset[str]], Outcome],
) -> Tree:
    outcomes = [found[row, chosen] for row in rows]
    verdicts = tuple(ScenarioVerdict(each.scenario, each.names, each.race, each.exhaustive) for each in outcomes)
    return Tree(tuple(name for name in names if name in chosen), verdicts)


def _judge(
    model: Model,
    rows: tuple[str, ...],
    names: tuple[str, ...],
    every: tuple[str, ...],
    trees: dict[frozenset[str], Tree],
) -> SeriesCheck:
    left_over = set(trees[frozenset(every)].failing)
    # Sets of which every patch applies; only those are trees that can exist.
    real = {chosen: tree for chosen, tree in trees.items() if model.effective(chosen) == chosen}
    good = {chosen for chosen, tree in real.items() if tree.exhaustive and not set(tree.failing) - left_over}
    needs = {name: _always_with(name, every, good) for name in every}
    steps = tuple(
        dict.fromkeys(tuple(each for each in names if each == name or _mutual(needs, each, name)) for name in names)
    )
    ours = [(chosen, tree) for chosen, tree in real.items() if chosen in good and chosen <= set(names)]
    return SeriesCheck(
        model.name,
        rows,
        names,
        tuple(trees[frozenset(names[:count])] for count in range(len(names) + 1)),
        trees[frozenset(every)].failing,
        tuple(tree.applied for _, tree in ours if not tree.failing),
        tuple(tree.applied for _, tree in ours if tree.failing),
        steps,
        tuple(_orders(steps, frozenset(), good)),
        tuple(_requirements(model, names, every, trees, needs, left_over)),
    )


def _requirements(
    model: Model,
    names: tuple[str, ...],
    every: tuple[str, ...],
    trees: dict[frozenset[str], Tree],
    needs: dict[str, set[str]],
    left_over: set[str],
) -> Iterator[Requirement]:
    patches = {each.name: each for each in model.patches}
    for name in names:
        for other in every:
            if other not in needs[name] or other in patches[name].needs:
                continue
            without = trees[model.effective(frozenset(every) - {other})]
            # What fails without this patch as well is no reason to hold it back.
            anyway = trees[model.effective(frozenset(every) - {other, name})].failing
            known = {*left_over, *anyway}
            shown = [each for each in without.verdicts if each.violations and each.scenario not in known]
            if not shown:
                continue
            yield Requirement(
                patches[name],
                patches[other],
                _mutual(needs, name, other),
                tuple(each.scenario for each in shown),
                in_order({violated for each in shown for violated in each.violations}),
                without.applied,
            )


def _always_with(name: str, every: tuple[str, ...], good: set[frozenset[str]]) -> set[str]:
    """The patches that every good set with `name` has, too; none where there is no such set."""
    having = [chosen for chosen in good if name in chosen]
    return (
        {other for other in every if other != name and all(other in chosen for chosen in having)} if having else set()
    )


def _mutual(needs: dict[str, set[str]], one: str, other: str) -> bool:
    return one in needs[other] and other in needs[one]


def _orders(
    steps: tuple[tuple[str, ...], ...], done: frozenset[str], good: set[frozenset[str]]
) -> list[tuple[tuple[str, ...], ...]]:
    """Every order of `steps` that passes through good trees only, once `done` is applied."""
    if not steps:
        return [()]
    found = []
    for step in steps:
        after = done | frozenset(step)
        if after in good:
            rest = tuple(each for each in steps if each != step)
            found += [(step, *more) for more in _orders(rest, after, good)]
    return found


def _listed(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
