"""Cross entropy with label smoothing: a share ε of the label is spread evenly over all classes."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import extended
from study.problems import log_softmax as logs
from study.problems import logsumexp as lse
from study.problems import nll as losses
from study.problems.base import Algorithm, Problem
from study.problems.bounds import smoothing as bounds
from study.problems.logsumexp import largest


def _definition(a: Any, x: Any, target: int, smoothing: float) -> Any:
    """(1 - ε) d_target + ε mean d + log(1 + …), d the distances from the maximum: no term is negative."""
    top = x.max()
    if not extended.are_probabilities(smoothing) or not top > -a.inf:
        return a.nan
    if top == a.inf:
        return a.inf if smoothing == 0 and x[target] < top else a.nan
    if x[target] == -a.inf or (smoothing > 0 and np.isinf(x).any()):
        return a.inf
    share, chosen = a.exact(smoothing), a.exact(top) - a.exact(x[target])
    value = (1 - share) * chosen + lse.log_others(a, x)
    return value + share * a.sum(-a.difference(x, top)) / len(x) if smoothing > 0 else value


def _sensitivity(x: Any, target: Any, smoothing: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    """max |x| Σ |g - q| for the logits, ε |mean log-softmax - that of the target| for ε; q is the label."""
    log = logs.shifted.function(x)
    chosen = np.take_along_axis(log, target[..., None], -1)[..., 0]
    at = np.arange(x.shape[-1]) == target[..., None]
    label = np.where(at, 1 - smoothing[..., None], 0) + smoothing[..., None] / x.shape[-1]
    moved = smoothing * np.abs(np.mean(log, axis=-1) - chosen)
    return largest(x) * np.sum(np.abs(np.exp(log) - label), axis=-1) + np.where(smoothing > 0, moved, 0)


cross_entropy_label_smoothing = Problem(
    name="cross_entropy_label_smoothing",
    formula="−(1 − ε) log gₜ − (ε/n) Σ log gᵢ, g = softmax(x)",
    shape="(n),i,()->()",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="real, real, probability",
    engine="cross_entropy_label_smoothing",
    code="""
far = logits.max(axis=-1, keepdims=True) - logits
chosen = np.take_along_axis(far, target[..., None], axis=-1)[..., 0]
np.log(np.exp(-far).sum(axis=-1)) + (1 - smoothing) * chosen + smoothing * far.mean(axis=-1)
""",
    special=(
        (([7.0], 0, 0.5), 0), (([-inf, 0.0], 1, 0.0), 0), (([-inf, 0.0], 0, 0.0), inf), (([-inf, 0.0], 1, 0.5), inf),
        (([-inf, 0.0], 1, 1.0), inf), (([inf, 0.0], 1, 0.0), inf), (([inf, 0.0], 0, 0.0), nan),
        (([inf, 0.0], 1, 0.5), nan), (([-inf, -inf], 0, 0.5), nan), (([nan, 0.0], 1, 0.5), nan),
        (([1.0, 0.0], 1, 2.0), nan), (([1.0, 0.0], 1, nan), nan),
    ),
)  # fmt: skip


def _through(log_softmax: Algorithm) -> Any:
    def loss(logits: Any, target: Any, smoothing: Any) -> Any:
        logits, target, smoothing = beside(logits, target, smoothing)
        each = -log_softmax.function(logits)
        xp = array_namespace(logits)
        mean = reductions.sequential_sum(each) / xp.asarray(each.shape[-1], dtype=each.dtype)
        return _mixed(losses.picked(each, target), mean, smoothing)

    loss.__name__ = log_softmax.name
    loss.__doc__ = f"(1 − ε) lₜ + ε (Σ lᵢ)/n, l the negative of log-softmax as {log_softmax.__doc__}"
    return loss


def beside(logits: Any, target: Any, number: Any) -> tuple[Any, Any, Any]:
    """Logits, targets and numbers as stacks of the same shape."""
    xp = array_namespace(logits)
    target = xp.asarray(target)
    batch = np.broadcast_shapes(tuple(logits.shape[:-1]), tuple(target.shape), tuple(number.shape))
    return (
        xp.broadcast_to(logits, (*batch, logits.shape[-1])),
        xp.broadcast_to(target, batch),
        xp.broadcast_to(number, batch),
    )


def _mixed(chosen: Any, mean: Any, smoothing: Any) -> Any:
    """(1 − ε) of one loss and ε of the other, which is left out where ε = 0."""
    xp = array_namespace(chosen)
    return (1 - smoothing) * chosen + xp.where(smoothing == 0, xp.zeros_like(mean), smoothing * mean)


cross_entropy_label_smoothing.algorithm(bound=bounds.smoothed_naive, fails=Outcome.NAN)(_through(logs.naive))
cross_entropy_label_smoothing.algorithm(bound=bounds.smoothed_shifted, fails=Outcome.OVERFLOW)(_through(logs.shifted))


@cross_entropy_label_smoothing.algorithm(bound=bounds.smoothed_logsumexp)
def minus_logits(logits: Any, target: Any, smoothing: Any) -> Any:
    """logsumexp(x) − (1 − ε) xₜ − ε (Σ xᵢ)/n, as fused kernels have it: cancels where x is large."""
    logits, target, smoothing = beside(logits, target, smoothing)
    xp = array_namespace(logits)
    mean = reductions.sequential_sum(logits) / xp.asarray(logits.shape[-1], dtype=logits.dtype)
    return lse.shifted.function(logits) - _mixed(losses.picked(logits, target), mean, smoothing)


@cross_entropy_label_smoothing.algorithm(bound=bounds.smoothed_distances)
def distances(logits: Any, target: Any, smoothing: Any) -> Any:
    """log1p(Σ exp(−dᵢ) over the others) + (1 − ε) dₜ + ε Σ dᵢ/n, dᵢ = max − xᵢ: one sign, and no sum overflows."""
    logits, target, smoothing = beside(logits, target, smoothing)
    xp = array_namespace(logits)
    top, rest = lse.sum_of_others(logits)
    far = top[..., None] - logits
    mean = reductions.sequential_sum(far / xp.asarray(far.shape[-1], dtype=far.dtype))
    return xp.log1p(rest) + _mixed(losses.picked(far, target), mean, smoothing)


def _faithful(a: Any, logits: Any, target: Any, smoothing: Any) -> Any:
    """log1p(Σ exp(−dᵢ) over the others) + (1 − ε) dₜ + ε (Σ dᵢ)/n, dᵢ = max − xᵢ: terms of one sign."""
    special = _special(logits, target, smoothing)
    ordinary = special == 0
    x = np.where(ordinary[..., None] & (np.isfinite(logits) | (smoothing == 0)[..., None]), logits, 0.0)
    spread, share = smoothing != 0, np.where(ordinary, smoothing, 0.0)
    top, rest = lse.others(a, x)
    far = a.number(top[..., None]) - a.number(np.where(x > -np.inf, x, 0.0))
    chosen = a.number(top) - a.number(np.take_along_axis(x, target[..., None], -1)[..., 0])
    mean = a.total(far) / a.number(np.full(top.shape, float(x.shape[-1])))
    mean = a.where(spread, a.number(share) * mean, a.number(np.zeros(top.shape)))
    value = a.log1p(rest) + (a.number(np.ones(top.shape)) - a.number(share)) * chosen + mean
    return a.where(ordinary, value, a.number(special))


def _special(x: Any, target: Any, smoothing: Any) -> Any:
    """0 for an instance whose result is a number; else the infinity or NaN that it is."""
    top, chosen = np.max(x, axis=-1), np.take_along_axis(x, target[..., None], -1)[..., 0]
    inside, plain = (smoothing >= 0) & (smoothing <= 1), smoothing == 0
    infinite = (~plain & np.isinf(x).any(axis=-1)) | (top == np.inf)
    undefined = ~inside | ~(top > -np.inf) | ((top == np.inf) & (~plain | (chosen == np.inf)))
    return np.where(undefined, np.nan, np.where(infinite, np.inf, 0.0))


cross_entropy_label_smoothing.faithful(_faithful)
