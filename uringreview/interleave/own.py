"""The user's own scenarios: a folder of them beside the program's, and the template that a new one starts from.

What is in the folder is loaded with the program's models, so that a queue's patches find their model there too. A file
that is wrong hides nothing else: it is told apart, with its line and column.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from platformdirs import user_config_path

from uringreview.errors import EnvironmentProblem
from uringreview.interleave.place import ModelError
from uringreview.interleave.scenario import Model, load_model, load_models
from uringreview.resources import resource

_MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Models:
    """Every model there is, the program's first, and a sentence (file:line:column) for each file that is wrong."""

    models: tuple[Model, ...]
    problems: tuple[str, ...]


def scenarios_folder() -> Path:
    """Where the user's scenarios are."""
    return user_config_path("uringreview") / "scenarios"


def all_models() -> Models:
    """The program's models and those of the user's folder."""
    models: list[Model] = list(load_models())
    problems: list[str] = []
    for path in own_files():
        try:
            models.append(load_model(path))
        except ModelError as problem:
            problems.append(f"{path.parent}/{problem}")
    return Models(tuple(models), tuple(problems))


def own_files() -> Sequence[Path]:
    """The user's scenario files, by name."""
    try:
        return sorted(scenarios_folder().glob("*.toml"))[:_MOST_FILES]
    except OSError:
        return ()


def new_scenario(upstream: str | None, subject: str) -> Path:
    """Write a commented template for a patch into the user's folder; returns its path. Nothing is overwritten: a
    scenario of that name that is there already is returned as it is.

    Raises EnvironmentProblem where the folder cannot be written.
    """
    stem = re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-")[:60] or "scenario"
    path = scenarios_folder() / f"{stem}.toml"
    text = Template(resource("scenario-template.toml").read_text(encoding="utf-8")).substitute(
        upstream=json.dumps((upstream or "")[:12] or "0" * 12), subject=json.dumps(subject)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return path
    except OSError as error:
        raise EnvironmentProblem(f"{path}: the scenario cannot be written ({error.strerror}).") from error
    return path
