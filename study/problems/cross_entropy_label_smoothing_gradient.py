"""The gradient of cross entropy with label smoothing with respect to the logits: softmax minus the smoothed label."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import extended
from study.problems import log_softmax as logs
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import smoothing as bounds
from study.problems.bounds import softmax as of_softmax
from study.problems.cross_entropy_label_smoothing import beside
from study.problems.logsumexp import largest


def _definition(a: Any, x: Any, target: int, smoothing: float) -> Any:
    """(n g_j - n q_j) / n; n q_j is n - (n - 1) ε at the target, ε elsewhere.

    Where x_j is the maximum, and m logits are, the sum T of the exponentials is m + R, so that n - n q_j T is the
    number n - m n q_j, which may be 0, less n q_j R: nothing cancels but what is rational.
    """
    top, n = x.max(), len(x)
    if not extended.are_probabilities(smoothing) or not top > -a.inf:
        return lambda _j: a.nan
    share = a.exact(smoothing)
    if top == a.inf:
        return lambda j: -_label(share, smoothing, n, here=j == target) if x[j] < top else a.nan
    used = x > -np.inf
    terms, place = a.exponentials(x[used]), np.cumsum(used) - 1
    below = x[used] < top
    many, rest = int(np.count_nonzero(~below)), a.sum(terms[below])
    total = many + rest
    times_n, shares = total * n, (share, n - share * (n - 1))
    products = [each * total for each in shares]

    def component(j: int) -> Any:
        here = j == target
        if not used[j]:
            return -_label(share, smoothing, n, here=here)
        if x[j] < top:
            return (terms[place[j]] * n - products[here]) / times_n
        whole = share * (n - 1) * many - n * (many - 1) if here else n - share * many
        return (whole - shares[here] * rest) / times_n

    return component


def _label(share: Any, smoothing: float, n: int, *, here: bool) -> Any:
    """q_j, as a float where it is 0."""
    return (n - share * (n - 1)) / n if here else share / n if smoothing else 0.0


def labels(x: Any, target: Any, smoothing: Any) -> Any:
    """The smoothed label in binary64."""
    at = np.arange(x.shape[-1]) == target[..., None]
    return np.where(at, 1 - smoothing[..., None], 0) + smoothing[..., None] / max(x.shape[-1], 1)


def _sensitivity(x: Any, target: Any, smoothing: Any, value: Any) -> Any:
    """2 max |x| g (1 - g) for the logits, and ε |1/n - onehot| for ε."""
    at = np.arange(x.shape[-1]) == target[..., None]
    g = np.clip(value + labels(x, target, smoothing), 0, 1)
    return 2 * largest(x)[..., None] * g * (1 - g) + smoothing[..., None] * np.abs(1 / x.shape[-1] - at)


cross_entropy_label_smoothing_gradient = Problem(
    name="cross_entropy_label_smoothing_gradient",
    formula="softmax(x) − (1 − ε) onehot(t) − ε/n",
    shape="(n),i,()->(n)",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="real, real, probability",
    engine="cross_entropy_label_smoothing_gradient",
    code="""
n, eps = x.shape[-1], smoothing[..., None]
e = np.exp(x - x.max(axis=-1, keepdims=True))
e / e.sum(axis=-1, keepdims=True) - (1 - eps) * (np.arange(n) == target[..., None]) - eps / n
""",
    special=(
        (([7.0], 0, 0.5), [0]), (([-inf], 0, 0.5), [nan]), (([0.0, 0.0], 0, 1.0), [0, 0]),
        (([0.0, 0.0], 1, 0.5), [0.25, -0.25]), (([-inf, 0.0], 1, 0.0), [0, 0]), (([-inf, 0.0], 0, 0.0), [-1, 1]),
        (([-inf, 0.0], 1, 0.5), [-0.25, 0.25]), (([inf, 0.0], 1, 0.0), [nan, -1]), (([inf, 0.0], 0, 0.0), [nan, 0]),
        (([inf, 0.0], 0, 1.0), [nan, -0.5]), (([inf, 0.0], 1, 0.5), [nan, -0.75]),
        (([-inf, -inf], 0, 0.5), [nan, nan]), (([nan, 0.0], 1, 0.5), [nan, nan]),
        (([1.0, 0.0], 0, 2.0), [nan, nan]), (([1.0, 0.0], 0, nan), [nan, nan]),
    ),
)  # fmt: skip


def _arranged(x: Any, target: Any, smoothing: Any) -> tuple[Any, Any, Any]:
    """The logits, where the target is, and ε beside each logit."""
    x, target, smoothing = beside(x, target, smoothing)
    xp = array_namespace(x)
    at = xp.broadcast_to(xp.arange(x.shape[-1]), x.shape) == target[..., None]
    return x, at, smoothing[..., None]


def _minus_label(g: Any, at: Any, eps: Any) -> Any:
    """G less 1 − ε at the target and ε/n everywhere, the label first."""
    xp = array_namespace(g)
    spread = eps / xp.asarray(g.shape[-1], dtype=g.dtype)
    return g - xp.where(at, (1 - eps) + spread, xp.zeros_like(g) + spread)


@cross_entropy_label_smoothing_gradient.algorithm(
    bound=bounds.smoothed_gradient(of_softmax.softmax_unshifted), fails=Outcome.NAN
)
def naive(x: Any, target: Any, smoothing: Any) -> Any:
    """Naive softmax minus the smoothed label."""
    x, at, eps = _arranged(x, target, smoothing)
    return _minus_label(soft.naive.function(x), at, eps)


@cross_entropy_label_smoothing_gradient.algorithm(
    bound=bounds.smoothed_gradient(of_softmax.softmax_shifted), fails=Outcome.UNDERFLOW
)
def shifted(x: Any, target: Any, smoothing: Any) -> Any:
    """Shifted softmax minus the smoothed label: 0 at the target once both round to 1."""
    x, at, eps = _arranged(x, target, smoothing)
    return _minus_label(soft.shifted.function(x), at, eps)


@cross_entropy_label_smoothing_gradient.algorithm(bound=bounds.smoothed_gradient_expm1)
def expm1(x: Any, target: Any, smoothing: Any) -> Any:
    """Shifted softmax minus ε/n, and at the target expm1 of log-softmax (with log1p) plus ε − ε/n."""
    x, at, eps = _arranged(x, target, smoothing)
    xp = array_namespace(x)
    spread = eps / xp.asarray(x.shape[-1], dtype=x.dtype)
    return xp.where(at, xp.expm1(logs.log1p.function(x)) + (eps - spread), soft.shifted.function(x) - spread)


def _faithful(a: Any, x: Any, target: Any, smoothing: Any) -> Any:
    """(n e − ε T) / (n T), T = Σ e, at the target ((n − 1) ε T − n Σ e over the others) / (n T): these cancel."""
    top, eps = np.max(x, axis=-1, keepdims=True), smoothing[..., None]
    inside = (eps >= 0) & (eps <= 1) & (top > -np.inf) & (x < np.inf)
    ordinary = inside & (top < np.inf)
    x = np.where(ordinary, x, 0.0)
    at, chosen, n = np.arange(x.shape[-1]) == target[..., None], (np.arange(len(x)), target), float(x.shape[-1])
    count, less = (a.number(np.full(top.shape, v)) for v in (n, n - 1))
    terms, total = soft.exponentials(a, x)
    others = count * a.total(a.where(at, a.number(np.zeros(x.shape)), terms))[..., None]
    share, whole = a.number(eps) * total[..., None], count * total[..., None]
    terms, due = count * terms, less * share
    value, size = terms - share, terms + share
    value[chosen], size[chosen] = (due - others)[:, 0], (due + others)[:, 0]
    value, size = value / whole, size / whole
    if ordinary.all():
        return value, size
    label = a.where(at, count - less * a.number(eps), a.number(eps)) / count
    value = a.where(ordinary, value, a.where(inside, -label, a.number(np.full(x.shape, np.nan))))
    return value, a.where(ordinary, size, a.number(np.zeros(x.shape)))


cross_entropy_label_smoothing_gradient.faithful(_faithful)
