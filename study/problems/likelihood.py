"""The likelihood of independent observations: the product of their probabilities."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.problems.base import Problem
from study.problems.bounds import likelihood as bounds


def _definition(a: Any, p: Any) -> Any:
    zero = (p == 0).any()
    if np.isnan(p).any() or (zero and np.isinf(p).any()):
        return a.nan
    return 0.0 if zero else a.product(a.exact(p))


likelihood = Problem(
    name="likelihood",
    formula="∏ pᵢ",
    shape="(n)->()",
    definition=_definition,
    sensitivity=lambda p, value: p.shape[-1] * np.abs(value),
    domain="probability",
    engine="likelihood",
    code="p.prod(axis=-1)",
    special=(
        (([],), 1), (([1.0],), 1), (([0.5, 0.0],), 0), (([-0.0],), 0), (([0.5, nan],), nan), (([0.0, inf],), nan),
        (([0.0, -inf],), nan), (([0.0, nan],), nan), (([inf, 0.5],), inf),
    ),
)  # fmt: skip


@likelihood.algorithm(bound=bounds.product)
def naive(p: Any) -> Any:
    """p₁ p₂ … pₙ, left to right."""
    return reductions.sequential_product(p)


@likelihood.algorithm(bound=bounds.product)
def pairwise(p: Any) -> Any:
    """Products of halves."""
    return reductions.pairwise_product(p)


@likelihood.algorithm(bound=bounds.exp_of_log_sum)
def exp_sum_log(p: Any) -> Any:
    """exp(Σ log pᵢ): back from the logarithm."""
    xp = array_namespace(p)
    return xp.exp(reductions.sequential_sum(xp.log(p)))


@likelihood.algorithm(bound=bounds.scaled_product)
def scaled(p: Any) -> Any:
    """The product of the mantissas, in [1/2, 1), their exponents added apart."""
    mantissa, exponent = reductions.scaled_product(p)
    return reductions.ldexp(mantissa, exponent)


def _faithful(a: Any, p: Any) -> Any:
    """The product, its exponent kept apart."""
    return a.product(a.number(p))


likelihood.faithful(_faithful)
