"""The responsibilities of a mixture's components for an observation: what expectation-maximisation weighs it by."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import gaussian_mixture_nll as mixture
from study.problems import logsumexp as lse
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import mixtures as bounds

NEARLY = 1e-12
"""Distances that differ by more are not the same; others are compared exactly."""
SPARED = 4
"""Of what an arithmetic grants a formula, this one asks for so small a part of the sizes."""


def _definition(a: Any, x: float, weights: Any, means: Any, sigmas: Any) -> Any:
    limits = mixture.at_limits(x, weights, means, sigmas)
    used = limits == 0
    if np.isnan(limits).any() or not used.any():
        return lambda _j: a.nan
    place = np.cumsum(used) - 1
    exact = _rational(x, *(v[used] for v in (weights, means, sigmas)))
    terms = mixture.components(a, x, weights, means, sigmas, used)
    total = a.sum(terms)

    def share(j: int) -> Any:
        if not used[j]:
            return 0.0
        held = None if exact is None else float(exact[place[j]])
        return held if held is not None and held == exact[place[j]] else terms[place[j]] / total

    return share


def _rational(x: float, weights: Any, means: Any, sigmas: Any) -> Any:
    """The responsibilities where all |zᵢ| are one number, whose exponential cancels; else None: irrational."""
    with np.errstate(all="ignore"):
        size = np.abs((x - means) / sigmas)
        if not np.max(size) <= np.min(size) * (1 + NEARLY):
            return None
    exact = [abs(Fraction(x) - Fraction(m)) / Fraction(s) for m, s in zip(means.tolist(), sigmas.tolist(), strict=True)]
    if len(set(exact)) > 1:
        return None
    heights = [Fraction(w) / Fraction(s) for w, s in zip(weights.tolist(), sigmas.tolist(), strict=True)]
    return [height / sum(heights) for height in heights]


def _sensitivity(x: Any, weights: Any, means: Any, sigmas: Any, value: Any) -> Any:
    """rⱼ (|x| |zⱼ/σⱼ − Σ rᵢ zᵢ/σᵢ| + Σ |δᵢⱼ − rᵢ| gᵢ), gᵢ = 1 + |μᵢ zᵢ/σᵢ| + |1 − zᵢ²|."""
    (z, pull), r = mixture.pulls(x, means, sigmas), mixture.shares(x, weights, means, sigmas)
    each = 1 + np.abs(means * pull) + np.abs(1 - z * z)
    mean = np.sum(np.where(r > 0, r * pull, 0), axis=-1, keepdims=True)
    moved = np.sum(np.where(r > 0, r * each, 0), axis=-1, keepdims=True) + (1 - 2 * r) * each
    return np.where(value == 0, 0, value * (np.abs(np.asarray(x)[..., None] * (pull - mean)) + moved))


gaussian_responsibilities = Problem(
    name="gaussian_responsibilities",
    formula="πⱼ N(x; μⱼ, σⱼ) / Σ πᵢ N(x; μᵢ, σᵢ)",
    shape="(),(n),(n),(n)->(n)",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="real, probability, real, positive",
    engine="gaussian_responsibilities",
    code="""
z = ((x[..., None] - means) / sigmas) ** 2 / 2
terms = weights / sigmas * np.exp(z.min(axis=-1, keepdims=True) - z)
terms / terms.sum(axis=-1, keepdims=True)
""",
    special=(
        ((0.0, [], [], []), []), ((3.0, [0.5], [0.0], [1.0]), [1]),
        ((0.0, [0.5, 0.5], [1.0, -1.0], [2.0, 2.0]), [0.5, 0.5]),
        ((inf, [1.0], [0.0], [1.0]), [nan]), ((0.0, [0.0, 0.5], [0.0, 0.0], [1.0, 1.0]), [0, 1]),
        ((0.0, [1.0, 0.5], [inf, 0.0], [1.0, 1.0]), [0, 1]), ((inf, [0.5, 0.5], [inf, 0.0], [1.0, 1.0]), [nan, nan]),
        ((0.0, [0.5, 0.5], [0.0, 0.0], [inf, 1.0]), [0, 1]), ((0.0, [0.0, 1.0], [0.0, 0.0], [0.0, 1.0]), [nan, nan]),
        ((0.0, [2.0], [0.0], [1.0]), [nan]), ((nan, [1.0], [0.0], [1.0]), [nan]),
        ((0.0, [nan, 0.5], [0.0, 0.0], [1.0, 1.0]), [nan, nan]),
        ((0.0, [0.5, 0.5], [nan, 0.0], [1.0, 1.0]), [nan, nan]),
    ),
)  # fmt: skip


@gaussian_responsibilities.algorithm(bound=bounds.responsibilities_naive, fails=Outcome.NAN)
def naive(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """πⱼ N(x; μⱼ, σⱼ) over the sum: 0/0 once all densities underflow."""
    terms = mixture.weighted_densities(x, weights, means, sigmas)
    return terms / reductions.sequential_sum(terms)[..., None]


@gaussian_responsibilities.algorithm(bound=bounds.responsibilities_shifted)
def shifted(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """Softmax of log πᵢ + log N(x; μᵢ, σᵢ), shifted by the largest."""
    return soft.shifted.function(mixture.weighted_logs(x, weights, means, sigmas))


@gaussian_responsibilities.algorithm(bound=bounds.responsibilities_from_logsumexp)
def exp_minus_logsumexp(x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """exp(log πⱼ + log N(x; μⱼ, σⱼ) − logsumexp), as scikit-learn's GaussianMixture has it: loses digits far away."""
    logs = mixture.weighted_logs(x, weights, means, sigmas)
    return array_namespace(logs).exp(logs - lse.shifted.function(logs)[..., None])


def _faithful(a: Any, x: Any, weights: Any, means: Any, sigmas: Any) -> Any:
    """exp(lⱼ − max) / Σ exp(lᵢ − max), lᵢ = log πᵢ − log σᵢ − zᵢ²/2, whose error is relative to the sizes in lᵢ."""
    if not weights.shape[-1]:
        return a.number(weights)
    limits, used, args = mixture.in_order(x, weights, means, sigmas)
    ordinary = (used.any(axis=-1) & ~np.isnan(limits).any(axis=-1))[:, None]
    found = mixture.Parts.of(a, used, *args)
    shares, exponents, others = found.shares(a, used)
    whole = (a.number(np.ones(x.shape)) + a.total(others))[:, None]
    value, unit = shares / whole, 2.0 ** (12 - a.BITS)
    if np.max(found.sizes, initial=0.0) * unit <= 1:
        sizes = value * a.number((found.sizes + found.spread(a, others)[:, None] / a.size(whole)) / SPARED)
    else:
        reach = _reach(a, found.sizes * unit, found, shares)
        sizes = reach * a.number(2 * (found.sizes + np.nansum(a.size(reach) * found.sizes, axis=-1, keepdims=True)))
        sizes = a.where(exponents != 0, a.number(np.full(used.shape, np.inf)), sizes)
    value = a.where(ordinary, value, a.number(nan))
    return a.lifted(value, exponents), sizes


def _reach(a: Any, off: Any, found: Any, shares: Any) -> Any:
    """How large exp(lᵢ − max) may be: as it is, where the difference is off by less than 1."""
    drop = a.size(found.apart)
    return a.where(off <= 1, shares, a.number(np.where(off < drop / 2, np.exp2(-drop / 2), 1.0)))


gaussian_responsibilities.faithful(_faithful)
