"""A function under a recipe: as a kernel would run it that reads, computes, sums and stores in other formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from study.arithmetic.recipe import Recipe, parse
from study.measurement.judged import name_of
from study.own.named import loaded, python_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Under:
    """A function of arrays of the computing format.

    Attributes:
        function: the function, or what has a method ``load`` that gives it.
        recipe: what it runs under; NumPy's sums and products run in its accumulator.
    """

    function: Callable[..., Any]
    recipe: Recipe

    @property
    def __name__(self) -> str:
        return f"{name_of(self.function)} under {self.recipe}"

    @property
    def stores(self) -> str:
        """The format of its results."""
        return self.recipe.store

    @property
    def python(self) -> tuple[str, str]:
        """Python that makes it, and its name there."""
        before, name = python_of(self.function)
        made = f"g = lambda *x: parse({str(self.recipe)!r}).run({name}, *x); "
        return f"{before}from study.arithmetic.recipe import parse; {made}", "g"

    def __call__(self, *args: Any) -> NDArray[Any]:
        """Evaluate it under the recipe."""
        return self.recipe.run(self.function, *args)

    def load(self) -> Under:
        """The same, its function loaded; raises as that does."""
        return Under(loaded(self.function), self.recipe)


def under(function: Callable[..., Any], recipe: str, form: str) -> Callable[..., Any]:
    """A function under a recipe by name or spelled, on inputs of a format; itself where none is named.

    Raises:
        ValueError: there is no such recipe, or it reads another format.
    """
    if not recipe:
        return function
    found = parse(recipe, form)
    if found.input != form:
        raise ValueError(
            f"the recipe {recipe} reads {found.input}, and the format is {form}: name --format {found.input}"
        )
    return Under(function, found)
