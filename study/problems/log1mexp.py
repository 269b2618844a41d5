"""The log of 1 - exp x for x <= 0: the complement of a probability that is held as its log."""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import binary as bounds


def _definition(a: Any, x: float) -> Any:
    if x != x or x > 0:  # noqa: PLR0124 - NaN is what it is not
        return a.nan
    if x in (0, -a.inf):
        return -a.inf if x == 0 else 0.0
    value = a.exact(x)
    return a.log(-a.expm1(value)) if x > -0.7 else a.log1p(-a.exp(value))


log1mexp = Problem(
    name="log1mexp",
    formula="log(1 − exp x)",
    shape="()->()",
    definition=_definition,
    sensitivity=lambda x, value: np.abs(x) * np.exp(x - value),
    domain="negative",
    engine="log1mexp",
    code="np.where(x > -np.log(2), np.log(-np.expm1(x)), np.log1p(-np.exp(x)))",
    special=(((0.0,), -inf), ((-0.0,), -inf), ((-inf,), 0), ((1.0,), nan), ((inf,), nan), ((nan,), nan)),
)


@log1mexp.algorithm(bound=bounds.log1mexp_naive, fails=Outcome.OVERFLOW)
def naive(x: Any) -> Any:
    """log(1 − exp x): −∞ where exp x rounds to 1, 0 where 1 − exp x does."""
    xp = array_namespace(x)
    return xp.log(1 - xp.exp(x))


@log1mexp.algorithm(bound=bounds.log1mexp_log1p, fails=Outcome.OVERFLOW)
def log1p(x: Any) -> Any:
    """Log1p of −exp x: loses the result near 0, −∞ where exp x rounds to 1."""
    xp = array_namespace(x)
    return xp.log1p(-xp.exp(x))


@log1mexp.algorithm(bound=bounds.log1mexp_expm1, fails=Outcome.UNDERFLOW)
def expm1(x: Any) -> Any:
    """log(−expm1 x): loses the result where exp x is small."""
    xp = array_namespace(x)
    return xp.log(-xp.expm1(x))


@log1mexp.algorithm(bound=bounds.log1mexp, keeps=True)
def maechler(x: Any) -> Any:
    """log(−expm1 x) above −log 2, log1p(−exp x) below (Mächler 2012, equation 7)."""
    xp = array_namespace(x)
    return xp.where(x > -math.log(2), xp.log(-xp.expm1(x)), xp.log1p(-xp.exp(x)))


def _faithful(a: Any, x: Any) -> Any:
    """log(−expm1 x) above −3, log1p(−exp x) below."""
    value, far = a.log(-a.expm1(a.number(x))), np.flatnonzero(x < -3)
    if far.size:
        value[far] = a.log1p(-a.exp(a.number(x[far])))
    return value


log1mexp.faithful(_faithful)
