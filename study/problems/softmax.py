"""Softmax: positive numbers that sum to one, from any real numbers."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import logsumexp as lse
from study.problems.base import Problem
from study.problems.bounds import softmax as bounds
from study.problems.logsumexp import largest


def _definition(a: Any, x: Any) -> Any:
    top = x.max()
    if not np.isfinite(top):
        return lambda j: 0.0 if x[j] < top == a.inf else a.nan
    terms = a.exponentials(x)
    total = a.sum(terms)
    return lambda j: terms[j] / total


softmax = Problem(
    name="softmax",
    formula="exp xⱼ / Σ exp xᵢ",
    shape="(n)->(n)",
    definition=_definition,
    sensitivity=lambda x, g: 2 * largest(x)[..., None] * g * (1 - g),
    engine="softmax",
    code="""
e = np.exp(x - x.max(axis=-1, keepdims=True))
e / e.sum(axis=-1, keepdims=True)
""",
    special=(
        (([],), []), (([7.0],), [1]), (([-inf, 0.0],), [0, 1]), (([0.0, -0.0],), [0.5, 0.5]),
        (([-inf, -inf],), [nan, nan]), (([inf, 0.0],), [nan, 0]), (([inf, inf],), [nan, nan]),
        (([nan, 0.0],), [nan, nan]),
    ),
)  # fmt: skip


@softmax.algorithm(bound=bounds.softmax_unshifted, fails=Outcome.NAN)
def naive(x: Any) -> Any:
    """exp xⱼ / Σ exp xᵢ (Blanchard, Higham and Higham, algorithm 3.1): ∞/∞ above log xmax."""
    terms = array_namespace(x).exp(x)
    return terms / reductions.sequential_sum(terms)[..., None]


@softmax.algorithm(bound=bounds.softmax_shifted)
def shifted(x: Any) -> Any:
    """exp(xⱼ − max) / Σ exp(xᵢ − max) (Blanchard, Higham and Higham, (1.4) and theorem 4.3)."""
    xp = array_namespace(x)
    if x.shape[-1] == 0:
        return x
    terms = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return terms / reductions.sequential_sum(terms)[..., None]


@softmax.algorithm(bound=bounds.softmax_from_logsumexp_unshifted, fails=Outcome.UNDERFLOW)
def exp_minus_naive_logsumexp(x: Any) -> Any:
    """exp(xⱼ − logsumexp(x)), logsumexp unshifted: 0 above log xmax."""
    return array_namespace(x).exp(x - lse.naive.function(x)[..., None])


@softmax.algorithm(bound=bounds.softmax_from_logsumexp)
def exp_minus_logsumexp(x: Any) -> Any:
    """exp(xⱼ − logsumexp(x)), logsumexp shifted (Blanchard, Higham and Higham, theorem 4.4): loses |x| digits."""
    return array_namespace(x).exp(x - lse.shifted.function(x)[..., None])


@softmax.algorithm(bound=bounds.softmax_one_pass)
def online(x: Any) -> Any:
    """exp(xⱼ − max) / s, max and s found in one pass."""
    top, total = lse.online(x)
    return array_namespace(x).exp(x - top[..., None]) / total[..., None]


def exponentials(a: Any, x: Any) -> tuple[Any, Any]:
    """exp(xⱼ − max), and their sum, in an arithmetic ``a``."""
    top, rest, terms = lse.exponentials(a, x)
    if not np.isfinite(top).all():  # where the shift is another
        terms = a.exp(a.number(x) - a.number(top[..., None]))
    return terms, a.number(np.ones(x.shape[:-1])) + rest


def _faithful(a: Any, x: Any) -> Any:
    """exp(xⱼ − max) / Σ exp(xᵢ − max): nothing cancels."""
    terms, total = exponentials(a, x)
    return terms / total[..., None]


softmax.faithful(_faithful)
