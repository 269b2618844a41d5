"""The loss of one observation under a normal distribution: minus the log of its density."""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic.constants import half_log_two_pi
from study.arithmetic.pieces import held
from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import densities as bounds
from study.problems.extended import finite

LOG_SCALE = 0.5 * math.log(2 * math.pi)
VARIANCE = 1e-6
"""The least variance of PyTorch's gaussian_nll_loss, if it is not told otherwise."""


def _definition(a: Any, x: float, mean: float, sigma: float) -> Any:
    limit = float(at_limits(x, mean, sigma))
    return limit or log_scale(a, sigma) + half_squares(a, x, mean, sigma)


def at_limits(x: Any, mean: Any, sigma: Any) -> Any:
    """The loss where σ is not positive, a number infinite or none; 0 elsewhere."""
    if all(map(finite, (x, mean, sigma))) and np.min(sigma, initial=1.0) > 0:
        return np.zeros(np.broadcast_shapes(*map(np.shape, (x, mean, sigma))))
    with np.errstate(all="ignore"):
        apart = np.where(np.isfinite(x) & np.isfinite(mean), 0.0, np.subtract(x, mean))
        z = apart / np.where(np.greater(sigma, 0), sigma, nan)
        return np.where(np.isinf(sigma), inf, 0.0) + z * z


def log_scale(a: Any, sigma: float) -> Any:
    """log σ + ½ log 2π of a positive number, in interval arithmetic."""
    return a.log(a.exact(sigma)) + a.log(a.pi * 2) / 2


def half_squares(a: Any, x: Any, mean: float, sigma: Any) -> Any:
    """((x − μ)/σ)²/2 of a number or each of a row, in interval arithmetic."""
    z = abs((a.exact(x) - a.exact(mean)) / a.exact(sigma))
    return z * z / 2


def sensitivity(x: Any, mean: Any, sigma: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    """|z/σ| (|x| + |μ|) + |1 − z²|, z = (x − μ)/σ."""
    z = (x - mean) / sigma
    return np.abs(z / sigma) * (np.abs(x) + np.abs(mean)) + np.abs(1 - z * z)


gaussian_nll = Problem(
    name="gaussian_nll",
    formula="log σ + ½ log 2π + ½ ((x − μ)/σ)²",
    shape="(),(),()->()",
    definition=_definition,
    sensitivity=sensitivity,
    domain="real, real, positive",
    engine="gaussian_nll",
    code="np.log(sigma) + np.log(2 * np.pi) / 2 + ((x - mean) / sigma) ** 2 / 2",
    special=(
        ((inf, 0.0, 1.0), inf), ((0.0, -inf, 1.0), inf), ((inf, inf, 1.0), nan), ((inf, -inf, 1.0), inf),
        ((0.0, 0.0, inf), inf), ((inf, 0.0, inf), nan), ((0.0, 0.0, 0.0), nan), ((1.0, 0.0, 0.0), nan),
        ((0.0, 0.0, -1.0), nan), ((nan, 0.0, 1.0), nan), ((0.0, nan, 1.0), nan), ((0.0, 0.0, nan), nan),
    ),
)  # fmt: skip


def density(x: Any, mean: Any, sigma: Any) -> Any:
    """exp(−z²/2) / (σ √2π), each step rounded."""
    xp = array_namespace(x, mean, sigma)
    z = (x - mean) / sigma
    return xp.exp(-(z * z) / 2) / (sigma * constant(math.sqrt(2 * math.pi), sigma))


def loss(x: Any, mean: Any, sigma: Any) -> Any:
    """(log σ + ½ log 2π) + ½ z², each step rounded."""
    z = (x - mean) / sigma
    return (array_namespace(x, mean, sigma).log(sigma) + constant(LOG_SCALE, sigma)) + z * (z / 2)


def constant(value: float, model: Any) -> Any:
    """A constant, rounded to the dtype of a model."""
    return array_namespace(model).asarray(value, dtype=model.dtype)


@gaussian_nll.algorithm(bound=bounds.gaussian_naive, fails=Outcome.OVERFLOW)
def naive(x: Any, mean: Any, sigma: Any) -> Any:
    """−log of the density: ∞ once that underflows."""
    return -array_namespace(x, mean, sigma).log(density(x, mean, sigma))


@gaussian_nll.algorithm(bound=bounds.gaussian_sum_of_logs)
def sum_of_logs(x: Any, mean: Any, sigma: Any) -> Any:
    """(log σ + ½ log 2π) + ½ z², z = (x − μ)/σ: cancels where the density is near 1."""
    return loss(x, mean, sigma)


@gaussian_nll.algorithm(bound=bounds.gaussian_variance)
def variance(x: Any, mean: Any, sigma: Any) -> Any:
    """½ (log σ² + (x − μ)²/σ²) + ½ log 2π: the squares leave the range early."""
    return _of_variance(x, mean, sigma * sigma)


@gaussian_nll.algorithm()
def clamped_variance(x: Any, mean: Any, sigma: Any) -> Any:
    """The same with a variance of at least 1e-6, as PyTorch's gaussian_nll_loss has it: wrong for σ < 0.001."""
    squared = sigma * sigma
    least = constant(VARIANCE, sigma)
    return _of_variance(x, mean, array_namespace(sigma).where(squared < least, least, squared))


def _of_variance(x: Any, mean: Any, squared: Any) -> Any:
    apart = x - mean
    return (array_namespace(squared).log(squared) + apart * apart / squared) / 2 + constant(LOG_SCALE, squared)


def log_scales(a: Any, sigma: Any) -> Any:
    """log σ + ½ log 2π in an arithmetic, and a number of the size of its terms, |log σ| + 1."""
    log = a.log(a.number(sigma))
    return log + a.constant(half_log_two_pi), a.number(a.size(log) + 1)


def half_square(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    """((x − μ)/σ)²/2 in an arithmetic."""
    z = (a.number(x) - a.number(mean)) / a.number(sigma)
    return z * z * a.number(0.5)


def _faithful(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    """(log σ + ½ log 2π) + ½ z², which cancel where the density is near 1."""
    limit = at_limits(x, mean, sigma)
    ordinary = limit == 0
    x, mean, sigma = held(ordinary, x, mean, sigma)
    scale, size = log_scales(a, sigma)
    return a.where(ordinary, scale + half_square(a, x, mean, sigma), a.number(limit)), size


gaussian_nll.faithful(_faithful)
