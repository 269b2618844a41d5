"""The focal loss: cross entropy that turns away from what is learnt already (Lin et al., 2017, without its alpha)."""

from __future__ import annotations

from math import inf, nan
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import log1mexp as complement
from study.problems import nll as losses
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import focal as bounds
from study.problems.cross_entropy_label_smoothing import beside
from study.problems.logsumexp import largest

FAR = 2.0**12
"""Distance below the maximum at which far logits say on which side of their distance, a tie maybe, the loss is."""
NEAREST = 800.0
"""The same for ``faithful``, whose last arithmetic has 1400 bits."""


def logs(a: Any, x: Any, target: int) -> tuple[Any, Any]:
    """-log p and log(1 - p) of the target among finite logits, two at least.

    A loss of more than FAR is a distance but for what exp(-FAR) is far more than: logits that far below the maximum are
    taken nearer, all by as much. That changes less than 2**-3800 of the loss, and not on which side of it that lies.
    """
    top, chosen = x.max(), x[target]
    others = np.arange(len(x)) != target
    with np.errstate(over="ignore"):
        far = (top - x > FAR) & (top - chosen > FAR)
    shift = np.where(far, np.max(x[far], initial=-np.inf), top)
    terms = a.exp(a.difference(x, shift) + np.where(far, -FAR, 0.0))
    first = np.arange(len(x)) != x.argmax()
    loss = (a.exact(top) - a.exact(chosen)) + a.log1p(a.sum(terms[first]))
    return loss, -a.log1p(terms[target] / a.sum(terms[others]))


def _definition(a: Any, x: Any, target: int, gamma: float) -> Any:
    """exp(γ log(1 - p)) (-log p), both logs from sums of exponentials: nothing cancels."""
    top = x.max()
    if not (gamma >= 0 and top > -a.inf and x[target] < a.inf):
        return a.nan
    if top == a.inf or x[target] == -a.inf:
        return a.inf
    used = x > -a.inf
    if gamma == a.inf or np.count_nonzero(used) == 1:
        return 0.0
    loss, rest = logs(a, x[used], int(np.count_nonzero(used[:target])))
    return a.exp(a.exact(gamma) * rest) * loss


def shares(x: Any, target: Any) -> tuple[Any, Any, Any]:
    """In binary64: p of the target, 1 - p, and -log p."""
    loss = losses.nll.algorithms["log1p"].function(x, target)
    return np.exp(-loss), -np.expm1(-loss), loss


def _sensitivity(x: Any, target: Any, gamma: Any, value: Any) -> Any:
    """2 max |x| (1 - p)^γ (1 - p + γ p |log p|) for the logits, and γ |log(1 - p)| times the loss for γ."""
    p, rest, loss = shares(x, target)
    drop = np.where(rest > 0, np.log(np.where(rest > 0, rest, 1)), 0)
    moved = rest + gamma * np.where(p > 0, p * loss, 0)
    return 2 * largest(x) * np.exp(gamma * drop) * moved + np.abs(value) * gamma * np.abs(drop)


focal_loss = Problem(
    name="focal_loss",
    formula="−(1 − p)^γ log p, p = softmax(x)ₜ",
    shape="(n),i,()->()",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="real, real, positive",
    engine="focal_loss",
    code="""
z = logits - np.take_along_axis(logits, target[..., None], axis=-1)
top = z.max(axis=-1)
loss = top + np.log1p(np.exp(z - top[..., None]).sum(axis=-1) - 1)
(-np.expm1(-loss)) ** gamma * loss
""",
    special=(
        (([7.0], 0, 2.0), 0), (([7.0], 0, 0.0), 0), (([-inf, 0.0], 1, 2.0), 0), (([-inf, 0.0], 1, 0.0), 0),
        (([-inf, 0.0], 0, 2.0), inf), (([-inf, 0.0], 0, 0.0), inf), (([inf, 0.0], 1, 2.0), inf),
        (([inf, 0.0], 0, 2.0), nan), (([-inf, -inf], 0, 2.0), nan), (([nan, 0.0], 1, 2.0), nan),
        (([1.0, 0.0], 1, nan), nan), (([1.0, 0.0], 1, inf), 0),
    ),
)  # fmt: skip


@focal_loss.algorithm(bound=bounds.naive, fails=Outcome.OVERFLOW)
def naive(logits: Any, target: Any, gamma: Any) -> Any:
    """−(1 − p)^γ log p, p from the shifted softmax: ∞ once p underflows, 0 once p rounds to 1."""
    logits, target, gamma = beside(logits, target, gamma)
    p = losses.picked(soft.shifted.function(logits), target)
    return -((1 - p) ** gamma) * array_namespace(p).log(p)


@focal_loss.algorithm(bound=bounds.exp_of_loss, fails=Outcome.UNDERFLOW)
def exp_of_loss(logits: Any, target: Any, gamma: Any) -> Any:
    """(1 − exp(−l))^γ l, l the shifted loss: 0 once exp(−l) rounds to 1."""
    logits, target, gamma = beside(logits, target, gamma)
    loss = losses.nll.algorithms["shifted"].function(logits, target)
    return (1 - array_namespace(loss).exp(-loss)) ** gamma * loss


@focal_loss.algorithm(bound=bounds.expm1)
def expm1(logits: Any, target: Any, gamma: Any) -> Any:
    """(−expm1(−l))^γ l, l the loss by log1p."""
    logits, target, gamma = beside(logits, target, gamma)
    loss = losses.nll.algorithms["log1p"].function(logits, target)
    return (-array_namespace(loss).expm1(-loss)) ** gamma * loss


@focal_loss.algorithm(bound=bounds.log1mexp, fails=Outcome.NAN)
def log1mexp(logits: Any, target: Any, gamma: Any) -> Any:
    """exp(γ log1mexp(−l)) l, l the loss by log1p: the exponent rounds in units of itself, 0 · ∞ for l = γ = 0."""
    logits, target, gamma = beside(logits, target, gamma)
    loss = losses.nll.algorithms["log1p"].function(logits, target)
    return array_namespace(loss).exp(gamma * complement.maechler.function(-loss)) * loss


class Parts(NamedTuple):
    """What a focal loss is made of, in an arithmetic.

    Attributes:
        terms: exp(xᵢ − max), 0 where masked.
        own: that of the target.
        others: the sum of the others.
        loss: −log p; 0 where the target is masked.
        power: (1 − p)^γ; 1 where p is 1.
        growth: log2(1 + |γ log(1 − p)|), by which an error of log(1 − p) grows in the power.
    """

    terms: Any
    own: Any
    others: Any
    loss: Any
    power: Any
    growth: Any


def parts(a: Any, x: Any, target: Any, gamma: Any, nearest: float = np.inf) -> Parts:
    """The parts in an arithmetic ``a``, γ finite; what lies further than ``nearest`` below is brought there."""
    used, at = x > -np.inf, np.arange(x.shape[-1]) == target[..., None]
    top, first = np.max(x, axis=-1, keepdims=True), np.arange(x.shape[-1]) == np.argmax(x, axis=-1)[..., None]
    held = np.where(used, x, top)
    chosen = np.take_along_axis(held, target[..., None], -1)
    with np.errstate(over="ignore"):
        far = (top - held > nearest) & (top - chosen > nearest)
    shift = np.where(far, np.max(np.where(far, x, -np.inf), axis=-1, keepdims=True), top)
    none, floor = a.number(np.zeros(x.shape)), a.exp(a.number(np.where(far, -nearest, 0.0)))
    terms = a.where(used, a.exp(a.number(held) - a.number(shift)) * floor, none)
    own, others, rest = (a.total(a.where(mask, terms, none)) for mask in (at, ~at, ~first))
    loss = (a.number(top) - a.number(chosen))[..., 0] + a.log1p(rest)
    one, sizes = a.number(np.ones(target.shape)), (a.log2(own), a.log2(others))
    sure, some = sizes[0] > sizes[1], sizes[1] > -np.inf
    near = a.log(a.where(sure & some, others / (own + others), one))
    far_off = a.log1p(a.where(sure, a.number(np.zeros(target.shape)), own / a.where(some, others, one)))
    exponent = a.number(gamma) * a.where(sure, near, -far_off)
    growth = np.log2(1 + np.exp2(np.minimum(a.log2(exponent), 1000)))
    return Parts(terms, own, others, loss, a.exp(exponent), growth)


def _faithful(a: Any, logits: Any, target: Any, gamma: Any) -> Any:
    """(1 − p)^γ (−log p), the power as exp(γ log(1 − p)), whose exponent rounds in units of itself."""
    special, ordinary, x = _prepared(logits, target, gamma)
    found = parts(a, x, target, np.where(ordinary, gamma, 0.0), NEAREST)
    value = found.power * found.loss
    size = a.power(np.where(ordinary, a.log2(value) + found.growth, -np.inf))
    return a.where(ordinary, value, a.number(special)), size


def _prepared(x: Any, target: Any, gamma: Any) -> tuple[Any, Any, Any]:
    """What a special instance is, 0 where it is ordinary; where it is; and the logits, 0 where it is not."""
    top, chosen = np.max(x, axis=-1), np.take_along_axis(x, target[..., None], -1)[..., 0]
    undefined = ~(gamma >= 0) | ~(top > -np.inf) | (chosen == np.inf)
    infinite = (top == np.inf) | (chosen == -np.inf)
    special = np.where(undefined, np.nan, np.where(infinite, np.inf, 0.0))
    ordinary = (special == 0) & (gamma < np.inf)
    return special, ordinary, np.where(ordinary[..., None], x, 0.0)


focal_loss.faithful(_faithful)
