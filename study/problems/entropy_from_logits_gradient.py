"""The gradient of the entropy of softmax with respect to the logits: what the entropy bonus pushes."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import entropy_from_logits as entropy
from study.problems import log_softmax as logs
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import logits as bounds
from study.problems.logsumexp import largest


def _definition(a: Any, x: Any) -> Any:
    """g_j (d_j - Σ g_i d_i), d the distances from the maximum; 0 where x_j is masked, or where nothing differs.

    That is exp x_j Σ exp x_i (x_i - x_j) over the square of Σ exp x_i: 0 where all x_i are x_j, and there alone, since
    exponentials of different rationals are independent (Lindemann, 1882).
    """
    if x.size and not np.isfinite(x.max()):
        return lambda _j: a.nan
    used = x > -np.inf
    if len(np.unique(x[used])) < 2:
        return lambda _j: 0.0
    terms, far = a.exponentials(x[used]), -a.difference(x[used], x.max())
    total, place = a.sum(terms), np.cumsum(used) - 1
    mean = a.sum(terms * far) / total
    return lambda j: terms[place[j]] / total * (far[place[j]] - mean) if used[j] else 0.0


def _sensitivity(x: Any, value: Any) -> Any:
    """∂hⱼ/∂xₖ = (hⱼ − gⱼ)(δⱼₖ − gₖ) − gⱼ hₖ for the gradient h: the sizes of its two terms, summed over k."""
    g, far = entropy.distances(x)
    every = np.sum(np.abs(g * (far - np.sum(g * far, axis=-1, keepdims=True))), axis=-1, keepdims=True)
    return largest(x)[..., None] * (2 * np.abs(value - g) * (1 - g) + g * every)


entropy_from_logits_gradient = Problem(
    name="entropy_from_logits_gradient",
    formula="−gⱼ (log gⱼ + H), g = softmax(x), H its entropy",
    shape="(n)->(n)",
    definition=_definition,
    sensitivity=_sensitivity,
    engine="entropy_from_logits_gradient",
    code="""
far = x.max(axis=-1, keepdims=True) - x
e = np.exp(-far)
g, far = e / e.sum(axis=-1, keepdims=True), np.where(e > 0, far, 0)
g * (far - (g * far).sum(axis=-1, keepdims=True))
""",
    special=(
        (([],), []), (([7.0],), [0]), (([1.5, 1.5],), [0, 0]), (([-inf, 0.0],), [0, 0]), (([-inf, -inf],), [nan, nan]),
        (([inf, 0.0],), [nan, nan]), (([nan, 0.0],), [nan, nan]),
    ),
)  # fmt: skip


@entropy_from_logits_gradient.algorithm(fails=Outcome.NAN)
def naive(x: Any) -> Any:
    """−gⱼ (log gⱼ + H), naive H, g the shifted softmax: 0 log 0 is NaN once a gᵢ underflows."""
    xp = array_namespace(x)
    g = soft.shifted.function(x)
    return -g * (xp.log(g) + entropy.naive.function(x)[..., None])


@entropy_from_logits_gradient.algorithm(keeps=True)
def log_softmax(x: Any) -> Any:
    """−gⱼ (log_softmax(x)ⱼ + H), H of the same log-softmax (with log1p): 0 where gⱼ = 0."""
    xp = array_namespace(x)
    g = soft.shifted.function(x)
    push = g * -(logs.log1p.function(x) + entropy.log1p.function(x)[..., None])
    return xp.where(g == 0, xp.zeros_like(g), push)


@entropy_from_logits_gradient.algorithm(bound=bounds.entropy_gradient_centred, keeps=True)
def centred(x: Any) -> Any:
    """gⱼ (dⱼ − Σ gᵢ dᵢ), dⱼ = max − xⱼ: no logarithm."""
    xp = array_namespace(x)
    if not x.shape[-1]:
        return x
    g = soft.shifted.function(x)
    far = xp.where(g == 0, xp.zeros_like(g), xp.max(x, axis=-1, keepdims=True) - x)
    return g * (far - reductions.sequential_sum(g * far)[..., None])


def _faithful(a: Any, x: Any) -> Any:
    """gⱼ (dⱼ − Σ gᵢ dᵢ), dⱼ = max − xⱼ, where a logit lies near their mean it cancels."""
    terms, total, far, mean = entropy.mean_distance(a, x)
    share = terms / total[..., None]
    value = share * (far - mean[..., None])
    with np.errstate(invalid="ignore"):
        size = a.log2(share) + np.maximum(a.log2(far), a.log2(mean)[..., None])
    undefined = ~np.isfinite(np.max(x, axis=-1, keepdims=True, initial=-np.inf)) & np.ones(x.shape, dtype=bool)
    value = a.where(undefined, a.number(np.full(x.shape, np.nan)), value)
    return value, a.power(np.where(undefined | np.isnan(size), -np.inf, size))


entropy_from_logits_gradient.faithful(_faithful)
