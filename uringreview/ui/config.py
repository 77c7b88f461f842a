"""What the window remembers between runs apart from reviews: the clone, the colours, the layout (TOML, XDG config).

A file that cannot be read counts as empty: a preference is never worth refusing to start.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from platformdirs import user_config_path

from uringreview.ui.theme import SchemeName

_MOST_RECENT = 12
SIDE_BY_SIDE, UNIFIED = "side by side", "unified"


@dataclass(frozen=True, slots=True)
class Config:
    """The preferences; `clone` is a path or empty, `diff_layout` "side by side", "unified" or
    empty. `editor` is a command that opens a file, in $EDITOR's stead. `fetch_with` is "b4",
    "lei" or empty: what may fetch a thread when it is asked to. `geometry` and `splits` are Qt's own state, in
    base 64. `recent` are the absolute paths of what was opened, the newest first.
    """

    clone: str = ""
    theme: SchemeName = "system"
    grouping: str = ""
    diff_layout: str = ""
    editor: str = ""
    fetch_with: str = ""
    geometry: str = ""
    splits: tuple[str, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    recent: tuple[tuple[str, ...], ...] = ()


def config_path() -> Path:
    """Where the preferences are."""
    return user_config_path("uringreview") / "config.toml"


def read_config() -> Config:
    """The stored preferences; defaults for what is missing or unreadable."""
    try:
        text = config_path().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return Config()
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return Config()
    theme = found.get("theme", "system")
    recent = found.get("recent")
    return Config(
        clone=_text(found.get("clone")),
        theme=theme if theme in get_args(SchemeName) else "system",
        grouping=_text(found.get("grouping")),
        diff_layout=_text(found.get("diff_layout")),
        editor=_text(found.get("editor")),
        fetch_with=_text(found.get("fetch_with")),
        geometry=_text(found.get("geometry")),
        splits=_texts(found.get("splits")),
        hidden_columns=_texts(found.get("hidden_columns")),
        recent=tuple(filter(None, map(_texts, recent))) if isinstance(recent, list) else (),
    )


def write_config(config: Config) -> bool:
    """Store the preferences; False where the folder cannot be written."""
    import json

    # A JSON string is a valid TOML basic string as long as no lone surrogate is in it; such a path is not kept.
    lines = [
        f"{name} = {json.dumps(value)}"
        for name, value in (
            ("clone", config.clone),
            ("theme", config.theme),
            ("grouping", config.grouping),
            ("diff_layout", config.diff_layout),
            ("editor", config.editor),
            ("fetch_with", config.fetch_with),
            ("geometry", config.geometry),
        )
        if value.isprintable()
    ]
    recent = [list(paths) for paths in config.recent if all(path.isprintable() for path in paths)]
    for name, texts in (("splits", config.splits), ("hidden_columns", config.hidden_columns), ("recent", recent)):
        lines.append(f"{name} = {json.dumps(list(texts))}")
    path = config_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError:
        return False
    return True


def change_config(**changes: object) -> Config:
    """Read, change and write the preferences; returns what stands now."""
    changed = replace(read_config(), **changes)  # type: ignore[arg-type]
    write_config(changed)
    return changed


def remember_recent(paths: Sequence[str]) -> None:
    """Put what was opened first among the recent ones; standard input cannot be opened again."""
    opened = tuple(os.path.abspath(path) for path in paths if path != "-")
    if opened:
        others = [each for each in read_config().recent if each != opened]
        change_config(recent=(opened, *others[: _MOST_RECENT - 1]))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(part for part in value if isinstance(part, str)) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
