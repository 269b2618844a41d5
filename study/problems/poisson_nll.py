"""The loss of a count under a Poisson distribution: minus the log of its probability."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import gamma, special
from study.arithmetic.constants import half_log_two_pi
from study.arithmetic.pieces import held, piecewise
from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import gamma as bounds
from study.problems.gaussian_nll import LOG_SCALE, constant
from study.problems.lgamma import tail

EPSILON = 1e-8
"""What PyTorch's poisson_nll_loss adds to the rate."""
FEW = 16
"""Counts below it have log k! from SciPy, others Stirling's series."""


def _definition(a: Any, k: float, rate: float) -> Any:
    limit = float(_at_limits(k, rate))
    if limit or k == 0:
        return limit or rate
    count, mean = a.exact(k), a.exact(rate)
    return mean - count * a.log(mean) + a.log_gamma(count + 1)


def _at_limits(k: Any, rate: Any) -> Any:
    """The loss where k is no count, or the rate negative, infinite or none, or 0 beside a count; 0 elsewhere."""
    count = np.isfinite(k) & np.equal(k, np.floor(k)) & np.greater_equal(k, 0) & np.greater_equal(rate, 0)
    ends = np.where(np.isinf(rate), np.where(np.equal(k, 0), inf, nan), 0.0)
    return np.where(count, np.where(np.equal(rate, 0) & np.greater(k, 0), inf, ends), nan)


poisson_nll = Problem(
    name="poisson_nll",
    formula="λ − k log λ + log k!",
    shape="(),()->()",
    definition=_definition,
    sensitivity=lambda k, rate, value: (  # noqa: ARG005 - one call for all
        np.abs(rate - k) + np.where(k > 0, np.abs(k * (special.digamma(k + 1) - np.log(rate))), 0)
    ),
    domain="count, positive",
    engine="poisson_nll",
    code="""
from scipy.special import gammaln, xlogy
rate - xlogy(k, rate) + gammaln(k + 1)
""",
    special=(
        ((0.0, 0.0), 0), ((0.0, 2.5), 2.5), ((0.0, inf), inf), ((1.0, 0.0), inf), ((2.0, -0.0), inf), ((1.0, inf), nan),
        ((-1.0, 1.0), nan), ((0.5, 1.0), nan), ((inf, 1.0), nan), ((1.0, -1.0), nan), ((nan, 1.0), nan),
        ((1.0, nan), nan), ((1.0, 1.0), 1),
    ),
)  # fmt: skip


@poisson_nll.algorithm(bound=bounds.poisson_naive, fails=Outcome.OVERFLOW)
def naive(k: Any, rate: Any) -> Any:
    """−log of the probability exp(−λ) exp(k log λ)/Γ(k + 1): ∞ once that underflows, or a part of it overflows."""
    xp = array_namespace(k, rate)
    return -xp.log(xp.exp(-rate) * xp.exp(times(k, xp.log(rate))) / special.gamma(k + 1))


@poisson_nll.algorithm(bound=bounds.poisson_logs)
def logs(k: Any, rate: Any) -> Any:
    """λ − k log λ + log Γ(k + 1), SciPy's gammaln: cancels the more the larger k is."""
    return rate - times(k, array_namespace(k, rate).log(rate)) + special.gammaln(k + 1)


@poisson_nll.algorithm(bound=bounds.poisson_stirling)
def stirling(k: Any, rate: Any) -> Any:
    """λ − k log(λ + 1e-8) + (k log k − k + ½ log 2πk, 0 for k <= 1), as PyTorch's poisson_nll_loss has it."""
    xp = array_namespace(k, rate)
    many = k > 1
    held = xp.where(many, k, xp.ones_like(k))
    factorial = held * xp.log(held) - held + xp.log(constant(2 * np.pi, k) * held) / 2
    loss = rate - k * xp.log(rate + constant(EPSILON, rate))
    return loss + xp.where(many, factorial, xp.zeros_like(k))


@poisson_nll.algorithm(bound=bounds.poisson_saddle_point)
def saddle_point(k: Any, rate: Any) -> Any:
    """k (t − log1p t) + ½ log 2πk + 1/(12 k) − …, t = (λ − k)/k, from k = 16 on, as R has it (Loader 2000)."""
    xp = array_namespace(k, rate)
    many = k >= FEW
    held = xp.where(many, k, constant(FEW, k))
    apart = rate - held
    height = constant(LOG_SCALE, k) + xp.log(held) / 2
    of_many = (apart - held * log_ratio(apart, held, rate)) + (height + tail(held))
    return xp.where(many, of_many, logs.function(k, rate))


def log_ratio(apart: Any, count: Any, mean: Any) -> Any:
    """log(mean/count), by log1p(apart/count) where that is near."""
    xp = array_namespace(count)
    near = xp.abs(apart) < count / 2
    return xp.where(near, xp.log1p(xp.where(near, apart, xp.zeros_like(apart)) / count), xp.log(mean / count))


def times(count: Any, log: Any) -> Any:
    """A count times a log, 0 for none."""
    xp = array_namespace(count, log)
    return xp.where(count == 0, xp.zeros_like(count * log), count * log)


def _faithful(a: Any, k: Any, rate: Any) -> Any:
    """λ − k log λ + log k! of few; of many k (t − log1p t) + ½ log 2πk + 1/(12 k) − …, t = (λ − k)/k."""
    limit = _at_limits(k, rate)
    ordinary = (limit == 0) & (k > 0)
    bare = np.where(limit == 0, rate, limit)
    value, size = piecewise(a, k >= gamma.start(a), _of_many, _of_few, *held(ordinary, k, rate))
    return a.where(ordinary, value, a.number(bare)), size


def _of_many(a: Any, k: Any, rate: Any) -> Any:
    k = np.maximum(k, gamma.start(a))
    near = (rate > k / 2) & (rate < k * 1.5)
    apart = a.number(rate) - a.number(k)
    count = a.number(k)
    log = piecewise(a, near, _log1p_of_quotient, _log_of_quotient, a.where(near, apart, a.number(rate)), count)
    height = a.constant(half_log_two_pi) + a.log(count) * a.number(0.5) + gamma.stirling(a, k)
    return (apart - count * log) + height, a.number(np.where(near, 2 * a.size(apart), 0.0))


def _log1p_of_quotient(a: Any, apart: Any, count: Any) -> Any:
    return a.log1p(apart / count)


def _log_of_quotient(a: Any, rate: Any, count: Any) -> Any:
    return a.log(rate / count)


def _of_few(a: Any, k: Any, rate: Any) -> Any:
    k = np.minimum(k, gamma.start(a))
    powers = a.number(k) * a.log(a.number(rate))
    value = (a.number(rate) - powers) + a.log(gamma.factors(a, k + 1))
    return value, a.number(np.where(rate > 1, 2 * a.size(powers), 0.0))


poisson_nll.faithful(_faithful)
