"""The gradient of the negative log likelihood with respect to the logits: softmax minus one-hot."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import log_softmax as logs
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import losses
from study.problems.bounds import softmax as softmax_bounds
from study.problems.logsumexp import largest


def _definition(a: Any, x: Any, target: int) -> Any:
    top = x.max()
    if not np.isfinite(top):
        return lambda j: (-1.0 if j == target else 0.0) if x[j] < top == a.inf else a.nan
    terms = a.exponentials(x)
    total, others = a.sum(terms), a.sum(terms[np.arange(len(x)) != target])
    return lambda j: (-others if j == target else terms[j]) / total


nll_gradient = Problem(
    name="nll_gradient",
    formula="softmax(x) − onehot(target)",
    shape="(n),i->(n)",
    definition=_definition,
    sensitivity=lambda x, target, value: 2 * largest(x)[..., None] * np.abs(value) * (1 - np.abs(value)),  # noqa: ARG005
    engine="nll_gradient",
    code="""
e = np.exp(x - x.max(axis=-1, keepdims=True))
e / e.sum(axis=-1, keepdims=True) - (np.arange(x.shape[-1]) == target[..., None])
""",
    special=(
        (([7.0], 0), [0]), (([-inf], 0), [nan]), (([nan], 0), [nan]),
        (([-inf, 0.0], 1), [0, 0]), (([-inf, 0.0], 0), [-1, 1]), (([inf, 0.0], 1), [nan, -1]),
        (([inf, 0.0], 0), [nan, 0]), (([-inf, -inf], 0), [nan, nan]), (([nan, 0.0], 1), [nan, nan]),
    ),
)  # fmt: skip


def _onehot(x: Any, target: Any) -> tuple[Any, Any]:
    """The logits, and where the target is, as stacks of one shape."""
    xp = array_namespace(x)
    target = xp.asarray(target)
    batch = np.broadcast_shapes(tuple(x.shape[:-1]), tuple(target.shape))
    shape = (*batch, x.shape[-1])
    at = xp.broadcast_to(xp.arange(x.shape[-1]), shape) == xp.broadcast_to(target, batch)[..., None]
    return xp.broadcast_to(x, shape), at


def _minus_onehot(g: Any, at: Any) -> Any:
    return array_namespace(g).where(at, g - 1, g)


@nll_gradient.algorithm(bound=losses.nll_gradient(softmax_bounds.softmax_unshifted), fails=Outcome.NAN)
def naive(x: Any, target: Any) -> Any:
    """Naive softmax minus one-hot."""
    x, at = _onehot(x, target)
    return _minus_onehot(soft.naive.function(x), at)


@nll_gradient.algorithm(bound=losses.nll_gradient(softmax_bounds.softmax_shifted), fails=Outcome.UNDERFLOW)
def shifted(x: Any, target: Any) -> Any:
    """Shifted softmax minus one-hot: 0 at the target once its probability rounds to 1."""
    x, at = _onehot(x, target)
    return _minus_onehot(soft.shifted.function(x), at)


@nll_gradient.algorithm(bound=losses.nll_gradient_expm1)
def expm1(x: Any, target: Any) -> Any:
    """Shifted softmax, and at the target expm1 of log-softmax (with log1p)."""
    x, at = _onehot(x, target)
    xp = array_namespace(x)
    return xp.where(at, xp.expm1(logs.log1p.function(x)), soft.shifted.function(x))


def _faithful(a: Any, x: Any, target: Any) -> Any:
    """exp(xⱼ − max) / Σ exp(xᵢ − max), at the target minus the others' sum: nothing cancels."""
    at = np.arange(x.shape[-1]) == target[..., None]
    terms, total = soft.exponentials(a, x)
    others = a.total(a.where(at, a.number(np.zeros_like(x)), terms))
    value = a.where(at, -others[..., None], terms) / total[..., None]
    top = np.max(x, axis=-1, keepdims=True)
    limits = np.where((top == np.inf) & (x < np.inf), np.where(at, -1.0, 0.0), np.nan)
    return a.where(np.isfinite(top), value, a.number(limits))


nll_gradient.faithful(_faithful)
