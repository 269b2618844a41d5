"""The loss of one observation under a mixture of normal distributions: minus the log of its density."""

from __future__ import annotations

from math import inf, nan
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.arithmetic.constants import half_log_two_pi
from study.certified.errors import Outcome
from study.problems import gaussian_nll as one
from study.problems import logsumexp as lse
from study.problems.base import Problem
from study.problems.bounds import mixtures as bounds


def _definition(a: Any, x: float, weights: Any, means: Any, sigmas: Any) -> Any:
    limits = at_limits(x, weights, means, sigmas)
    if np.isnan(limits).any() or not (limits == 0).any():
        return a.nan if np.isnan(limits).any() else a.inf
    return -a.log(a.sum(components(a, x, weights, means, sigmas, limits == 0)))


def at_limits(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """Minus the log of each component where it is no number or none at all: NaN, or ∞ for a component of 0; else 0."""
    each = one.at_limits(np.asarray(x)[..., None], means, sigmas)
    if np.min(weights, initial=1.0) > 0 and np.max(weights, initial=0.0) <= 1:
        return each
    fit = np.greater_equal(weights, 0) & np.less_equal(weights, 1)
    return np.where(fit, each + np.where(np.equal(weights, 0), inf, 0.0), nan)


def components(a: Any, x: float, weights: Any, means: Any, sigmas: Any, used: Any) -> Any:
    """πᵢ N(x; μᵢ, σᵢ) of those that are used, in interval arithmetic."""
    weights, means, sigmas = (np.asarray(v)[used] for v in (weights, means, sigmas))
    z = (a.exact(np.full(len(means), x)) - a.exact(means)) / a.exact(sigmas)
    z = abs(z)
    return a.exact(weights) * a.exp(-(z * z / 2)) / (a.exact(sigmas) * a.exp(a.log(a.pi * 2) / 2))


def pulls(x: Any, means: Any, sigmas: Any) -> tuple[Any, Any]:
    """zᵢ and zᵢ/σᵢ, z = (x − μ)/σ."""
    z = (np.asarray(x)[..., None] - means) / sigmas
    return z, z / sigmas


def shares(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """The responsibilities, in binary64, to tell sizes."""
    z, _ = pulls(x, means, sigmas)
    logs = np.log(weights) - np.log(sigmas) - z * z / 2
    terms = np.exp(logs - lse.finite(np.max(logs, axis=-1, keepdims=True, initial=-np.inf)))
    return np.nan_to_num(terms / np.sum(terms, axis=-1, keepdims=True))


def sensitivity(x: Any, weights: Any, means: Any, sigmas: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    """|x Σ rᵢ zᵢ/σᵢ| + Σ rᵢ (|μᵢ zᵢ/σᵢ| + |1 − zᵢ²| + 1), r the responsibilities."""
    (z, pull), r = pulls(x, means, sigmas), shares(x, weights, means, sigmas)
    each = np.where(r > 0, r * (np.abs(means * pull) + np.abs(1 - z * z) + 1), 0)
    return np.abs(x * np.sum(np.where(r > 0, r * pull, 0), axis=-1)) + np.sum(each, axis=-1)


gaussian_mixture_nll = Problem(
    name="gaussian_mixture_nll",
    formula="−log Σ πᵢ N(x; μᵢ, σᵢ)",
    shape="(),(n),(n),(n)->()",
    definition=_definition,
    sensitivity=sensitivity,
    domain="real, probability, real, positive",
    engine="gaussian_mixture_nll",
    code="""
z = ((x[..., None] - means) / sigmas) ** 2 / 2
near = z.min(axis=-1)
terms = weights / sigmas * np.exp(near[..., None] - z)
near + np.log(2 * np.pi) / 2 - np.log(terms.sum(axis=-1))
""",
    special=(
        ((0.0, [], [], []), inf), ((inf, [1.0], [0.0], [1.0]), inf), ((0.0, [0.0], [0.0], [1.0]), inf),
        ((0.0, [1.0, 0.0], [inf, 0.0], [1.0, 1.0]), inf), ((inf, [0.5, 0.5], [inf, 0.0], [1.0, 1.0]), nan),
        ((0.0, [1.0, 0.5], [0.0, 0.0], [inf, inf]), inf), ((0.0, [1.0, 0.0], [0.0, 0.0], [1.0, 0.0]), nan),
        ((0.0, [0.5, 0.5], [0.0, 0.0], [-1.0, 1.0]), nan), ((0.0, [2.0], [0.0], [1.0]), nan),
        ((0.0, [-0.5, 0.5], [0.0, 0.0], [1.0, 1.0]), nan), ((nan, [1.0], [0.0], [1.0]), nan),
        ((0.0, [nan], [0.0], [1.0]), nan), ((0.0, [1.0], [nan], [1.0]), nan), ((0.0, [1.0], [0.0], [nan]), nan),
    ),
)  # fmt: skip


def weighted_densities(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """πᵢ N(x; μᵢ, σᵢ), each step rounded."""
    return weights * one.density(x[..., None], means, sigmas)


def weighted_logs(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """log πᵢ + log N(x; μᵢ, σᵢ), each step rounded."""
    return array_namespace(weights).log(weights) - one.loss(x[..., None], means, sigmas)


@gaussian_mixture_nll.algorithm(bound=bounds.nll_naive, fails=Outcome.OVERFLOW)
def naive(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """−log of the sum of the densities: ∞ once all of them underflow."""
    total = reductions.sequential_sum(weighted_densities(x, weights, means, sigmas))
    return -array_namespace(total).log(total)


@gaussian_mixture_nll.algorithm(bound=bounds.nll_shifted)
def shifted(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """−logsumexp(log πᵢ + log N(x; μᵢ, σᵢ)), logsumexp shifted by the largest."""
    return -lse.shifted.function(weighted_logs(x, weights, means, sigmas))


@gaussian_mixture_nll.algorithm(bound=bounds.nll_shifted)
def log1p(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """The same, log1p of the sum of the others."""
    return -lse.log1p.function(weighted_logs(x, weights, means, sigmas))


def in_order(x: Any, *args: Any) -> tuple[Any, Any, Any]:
    """The limit of each component, which of them are used, and the arguments, the first used one's for the others."""
    limits = at_limits(x, *args)
    used = limits == 0
    if used.all():
        return limits, used, (x, *args)
    some = used.any(axis=-1)
    first = np.arange(len(x)), np.argmax(used, axis=-1)
    others = (np.where(some, v[first], 1.0)[:, None] for v in args)
    return limits, used, (np.where(some, x, 1.0), *(np.where(used, v, w) for v, w in zip(args, others, strict=True)))


class Parts(NamedTuple):
    """Of lᵢ = log πᵢ − log σᵢ − zᵢ²/2: the largest, how far each is below it, and the sizes of what cancels in that."""

    top: Any
    largest: Any
    apart: Any
    sizes: Any

    @classmethod
    def of(cls, a: Any, used: Any, x: Any, weights: Any, means: Any, sigmas: Any) -> Parts:
        """In an arithmetic, of arguments that are in order."""
        rows = np.arange(len(x))
        terms = [a.log(a.number(weights)), a.log(a.number(sigmas)), one.half_square(a, x[:, None], means, sigmas)]
        logs = terms[0] - terms[1] - terms[2]
        top = a.argmax(logs)
        top = rows, np.where(used[rows, top], top, np.argmax(used, axis=-1))
        sizes = a.size(terms[0]) + a.size(terms[1]) + a.size(terms[2]) + 1
        return cls(top, logs[top], logs - logs[top][:, None], sizes + sizes[top][:, None])

    def shares(self, a: Any, used: Any) -> tuple[Any, Any, Any]:
        """exp(lᵢ − max), an exponent of each; and the same but for the largest and what is nothing beside it."""
        apart, exponents = a.lowered(self.apart)
        shares = a.where(used, a.exp(apart), a.number(0.0))
        left_out = a.size(self.apart) > a.BITS
        left_out[self.top] = True
        return shares, exponents, a.where(left_out, a.number(np.zeros(used.shape)), shares)

    def spread(self, a: Any, others: Any) -> Any:
        """Σ exp(lᵢ − max) times sizes, by which the sum of the shares may be off."""
        return self.sizes[self.top] + np.sum(a.size(others) * self.sizes, axis=-1)


def _faithful(a: Any, x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """½ log 2π − (max + log1p(Σ exp(lᵢ − max) over the others)), lᵢ = log πᵢ − log σᵢ − zᵢ²/2."""
    if not weights.shape[-1]:
        return a.number(np.full(x.shape, inf))
    limits, used, args = in_order(x, weights, means, sigmas)
    ordinary = used.any(axis=-1) & ~np.isnan(limits).any(axis=-1)
    found = Parts.of(a, used, *args)
    _, _, others = found.shares(a, used)
    value = a.constant(half_log_two_pi) - (found.largest + a.log1p(a.total(others)))
    limit = a.number(np.where(np.isnan(limits).any(axis=-1), nan, inf))
    return a.where(ordinary, value, limit), a.number(found.spread(a, others))


gaussian_mixture_nll.faithful(_faithful)
