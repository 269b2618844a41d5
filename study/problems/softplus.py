"""Softplus, the integral of the sigmoid: the loss of two classes from the logit of the wrong one."""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.formats import get_format
from study.problems.base import Problem
from study.problems.bounds import binary as bounds


def definition(a: Any, x: float) -> Any:
    """max(x, 0) + log1p(exp(-|x|))."""
    if x != x or abs(x) == a.inf:  # noqa: PLR0124 - NaN is what it is not
        return max(x, 0.0) if x == x else x  # noqa: PLR0124 - as above
    return a.exact(max(x, 0.0)) + a.log1p(a.exp(-abs(a.exact(x))))


softplus = Problem(
    name="softplus",
    formula="log(1 + exp x)",
    shape="()->()",
    definition=definition,
    sensitivity=lambda x, value: -np.abs(x) * np.expm1(-value),
    engine="softplus",
    code="np.logaddexp(0, x)",
    special=(((-inf,), 0), ((inf,), inf), ((nan,), nan)),
)


@softplus.algorithm(bound=bounds.softplus_naive, fails=Outcome.OVERFLOW)
def naive(x: Any) -> Any:
    """log(1 + exp x): ∞ above log xmax, 0 below log u."""
    xp = array_namespace(x)
    return xp.log(1 + xp.exp(x))


@softplus.algorithm(bound=bounds.softplus_log1p, fails=Outcome.OVERFLOW)
def log1p(x: Any) -> Any:
    """Log1p of exp x: ∞ above log xmax."""
    xp = array_namespace(x)
    return xp.log1p(xp.exp(x))


@softplus.algorithm(bound=bounds.softplus, keeps=True)
def two_branch(x: Any) -> Any:
    """max(x, 0) + log1p(exp(−|x|))."""
    return stable(x)


def stable(x: Any) -> Any:
    """max(x, 0) + log1p(exp(−|x|))."""
    xp = array_namespace(x)
    return xp.where(x > 0, x, xp.zeros_like(x)) + xp.log1p(xp.exp(-xp.abs(x)))


def cutoffs(p: int) -> tuple[float, float, float]:
    """Where exp x, then log1p(exp x), then x + exp(-x), then x is log(1 + exp x) to p bits.

    Mächler, *Accurately computing log(1 − exp(−|a|))* (2012), equation 10, gives -37, 18 and 33.3 for binary64. The
    terms left out are relatively exp(x)/2, exp(-2x)/(2x) and exp(-x)/x, here at most u = 2**-p.
    """
    t = p * math.log(2)
    high = t - math.log(t - math.log(t))
    return -t, high / 2, high


@softplus.algorithm(bound=bounds.softplus)
def maechler(x: Any) -> Any:
    """exp x, log1p(exp x), x + exp(−x), x, in turn from left to right (Mächler 2012, equation 10)."""
    xp = array_namespace(x)
    low, middle, high = cutoffs(get_format(str(x.dtype).rpartition(".")[2]).p)
    e = xp.exp(x)
    right = xp.where(x > high, x, x + xp.exp(-x))
    return xp.where(x <= low, e, xp.where(x <= middle, xp.log1p(e), right))


def value(a: Any, x: Any) -> Any:
    """max(x, 0) + log1p(exp(−|x|)): two terms of one sign."""
    return a.number(np.maximum(x, np.zeros(x.shape))) + a.log1p(a.exp(a.number(-np.abs(x))))


softplus.faithful(value)
