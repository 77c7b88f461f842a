"""Where in a scenario file something stands, and the exception that says so."""

from dataclasses import dataclass

from uringreview.errors import UnreadableError


class ModelError(UnreadableError):
    """A scenario file is wrong; the sentence starts with file:line:column."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a scenario file, for messages; line and column count from 1."""

    file: str
    line: int
    column: int = 1

    def error(self, sentence: str) -> ModelError:
        """The exception to raise for something wrong here."""
        return ModelError(f"{self.file}:{self.line}:{self.column}: {sentence}")

    def right(self, offset: int) -> "Place":
        """The place `offset` characters further right."""
        return Place(self.file, self.line, self.column + max(offset, 0))
