"""Entropy of softmax, from logits: the bonus that keeps a policy from settling on one action."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import log_softmax as logs
from study.problems import logsumexp as lse
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import logits as bounds
from study.problems.logsumexp import finite, largest


def _definition(a: Any, x: Any) -> Any:
    """log Σ exp(x_i - max) plus the mean distance from the maximum: two terms of one sign; a weight of 0 leaves out."""
    if not x.size:
        return 0.0
    if not np.isfinite(x.max()):
        return a.nan
    x = x[x > -np.inf]
    terms = a.exponentials(x)
    return lse.log_others(a, x) + a.sum(terms * -a.difference(x, x.max())) / a.sum(terms)


def distances(x: Any) -> tuple[Any, Any]:
    """In binary64: softmax, and how far each logit lies below the maximum, 0 where it weighs nothing."""
    top = finite(np.max(x, axis=-1, keepdims=True, initial=-np.inf))
    weights = np.exp(x - top)
    weights = weights / np.sum(weights, axis=-1, keepdims=True)
    return weights, np.where(weights > 0, top - x, 0)


def _sensitivity(x: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    weights, far = distances(x)
    mean = np.sum(weights * far, axis=-1, keepdims=True)
    return largest(x) * np.sum(weights * np.abs(far - mean), axis=-1)


entropy_from_logits = Problem(
    name="entropy_from_logits",
    formula="−Σ gᵢ log gᵢ, g = softmax(x)",
    shape="(n)->()",
    definition=_definition,
    sensitivity=_sensitivity,
    engine="entropy_from_logits",
    code="""
far = x.max(axis=-1, keepdims=True) - x
e = np.exp(-far)
np.log(e.sum(axis=-1)) + (e * np.where(e > 0, far, 0)).sum(axis=-1) / e.sum(axis=-1)
""",
    special=(
        (([],), 0), (([7.0],), 0), (([-inf, 0.0],), 0), (([-inf, 3.0, -inf],), 0), (([-inf, -inf],), nan),
        (([inf, 0.0],), nan), (([inf, inf],), nan), (([nan, 0.0],), nan), (([nan, -inf],), nan),
    ),
)  # fmt: skip


@entropy_from_logits.algorithm(bound=bounds.entropy_of_softmax, fails=Outcome.NAN)
def naive(x: Any) -> Any:
    """−Σ gᵢ log gᵢ, g the shifted softmax: 0 log 0 is NaN once a gᵢ underflows."""
    g = soft.shifted.function(x)
    return -reductions.sequential_sum(g * array_namespace(x).log(g))


@entropy_from_logits.algorithm(bound=bounds.entropy_minus_mean, fails=Outcome.NAN)
def logsumexp_minus_mean(x: Any) -> Any:
    """logsumexp(x) − Σ gᵢ xᵢ, both shifted: cancels where x is large, 0 · −∞ is NaN for a masked logit."""
    return lse.shifted.function(x) - reductions.sequential_sum(soft.shifted.function(x) * x)


@entropy_from_logits.algorithm(bound=bounds.entropy_of_log_softmax, keeps=True)
def shifted(x: Any) -> Any:
    """−Σ gᵢ log_softmax(x)ᵢ, both shifted, without the terms where gᵢ = 0: what the likeliest class adds goes first."""
    return _without_zeros(x, logs.shifted.function(x))


@entropy_from_logits.algorithm(bound=bounds.entropy_of_log_softmax, keeps=True)
def log1p(x: Any) -> Any:
    """The same, log-softmax by log1p of the sum over the others: keeps the small loss of the likeliest class."""
    return _without_zeros(x, logs.log1p.function(x))


def _without_zeros(x: Any, log: Any) -> Any:
    xp = array_namespace(x)
    g = soft.shifted.function(x)
    return reductions.sequential_sum(xp.where(g == 0, xp.zeros_like(g), g * -log))


def mean_distance(a: Any, x: Any) -> tuple[Any, Any, Any, Any]:
    """exp(xᵢ − max), their sum, max − xᵢ (0 where masked) and its mean under softmax, in an arithmetic ``a``."""
    terms, total = soft.exponentials(a, x)
    far = a.number(finite(np.max(x, axis=-1, keepdims=True, initial=-np.inf))) - a.number(x)
    far = a.where(x > -np.inf, far, a.number(np.zeros_like(x)))
    return terms, total, far, a.total(terms * far) / total


def _faithful(a: Any, x: Any) -> Any:
    """log1p(Σ exp(xᵢ − max) over the others) + Σ gᵢ (max − xᵢ): terms of one sign."""
    _, rest = lse.others(a, x)
    value = a.log1p(rest) + mean_distance(a, x)[-1]
    undefined = ~np.isfinite(np.max(x, axis=-1, initial=0.0 if not x.shape[-1] else -np.inf))
    return a.where(undefined, a.number(np.full(undefined.shape, np.nan)), value)


entropy_from_logits.faithful(_faithful)
