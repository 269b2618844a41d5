"""What is swept: the problems, exp and log among them, and the functions of NumPy and SciPy beside our algorithms."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems import Algorithm, Problem, get_problem

if TYPE_CHECKING:
    from collections.abc import Callable

EVERYWHERE = ("float16", "float32", "float64")
FORMATS_OF = {
    "numpy.exp": (*EVERYWHERE, "bfloat16"),
    "numpy.log": (*EVERYWHERE, "bfloat16"),
    "numpy.logaddexp": (*EVERYWHERE, "bfloat16"),
    "scipy.special.expit": ("float32", "float64"),
    "scipy.special.log_expit": ("float32", "float64"),
}
"""Formats that a function takes and returns, where these are others than NumPy's own."""


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


def _numpy_softplus(x: Any) -> Any:
    return np.logaddexp(np.zeros_like(x), x)


def _on_rows(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: function(x, axis=-1)


@cache
def problem_named(name: str) -> Problem:
    """A problem with the functions of libraries among its algorithms, under their own names."""
    problem = _elementary(name, {"exp": _exp, "log": _log}[name]) if name in {"exp", "log"} else get_problem(name)
    ours = dict(problem.algorithms)
    for label, function in _library(name).items():
        ours[label] = Algorithm(name, label, function, problem.signature, formats=FORMATS_OF.get(label, EVERYWHERE))
    return replace(problem, algorithms=ours)


def _library(name: str) -> dict[str, Callable[..., Any]]:
    from scipy import special

    functions: dict[str, dict[str, Callable[..., Any]]] = {
        "exp": {"numpy.exp": np.exp},
        "log": {"numpy.log": np.log},
        "sigmoid": {"scipy.special.expit": special.expit},
        "log_sigmoid": {"scipy.special.log_expit": special.log_expit},
        "softplus": {"numpy.logaddexp": _numpy_softplus, "scipy.special.softplus": special.softplus},
        "logaddexp": {"numpy.logaddexp": np.logaddexp},
        "logsumexp": {"scipy.special.logsumexp": _on_rows(special.logsumexp)},
        "softmax": {"scipy.special.softmax": _on_rows(special.softmax)},
        "log_softmax": {"scipy.special.log_softmax": _on_rows(special.log_softmax)},
    }
    return functions.get(name, {})
