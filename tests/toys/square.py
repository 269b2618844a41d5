"""The square: a toy problem, declared in one file."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.problems.base import Problem


def _definition(a: Any, x: float) -> Any:
    return a.exact(x) * a.exact(x) if x and np.isfinite(x) else abs(x)


def _bound(form: Any, _args: Any, reference: Any) -> Any:
    size = reference.to_float()
    return np.where((size >= form.xmin) & (size <= form.xmax), form.u, np.inf)


square = Problem(
    name="square",
    formula="x²",
    shape="()->()",
    definition=_definition,
    sensitivity=lambda _x, value: 2 * np.abs(value),
    code="x * x",
    special=(((0.0,), 0), ((inf,), inf), ((-inf,), inf), ((nan,), nan)),
)


@square.algorithm(bound=_bound, keeps=True)
def naive(x: Any) -> Any:
    """X times x, rounded once."""
    return x * x


@square.algorithm()
def by_logs(x: Any) -> Any:
    """exp(2 log |x|): loses digits where the log is large."""
    xp = array_namespace(x)
    return xp.exp(2 * xp.log(xp.abs(x)))


def _faithful(a: Any, x: Any) -> Any:
    """X times x, once."""
    return a.number(x) * a.number(x)


square.faithful(_faithful)
