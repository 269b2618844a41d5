"""The loss of several labels at once: the sum of their binary cross entropies, from logits."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import binary_cross_entropy_with_logits as bce
from study.problems import extended
from study.problems.base import Problem
from study.problems.bounds import losses as bounds


def _definition(a: Any, x: Any, y: Any) -> Any:
    if np.isnan(x).any() or not extended.are_probabilities(y):
        return a.nan
    wrong = (x != 0) & (y != (x > 0))
    if np.isinf(x[wrong]).any():
        return a.inf
    negative, positive = wrong & (x < 0), wrong & (x > 0)
    linear = a.sum(a.exact(-x[negative]) * a.exact(y[negative]))
    linear += a.sum(a.exact(x[positive]) * (1 - a.exact(y[positive])))
    return linear + a.sum_log1p(a.exp(a.exact(-np.abs(x))))


multilabel_nll = Problem(
    name="multilabel_nll",
    formula="Σ softplus(xᵢ) − xᵢ yᵢ",
    shape="(n),(n)->()",
    definition=_definition,
    sensitivity=lambda x, y, value: np.sum(bce.sensitivity(x, y, value), axis=-1),
    domain="real, probability",
    engine="multilabel_nll",
    code="(np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))).sum(axis=-1)",
    special=(
        (([], []), 0), (([inf, -inf], [1.0, 0.0]), 0), (([inf, 0.0], [0.0, 0.0]), inf), (([nan, 0.0], [0.0, 0.0]), nan),
        (([inf, 0.0], [0.0, nan]), nan),
    ),
)  # fmt: skip


@multilabel_nll.algorithm(fails=Outcome.NAN)
def naive(x: Any, y: Any) -> Any:
    """Naive losses, summed left to right."""
    return reductions.sequential_sum(bce.naive.function(x, y))


@multilabel_nll.algorithm(bound=bounds.multilabel(bounds.bce_stable, lambda n: n - 1))
def stable(x: Any, y: Any) -> Any:
    """max(x, 0) − x y + log1p(exp(−|x|)), summed left to right."""
    return reductions.sequential_sum(bce.stable.function(x, y))


@multilabel_nll.algorithm(bound=bounds.multilabel(bounds.bce_weighted, lambda n: n - 1))
def weighted(x: Any, y: Any) -> Any:
    """|x| w + log1p(exp(−|x|)), summed left to right."""
    return reductions.sequential_sum(bce.weighted.function(x, y))


@multilabel_nll.algorithm(bound=bounds.multilabel(bounds.bce_weighted, lambda n: np.ceil(np.log2(max(n, 1)))))
def pairwise(x: Any, y: Any) -> Any:
    """|x| w + log1p(exp(−|x|)), summed by halves."""
    return reductions.pairwise_sum(bce.weighted.function(x, y))


@multilabel_nll.algorithm(
    bound=bounds.multilabel(bounds.bce_weighted, lambda _n: 1, wide=True), formats=tuple(reductions.WIDER)
)
def wide(x: Any, y: Any) -> Any:
    """|x| w + log1p(exp(−|x|)), rounded to the format, summed in the next wider one."""
    return reductions.wide_sum(bce.weighted.function(x, y))


multilabel_nll.faithful(lambda a, x, y: a.total(bce.value(a, x, y)))
