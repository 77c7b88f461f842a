"""The same cell for spin: a variant as Promela, so that a checker that others wrote and trust can be asked.

One guarded command, one `d_step`, stands for each step, with its C line as comment; everything that must never happen
is an assertion, what must hold at the end too. Spin stores as many states as our search where nothing is violated.
Where something is, a run ends at the violation in both, and only the verdicts can be compared. The language:
Holzmann, The SPIN Model Checker, 2003, and spinroot.com.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

from uringreview.interleave.graph import Node, calls_of
from uringreview.interleave.machine import Machine, machine_for
from uringreview.interleave.names import Names, names_of
from uringreview.interleave.promela_steps import StepText, StepWriter
from uringreview.interleave.promela_values import WatchedAccess, Words
from uringreview.interleave.properties import PROPERTIES, in_order
from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import Outcome

_ASSERTION = re.compile(r"pan:\d+: assertion violated\s+!\(\s*never_(\w+)\s*\)")
_STORED = re.compile(r"^[ \t]*+(\d+) states, stored", re.MULTILINE)
_TAKEN = frozenset(
    # What means something in Promela, in the C that spin writes, or in this file's own text.
    """
    active alive assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan check check_and_go_on
    D_proctype d_step do else empty enabled end eval false fi for full get_priority goto hidden if in init inline int
    len local ltl mtype nempty never nfull notrace np_ NULL od of pc_value pid printf printm priority proctype
    provided race REACHES return run select set_priority short show skip switch timeout trace true typedef unless
    unsigned violated xr xs
    auto case char const continue default double enum extern float long register signed sizeof static struct union
    void volatile while now trpt depth main
    """.split()  # noqa: SIM905 - a hundred quoted words would be harder to read
)


@dataclass(frozen=True, slots=True)
class SpinVerdict:
    """What a run of the exported model with spin said: violated properties in our order, race, states stored."""

    names: tuple[str, ...]
    race: bool
    states: int
    exhaustive: bool


def as_promela(model: Model, scenario: str, applied: Iterable[str], outcome: Outcome | None = None) -> str:
    """The cell `scenario` with exactly the patches `applied` as a Promela file.

    The header says what our search found where `outcome` has it. Raises UsageProblem for an unknown scenario or
    patch, ModelError for a model that cannot be exported: one in which a step waits behind something else it does.
    """
    return _File(machine_for(model, scenario, applied)).text(outcome)


def spin_command(path: str) -> str:
    """The command line that checks an exported file: every violation (-c0), deep enough, with all states."""
    return (
        f"spin -a {shlex.quote(path)} && gcc -O2 -DSAFETY -DNOREDUCE -DMEMLIM=4096 -o pan pan.c && ./pan -c0 -m100000"
    )


def read_spin(text: str) -> SpinVerdict:
    """Read what `./pan` printed; ValueError where it is no such text."""
    stored = _STORED.search(text)
    if stored is None:
        raise ValueError("no count of states in what spin printed")
    found = {name.replace("_", "-") for name in _ASSERTION.findall(text)}
    complete = "Search not completed" not in text and "max search depth too small" not in text
    return SpinVerdict(in_order(found), "race" in found, int(stored[1]), complete)


class _File:
    """One exported cell under construction."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.model = machine.model
        self.names: Names = names_of(machine.model, machine.scenario)
        self.words = _words(machine)
        self.steps: list[list[tuple[Node, StepText]]] = []
        self.temporaries = 0
        for number, thread in enumerate(machine.threads):
            texts = []
            for node in thread.steps:
                writer = self._writer(number)
                texts.append((node, writer.step(node)))
                self.temporaries = max(self.temporaries, writer.temporaries)
            self.steps.append(texts)

    def _writer(self, thread: int) -> StepWriter:
        return StepWriter(self.model, self.names, self.words, thread, self.machine.threads[thread])

    def text(self, outcome: Outcome | None) -> str:
        code = [
            *self._stands(),
            "",
            "active proctype every_interleaving()",
            "{",
            "end:\tdo",
            *(line for number in self._numbers for line in self._commands(number)),
            *self._end(),
            *self._race(),
            "\tod",
            "}",
        ]
        walks = _reaches(self.words.of["field", self.model.chain], len(self.model.objects)) if self.model.chain else []
        code = [*(walks if any("REACHES(" in line for line in code) else []), *code]
        used = frozenset(re.findall(r"\w+", "\n".join(code)))
        parts = [self._header(outcome), self._constants(), self._state(used), self._checks(), code]
        return "\n\n".join("\n".join(part) for part in parts) + "\n"

    def _header(self, outcome: Outcome | None) -> list[str]:
        machine = self.machine
        patches = "+".join(self.model.in_order(machine.applied)) or "no patches"
        lines = [
            f"{self.model.name}, {machine.scenario.name} ({machine.scenario.title}), with {patches}",
            "",
            f"check with: {spin_command('FILE.pml')}",
        ]
        if outcome is not None:
            found = " ".join(outcome.names) or "no violation"
            lines.append(f"uringreview found: {found}{', race' if outcome.race else ''}, {outcome.states} states")
            if not outcome.exhaustive:
                lines.append(f"not exhaustive: stopped after {outcome.states} states")
            elif outcome.violations:
                lines.append("a run ends at its violation; spin stores that state too, so its count is higher")
            else:
                lines.append(f"expected of spin: errors of race alone, {outcome.states} states, stored")
        unclear = [node.line.place.line for texts in self.steps for node, text in texts if text.unclear]
        if unclear:
            lines.append(f"races of the model's line {', '.join(map(str, sorted(set(unclear))))} are not exported")
        lines += ["", "what the model assumes:", *(f"- {each}" for each in self.model.assumptions)]
        return ["/*", *(f" * {_comment(line)}".rstrip() for line in lines), " */"]

    def _constants(self) -> list[str]:
        words, lines = self.words.of, ["#define NULL 0"]
        for number, name in enumerate(self.model.objects, start=1):
            lines.append(f"#define {words['object', name]} {number}")
        for enum in self.model.enums:
            lines += [f"#define {words['member', member]} {value}" for value, member in enumerate(enum.members)]
        lines.append("/* who holds a lock */")
        for number, thread in enumerate(self.machine.threads, start=1):
            title = f"{thread.spec.title}, {thread.spec.context} context"
            lines.append(f"#define {words['thread', thread.spec.name]} {number}  /* {_comment(title)} */")
        return lines

    def _state(self, used: frozenset[str]) -> list[str]:
        """The variables, with their values at the start, as far as they are `used`.

        Spin would make a C variable of an unused one, whose name may then be that of a C function (link).
        """
        words, machine, layout = self.words.of, self.machine, self.machine.layout
        state, things = machine.initial, len(self.model.objects) + 1
        lines = ["byte " + self._at(number) + f" = {machine.counter(state, number)};" for number in self._numbers]
        lines += [f"byte {words['lock', lock.name]};  /* {_comment(lock.c_name)} */" for lock in self.model.locks]
        lines.append(_array("bool", "alive", [int(layout.is_alive(state, thing)) for thing in range(things)]))
        for each in self.model.fields:
            values = [layout.field(each.name, thing).read(state) for thing in range(things)]
            lines.append(_array("byte", words["field", each.name], values))
        for shared in self.model.globals:
            lines.append(f"byte {words['global', shared.name]} = {layout.globals[shared.name].read(state)};")
        for queue in self.model.queues:
            holds = ", ".join("byte" for _ in queue.holds)
            lines.append(f"chan {words['queue', queue.name]} = [{queue.length}] of {{ {holds} }};")
        for number in self._numbers:
            for slot, word in enumerate(self.words.slots[number]):
                lines.append(f"byte {word} = {layout.slot(number, slot).read(state)};")
        kept = [line for line in lines if used.intersection(re.findall(r"\w+", line.partition("/*")[0])[1:2])]
        return [line.replace(" = 0;", ";") for line in kept]

    def _checks(self) -> list[str]:
        lines = ["bool violated;  /* a run ends here */"]
        lines += [f"hidden byte {self.words.of['property', name]};" for name in PROPERTIES]
        lines.append("hidden byte never_race;")
        lines += [f"hidden byte left{number + 1};" for number in range(self.temporaries)]
        return [
            *lines,
            "",
            "inline check(property, holds) {",
            "\tif :: violated || (holds) -> skip",
            "\t:: else -> violated = true; property = 1; assert(!(property)); property = 0 fi",
            "}",
            "inline check_and_go_on(property, holds) {",
            "\tif :: violated || (holds) -> skip",
            "\t:: else -> property = 1; assert(!(property)); property = 0 fi",
            "}",
        ]

    def _stands(self) -> list[str]:
        """A word for each thread that says that it cannot go."""
        lines = []
        for number in self._numbers:
            waits = [f"{self._at(number)} == 0"]
            for node, text in self.steps[number]:
                if text.goes:
                    waits.append(f"({self._at(number)} == {node.index} && !({text.goes}))")
            stands = self.words.of["stands", self.machine.threads[number].spec.name]
            lines.append(f"#define {stands} ({' || '.join(waits)})")
        return lines

    def _commands(self, number: int) -> list[str]:
        lines = []
        for node, text in self.steps[number]:
            shown = node.line.c_text or node.line.code
            prefix = f"{node.line.when.text}| " if node.line.when is not None else ""
            lines.append(f"\t/* {_comment(f'{node.function}, line {node.line.place.line}: {prefix}{shown}')} */")
            lines.append(f"\t:: d_step {{ !violated && {self._at(number)} == {node.index}{_and(text.goes)} ->")
            lines += text.lines
            lines.append("\t}")
        return lines

    def _end(self) -> list[str]:
        word = self.words.of
        stands = " && ".join(word["stands", thread.spec.name] for thread in self.machine.threads)
        lines = ["\t/* nothing can move: is this a good end? */", f"\t:: d_step {{ !violated && {stands} ->"]
        for number, thread in enumerate(self.machine.threads):
            good = [0]
            if thread.spec.daemon:
                good += [
                    node.index
                    for node in thread.steps
                    if node.function == thread.spec.runs and any(call == "wait" for call, _ in calls_of(node))
                ]
            ended = " || ".join(f"{self._at(number)} == {index}" for index in good)
            lines.append(f"\t\tcheck({word['property', 'DEADLOCK']}, {ended});")
        for lock in self.model.locks:
            lines.append(f"\t\tcheck({word['property', 'DEADLOCK']}, {word['lock', lock.name]} == 0);")
        for final in self.model.finals:
            lines.append(
                f"\t\tcheck({word['property', final.property]}, {self._writer(0).condition(final.tree)});"
                f"  /* {_comment(final.condition)} */"
            )
        return [*lines, "\t\tskip", "\t}"]

    def _race(self) -> list[str]:
        """Two threads that can both go next and access the same watched field of one object, one of them writing."""
        found = []
        accesses = [self._accesses(number) for number in self._numbers]
        for first in self._numbers:
            for second in range(first + 1, len(accesses)):
                for mine, here in accesses[first]:
                    for others, there in accesses[second]:
                        if here.field == there.field and (here.writes or there.writes):
                            found.append(
                                f"({mine} && {others} && {here.thing} == {there.thing} && {here.thing} != 0"
                                f"{_and(here.condition)}{_and(there.condition)})"
                            )
        if not found:
            return []
        both = "\n\t\t|| ".join(dict.fromkeys(found))
        return [
            "\t/* a data race */",
            f"\t:: d_step {{ !violated && (\n\t\t{both}) ->",
            "\t\tnever_race = 1; assert(!(never_race)); never_race = 0",
            "\t}",
        ]

    def _accesses(self, number: int) -> list[tuple[str, WatchedAccess]]:
        found = []
        for node, text in self.steps[number]:
            next_here = f"{self._at(number)} == {node.index}{_and(text.goes)}"
            found += [(next_here, access) for access in text.accesses]
        return found

    def _at(self, number: int) -> str:
        return self.words.of["at", self.machine.threads[number].spec.name]

    @property
    def _numbers(self) -> range:
        return range(len(self.machine.threads))


@dataclass(slots=True)
class _Namer:
    """Gives each thing a name of its own that Promela and C leave free."""

    taken: set[str] = field(default_factory=lambda: {word.casefold() for word in _TAKEN})

    def name(self, wanted: str) -> str:
        word = re.sub(r"[^A-Za-z0-9_]", "_", wanted)
        word = f"x{word}" if word[0] in "_0123456789" else word
        while word.casefold() in self.taken:
            word += "_"
        self.taken.add(word.casefold())
        return word


def _words(machine: Machine) -> Words:
    model, namer = machine.model, _Namer()
    of = {("property", name): f"never_{name.replace('-', '_')}" for name in PROPERTIES}
    namer.taken |= {word.casefold() for word in of.values()} | {"never_race"}
    every = (
        ("object", model.objects),
        ("member", tuple(member for enum in model.enums for member in enum.members)),
        ("thread", tuple(thread.spec.name for thread in machine.threads)),
        ("lock", tuple(lock.name for lock in model.locks)),
        ("field", tuple(each.name for each in model.fields)),
        ("global", tuple(each.name for each in model.globals)),
        ("queue", tuple(each.name for each in model.queues)),
    )
    for kind, names in every:
        of |= {(kind, name): namer.name(name) for name in names}
    for thread in machine.threads:
        of["at", thread.spec.name] = namer.name(f"{thread.spec.name}_at")
        of["stands", thread.spec.name] = namer.name(f"{thread.spec.name}_stands")
    slots = tuple(
        tuple(namer.name(f"{thread.spec.name}_v{slot}") for slot in range(thread.slots)) for thread in machine.threads
    )
    return Words(of, slots)


def _array(kind: str, name: str, values: list[int]) -> str:
    if not any(values):
        return f"{kind} {name}[{len(values)}];"
    return f"{kind} {name}[{len(values)}] = {{ {', '.join(map(str, values))} }};"


def _reaches(chain: str, objects: int) -> list[str]:
    """REACHES(a, b): b can be reached from a along the chain without passing a freed object."""
    lines = ["#define REACHES_0(a, b) false"]
    for hops in range(1, objects + 1):
        lines.append(f"#define REACHES_{hops}(a, b) (alive[a] && ((a) == (b) || REACHES_{hops - 1}({chain}[a], b)))")
    return [*lines, f"#define REACHES(a, b) (alive[a] && ((a) == (b) || REACHES_{objects}({chain}[a], b)))"]


def _and(condition: str) -> str:
    return f" && ({condition})" if condition else ""


def _comment(text: str) -> str:
    """`text` fit for a C comment."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text).replace("*/", "* /").replace("/*", "/ *")
