"""The gradient of the loss of an observation under a normal distribution, with respect to the mean."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np

from study.arithmetic.pieces import held, piecewise
from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import densities as bounds

NEAR = 2.0**-300
"""Numbers from here to its inverse have squares that every arithmetic holds."""


def _definition(a: Any, x: float, mean: float, sigma: float) -> Any:
    if not _ordinary(x, mean, sigma) or x == mean:
        return float(_at_limits(x, mean, sigma))
    scale = a.exact(sigma)
    return (a.exact(mean) - a.exact(x)) / (scale * scale)


def _ordinary(*args: Any) -> Any:
    return np.logical_and.reduce(np.isfinite(np.broadcast_arrays(*args))) & np.not_equal(args[-1], 0)


def _at_limits(x: Any, mean: Any, sigma: Any) -> Any:
    """The gradient where a number is infinite or none, or σ zero; its sign elsewhere."""
    with np.errstate(all="ignore"):
        apart = np.subtract(mean, x)
        square = np.where(np.isfinite(sigma) & np.not_equal(sigma, 0), 1.0, np.square(sigma))
        return np.where(np.isfinite(x) & np.isfinite(mean), np.sign(apart), apart) / square


gaussian_nll_gradient = Problem(
    name="gaussian_nll_gradient",
    formula="(μ − x)/σ²",
    shape="(),(),()->()",
    definition=_definition,
    sensitivity=lambda x, mean, sigma, value: (np.abs(x) + np.abs(mean)) / sigma**2 + 2 * np.abs(value),
    domain="real, real, positive",
    engine="gaussian_nll_gradient",
    code="(mean - x) / sigma / sigma",
    special=(
        ((2.0, 2.0, 1.0), 0), ((1.0, 3.0, 1.0), 2),
        ((inf, 0.0, 1.0), -inf), ((0.0, inf, 1.0), inf), ((inf, inf, 1.0), nan),
        ((0.0, 1.0, inf), 0), ((inf, 0.0, inf), nan), ((0.0, 0.0, 0.0), nan), ((0.0, 1.0, 0.0), inf),
        ((0.0, 1.0, -0.0), inf), ((nan, 0.0, 1.0), nan), ((0.0, nan, 1.0), nan), ((0.0, 0.0, nan), nan),
    ),
)  # fmt: skip


@gaussian_nll_gradient.algorithm(bound=bounds.gaussian_gradient_of_variance, fails=Outcome.OVERFLOW)
def naive(x: Any, mean: Any, sigma: Any) -> Any:
    """(μ − x)/(σ σ), as of a loss that takes the variance: ∞ once that underflows."""
    return (mean - x) / (sigma * sigma)


@gaussian_nll_gradient.algorithm(bound=bounds.gaussian_gradient)
def divided_twice(x: Any, mean: Any, sigma: Any) -> Any:
    """((μ − x)/σ)/σ."""
    return (mean - x) / sigma / sigma


def _faithful(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    """(μ − x)/σ²: one quotient, exact where that is a number of any format."""
    size = np.abs(sigma)
    near = (size > NEAR) & (size < 1 / NEAR)
    return piecewise(a, near, _quotient, _beyond, x, mean, sigma)


def _quotient(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    scale = a.number(sigma)
    return (a.number(mean) - a.number(x)) / (scale * scale)


def _beyond(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    """(μ − x)/(m m) 2^(−2e), σ = m 2^e."""
    ordinary = _ordinary(x, mean, sigma)
    limit = _at_limits(x, mean, sigma)
    x, mean, sigma = held(ordinary, x, mean, sigma)
    mantissa, exponent = np.frexp(sigma)
    value = (a.number(mean) - a.number(x)) / (a.number(mantissa) * a.number(mantissa))
    for part in (exponent // 2, exponent - exponent // 2):
        power = a.number(np.ldexp(1.0, -part))
        value = value * power * power
    return a.where(ordinary, value, a.number(limit))


gaussian_nll_gradient.faithful(_faithful)
