"""The log-likelihood of independent observations of one normal distribution: the sum of the logs of their densities."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import gaussian_nll as one
from study.problems.base import Problem
from study.problems.bounds import densities as bounds


def definition(a: Any, x: Any, mean: float, sigma: float) -> Any:
    """−n (log σ + ½ log 2π) − Σ ((xᵢ − μ)/σ)²/2."""
    limit = at_limits(x, mean, sigma)
    if limit or not x.size:
        return float(limit)
    return -(one.log_scale(a, sigma) * x.size + a.sum(one.half_squares(a, x, mean, sigma)))


def at_limits(x: Any, mean: Any, sigma: Any) -> Any:
    """The log where σ is not positive, a number infinite or none; 0 elsewhere, and for no observations."""
    each = one.at_limits(x, np.asarray(mean)[..., None], np.asarray(sigma)[..., None])
    return 0.0 - np.sum(each, axis=-1)


def sensitivity(x: Any, mean: Any, sigma: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    """Σ |zᵢ xᵢ/σ| + |μ Σ zᵢ/σ| + |Σ (zᵢ² − 1)|, z = (x − μ)/σ."""
    z = (x - mean[..., None]) / sigma[..., None]
    of_data = np.sum(np.abs(z * x), axis=-1) + np.abs(mean * np.sum(z, axis=-1))
    return of_data / sigma + np.abs(np.sum(z * z - 1, axis=-1))


gaussian_log_likelihood = Problem(
    name="gaussian_log_likelihood",
    formula="Σ log N(xᵢ; μ, σ)",
    shape="(n),(),()->()",
    definition=definition,
    sensitivity=sensitivity,
    domain="real, real, positive",
    engine="gaussian_log_likelihood",
    code="""
z = (x - mean[..., None]) / sigma[..., None]
-x.shape[-1] * (np.log(sigma) + np.log(2 * np.pi) / 2) - (z**2).sum(axis=-1) / 2
""",
    special=(
        (([], 0.0, 1.0), 0), (([], 0.0, 0.0), 0), (([inf, 0.0], 0.0, 1.0), -inf), (([0.0], inf, 1.0), -inf),
        (([inf, 0.0], inf, 1.0), nan), (([inf, -inf], 0.0, 1.0), -inf), (([0.0, 0.0], 0.0, inf), -inf),
        (([0.0, 1.0], 0.0, 0.0), nan), (([0.0, 1.0], 0.0, -1.0), nan), (([nan, 0.0], 0.0, 1.0), nan),
        (([inf, nan], 0.0, 1.0), nan), (([0.0], nan, 1.0), nan), (([0.0], 0.0, nan), nan),
    ),
)  # fmt: skip


def densities(x: Any, mean: Any, sigma: Any) -> Any:
    """The density of each observation, each step rounded."""
    return one.density(x, mean[..., None], sigma[..., None])


def logs(x: Any, mean: Any, sigma: Any) -> Any:
    """The log of the density of each observation, each step rounded."""
    return -one.loss(x, mean[..., None], sigma[..., None])


@gaussian_log_likelihood.algorithm(bound=bounds.gaussian_log_of_product, fails=Outcome.OVERFLOW)
def naive(x: Any, mean: Any, sigma: Any) -> Any:
    """log of the product of the densities, left to right: ∞ once that overflows, −∞ once it underflows."""
    return array_namespace(x).log(reductions.sequential_product(densities(x, mean, sigma)))


@gaussian_log_likelihood.algorithm(bound=bounds.gaussian_sum(lambda n: n - 1))
def sum_of_logs(x: Any, mean: Any, sigma: Any) -> Any:
    """The logs of the densities, summed left to right."""
    return reductions.sequential_sum(logs(x, mean, sigma))


@gaussian_log_likelihood.algorithm(bound=bounds.gaussian_sum(lambda n: np.ceil(np.log2(max(n, 1)))))
def pairwise(x: Any, mean: Any, sigma: Any) -> Any:
    """The logs of the densities, summed by halves."""
    return reductions.pairwise_sum(logs(x, mean, sigma))


@gaussian_log_likelihood.algorithm()
def compensated(x: Any, mean: Any, sigma: Any) -> Any:
    """The logs of the densities, summed with their rounding errors."""
    return reductions.compensated_sum(logs(x, mean, sigma))


@gaussian_log_likelihood.algorithm()
def one_log(x: Any, mean: Any, sigma: Any) -> Any:
    """−n (log σ + ½ log 2π) − ½ Σ zᵢ²: a log for all, the squares summed left to right."""
    z = (x - mean[..., None]) / sigma[..., None]
    scale = array_namespace(x).log(sigma) + one.constant(one.LOG_SCALE, sigma)
    return -one.constant(x.shape[-1], sigma) * scale - reductions.sequential_sum(z * z) / 2


def value(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    """−n (log σ + ½ log 2π) − Σ zᵢ²/2, and the size of its terms, which cancel where some densities are above 1."""
    count = a.number(np.full(x.shape[0], float(x.shape[-1])))
    scale, size = one.log_scales(a, sigma)
    squares = a.total(one.half_square(a, x, mean[:, None], sigma[:, None]))
    return -(count * scale + squares), count * size + squares


def ordinary(x: Any, mean: Any, sigma: Any) -> tuple[Any, ...]:
    """The limit of each instance, whether it is none, and arguments of 1 where it is one."""
    limit = at_limits(x, mean, sigma)
    inside = (limit == 0) & (x.shape[-1] > 0)
    return limit, inside, np.where(inside[:, None], x, 1.0), np.where(inside, mean, 1.0), np.where(inside, sigma, 1.0)


def _faithful(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    """−n (log σ + ½ log 2π) − Σ zᵢ²/2, which cancel where densities lie on both sides of 1."""
    limit, inside, *args = ordinary(x, mean, sigma)
    log, size = value(a, *args)
    return a.where(inside, log, a.number(limit)), size


gaussian_log_likelihood.faithful(_faithful)
