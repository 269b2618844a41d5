"""Log-softmax: the logs of the probabilities that softmax makes."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import logsumexp as lse
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import softmax as bounds


def definition(a: Any, x: Any) -> Any:
    """x_j - logsumexp(x), as (x_j - max) - log(1 + …): two terms of one sign, so that nothing cancels."""
    top = x.max()
    if not np.isfinite(top):
        return lambda j: -a.inf if x[j] < top == a.inf else a.nan
    shift, rest = a.exact(top), lse.log_others(a, x)
    return lambda j: (a.exact(x[j]) - shift) - rest


log_softmax = Problem(
    name="log_softmax",
    formula="xⱼ − log Σ exp xᵢ",
    shape="(n)->(n)",
    definition=definition,
    sensitivity=lambda x, value: -2 * lse.largest(x)[..., None] * np.expm1(value),
    engine="log_softmax",
    code="""
z = x - x.max(axis=-1, keepdims=True)
z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
""",
    special=(
        (([],), []), (([7.0],), [0]), (([-inf, 0.0],), [-inf, 0]), (([-inf, -inf],), [nan, nan]),
        (([inf, 0.0],), [nan, -inf]), (([inf, inf],), [nan, nan]), (([nan, 0.0],), [nan, nan]),
    ),
)  # fmt: skip


@log_softmax.algorithm(bound=bounds.log_of_softmax_unshifted, fails=Outcome.NAN)
def naive(x: Any) -> Any:
    """log(exp xⱼ / Σ exp xᵢ)."""
    return array_namespace(x).log(soft.naive.function(x))


@log_softmax.algorithm(bound=bounds.log_of_softmax_shifted, fails=Outcome.OVERFLOW)
def log_of_shifted(x: Any) -> Any:
    """log of the shifted softmax: −∞ where that underflows."""
    return array_namespace(x).log(soft.shifted.function(x))


@log_softmax.algorithm(bound=bounds.log_softmax_from_logsumexp)
def minus_logsumexp(x: Any) -> Any:
    """xⱼ − logsumexp(x), logsumexp shifted: loses the result where x is large beside it."""
    return x - lse.shifted.function(x)[..., None]


@log_softmax.algorithm(bound=bounds.log_softmax_shifted)
def shifted(x: Any) -> Any:
    """(xⱼ − max) − log Σ exp(xᵢ − max)."""
    xp = array_namespace(x)
    if x.shape[-1] == 0:
        return x
    centred = x - xp.max(x, axis=-1, keepdims=True)
    return centred - xp.log(reductions.sequential_sum(xp.exp(centred)))[..., None]


@log_softmax.algorithm(bound=bounds.log_softmax_shifted)
def log1p(x: Any) -> Any:
    """(xⱼ − max) − log1p s, s = Σ exp(xᵢ − max) over the others: keeps a small loss of the right class."""
    if x.shape[-1] == 0:
        return x
    top, total = lse.sum_of_others(x)
    return (x - top[..., None]) - array_namespace(x).log1p(total)[..., None]


FORMULAS = tuple(log_softmax.algorithms.values())


def _faithful(a: Any, x: Any) -> Any:
    """(xⱼ − max) − log1p(Σ exp(xᵢ − max) over the others): two terms of one sign."""
    top, rest = lse.others(a, x)
    return (a.number(x) - a.number(top[..., None])) - a.log1p(rest)[..., None]


log_softmax.faithful(_faithful)
