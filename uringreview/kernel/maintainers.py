"""MAINTAINERS read: who maintains a file, and under which heading.

The file's own head tells its form: entries of one-letter tags under a title, M: a maintainer, R: a reviewer, F: and
X: files by wildcard. Patterns match as in scripts/get_maintainer.pl: one that ends with a slash takes all below it,
any other only files at its own depth. N: and K: patterns are regular expressions and are left out: a person whom only
they lead to is not found, so nothing may be concluded from that.
"""

import re
import unicodedata
from collections import defaultdict
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


def read_maintainers(text: str, known: dict[str, tuple[str, str]] | None = None) -> tuple[Section, ...]:
    """The entries of a MAINTAINERS file, in its order; "THE REST" is left out. Never raises.

    `known` keeps names and addresses by the text that they were read from, and may be shared by several files.
    """
    known = {} if known is None else known
    sections: list[Section] = []
    title, at = "", 0
    people: list[Maintainer] = []
    files: list[str] = []
    left_out: list[str] = []

    def close() -> None:
        if not (people or files or left_out):
            return
        if title and (people or files) and title != _ALL:
            sections.append(Section(title, at, tuple(people), tuple(files), tuple(left_out)))
        people.clear()
        files.clear()
        left_out.clear()

    for number, line in enumerate(text.split("\n"), 1):
        if line[1:2] == ":":
            tag = line[0]
            if tag == "F":
                files.append(line[2:].strip())
            elif tag in "MR":
                person = known.get(line) or _person(line)
                if person is not None:
                    known[line] = person
                    people.append(Maintainer(*person, tag, number))
            elif tag == "X":
                left_out.append(line[2:].strip())
        elif line[:1].strip():
            close()
            title, at = line.strip(), number
    close()
    return tuple(sections)


def _person(line: str) -> tuple[str, str] | None:
    found = _PERSON.match(line[2:].strip())
    return (found[1].strip(), found[2].lower()) if found else None


class Maintainers:
    """One MAINTAINERS file for many questions: what covers a path, what bears a title, who is in it.

    Each index is made when first asked for. `words` keeps the words of names and may be shared by several files.
    """

    def __init__(self, sections: tuple[Section, ...], words: dict[str, frozenset[str]]) -> None:
        self.sections = sections
        self._words = words
        self._places: dict[str, list[int]] | None = None
        self._titles: dict[str, list[Section]] | None = None
        self._people: dict[str, list[tuple[Section, Maintainer]]] | None = None
        self._covering: dict[str, tuple[Section, ...]] = {}

    def covering(self, path: str) -> tuple[Section, ...]:
        """The entries for the file at `path`, in the file's order."""
        if path not in self._covering:
            places = self._by_place()
            folders = path.split("/")
            near = {at for key in ("", folders[0], "/".join(folders[:2])) for at in places.get(key, ())}
            found = (self.sections[at] for at in sorted(near))
            self._covering[path] = tuple(one for one in found if one.covers(path))
        return self._covering[path]

    def titled(self, title: str) -> tuple[Section, ...]:
        """The entries of that title or short name: "cgroup" is "CONTROL GROUP (CGROUP)", "LED" is "LED SUBSYSTEM"."""
        if not title:
            return ()
        if self._titles is None:
            self._titles = defaultdict(list)
            for one in self.sections:
                self._titles[plain_title(one.title)].append(one)
        return tuple(self._titles.get(plain_title(title), ()))

    def named(self, person: frozenset[str]) -> tuple[tuple[Section, Maintainer], ...]:
        """Whoever shares a word with the name, in any role, beside the entry."""
        if self._people is None:
            self._people = defaultdict(list)
            for section in self.sections:
                for one in section.people:
                    for word in self.words(one.name):
                        self._people[word].append((section, one))
        return tuple(found for word in person for found in self._people.get(word, ()))

    def words(self, name: str) -> frozenset[str]:
        """`words_of`, kept."""
        if name not in self._words:
            self._words[name] = words_of(name)
        return self._words[name]

    def _by_place(self) -> dict[str, list[int]]:
        """Entries by two folders of their F: patterns, or by one; under "" where a wildcard comes first."""
        if self._places is None:
            self._places = defaultdict(list)
            for at, one in enumerate(self.sections):
                for key in {_place(pattern) for pattern in one.files}:
                    self._places[key].append(at)
        return self._places


def words_of(name: str) -> frozenset[str]:
    """A name's words without case, accents and what stands in brackets."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one)).casefold()
    return frozenset(re.findall(r"[^\W_]+", re.sub(r"[<(].*", "", plain)))


def plain_title(text: str) -> str:
    """A title or the name of a field, for comparing."""
    short = re.search(r"\(([A-Z][\w-]{2,20})\)\s*$", text)
    words = re.sub(r"[\W_]+", " ", short[1] if short else text).strip().casefold()
    return re.sub(r" (?:subsystem|layer|drivers?|support)$", "", words)


def _place(pattern: str) -> str:
    folders = pattern.split("/")
    whole = [part for part in folders[:2] if part]
    if any("*" in part or "?" in part for part in whole[:1]):
        return ""
    # The second part is a folder only where more follows it or the pattern ends with a slash.
    deep = len(folders) > 2 and not any(sign in whole[-1] for sign in "*?")
    return "/".join(whole) if deep else whole[0] if whole else ""


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
