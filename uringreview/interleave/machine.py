"""A variant that can run: the steps of every thread, compiled, and the questions that a search asks of a state.

A machine belongs to one scenario with one set of patches. It knows nothing of searching; it says which step each
thread would take next, what a step does, whether a state in which nothing moves is a good end, and who races.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from uringreview.errors import UsageProblem
from uringreview.interleave.expressions import Site, violation_of
from uringreview.interleave.generate import BLOCKED, Writer
from uringreview.interleave.graph import Node, calls_of, touches_field
from uringreview.interleave.layout import COUNTER_BITS, initial_state, lay_out
from uringreview.interleave.names import names_of
from uringreview.interleave.place import Place
from uringreview.interleave.program import build_thread
from uringreview.interleave.scenario import Model, Scenario

StepFunction = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Access:
    """An access to a watched field: object number, field name, and whether it writes."""

    thing: int
    field: str
    writes: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A violated property: its name, what exactly happened, and (for a use after free) the freed object."""

    property: str
    what: str
    freed: str = ""


@lru_cache(maxsize=128)
def _compiled(text: str, file: str) -> CodeType:
    """The writer's text (numbers, and names that it chose: see generate) compiled. Kept, because a patch seldom
    changes all threads of a scenario, and a cell is mostly searched after its neighbours."""
    return compile(text, f"<{file}>", "exec")


class Machine:
    """`model`'s scenario with the patches `applied`, ready to run (`asked` are those before `Model.effective`).

    `steps[i][n]` is step n of thread i; step 0, the end, is absent. `soft` collects the codes of violations after
    which a step went on; whoever runs steps empties it.
    """

    def __init__(self, model: Model, scenario: Scenario, applied: frozenset[str]) -> None:
        self.model = model
        self.scenario = scenario
        self.asked = applied
        self.applied = applied = model.effective(applied)
        names = names_of(model, scenario)
        self.threads = tuple(build_thread(names, spec, applied) for spec in scenario.threads)
        self._check_size()
        self.layout = lay_out(model, tuple(thread.slots for thread in self.threads))
        self._writer = Writer(model, names, self.layout)
        self.counters = (1 << COUNTER_BITS * len(self.threads)) - 1
        self.soft: list[int] = []
        self._accesses: list[Access] = []
        self._fields = tuple(each.name for each in model.fields)
        self._namespace: dict[str, object] = {
            "S": self.soft,
            "M": self._mistake,
            "R": self._reaches,
            "W": self._watch,
        }
        self.steps = self._compile()
        self._watching: dict[tuple[int, int], StepFunction] = {}
        self.racy = tuple(
            (0, *(touches_field(node, model.watched) for node in thread.steps)) for thread in self.threads
        )
        self.initial = self._initial()

    def _check_size(self) -> None:
        place = self.model.functions[0].place if self.model.functions else Place(self.model.file, 1)
        if not 1 <= len(self.threads) <= 14:
            raise place.error(f"scenario {self.scenario.name} has {len(self.threads)} threads; 1 to 14 are possible")
        for thread in self.threads:
            if len(thread.steps) >= 1 << COUNTER_BITS:
                raise place.error(f"thread {thread.spec.name} has {len(thread.steps)} steps; 255 are possible")

    def _compile(self) -> tuple[tuple[StepFunction | None, ...], ...]:
        for number, thread in enumerate(self.threads):
            texts = [self._writer.entry(f"e{number}", number, thread)]
            texts += [self._writer.step(f"s{number}_{node.index}", number, thread, node) for node in thread.steps]
            exec(_compiled("".join(texts), self.model.file), self._namespace)
        finals = [self._writer.condition(f"f{at}", each.place, each.tree) for at, each in enumerate(self.model.finals)]
        exec(_compiled("".join(finals), self.model.file), self._namespace)
        return tuple(
            (None, *(self._function(f"s{number}_{node.index}") for node in thread.steps))
            for number, thread in enumerate(self.threads)
        )

    def _function(self, name: str) -> StepFunction:
        found = self._namespace[name]
        assert callable(found)
        return found

    def _initial(self) -> int:
        state = initial_state(self.model, self.layout, dict(self.scenario.start))
        for number in range(len(self.threads)):
            state = self._function(f"e{number}")(state)
        return state

    def _mistake(self, number: int) -> None:
        place, sentence = self._writer.mistakes[number]
        raise place.error(sentence)

    def _reaches(self, state: int, start: int, goal: int) -> int:
        """Whether `goal` can be reached from `start` along the chain, both alive; nothing is checked."""
        for _ in range(len(self.model.objects) + 1):
            if not start or not self.layout.is_alive(state, start):
                return 0
            if start == goal:
                return 1
            start = self.layout.field(self.model.chain, start).read(state)
        return 0

    def _watch(self, thing: int, field: int, writes: int) -> None:
        self._accesses.append(Access(thing, self._fields[field], bool(writes)))

    def counter(self, state: int, thread: int) -> int:
        """The number of the step that `thread` takes next; 0 at its end."""
        return self.layout.counters[thread].read(state)

    def node(self, state: int, thread: int) -> Node | None:
        """The step that `thread` takes next, None at its end."""
        counter = self.counter(state, thread)
        return self.threads[thread].steps[counter - 1] if counter else None

    def take(self, state: int, thread: int) -> int:
        """What the next step of `thread` leads to: a state, BLOCKED (also at its end), or a violation's code."""
        function = self.steps[thread][self.counter(state, thread)]
        return BLOCKED if function is None else function(state)

    def thread_number(self, name: str) -> int:
        """The number of the thread called `name`; UsageProblem where there is none."""
        for number, thread in enumerate(self.threads):
            if thread.spec.name == name:
                return number
        known = ", ".join(thread.spec.name for thread in self.threads)
        raise UsageProblem(f"scenario {self.scenario.name} has no thread {name}; it has {known}.")

    def site(self, code: int) -> tuple[Site, int]:
        """Where a violation's code comes from, and the object's number (0 where it is about none)."""
        number, thing = violation_of(code)
        return self._writer.sites[number], thing

    def broken(self, code: int) -> Broken:
        """What a violation's code means."""
        site, thing = self.site(code)
        if site.property == "UAF" and thing:
            freed = self.model.objects[thing - 1]
            return Broken(site.property, f"{site.what} after {freed} was freed", freed)
        return Broken(site.property, site.what + (", which is NULL" if site.property == "NULL" else ""))

    def accesses(self, state: int, thread: int) -> tuple[Access, ...]:
        """The watched accesses of the next step of `thread`, none where it has to wait."""
        counter = self.counter(state, thread)
        if not self.racy[thread][counter]:
            return ()
        function = self._watching.get((thread, counter))
        if function is None:
            name = f"w{thread}_{counter}"
            node = self.threads[thread].steps[counter - 1]
            text = self._writer.step(name, thread, self.threads[thread], node, watch=True)
            exec(_compiled(text, self.model.file), self._namespace)
            function = self._watching[thread, counter] = self._function(name)
        self._accesses.clear()
        kept = list(self.soft)
        result = function(state)
        self.soft[:] = kept
        return () if result == BLOCKED else tuple(self._accesses)

    def race(self, state: int, threads: Iterable[int]) -> tuple[int, int, Access, Access] | None:
        """Two of `threads` whose next steps access the same watched field, one of them writing."""
        found = [(thread, self.accesses(state, thread)) for thread in threads]
        for index, (first, mine) in enumerate(found):
            for second, others in found[index + 1 :]:
                for one in mine:
                    for other in others:
                        same = one.thing == other.thing and one.field == other.field
                        if same and one.thing and (one.writes or other.writes):
                            return first, second, one, other
        return None

    def stuck(self, state: int) -> Broken | None:
        """What is wrong with a state in which no thread can move; None where it is a good end."""
        waiting = []
        for number, thread in enumerate(self.threads):
            node = self.node(state, number)
            if node is not None and not (thread.spec.daemon and self._idles(number, node)):
                waiting.append(f"{thread.spec.name} waits {self.waits_for(state, number)}")
        if waiting:
            return Broken("DEADLOCK", "; ".join(waiting))
        for lock in self.model.locks:
            owner = self.layout.locks[lock.name].read(state)
            if owner:
                return Broken("DEADLOCK", f"{self.threads[owner - 1].spec.name} ended holding {lock.c_name}")
        for number, final in enumerate(self.model.finals):
            if not self._function(f"f{number}")(state):
                return Broken(final.property, f"at the end, not: {final.condition}")
        return None

    def _idles(self, thread: int, node: Node) -> bool:
        return node.function == self.threads[thread].spec.runs and any(call == "wait" for call, _ in calls_of(node))

    def waits_for(self, state: int, thread: int) -> str:
        """Why `thread` cannot move: "for timeout_lock, held by HR", "until len(tw) > 0"; "" at its end."""
        node = self.node(state, thread)
        if node is None:
            return ""
        for call, argument in calls_of(node):
            if call == "lock":
                owner = self.layout.locks[argument].read(state)
                if owner:
                    return f"for {argument}, held by {self.threads[owner - 1].spec.name}"
        for call, argument in calls_of(node):
            if call == "wait":
                return f"until {argument}"
        return ""


def machine_for(model: Model, scenario: str, applied: Iterable[str]) -> Machine:
    """The machine of one cell; UsageProblem where the scenario or a patch is unknown."""
    found = model.scenario(scenario)
    if found is None:
        known = ", ".join(each.name for each in model.scenarios)
        raise UsageProblem(f"There is no scenario {scenario} in {model.name}; there are {known}.")
    return Machine(model, found, check_patches(model, applied))


def check_patches(model: Model, applied: Iterable[str]) -> frozenset[str]:
    """`applied` as a set; UsageProblem where one is no patch of the model."""
    chosen = frozenset(applied)
    unknown = sorted(chosen - {patch.name for patch in model.patches})
    if unknown:
        known = ", ".join(patch.name for patch in model.patches)
        raise UsageProblem(f"There is no patch {unknown[0]} in {model.name}; there are {known}.")
    return chosen
