"""MAINTAINERS read: who maintains a file, and under which heading.

The file's own head tells its form: entries of one-letter tags under a title, M: a maintainer, R: a reviewer, F: and
X: files by wildcard. Patterns match as in scripts/get_maintainer.pl: one that ends with a slash takes all below it,
any other only files at its own depth. N: and K: patterns are regular expressions and are left out: a person whom only
they lead to is not found, so nothing may be concluded from that.
"""

import re
from dataclasses import dataclass

_PERSON = re.compile(r'"?([^"<]{0,120}?)"?\s*<([^<>\s]{1,120})>')
# Everything is under "THE REST": to be named there says nothing of a file.
_ALL = "THE REST"


@dataclass(frozen=True, slots=True)
class Maintainer:
    """A person of an entry: `line` is the 1-based line of the file, `role` "M" or "R"."""

    name: str
    address: str
    role: str
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """One entry. `files` and `left_out` are its F: and X: patterns; `line` is the title's, 1-based."""

    title: str
    line: int
    people: tuple[Maintainer, ...]
    files: tuple[str, ...]
    left_out: tuple[str, ...]

    def covers(self, path: str) -> bool:
        """Whether the entry is for the file at `path`, by its F: and X: patterns."""
        return any(_matches(path, one) for one in self.files) and not any(_matches(path, one) for one in self.left_out)


def read_maintainers(text: str) -> tuple[Section, ...]:
    """The entries of a MAINTAINERS file, in its order; "THE REST" is left out. Never raises."""
    sections: list[Section] = []
    title, at = "", 0
    people: list[Maintainer] = []
    files: list[str] = []
    left_out: list[str] = []

    def close() -> None:
        if title and (people or files) and title != _ALL:
            sections.append(Section(title, at, tuple(people), tuple(files), tuple(left_out)))
        people.clear()
        files.clear()
        left_out.clear()

    for number, line in enumerate(text.split("\n"), 1):
        tag, value = line[:2], line[2:].strip()
        if tag in ("M:", "R:"):
            person = _PERSON.match(value)
            if person is not None:
                people.append(Maintainer(person[1].strip(), person[2].lower(), tag[0], number))
        elif tag == "F:":
            files.append(value)
        elif tag == "X:":
            left_out.append(value)
        elif line[1:2] != ":" and line[:1].strip():
            close()
            title, at = line.strip(), number
    close()
    return tuple(sections)


def _matches(path: str, pattern: str) -> bool:
    if pattern[:1] != path[:1] and pattern[:1] not in "*?":
        return False  # most patterns end here, so that few are ever compiled
    literal = pattern.partition("*")[0].partition("?")[0]
    if not path.startswith(literal):
        return False
    if literal == pattern:
        return path == pattern or pattern.endswith("/")
    anywhere = "**" in pattern
    parts = []
    for part in re.split(r"(\*+|\?)", pattern):
        if part.startswith("*"):
            parts.append(".*" if anywhere else "[^/]*")
        else:
            parts.append("[^/]" if part == "?" else re.escape(part))
    end = "" if pattern.endswith("/") or anywhere else r"\Z"
    return re.match("".join(parts) + end, path, re.DOTALL) is not None
