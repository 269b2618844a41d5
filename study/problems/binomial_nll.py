"""The loss of so many successes in so many trials: minus the log of their binomial probability."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import gamma, special
from study.arithmetic.constants import half_log_two_pi
from study.certified.errors import Outcome
from study.formats import KNOWN
from study.problems.base import Problem
from study.problems.bounds import trials as bounds
from study.problems.gaussian_nll import LOG_SCALE, constant
from study.problems.lgamma import tail
from study.problems.poisson_nll import FEW, log_ratio, times

EPSILON = {name: 2.0 ** (1 - form.p) for name, form in KNOWN.items()}
"""Distance from 1 to the next number: PyTorch holds a probability that far from 0 and 1."""


def _definition(a: Any, k: float, n: float, p: float) -> Any:
    limit = float(_at_limits(k, n, p))
    if limit or n == 0 or p in {0.0, 1.0}:
        return limit
    count, trials, chance = a.exact(k), a.exact(n), a.exact(p)
    ways = a.log_gamma(trials + 1) - a.log_gamma(count + 1) - a.log_gamma(trials - count + 1) if 0 < k < n else 0
    successes = count * a.log(chance) if k else 0
    failures = (trials - count) * a.log1p(-chance) if k < n else 0
    return -(ways + successes + failures)


def _at_limits(k: Any, n: Any, p: Any) -> Any:
    """NaN where k or n is no count or p no probability, ∞ where that many successes have none; 0 elsewhere."""
    with np.errstate(invalid="ignore"):
        counts = np.isfinite(k) & np.isfinite(n) & np.greater_equal(k, 0) & np.greater_equal(n, 0)
        counts = counts & np.equal(k, np.floor(k)) & np.equal(n, np.floor(n))
    never = np.greater(k, n) | (np.equal(p, 0) & np.greater(k, 0)) | (np.equal(p, 1) & np.less(k, n))
    return np.where(counts & np.greater_equal(p, 0) & np.less_equal(p, 1), np.where(never, inf, 0.0), nan)


def _sensitivity(k: Any, n: Any, p: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    """|k ∂/∂k| + |n ∂/∂n| + |n p − k| / (1 − p), the counts being real numbers."""
    rest, log = special.digamma(n - k + 1), np.log1p(-p)
    successes = np.where(k > 0, k * (special.digamma(k + 1) - rest - np.log(p) + log), 0)
    return np.abs(successes) + np.abs(n * (rest - special.digamma(n + 1) - log)) + np.abs(n * p - k) / (1 - p)


binomial_nll = Problem(
    name="binomial_nll",
    formula="−log C(n, k) − k log p − (n − k) log(1 − p)",
    shape="(),(),()->()",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="count, count, probability",
    engine="binomial_nll",
    code="""
from scipy.special import gammaln, xlog1py, xlogy
ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
-ways - xlogy(k, p) - xlog1py(np.maximum(n - k, 0), -p)
""",
    special=(
        ((0.0, 0.0, 0.5), 0), ((0.0, 0.0, 0.0), 0), ((0.0, 3.0, 0.0), 0), ((3.0, 3.0, 1.0), 0),
        ((1.0, 3.0, 0.0), inf), ((1.0, 3.0, 1.0), inf), ((0.0, 3.0, 1.0), inf), ((3.0, 2.0, 0.5), inf),
        ((0.5, 1.0, 0.5), nan), ((-1.0, 1.0, 0.5), nan), ((0.0, 0.5, 0.5), nan), ((0.0, -1.0, 0.5), nan),
        ((0.0, inf, 0.5), nan), ((inf, inf, 0.5), nan), ((1.0, 2.0, -0.5), nan), ((1.0, 2.0, 1.5), nan),
        ((nan, 1.0, 0.5), nan), ((0.0, nan, 0.5), nan), ((0.0, 1.0, nan), nan),
    ),
)  # fmt: skip


@binomial_nll.algorithm(fails=Outcome.NAN)
def naive(k: Any, n: Any, p: Any) -> Any:
    """−log of C(n, k) p^k (1 − p)^(n − k), C of factorials: ∞/∞ once these overflow."""
    xp = array_namespace(k, n, p)
    ways = special.gamma(n + 1) / (special.gamma(k + 1) * special.gamma(n - k + 1))
    return -xp.log(ways * (xp.exp(times(k, xp.log(p))) * xp.exp(times(n - k, xp.log1p(-p)))))


@binomial_nll.algorithm(bound=bounds.logs)
def logs(k: Any, n: Any, p: Any) -> Any:
    """−log C(n, k) − k log p − (n − k) log1p(−p), C by SciPy's gammaln: cancels the more the larger n is."""
    xp = array_namespace(k, n, p)
    return -_log_ways(k, n) - times(k, xp.log(p)) - times(n - k, xp.log1p(-p))


@binomial_nll.algorithm()
def clamped_logit(k: Any, n: Any, p: Any) -> Any:
    """n log(1 + exp x) − k x − log C(n, k), x the logit of a p in [ε, 1 − ε], as PyTorch's Binomial has it."""
    xp = array_namespace(k, n, p)
    eps = constant(EPSILON[str(p.dtype).rpartition(".")[2]], p)
    held = xp.where(p < eps, eps, xp.where(p > 1 - eps, 1 - eps, p))
    x = xp.log(held) - xp.log1p(-held)
    positive = xp.where(x > 0, x, xp.zeros_like(x))
    return (n * positive + n * xp.log1p(xp.exp(-xp.abs(x)))) - k * x - _log_ways(k, n)


@binomial_nll.algorithm(bound=bounds.saddle_point)
def saddle_point(k: Any, n: Any, p: Any) -> Any:
    """−k log(n p/k) − m log(n (1 − p)/m) + ½ log(2π k m/n) + …, m = n − k, from 16 of both on (Loader 2000)."""
    xp = array_namespace(k, n, p)
    many = (k >= FEW) & (n - k >= FEW)
    of_few = constant(FEW, k)
    held, rest = xp.where(many, k, of_few), xp.where(many, n - k, of_few)
    trials = xp.where(many, n, of_few + of_few)
    apart = trials * p - held
    logs_ = held * log_ratio(apart, held, trials * p) + rest * log_ratio(-apart, rest, trials * (1 - p))
    height = constant(LOG_SCALE, k) + xp.log(held * (rest / trials)) / 2
    tails = tail(held) + (tail(rest) - tail(trials))
    return xp.where(many, (height + tails) - logs_, _few(k, n, p))


def _few(k: Any, n: Any, p: Any) -> Any:
    """−r log(1 − c) − s log(n c) + log s! − Σ log1p(−j/n), j < s, of the fewer, s of chance c, and the others, r."""
    xp = array_namespace(k, n, p)
    swapped = k > n - k
    fewer, rest = xp.where(swapped, n - k, k), xp.where(swapped, k, n - k)
    loss = -times(rest, xp.where(swapped, xp.log(p), xp.log1p(-p)))
    ways = special.gammaln(fewer + 1)
    for j in range(1, FEW - 1):
        ways = ways - xp.where(fewer > j, xp.log1p(-j / xp.where(fewer > j, n, 2 * j + 0 * n)), xp.zeros_like(n))
    value = loss + (ways - times(fewer, xp.log(n * xp.where(swapped, 1 - p, p))))
    return xp.where(k > n, constant(inf, n), value)


def _log_ways(k: Any, n: Any) -> Any:
    """log C(n, k), by SciPy's gammaln."""
    return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)


def _faithful(a: Any, k: Any, n: Any, p: Any) -> Any:
    """As ``saddle_point``, from the start of Stirling's series on; what cancels is the logs of the ratios."""
    limit, first = _at_limits(k, n, p), gamma.start(a)
    ordinary = (limit == 0) & (n > 0) & (p > 0) & (p < 1)
    k, n, p = (np.where(ordinary, v, w) for v, w in ((k, 0.0), (n, 1.0), (p, 0.5)))
    many = (k >= first) & (n - k >= first)
    of_many, size_of_many = _of_many(a, *(np.where(many, v, w) for v, w in ((k, first), (n, 2 * first), (p, 0.5))))
    of_few, size_of_few = _of_few(a, *(np.where(many, w, v) for v, w in ((k, 0.0), (n, 1.0), (p, 0.5))))
    value = a.where(ordinary, a.where(many, of_many, of_few), a.number(limit))
    return value, a.power(np.where(ordinary, np.where(many, size_of_many, size_of_few), -np.inf))


def _of_many(a: Any, k: Any, n: Any, p: Any) -> Any:
    """The loss where neither is few, and log2 of twice what cancels."""
    held, trials, chance = a.number(k), a.number(n), a.number(p)
    rest, missing = trials - held, a.number(np.ones_like(p)) - chance
    apart, least = trials * chance - held, np.minimum(k, n - k) / 2
    near = a.log2(apart) < np.log2(least)
    close = a.where(near, apart, a.number(np.zeros_like(p)))
    logs_ = a.where(near, a.log1p(close / held), a.log(trials / held * chance)) * held
    others = a.where(near, a.log1p(-close / rest), a.log(trials / rest * missing)) * rest
    height = a.constant(half_log_two_pi) + a.log(held * (rest / trials)) * a.number(0.5)
    rounded = n - k
    last = gamma.stirling(a, rounded) * (a.number(rounded) / rest)
    tails = gamma.stirling(a, k) + last - gamma.stirling(a, n)
    return (height + tails) - (logs_ + others), 1 + np.maximum(a.log2(logs_), a.log2(others))


def _of_few(a: Any, k: Any, n: Any, p: Any) -> Any:
    """The loss where one is few, as in ``saddle_point``, and log2 of twice what cancels."""
    swapped, trials, chance, one = k > n - k, a.number(n), a.number(p), a.number(np.ones_like(p))
    fewer = np.where(swapped, n - k, k)
    missing = one - chance
    log = a.where(swapped, a.log(chance), a.where(p > 0.5, a.log(missing), a.log1p(-a.number(np.minimum(p, 0.5)))))
    certain = log * a.where(swapped, a.number(k), trials - a.number(k))
    some = fewer > 0
    means = trials * a.where(swapped, missing, chance)
    odds = a.log(a.where(some, means, one)) * a.number(fewer)
    orders = gamma.factors(a, fewer + 1)
    for j in range(1, gamma.start(a) - 1):
        orders = orders / a.where(fewer > j, one - a.number(np.full_like(n, j)) / trials, one)
    value = a.where(some, a.log(orders) - odds, a.number(np.zeros_like(p))) - certain
    return value, np.where(some, 1 + np.maximum(a.log2(odds), a.log2(certain)), -np.inf)


binomial_nll.faithful(_faithful)
