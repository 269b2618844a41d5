"""What an audit measures: ways to a loss, or to another function of logits, each a callable on a block of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic.recipe import parse
from study.formats import MAIN_FORMATS, get_format
from study.libraries.backends import BACKENDS, get_backend, laid_out
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

OURS = "study"
PLAIN = ("naive", "shifted", "log1p", "faithful")
"""The formulas that a loss is measured by, of those that there are."""


def _picked(values: Any, targets: Any) -> Any:
    return np.take_along_axis(values, targets[:, None], axis=-1)[:, 0]


def _log(values: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values)


def _less(values: Any, chosen: Any) -> Any:
    with np.errstate(invalid="ignore", over="ignore"):
        return values - chosen


LOSSES: dict[str, tuple[str, Callable[..., Any]]] = {
    "nll": ("{}(x, t)", lambda f, x, t: f(x, t)),
    "log_softmax": ("-{}(x)[t]", lambda f, x, t: -_picked(f(x), t)),
    "logsumexp": ("{}(x) - x[t]", lambda f, x, t: _less(f(x), _picked(x, t))),
    "softmax": ("-log {}(x)[t]", lambda f, x, t: -_log(_picked(f(x), t))),
}
"""How a loss is made of what a library offers, by the problem that its function is for: in words, and as a function."""


@dataclass(frozen=True)
class Method:
    """One way to a result.

    Attributes:
        due: the problem that the result is held to.
        form: the format that the logits are rounded to.
        backend: whose function it is, OURS or a library's.
        function: its name.
        problem: the problem that the function is for; a loss may be made of another than ``due``.
        under: a recipe that one of our formulas runs under, as ``study.arithmetic.recipe.parse`` reads it; empty: all
            in one format.
    """

    due: str
    form: str
    backend: str
    function: str
    problem: str
    under: str = ""

    @property
    def label(self) -> str:
        """The formula's name, or the call."""
        if self.backend == OURS:
            return f"{self.function}, {self.under}" if self.under else self.function
        name = self.function.replace("torch.nn.functional.", "F.")
        return LOSSES[self.problem][0].format(name) if self.due != self.problem else name

    def __call__(self, x: NDArray[Any], targets: NDArray[np.int64] | None = None) -> NDArray[Any]:
        """The results for vectors in the format ``form``, and for their targets where losses are due."""
        function = self._function()
        return np.asarray(LOSSES[self.problem][1](function, x, targets) if self.due == "nll" else function(x))

    def _function(self) -> Callable[..., Any]:
        if self.backend == OURS:
            algorithm = get_problem(self.problem).algorithms[self.function]
            return partial(parse(self.under, self.form).run, algorithm) if self.under else algorithm
        backend = get_backend(self.backend)
        return laid_out(backend, backend.function(self.problem, self.function))


def losses(formats: Sequence[str] = MAIN_FORMATS, *, targets: bool = True) -> tuple[Method, ...]:
    """Formulas and installed libraries' functions for the loss, or without targets for its normaliser logsumexp."""
    due = "nll" if targets else "logsumexp"
    made_of = tuple(LOSSES) if targets else ("logsumexp",)
    return tuple(
        Method(due, form, backend, function, problem)
        for form in formats
        for backend, function, problem in (
            *((OURS, name, due) for name in PLAIN),
            *((b, f, problem) for problem in made_of for b, f in _library(problem, form)),
        )
        if backend != OURS or form in get_problem(due).algorithms[function].formats
    )


def everything(formats: Sequence[str] = MAIN_FORMATS, *, targets: bool = True) -> tuple[Method, ...]:
    """Every formula and installed library's function for logsumexp, softmax, log-softmax and the loss."""
    problems = ("logsumexp", "softmax", "log_softmax", *(("nll",) if targets else ()))
    whole = tuple(
        Method(problem, form, backend, function, problem)
        for problem in problems
        for form in formats
        for backend, function in (
            *((OURS, name) for name, made in get_problem(problem).algorithms.items() if form in made.formats),
            *_library(problem, form),
        )
    )
    return tuple(dict.fromkeys((*losses(formats, targets=targets), *whole)))


def _library(problem: str, form: str) -> Iterator[tuple[str, str]]:
    for backend in BACKENDS.values():
        if backend.installed and get_format(form).name in backend.formats:
            yield from ((backend.name, f.name) for f in backend.functions if f.problem == problem)


def under(recipe: str, methods: Sequence[Method]) -> tuple[Method, ...]:
    """Our plain formulas under a recipe: in its input's format, or in each that it has wider work for.

    Args:
        recipe: a name of ``study.arithmetic.recipe.RECIPES``, or ``input:compute:accumulate:store``.
        methods: what is measured without it.

    Raises:
        ValueError: there is no such recipe.
    """
    spelled = parse(recipe).input if ":" in recipe else ""
    plain = (m for m in methods if m.backend == OURS and m.function != "faithful" and not m.under)
    made = dict.fromkeys(replace(m, form=spelled or m.form, under=recipe) for m in plain)
    return tuple(m for m in made if _says_something(m))


def _says_something(method: Method) -> bool:
    """Whether a recipe is more than its input's format, and no narrower than it."""
    recipe = parse(method.under, method.form)
    return ":" in method.under or (not recipe.plain and get_format(recipe.compute).p >= get_format(method.form).p)
