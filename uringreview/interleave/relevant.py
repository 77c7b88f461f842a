"""Which patches can make a difference in a scenario at all: those named on lines that its threads may come to."""

from uringreview.interleave.forms import called
from uringreview.interleave.scenario import Model


def relevant_patches(model: Model, scenario: str) -> frozenset[str]:
    """The patches named by prefixes in functions that the threads of `scenario` run or call, directly or not."""
    found = model.scenario(scenario)
    functions = {function.name: function for function in model.functions}
    waiting = [thread.runs for thread in found.threads] if found is not None else []
    seen: set[str] = set()
    patches: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for line in functions[name].lines:
            if line.when is not None:
                patches |= {patch for terms in line.when.alternatives for patch, _ in terms}
            waiting += [callee for statement in line.statements if (callee := called(statement)) is not None]
    return frozenset(patches)
