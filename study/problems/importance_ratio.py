"""The importance ratio of a sequence: how much likelier one model makes it than another, from log-probabilities."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import ratios as bounds

BEYOND = 10
"""log2 of a sum whose exponential is 0 or infinite in every format."""


def _definition(a: Any, p: Any, q: Any) -> Any:
    log = _limit(p, q)
    if log != 0:
        return float(np.exp(log))
    return a.exp(a.sum(a.difference(p, q)))


def _limit(p: Any, q: Any) -> Any:
    """The log of a ratio that is not finite, or NaN, from infinite log-probabilities; 0 where all are finite."""
    finite = np.isfinite(p) & np.isfinite(q)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.sum(np.where(finite, 0.0, p - q), axis=-1)


importance_ratio = Problem(
    name="importance_ratio",
    formula="exp Σ (pᵢ − qᵢ)",
    shape="(n),(n)->()",
    definition=_definition,
    sensitivity=lambda p, q, value: value * np.sum(np.abs(p) + np.abs(q), axis=-1),
    domain="negative",
    engine="importance_ratio",
    code="np.exp((p - q).sum(axis=-1))",
    special=(
        (([], []), 1), (([0.0], [0.0]), 1), (([-1.0, -2.0], [-2.0, -1.0]), 1), (([-inf, 0.0], [-1.0, 0.0]), 0),
        (([-1.0, 0.0], [-inf, 0.0]), inf), (([-inf], [-inf]), nan), (([-inf, 0.0], [0.0, -inf]), nan),
        (([nan, 0.0], [0.0, 0.0]), nan), (([-inf], [nan]), nan), (([inf], [0.0]), inf),
    ),
)  # fmt: skip


@importance_ratio.algorithm(bound=bounds.ratio_of_products, fails=Outcome.NAN)
def naive(p: Any, q: Any) -> Any:
    """∏ exp pᵢ / ∏ exp qᵢ: 0/0 where both likelihoods underflow."""
    xp = array_namespace(p, q)
    return reductions.sequential_product(xp.exp(p)) / reductions.sequential_product(xp.exp(q))


@importance_ratio.algorithm(bound=bounds.product_of_ratios, fails=Outcome.OVERFLOW)
def product_of_ratios(p: Any, q: Any) -> Any:
    """∏ exp(pᵢ − qᵢ), the ratios of the tokens: a part of it may overflow or underflow."""
    return reductions.sequential_product(array_namespace(p, q).exp(p - q))


@importance_ratio.algorithm(bound=bounds.exp_of_difference)
def exp_of_difference(p: Any, q: Any) -> Any:
    """exp(Σ pᵢ − Σ qᵢ): two long sums that cancel."""
    return array_namespace(p, q).exp(reductions.sequential_sum(p) - reductions.sequential_sum(q))


@importance_ratio.algorithm(bound=bounds.exp_of_sum(lambda n: n - 1), keeps=True)
def exp_of_sum(p: Any, q: Any) -> Any:
    """exp Σ (pᵢ − qᵢ), the differences summed left to right: they are exact where pᵢ and qᵢ are close."""
    return array_namespace(p, q).exp(reductions.sequential_sum(p - q))


@importance_ratio.algorithm(bound=bounds.exp_of_sum(lambda n: np.ceil(np.log2(max(n, 1)))), keeps=True)
def pairwise(p: Any, q: Any) -> Any:
    """exp Σ (pᵢ − qᵢ), the differences summed by halves."""
    return array_namespace(p, q).exp(reductions.pairwise_sum(p - q))


@importance_ratio.algorithm(bound=bounds.exp_of_wide_sum, formats=tuple(reductions.WIDER))
def wide(p: Any, q: Any) -> Any:
    """exp Σ (pᵢ − qᵢ), the differences, rounded to the format, summed in the next wider one."""
    return array_namespace(p, q).exp(reductions.wide_sum(p - q))


def _faithful(a: Any, p: Any, q: Any) -> Any:
    """exp Σ (pᵢ − qᵢ): what the sum is off by, absolutely, the ratio is off by of itself."""
    log = _limit(p, q)
    ordinary = log == 0
    p, q = (np.where(ordinary[..., None], v, 0.0) for v in (p, q))
    largest = np.max(np.maximum(np.abs(p), np.abs(q)), axis=-1, initial=1.0)
    size = np.log2(largest) + np.log2(2 * max(p.shape[-1], 1))
    total = a.total(a.number(p) - a.number(q))
    with np.errstate(divide="ignore", over="ignore"):
        error = size + np.log2(a.SUM_ERROR)
        special = a.number(np.where(ordinary, 1.0, np.exp(log)))
    beyond = a.log2(total) > np.maximum(error, BEYOND) + 1
    unknown = ordinary & ~beyond & (error > -1)
    value = a.exp(a.where(unknown, a.number(np.zeros_like(size)), total))
    cancelling = np.where(unknown, np.inf, np.where(beyond | ~ordinary, -np.inf, a.log2(value) + size))
    return a.where(ordinary, value, special), a.power(cancelling)


importance_ratio.faithful(_faithful)
