"""The likelihood of independent observations of one normal distribution: the product of their densities."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.problems import gaussian_log_likelihood as logs
from study.problems.base import Problem
from study.problems.bounds import densities as bounds


def _definition(a: Any, x: Any, mean: float, sigma: float) -> Any:
    log = logs.definition(a, x, mean, sigma)
    return float(np.exp(log)) if isinstance(log, float) else a.exp(log)


gaussian_likelihood = Problem(
    name="gaussian_likelihood",
    formula="∏ N(xᵢ; μ, σ)",
    shape="(n),(),()->()",
    definition=_definition,
    sensitivity=lambda x, mean, sigma, value: logs.sensitivity(x, mean, sigma, value) * np.abs(value),
    domain="real, real, positive",
    engine="gaussian_likelihood",
    code="""
z = (x - mean[..., None]) / sigma[..., None]
np.exp(-x.shape[-1] * np.log(sigma * np.sqrt(2 * np.pi)) - (z**2).sum(axis=-1) / 2)
""",
    special=(
        (([], 0.0, 1.0), 1), (([], 0.0, 0.0), 1), (([inf, 0.0], 0.0, 1.0), 0), (([0.0], inf, 1.0), 0),
        (([inf, 0.0], inf, 1.0), nan), (([0.0, 0.0], 0.0, inf), 0), (([0.0, 1.0], 0.0, 0.0), nan),
        (([0.0, 1.0], 0.0, -1.0), nan), (([nan, 0.0], 0.0, 1.0), nan), (([inf, nan], 0.0, 1.0), nan),
        (([0.0], nan, 1.0), nan), (([0.0], 0.0, nan), nan),
    ),
)  # fmt: skip


@gaussian_likelihood.algorithm(bound=bounds.gaussian_product)
def naive(x: Any, mean: Any, sigma: Any) -> Any:
    """The densities, multiplied left to right."""
    return reductions.sequential_product(logs.densities(x, mean, sigma))


@gaussian_likelihood.algorithm()
def exp_sum_log(x: Any, mean: Any, sigma: Any) -> Any:
    """exp of the sum of the logs: back from the logarithm."""
    return array_namespace(x).exp(reductions.sequential_sum(logs.logs(x, mean, sigma)))


@gaussian_likelihood.algorithm()
def scaled(x: Any, mean: Any, sigma: Any) -> Any:
    """The product of the mantissas of the densities, in [1/2, 1), their exponents added apart."""
    mantissa, exponent = reductions.scaled_product(logs.densities(x, mean, sigma))
    return reductions.ldexp(mantissa, exponent)


def _faithful(a: Any, x: Any, mean: Any, sigma: Any) -> Any:
    """exp of the log-likelihood, whose error is relative to the sizes of its terms."""
    limit, inside, *args = logs.ordinary(x, mean, sigma)
    log, size = logs.value(a, *args)
    out = a.where(inside, a.exp(log), a.number(np.exp(limit)))
    return out, out * size


gaussian_likelihood.faithful(_faithful)
