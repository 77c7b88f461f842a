"""The models that the window knows: the program's and the user's own, read when they are first needed."""

from uringreview.errors import UringreviewError
from uringreview.interleave.own import Models, all_models
from uringreview.interleave.scenario import Model


class ModelShelf:
    """The models; `given` stand for all of them in tests."""

    def __init__(self, given: tuple[Model, ...] | None = None) -> None:
        self._given = given
        self._known: Models | None = Models(given, ()) if given is not None else None

    @property
    def models(self) -> tuple[Model, ...]:
        """Every model, the program's first."""
        return self._read().models

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence, with file, line and column, for each file that is wrong; none while nothing was read."""
        return self._known.problems if self._known is not None else ()

    def model_of(self, upstream: str | None) -> Model | None:
        """The model that has a patch with this upstream id; None where none has."""
        if not upstream:
            return None
        return next((model for model in self.models if model.patch_for(upstream) is not None), None)

    def reload(self) -> None:
        """Read them again. One that has not changed stays the same object, so that what was found of it stays true."""
        if self._given is not None:
            return
        before = {model.digest: model for model in self.models}
        self._known = None
        now = self._read()
        self._known = Models(tuple(before.get(model.digest, model) for model in now.models), now.problems)

    def _read(self) -> Models:
        if self._known is None:
            try:
                self._known = all_models()
            except UringreviewError as problem:
                self._known = Models((), (str(problem),))
        return self._known
