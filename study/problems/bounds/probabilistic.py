"""Bounds on sums that hold with a stated probability, beside those that always hold.

They want rounding errors whose mean, given all that was computed before, is zero. Under stochastic rounding that is so;
to nearest it is a model (Higham and Mary 2019), and a sum that has outgrown its terms breaks it. Proofs and sources are
in docs/bounds.md. Errors are relative to sum |x_i|: for terms of one sign, to the sum itself.

HM: N. J. Higham and Mary, *A new approach to probabilistic rounding error analysis*, SIAM J. Sci. Comput. 41 (2019),
doi:10.1137/18M1226312. CHM: Connolly, Higham and Mary, *Stochastic rounding and its probabilistic backward error
analysis*, SIAM J. Sci. Comput. 43 (2021), doi:10.1137/20M1334796.
"""

from __future__ import annotations

from math import ceil, exp, expm1, inf, log, log1p, log2, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from study.formats import Format


class Bound(NamedTuple):
    """A bound and how often it may fail.

    Attributes:
        error: the bound; infinite where it says nothing.
        failure: the probability is at most this that an error exceeds it; 0 for one that always holds.
    """

    error: float
    failure: float


class Roundings(NamedTuple):
    """Roundings on the way of a term: factors 1 + d.

    Attributes:
        many: how many; for several terms, the most on the way of one.
        u: bound on |d|.
        width: of the shortest interval that holds d once all before it is known.
    """

    many: int
    u: float
    width: float


def nearest(form: Format, many: int) -> Roundings:
    """Roundings to nearest: |d| <= u, on either side."""
    return Roundings(many, form.u, 2 * form.u)


def stochastic(form: Format, many: int) -> Roundings:
    """Stochastic roundings: |d| <= 2u, but d is one of two values at most 2u apart, where CHM have 4u."""
    return Roundings(many, form.eps, form.eps)


def pairwise(n: int) -> int:
    """Additions on the way of each of n terms that are added in pairs."""
    return ceil(log2(max(n, 1)))


def blocked(n: int, block: int, low: Format, high: Format) -> tuple[Roundings, Roundings]:
    """To nearest, n terms in blocks in a low format, the sums of blocks in a high one, the result in the low one again.

    Constant b u_low + (n/b - 1) u_high to first order: Blanchard, Higham and Mary, *A class of fast and accurate
    summation algorithms*, and, of a block FMA, Blanchard, Higham, Lopez, Mary and Pranesh, *Mixed precision block fused
    multiply-add*, SIAM J. Sci. Comput. 42 (2020).
    """
    return nearest(low, min(block, n)), nearest(high, max(ceil(n / block) - 1, 0))


def worst(*roundings: Roundings) -> Bound:
    """prod (1 + u_i)**n_i - 1, all orders of u, for sums in any order: it always holds (Higham, section 4.2)."""
    logs = sum(each.many * log1p(each.u) for each in roundings)
    return Bound(expm1(logs) if logs < 700 else inf, 0.0)


def failure(lam: float, u: float = 0.0, events: int = 1) -> float:
    """events 2 exp(-lam**2 (1 - u)**2 / 2), at most 1: Hoeffding's inequality, for so many events (HM, theorem 2.4)."""
    return min(1.0, events * 2 * exp(-((lam * (1 - u)) ** 2) / 2))


def level(share: float, u: float = 0.0, events: int = 1) -> float:
    """The lam that fails with this probability: sqrt(2 log(2 events / share)) / (1 - u)."""
    return sqrt(2 * log(2 * events / share)) / (1 - u)


def relaxed(lam: float, *roundings: Roundings) -> float:
    """exp(lam sqrt(sum n_i w_i**2 / 4) + sum n_i u_i**2 / (1 - u_i)) - 1, w_i the widths.

    For one kind of roundings with w = 2u it is gamma~_n(lam) = exp(lam sqrt(n) u + n u**2 / (1 - u)) - 1 (HM, theorem
    2.4); it bounds |prod (1 + d) - 1| but for ``failure(lam, max u)``, and lam sqrt(n) u to first order.
    """
    logs = lam * _spread(*roundings) + sum(each.many * each.u**2 / (1 - each.u) for each in roundings)
    return expm1(logs) if logs < 700 else inf


def inner_product(n: int, u: float, lam: float) -> Bound:
    """gamma~_n(lam), failing with n 2 exp(-lam**2 (1 - u)**2 / 2): Q(lam, n) of HM for inner products of n terms.

    It is a backward error: every |x_i y_i| is changed by at most that share of itself, all at once. u is that of the
    roundings; of stochastic ones 2**(1 - p), for which it is a theorem (CHM).
    """
    return Bound(relaxed(lam, Roundings(n, u, 2 * u)), failure(lam, u, n))


def recursive_sum(n: int, u: float, lam: float) -> Bound:
    """gamma~_(n-1)(lam), failing with (n - 1) 2 exp(-lam**2 (1 - u)**2 / 2): a backward error, as ``inner_product``."""
    return Bound(relaxed(lam, Roundings(n - 1, u, 2 * u)), failure(lam, u, n - 1))


def forward(lam: float, *roundings: Roundings) -> Bound:
    """``relaxed``, failing with 2 exp(-lam**2 (1 - u)**2 / 2), whatever n: the error of a sum, in any order.

    Without the factor n of the backward errors, by convexity (docs/bounds.md). Infinite for lam (1 - u)**2 below the
    root of sum n_i w_i**2 / 4.
    """
    u = max(each.u for each in roundings)
    holds = lam * (1 - u) ** 2 >= _spread(*roundings)
    return Bound(relaxed(lam, *roundings) if holds else inf, failure(lam, u))


def growing_sum(form: Format, lam: float, share: float = 1.0) -> Bound:
    """Recursive summation of any number of terms of one sign under stochastic rounding: about lam sqrt(u (1 + share)).

    The positive root e of e**2 = 2u lam**2 ((1 + share) / 2 + 4e/3 + e**2/3), failing with 2 exp(-lam**2 / 2), by
    Freedman's inequality (docs/bounds.md): a term x rounded off a sum s has a variance of at most 2u x (s + x).

    Args:
        form: the format.
        lam: the level.
        share: the largest term over the sum, or 1.
    """
    c = form.eps * lam**2
    a, b = 1 - c / 3, 4 * c / 3
    return Bound((b + sqrt(b**2 + 2 * a * c * (1 + share))) / (2 * a) if a > 0 else inf, failure(lam))


def random_terms(n: int, u: float, lam: float, mean: float, away: float) -> Bound:
    """Recursive summation of n independent random terms: u (lam |mean| sqrt(n) + lam**2 away) to first order, over n.

    Failing with 4 exp(-lam**2 / 2); independent of n where the mean is zero. After N. J. Higham and Mary, *Sharper
    probabilistic backward error analysis for basic linear algebra kernels with random data*, SIAM J. Sci. Comput. 42
    (2020); this form, to all orders, is proven in docs/bounds.md.

    Args:
        n: how many terms.
        u: unit roundoff of the format, 2**-p, to nearest and under stochastic rounding.
        lam: the level, of terms and roundings.
        mean: of the terms.
        away: bound on the distance of a term from the mean.

    Returns:
        A bound on |error of the sum| / n, in the units of the terms; infinite from lam sqrt(n) u = 1 on.
    """
    step = lam * sqrt(n) * u
    sums = abs(mean) + lam * away / sqrt(n)
    return Bound(step * sums / (1 - step) if step < 1 else inf, failure(lam, events=2))


def of_logs(total: Bound, k: float, u: float) -> Bound:
    """Relative error of sum log p_i, p_i <= 1: (1 + k u)(1 + e) - 1, e the bound of the sum, k u that of each log."""
    return Bound((1 + k * u) * (1 + total.error) - 1, total.failure)


def _spread(*roundings: Roundings) -> float:
    return sqrt(sum(each.many * each.width**2 / 4 for each in roundings))
