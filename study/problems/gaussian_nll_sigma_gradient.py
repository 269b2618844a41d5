"""The gradient of the loss of an observation under a normal distribution, with respect to σ."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import slopes as bounds

WIDE = 1000
"""Binary digits by which an observation may outgrow σ and still be held in its units."""


def _definition(a: Any, x: float, mean: float, sigma: float) -> Any:
    if not _ordinary(x, mean, sigma):
        return float(_at_limits(x, mean, sigma))
    if abs(Fraction(float(x)) - Fraction(float(mean))) == Fraction(float(sigma)):
        return 0.0
    apart, scale = abs(a.exact(x) - a.exact(mean)), a.exact(sigma)
    return (scale - apart) / scale * ((scale + apart) / scale) / scale


def _ordinary(*args: Any) -> Any:
    return np.logical_and.reduce(np.isfinite(np.broadcast_arrays(*args))) & np.greater(args[-1], 0)


def _at_limits(x: Any, mean: Any, sigma: Any) -> Any:
    """The gradient where σ is not positive, a number infinite or none."""
    with np.errstate(all="ignore"):
        apart = np.where(np.isfinite(x) & np.isfinite(mean), np.not_equal(x, mean), np.subtract(x, mean))
        z = apart / np.where(np.greater_equal(sigma, 0), np.abs(sigma), nan)
        limit = (1 - z * z) / np.abs(sigma)
        return np.where(np.isinf(apart) & np.isfinite(sigma) & np.greater_equal(sigma, 0), -inf, limit)


def _sensitivity(x: Any, mean: Any, sigma: Any, value: Any) -> Any:
    """2 |z| (|x| + |μ|)/σ² + |value − 2 z²/σ|, z = (x − μ)/σ."""
    z = (x - mean) / sigma
    return 2 * np.abs(z / sigma) * (np.abs(x) + np.abs(mean)) / sigma + np.abs(value - 2 * z * z / sigma)


gaussian_nll_sigma_gradient = Problem(
    name="gaussian_nll_sigma_gradient",
    formula="(1 − ((x − μ)/σ)²)/σ",
    shape="(),(),()->()",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="real, real, positive",
    engine="gaussian_nll_sigma_gradient",
    code="(1 - ((x - mean) / sigma) ** 2) / sigma",
    special=(
        ((2.0, 2.0, 0.5), 2), ((1.0, 3.0, 2.0), 0), ((3.0, 1.0, 1.0), -3), ((0.0, 1.0, inf), 0),
        ((inf, 0.0, 1.0), -inf), ((0.0, -inf, 1.0), -inf), ((inf, inf, 1.0), nan), ((inf, 0.0, inf), nan),
        ((0.0, 0.0, 0.0), nan), ((0.0, 1.0, 0.0), -inf), ((0.0, 1.0, -0.0), -inf), ((0.0, 0.0, -1.0), nan),
        ((nan, 0.0, 1.0), nan), ((0.0, nan, 1.0), nan), ((0.0, 0.0, nan), nan),
    ),
)  # fmt: skip


@gaussian_nll_sigma_gradient.algorithm(bound=bounds.sigma_naive, fails=Outcome.NAN)
def naive(x: Any, mean: Any, sigma: Any) -> Any:
    """1/σ − (x − μ)²/σ³, term by term: ∞ or 0/0 once σ³ underflows."""
    apart = x - mean
    return 1 / sigma - apart * apart / (sigma * sigma * sigma)


@gaussian_nll_sigma_gradient.algorithm(bound=bounds.sigma_of_variance, fails=Outcome.NAN)
def of_variance(x: Any, mean: Any, sigma: Any) -> Any:
    """σ (1/v − (x − μ)²/v²), v = σ², by way of the variance, which PyTorch's GaussianNLLLoss takes: ∞ − ∞ early."""
    apart, v = x - mean, sigma * sigma
    return sigma * (1 / v - apart * apart / (v * v))


@gaussian_nll_sigma_gradient.algorithm(bound=bounds.sigma_squares)
def squares(x: Any, mean: Any, sigma: Any) -> Any:
    """(1 − z²)/σ, z = (x − μ)/σ: cancels where |z| is near 1."""
    z = (x - mean) / sigma
    return (1 - z * z) / sigma


@gaussian_nll_sigma_gradient.algorithm(bound=bounds.sigma_factored)
def factored(x: Any, mean: Any, sigma: Any) -> Any:
    """((σ − d)/σ) ((σ + d)/σ)/σ, d = |x − μ|: σ − d is exact where it cancels."""
    apart = array_namespace(x, mean, sigma).abs(x - mean)
    return (sigma - apart) / sigma * ((sigma + apart) / sigma) / sigma


def _faithful(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    """((σ − d)/σ) ((σ + d)/σ)/σ, which cancel where d is rounded; the quotients of numbers times 2^e, where σ < 1."""
    ordinary, limit = _ordinary(x, mean, sigma), _at_limits(x, mean, sigma)
    x, mean, sigma = (np.where(ordinary, v, w) for v, w in ((x, 0.0), (mean, 0.0), (sigma, 1.0)))
    _, exponent = np.frexp(sigma)
    _, most = np.frexp(np.maximum(np.abs(x), np.abs(mean)))
    shift = np.where(most - exponent < WIDE, -np.minimum(exponent, 0), 0)
    x, mean, held = (np.ldexp(v, shift) for v in (x, mean, sigma))
    apart, scale = a.number(np.maximum(x, mean)) - a.number(np.minimum(x, mean)), a.number(held)
    more = (scale + apart) / scale / a.number(sigma)
    sizes = 1 + np.maximum(a.log2(apart / scale), 0) + a.log2(more)
    value = a.where(ordinary, (scale - apart) / scale * more, a.number(limit))
    return value, a.power(np.where(ordinary, sizes, -np.inf))


gaussian_nll_sigma_gradient.faithful(_faithful)
