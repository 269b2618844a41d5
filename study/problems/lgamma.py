"""The log of the gamma function of a positive number: the log of a factorial, log n! = log Γ(n + 1)."""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import gamma, special
from study.arithmetic.constants import words
from study.arithmetic.pieces import held
from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import gamma as bounds
from study.problems.gaussian_nll import LOG_SCALE, constant

START, ORDER = 8, 26
"""From where on Stirling's series serves binary64, and the terms that binary64 has use for of the series at 2."""
STIRLING = [words(gamma.bernoulli, k)[0] for k in range(1, 9)]
TAYLOR = [words(gamma.euler)[0], *(words(gamma.zeta, k)[0] for k in range(2, ORDER))]


def _definition(a: Any, x: float) -> Any:
    if not (x > 0 and math.isfinite(x)):
        return a.inf if x >= 0 else a.nan
    return 0.0 if x in (1, 2) else a.log_gamma(a.exact(x))


lgamma = Problem(
    name="lgamma",
    formula="log Γ(x)",
    shape="()->()",
    definition=_definition,
    sensitivity=lambda x, value: np.abs(x * special.digamma(x)),  # noqa: ARG005 - one call for all
    domain="positive",
    engine="lgamma",
    code="""
from scipy.special import gammaln
gammaln(x)
""",
    special=(((1.0,), 0), ((2.0,), 0), ((0.0,), inf), ((-0.0,), inf), ((inf,), inf), ((-1.0,), nan), ((nan,), nan)),
)


@lgamma.algorithm(bound=bounds.lgamma_naive, fails=Outcome.OVERFLOW)
def naive(x: Any) -> Any:
    """log of Γ(x): ∞ once that overflows."""
    return array_namespace(x).log(special.gamma(x))


@lgamma.algorithm(bound=bounds.lgamma_shifted_stirling)
def shifted_stirling(x: Any) -> Any:
    """Stirling's series at x + 8, less log of x (x + 1) … (x + 7): loses digits near 1 and 2, where it is 0."""
    xp = array_namespace(x)
    low = x < START
    product, top = xp.ones_like(x), xp.where(low, x + START, x)
    for j in range(START):
        product = product * xp.where(low, x + j, xp.ones_like(x))
    return _stirling(top) - xp.log(product)


@lgamma.algorithm(bound=bounds.lgamma_near_zeros)
def near_zeros(x: Any) -> Any:
    """Stirling's series from 8 on; below, the recurrence to [3/2, 5/2] and the series at 2, which keeps both zeros."""
    xp = array_namespace(x)
    one, large, above, small = xp.ones_like(x), x >= START, x >= 1.5, x < 0.5
    e, product = xp.where(above, x - 2, xp.where(small, x, x - 1)), one
    for j in range(1, START - 1):
        more = (x - j >= 1.5) & ~large
        product = product * xp.where(more, x - j, one)
        e = xp.where(more, x - j - 2, e)
    e = xp.where(large, xp.zeros_like(x), e)
    near = constant(TAYLOR[-1], x) * e
    for coefficient in TAYLOR[-2::-1]:
        near = (near + constant(coefficient, x)) * e
    below = -xp.log(x) - xp.where(small, xp.log1p(xp.where(small, x, one)), xp.zeros_like(x))
    return xp.where(large, _stirling(xp.where(large, x, one)), near + xp.where(above, xp.log(product), below))


def _stirling(x: Any) -> Any:
    """(x − 1/2) log x − x + ½ log 2π + 1/(12 x) − 1/(360 x³) + …, to eight terms, each step rounded."""
    return ((x - constant(0.5, x)) * (array_namespace(x).log(x) - 1) - constant(0.5, x)) + (
        constant(LOG_SCALE, x) + tail(x)
    )


def tail(x: Any) -> Any:
    """1/(12 x) − 1/(360 x³) + …, Stirling's series to eight terms, each step rounded."""
    inverse = 1 / x
    square, rest = inverse * inverse, constant(STIRLING[-1], x) * inverse
    for coefficient in STIRLING[-2::-1]:
        rest = rest * square + constant(coefficient, x) * inverse
    return rest


def _faithful(a: Any, x: Any) -> Any:
    """Stirling's series, or the recurrence to [3/2, 5/2] and the series at 2: no terms cancel that are not exact."""
    inside = (x > 0) & (x < inf)
    value = gamma.log_gamma(a, *held(inside, x))
    return a.where(inside, value, a.number(np.where(x >= 0, inf, nan)))


lgamma.faithful(_faithful)
