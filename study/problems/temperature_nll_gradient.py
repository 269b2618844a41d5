"""The gradient of cross entropy at a temperature with respect to the logits: what a distillation learns by."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import nll_gradient as plain
from study.problems.base import Problem
from study.problems.bounds import losses, temperature
from study.problems.bounds import softmax as of_softmax
from study.problems.logsumexp import largest


def _definition(a: Any, x: Any, target: int, warmth: float) -> Any:
    top, used = x.max(), x > -np.inf
    if not (np.isfinite(top) and warmth > 0) or (warmth == a.inf and not used.all()):
        at_limit = top == a.inf and 0 < warmth < a.inf
        return lambda j: (-1 / a.exact(warmth) if j == target else 0.0) if at_limit and x[j] < top else a.nan
    if warmth == a.inf:
        return lambda _j: 0.0
    terms = a.exp(a.difference(x[used], top) / a.exact(warmth))
    place, held = np.cumsum(used) - 1, np.flatnonzero(used)
    total, others = a.sum(terms), a.sum(terms[held != target])

    def slope(j: int) -> Any:
        if j == target:
            return -others / total / a.exact(warmth) if (held != target).any() else 0.0
        return terms[place[j]] / total / a.exact(warmth) if used[j] else 0.0

    return slope


def _sensitivity(x: Any, target: Any, warmth: Any, value: Any) -> Any:
    """2 max |x| p (1 − p)/T² for the logits, (|value| T + p |x − Σ p x|/T)/T for T, p the softmax at T."""
    t = warmth[..., None]
    share = np.abs(value) * t
    at = np.arange(x.shape[-1]) == target[..., None]
    p = np.where(at, 1 - share, share)
    logits = np.where(p > 0, x, 0)
    mean = np.sum(p * logits, axis=-1, keepdims=True)
    return (2 * largest(x)[..., None] * share * (1 - share) / t + share + p * np.abs(logits - mean) / t) / t


temperature_nll_gradient = Problem(
    name="temperature_nll_gradient",
    formula="(softmax(x/T) − onehot(target))/T",
    shape="(n),i,()->(n)",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="real, real, positive",
    engine="temperature_nll_gradient",
    code="""
t = warmth[..., None]
e = np.exp((x - x.max(axis=-1, keepdims=True)) / t)
(e / e.sum(axis=-1, keepdims=True) - (np.arange(x.shape[-1]) == target[..., None])) / t
""",
    special=(
        (([7.0], 0, 2.0), [0]), (([0.0, 0.0], 0, 0.25), [-2, 2]), (([-inf, 0.0], 1, 0.5), [0, 0]),
        (([-inf, 0.0], 0, 0.5), [-2, 2]), (([inf, 0.0], 1, 0.5), [nan, -2]), (([inf, 0.0], 0, 0.5), [nan, 0]),
        (([-inf, -inf], 0, 1.0), [nan, nan]), (([nan, 0.0], 1, 1.0), [nan, nan]), (([1.0, 0.0], 0, 0.0), [nan, nan]),
        (([1.0, 0.0], 0, -1.0), [nan, nan]), (([1.0, 0.0], 0, nan), [nan, nan]), (([1.0, 0.0], 0, inf), [0, 0]),
        (([1.0, -inf], 0, inf), [nan, nan]), (([inf, 0.0], 1, inf), [nan, nan]),
    ),
)  # fmt: skip


@temperature_nll_gradient.algorithm(
    bound=temperature.slope(losses.nll_gradient(of_softmax.softmax_unshifted), shifted=False), fails=Outcome.NAN
)
def naive(x: Any, target: Any, warmth: Any) -> Any:
    """Naive softmax of x/T minus one-hot, over T: ∞/∞ where x/T is above log xmax."""
    return plain.naive.function(x / warmth[..., None], target) / warmth[..., None]


@temperature_nll_gradient.algorithm(
    bound=temperature.slope(losses.nll_gradient(of_softmax.softmax_shifted)), fails=Outcome.UNDERFLOW
)
def shifted(x: Any, target: Any, warmth: Any) -> Any:
    """Softmax of (x − max)/T minus one-hot, over T: 0 at the target once its probability rounds to 1."""
    return plain.shifted.function(_distances(x, warmth), target) / warmth[..., None]


@temperature_nll_gradient.algorithm(bound=temperature.slope(losses.nll_gradient_expm1))
def expm1(x: Any, target: Any, warmth: Any) -> Any:
    """The same, at the target by expm1 of log-softmax."""
    return plain.expm1.function(_distances(x, warmth), target) / warmth[..., None]


def _distances(x: Any, warmth: Any) -> Any:
    """(x − max)/T."""
    return (x - array_namespace(x).max(x, axis=-1, keepdims=True)) / warmth[..., None]


def _faithful(a: Any, x: Any, target: Any, warmth: Any) -> Any:
    """exp((xⱼ − max)/T) / Σ exp((xᵢ − max)/T) / T, at the target minus the others' sum: nothing cancels."""
    at, zero = np.arange(x.shape[-1]) == target[..., None], a.number(np.zeros(x.shape))
    top, t = np.max(x, axis=-1, keepdims=True), warmth[..., None]
    cold, masked = (t > 0) & (t < inf), x == -np.inf
    ordinary = np.isfinite(top) & cold
    used = ordinary & ~masked
    held = a.number(np.where(cold, t, 1.0))
    far = (a.number(np.where(used, x, 0.0)) - a.number(np.where(used, top, 0.0))) / held
    terms = a.where(used, a.exp(a.where(used, far, zero)), zero)
    total = a.where(ordinary, a.total(terms)[..., None], a.number(np.ones(top.shape)))
    others = a.total(a.where(at, zero, terms))[..., None]
    value = a.where(at, -others, terms) / total / held
    with np.errstate(invalid="ignore"):
        label = np.where(at, -1.0, 0.0) / np.where((top == inf) & (x < inf) & cold, t, nan)
    even = (t == inf) & np.isfinite(x).all(axis=-1, keepdims=True)
    reach = np.where(used, a.log2(terms) + np.log2(1 + np.exp2(np.minimum(a.log2(far), 1000))), -np.inf)
    most = np.max(np.where(at, -np.inf, reach), axis=-1, keepdims=True, initial=-np.inf) + np.log2(x.shape[-1])
    whole = np.max(reach - a.log2(total), axis=-1, keepdims=True, initial=-np.inf)
    own = np.where(at, most, reach)
    size = np.maximum(own, np.where(at, a.log2(others), a.log2(terms)) + np.maximum(whole, 0)) - a.log2(total * held)
    value = a.where(ordinary, value, a.number(np.where(even, 0.0, label)))
    return value, a.power(np.where(ordinary & ~np.isnan(size), size + 1, -np.inf))


temperature_nll_gradient.faithful(_faithful)
