"""The log-likelihood of independent observations: the sum of the logs of their probabilities."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import likelihood as bounds


def _definition(a: Any, p: Any) -> Any:
    zero, infinite = (p == 0).any(), (p == a.inf).any()
    if not (p >= 0).all() or (zero and infinite):
        return a.nan
    if zero or infinite:
        return a.inf if infinite else -a.inf
    return a.log_product(a.exact(p))


log_likelihood = Problem(
    name="log_likelihood",
    formula="Σ log pᵢ",
    shape="(n)->()",
    definition=_definition,
    sensitivity=lambda p, value: np.full(p.shape[:-1], float(p.shape[-1])),  # noqa: ARG005 - one call for all
    domain="probability",
    engine="log_likelihood",
    code="np.log(p).sum(axis=-1)",
    special=(
        (([],), 0), (([1.0, 1.0],), 0), (([0.5, 0.0],), -inf), (([-0.0],), -inf), (([nan],), nan), (([-1.0],), nan),
        (([0.0, inf],), nan), (([0.5, inf],), inf), (([2.0, 0.5],), 0),
    ),
)  # fmt: skip


@log_likelihood.algorithm(bound=bounds.log_of_product, fails=Outcome.OVERFLOW)
def naive(p: Any) -> Any:
    """log(p₁ p₂ … pₙ): −∞ once the product underflows."""
    return array_namespace(p).log(reductions.sequential_product(p))


@log_likelihood.algorithm(bound=bounds.sequential_log_sum, keeps=True)
def sum_log(p: Any) -> Any:
    """log p₁ + … + log pₙ, left to right."""
    return reductions.sequential_sum(array_namespace(p).log(p))


@log_likelihood.algorithm(bound=bounds.pairwise_log_sum, keeps=True)
def pairwise(p: Any) -> Any:
    """Sums of halves of the logs."""
    return reductions.pairwise_sum(array_namespace(p).log(p))


@log_likelihood.algorithm(bound=bounds.compensated_log_sum)
def compensated(p: Any) -> Any:
    """The logs summed with their rounding errors."""
    return reductions.compensated_sum(array_namespace(p).log(p))


@log_likelihood.algorithm(bound=bounds.wide_log_sum, formats=tuple(reductions.WIDER))
def wide(p: Any) -> Any:
    """The logs, rounded to the format, summed in the next wider one."""
    return reductions.wide_sum(array_namespace(p).log(p))


@log_likelihood.algorithm(bound=bounds.log_of_scaled_product)
def scaled(p: Any) -> Any:
    """Log of the product of the mantissas, plus log 2 times the sum of the exponents."""
    xp = array_namespace(p)
    mantissa, exponent = reductions.scaled_product(p)
    two = xp.asarray(np.log(2.0), dtype=p.dtype)
    return xp.log(mantissa) + reductions.like(exponent, p) * two


def _faithful(a: Any, p: Any) -> Any:
    """Log of the product, its exponent kept apart, or the sum of the logs: they cancel where the product is near 1."""
    cancels = np.any(p > 1, axis=-1) & ~np.any((p == 0) | np.isinf(p), axis=-1)
    value = a.log_product(a.number(p))
    if not cancels.any():
        return value
    sizes = np.sum(np.where((p > 0) & np.isfinite(p), np.abs(np.log(p)), 0.0), axis=-1)
    return value, a.number(np.where(cancels, sizes, 0.0))


log_likelihood.faithful(_faithful)
