"""What is swept: the problems, exp and log among them, and the functions of the installed libraries beside ours."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from study.libraries.backends import BACKENDS, LibraryFunction
from study.problems import Algorithm, Problem, get_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from study.libraries.backends import Backend


def _exp(a: Any, x: float) -> Any:
    if x != x or abs(x) == a.inf:  # noqa: PLR0124 - NaN is what it is not
        return x if x != x else (x if x > 0 else 0.0)  # noqa: PLR0124 - as above
    return a.exp(a.exact(x))


def _log(a: Any, x: float) -> Any:
    if not x > 0 or x == a.inf:
        return -a.inf if x == 0 else (x if x > 0 else a.nan)
    return 0.0 if x == 1 else a.log(a.exact(x))


def _elementary(name: str, definition: Callable[..., Any]) -> Problem:
    def sensitivity(x: Any, value: Any) -> Any:
        return np.abs(x * value) if name == "exp" else np.ones_like(value)

    return Problem(name, f"{name} x", "()->()", definition, sensitivity, engine=name)


ELEMENTARY = {"exp": _elementary("exp", _exp), "log": _elementary("log", _log)}


@cache
def problem_named(name: str) -> Problem:
    """A problem with the functions of installed libraries among its algorithms, under their own names."""
    problem = ELEMENTARY[name] if name in ELEMENTARY else get_problem(name)
    ours = dict(problem.algorithms)
    for backend, function in _library(name):
        called = backend.on_numpy(function)
        made = Algorithm(name, function.name, called, problem.signature, formats=backend.formats)
        object.__setattr__(made, "__doc__", f"the function of {backend.name} {backend.version}.")
        ours[function.name] = made
    return replace(problem, algorithms=ours)


def backends_of(problem: str, algorithms: tuple[str, ...]) -> list[str]:
    """Names of the backends whose functions are among these."""
    return sorted({backend.name for backend, function in _library(problem) if function.name in algorithms})


def is_formula(problem: str, algorithm: str) -> bool:
    """Whether an algorithm is a formula of ours, operation by operation in the format."""
    known = {} if problem in ELEMENTARY else get_problem(problem).algorithms
    return algorithm in known and not known[algorithm].stored


def _library(problem: str) -> Iterator[tuple[Backend, LibraryFunction]]:
    for backend in BACKENDS.values():
        if backend.installed:
            yield from ((backend, function) for function in backend.functions if function.problem == problem)
            yield from ((backend, LibraryFunction(of, name, _plainly)) for of, name in backend.swept if of == problem)


def _plainly(function: Callable[..., Any], x: Any) -> Any:
    return function(x)
