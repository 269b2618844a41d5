"""The gradient of the z-loss with respect to the logits: twice the log normaliser times softmax."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np

from study.certified.errors import Outcome
from study.problems import logsumexp as lse
from study.problems import softmax as soft
from study.problems import z_loss as loss
from study.problems.base import Problem
from study.problems.bounds import logsumexp as of_logsumexp
from study.problems.bounds import softmax as of_softmax
from study.problems.bounds import z_loss as bounds
from study.problems.logsumexp import largest


def _definition(a: Any, x: Any) -> Any:
    if x.size and not np.isfinite(x.max()):
        return lambda _j: a.nan
    used = x > -np.inf
    if not used.any():
        return lambda _j: a.nan
    terms, place = a.exponentials(x[used]), np.cumsum(used) - 1
    scale = lse.definition(a, x[used]) * 2 / a.sum(terms)
    return lambda j: terms[place[j]] * scale if used[j] else 0.0


def _sensitivity(x: Any, value: Any) -> Any:
    """∂hⱼ/∂xₖ = 2 gⱼ gₖ + hⱼ (δⱼₖ − gₖ) for the gradient h: the sizes of its two terms, summed over k."""
    g = np.exp(x - of_softmax.exact_logsumexp(x)[..., None])
    return largest(x)[..., None] * (2 * g + 2 * np.abs(value) * (1 - g))


z_loss_gradient = Problem(
    name="z_loss_gradient",
    formula="2 log Σ exp xᵢ · softmax(x)ⱼ",
    shape="(n)->(n)",
    definition=_definition,
    sensitivity=_sensitivity,
    engine="z_loss_gradient",
    code="""
top = x.max(axis=-1, keepdims=True)
e = np.exp(x - top)
total = e.sum(axis=-1, keepdims=True)
(top + np.log(total)) * (2 * e / total)
""",
    special=(
        (([],), []), (([0.0],), [0]), (([3.5],), [7]), (([-inf, 2.0],), [0, 4]), (([-inf, 0.0],), [0, 0]),
        (([-inf, -inf],), [nan, nan]), (([inf, 0.0],), [nan, nan]), (([nan, 0.0],), [nan, nan]),
    ),
)  # fmt: skip


@z_loss_gradient.algorithm(
    bound=bounds.z_loss_gradient(bounds.logsumexp_unshifted_absolute, of_softmax.softmax_unshifted), fails=Outcome.NAN
)
def naive(x: Any) -> Any:
    """2 log Σ exp xᵢ · exp xⱼ / Σ exp xᵢ, unshifted: ∞/∞ above log xmax."""
    return (2 * lse.naive.function(x))[..., None] * soft.naive.function(x)


@z_loss_gradient.algorithm(
    bound=bounds.z_loss_gradient(of_logsumexp.logsumexp_shifted_absolute, of_softmax.softmax_shifted, doubled=True),
    fails=Outcome.OVERFLOW,
    keeps=True,
)
def shifted(x: Any) -> Any:
    """Twice the shifted logsumexp, times the shifted softmax, as automatic differentiation has it: ∞ above xmax/2."""
    return (2 * lse.shifted.function(x))[..., None] * soft.shifted.function(x)


@z_loss_gradient.algorithm(
    bound=bounds.z_loss_gradient(of_logsumexp.logsumexp_shifted_absolute, of_softmax.softmax_shifted), keeps=True
)
def log1p(x: Any) -> Any:
    """Logsumexp by log1p, times twice the shifted softmax."""
    return lse.log1p.function(x)[..., None] * (2 * soft.shifted.function(x))


def _faithful(a: Any, x: Any) -> Any:
    """2 (max + log1p(Σ exp(xᵢ − max) over the others)) · softmax(x)ⱼ; near 0 the first two cancel."""
    y, cancelling, finite = loss.normaliser(a, x)
    terms, total = soft.exponentials(a, x)
    twice = terms * a.number(np.full(x.shape, 2.0)) / total[..., None]
    defined = finite[..., None] & np.ones(x.shape, dtype=bool)
    value = a.where(defined, y[..., None] * twice, a.number(np.full(x.shape, np.nan)))
    return value, a.power(np.where(defined, a.log2(twice) + cancelling[..., None], -np.inf))


z_loss_gradient.faithful(_faithful)
