"""The gradient of the focal loss with respect to the logits."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import focal_loss as focal
from study.problems import nll as losses
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import focal as bounds
from study.problems.cross_entropy_label_smoothing import beside
from study.problems.logsumexp import finite, largest


def _definition(a: Any, x: Any, target: int, gamma: float) -> Any:
    """-G at the target, G times its share among the others elsewhere; G = (1 - p)^γ ((1 - p) + γ p |log p|).

    No term of it is negative. G is 1 where p is 0, and 0 where it is 1.
    """
    top = x.max()
    if not (0 <= gamma < a.inf and top > -a.inf and x[target] < a.inf):
        return lambda _j: a.nan
    if top == a.inf:
        return lambda j: -1.0 if j == target else 0.0 if x[j] < top else a.nan
    used = (x > -np.inf) & (np.arange(len(x)) != target)
    if not used.any():
        return lambda _j: 0.0
    terms, place = a.exponentials(x[used]), np.cumsum(used) - 1
    whole = _size(a, x, target, gamma)
    total = a.sum(terms)
    return lambda j: -whole if j == target else terms[place[j]] / total * whole if used[j] else 0.0


def _size(a: Any, x: Any, target: int, gamma: float) -> Any:
    """G, which is 1 where the target is masked."""
    if x[target] == -a.inf:
        return a.exact(1.0)
    used = x > -a.inf
    loss, rest = focal.logs(a, x[used], int(np.count_nonzero(used[:target])))
    return a.exp(a.exact(gamma) * rest) * (a.exp(rest) + a.exact(gamma) * a.exp(-loss) * loss)


def _sensitivity(x: Any, target: Any, gamma: Any, value: Any) -> Any:
    """|h| Σ (|∂ log G / ∂xₖ| + |∂ log share / ∂xₖ|) max |x| for the logits, and |h γ ∂ log G / ∂γ|; h the gradient."""
    p, rest, loss = focal.shares(x, target)
    at = np.arange(x.shape[-1]) == target[..., None]
    gain = np.where(p > 0, p * np.where(p > 0, loss, 0), 0)
    some = np.where(rest > 0, rest, 1)
    ratio = np.where(rest > 0, gain / some, 1)
    slope = 2 * np.abs(gamma * (gain - p) / (1 + gamma * ratio) - p / (1 + gamma * ratio) - gamma * p)
    by_gamma = gamma * np.abs(np.log(some) + ratio / (1 + gamma * ratio))
    whole = np.abs(np.take_along_axis(value, target[..., None], -1))
    share = np.where(at | (whole == 0), 0, 2 * (1 - np.abs(value) / np.where(whole == 0, 1, whole)))
    return np.abs(value) * (largest(x)[..., None] * (slope[..., None] + share) + by_gamma[..., None])


focal_loss_gradient = Problem(
    name="focal_loss_gradient",
    formula="(gⱼ − onehot(t)) (1 − p)^(γ − 1) (1 − p − γ p log p), g = softmax(x), p = gₜ",
    shape="(n),i,()->(n)",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="real, real, positive",
    engine="focal_loss_gradient",
    code="""
at = np.arange(x.shape[-1]) == target[..., None]
e = np.exp(x - x.max(axis=-1, keepdims=True))
others = np.where(at, 0, e).sum(axis=-1)
p, q = (s / e.sum(axis=-1) for s in (np.where(at, e, 0).sum(axis=-1), others))
whole = q**gamma * (q - gamma * np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0))
np.where(at, -1, e / others[..., None]) * whole[..., None]
""",
    special=(
        (([7.0], 0, 2.0), [0]), (([-inf, 0.0], 1, 2.0), [0, 0]), (([-inf, 0.0], 1, 0.0), [0, 0]),
        (([-inf, 0.0], 0, 2.0), [-1, 1]), (([-inf, 0.0], 0, 0.0), [-1, 1]), (([0.0, 0.0], 0, 0.0), [-0.5, 0.5]),
        (([inf, 0.0], 1, 2.0), [nan, -1]), (([inf, 0.0], 0, 2.0), [nan, nan]), (([-inf, -inf], 0, 2.0), [nan, nan]),
        (([nan, 0.0], 1, 2.0), [nan, nan]), (([1.0, 0.0], 1, nan), [nan, nan]), (([1.0, 0.0], 1, inf), [nan, nan]),
    ),
)  # fmt: skip


@focal_loss_gradient.algorithm(bound=bounds.gradient_naive, fails=Outcome.NAN)
def naive(x: Any, target: Any, gamma: Any) -> Any:
    """(gⱼ − onehot) ((1 − p)^γ − γ p (1 − p)^(γ−1) log p), g shifted: 0 · ∞ for p = 0, and for p = 1 where γ < 1."""
    x, target, gamma = beside(x, target, gamma)
    xp = array_namespace(x)
    g = soft.shifted.function(x)
    p = losses.picked(g, target)
    whole = (1 - p) ** gamma - gamma * p * (1 - p) ** (gamma - 1) * xp.log(p)
    return xp.where(_at(x, target), g - 1, g) * whole[..., None]


@focal_loss_gradient.algorithm(bound=bounds.gradient_expm1)
def expm1(x: Any, target: Any, gamma: Any) -> Any:
    """−q^γ (q + γ p l), q = −expm1(−l), l the loss by log1p; elsewhere that times the share among the others."""
    x, target, gamma = beside(x, target, gamma)
    xp = array_namespace(x)
    loss = losses.nll.algorithms["log1p"].function(x, target)
    p, rest = xp.exp(-loss), -xp.expm1(-loss)
    whole = rest**gamma * (rest + gamma * xp.where(p == 0, xp.zeros_like(p), p * loss))
    at = _at(x, target)
    others = xp.where(at, xp.full(x.shape, -xp.inf, dtype=x.dtype), x)
    terms = xp.exp(others - finite(xp.max(others, axis=-1, keepdims=True)))
    share = terms / reductions.sequential_sum(terms)[..., None]
    return xp.where(at, xp.zeros_like(x) - 1, xp.where(terms == 0, xp.zeros_like(x), share)) * whole[..., None]


def _at(x: Any, target: Any) -> Any:
    """Where the target is."""
    xp = array_namespace(x)
    return xp.broadcast_to(xp.arange(x.shape[-1]), x.shape) == target[..., None]


def _faithful(a: Any, x: Any, target: Any, gamma: Any) -> Any:
    """(1 − p)^γ (1 − p + γ p (−log p)), the power as exp(γ log(1 − p)); elsewhere times the share among the others."""
    top, chosen = np.max(x, axis=-1), np.take_along_axis(x, target[..., None], -1)[..., 0]
    inside = (gamma >= 0) & (gamma < np.inf) & (top > -np.inf) & (chosen < np.inf)
    ordinary, at = inside & (top < np.inf), np.arange(x.shape[-1]) == target[..., None]
    limits = np.where(inside[..., None] & (x < np.inf), np.where(at, -1.0, 0.0), np.nan)
    held = np.where(ordinary, gamma, 0.0)
    found = focal.parts(a, np.where(ordinary[..., None], x, 0.0), target, held)
    total, one = found.own + found.others, a.number(np.ones(top.shape))
    whole = found.power * (found.others / total + a.number(held) * (found.own / total) * found.loss)
    others = a.where(a.log2(found.others) > -np.inf, found.others, one)[..., None]
    share = a.where(at, a.number(np.full(x.shape, -1.0)), found.terms / others)
    value = share * whole[..., None]
    size = np.where(ordinary[..., None], a.log2(value) + found.growth[..., None], -np.inf)
    return a.where(ordinary[..., None] & np.ones(x.shape, dtype=bool), value, a.number(limits)), a.power(size)


focal_loss_gradient.faithful(_faithful)
