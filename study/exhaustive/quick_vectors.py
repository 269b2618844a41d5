"""Quick references of vectors, held entry by entry: the first of all vectors, then the second, and so on.

A few vectors at a time, so that what is between the loops stays in the cache, and each loop compiles to vector
instructions.
"""

from __future__ import annotations

import numpy as np

from study.certified.engine.compiled import Floats, Integers, kernel, stage
from study.exhaustive.elementary import log1p
from study.exhaustive.two_words import NEAR, decided, gap_of, near_half, share_of, sum_of

RUN = 1024
PAIR = 2


@stage
def raised(x: Floats, j: int, top: Floats, first: Integers) -> None:
    """The largest entry, NaN if one is, and the first place where it is."""
    for i in range(x.size):
        larger = x[i] > top[i]
        top[i] = x[i] if larger | (x[i] != x[i]) else top[i]
        first[i] = j if larger else first[i]


@stage
def added(x: Floats, j: int, top: Floats, first: Integers, total: Floats) -> None:
    """The sum of exp(x_j - max) over all but the largest, one entry more."""
    for i in range(x.size):
        total[i] += gap_of(top[i], x[i])[2] * (0.0 if first[i] == j else 1.0)


@stage
def other_of_two(x: Floats, y: Floats, top: Floats, total: Floats) -> None:
    """The larger of two, NaN if one is, and exp of the other less it."""
    for i in range(x.size):
        largest, low = (x[i], y[i]) if x[i] >= y[i] else (y[i], x[i])
        top[i] = largest if (x[i] == x[i]) & (y[i] == y[i]) else np.nan
        total[i] = gap_of(largest, low)[2]


@stage
def log_one_more(total: Floats, tail: Floats) -> None:
    """log(1 + S)."""
    for i in range(total.size):
        tail[i] = log1p(total[i])


@stage
def shares_of_two(x: Floats, y: Floats, top: Floats, total: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """Where S is exp of the smaller entry less the larger: 1 / (1 + S), or S / (1 + S); NaN where that is undefined."""
    for i in range(x.size):
        largest, small = share_of(total[i]), decided(total[i] / (1.0 + total[i]))
        value = largest if x[i] == top[i] else small
        value = near_half(x[i] - y[i]) if abs(x[i] - y[i]) < NEAR else value
        undefined = (top[i] != top[i]) | (top[i] == -np.inf) | (x[i] == np.inf)
        hi[i], lo[i], bound[i] = (np.nan, 0.0, 0.0) if undefined else value


@stage
def sums(top: Floats, tail: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """max + log(1 + S)."""
    for i in range(top.size):
        hi[i], lo[i], bound[i] = sum_of(top[i], tail[i])


@stage
def shares(x: Floats, top: Floats, total: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """exp(x_j - max) / (1 + S); NaN where that is undefined."""
    for i in range(x.size):
        largest, small = share_of(total[i]), decided(gap_of(top[i], x[i])[2] / (1.0 + total[i]))
        value = largest if x[i] == top[i] else small
        undefined = (top[i] != top[i]) | (top[i] == -np.inf) | (x[i] == np.inf)
        hi[i], lo[i], bound[i] = (np.nan, 0.0, 0.0) if undefined else value


@stage
def differences(x: Floats, top: Floats, tail: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """-(max - x_j) - log(1 + S); NaN where that is undefined."""
    for i in range(x.size):
        gap, rest, _ = gap_of(top[i], x[i])
        undefined = (top[i] != top[i]) | (top[i] == -np.inf) | (x[i] == np.inf)
        hi[i], lo[i], bound[i] = sum_of(np.nan if undefined else -gap, -rest - tail[i])


@stage
def pairs(a: Floats, b: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """Max + log1p(exp(min - max))."""
    for i in range(a.size):
        top, low = (a[i], b[i]) if a[i] >= b[i] else (b[i], a[i])
        defined = (a[i] == a[i]) & (b[i] == b[i])
        hi[i], lo[i], bound[i] = sum_of(top if defined else np.nan, log1p(gap_of(top, low)[2]))


@stage
def largest_and_others(x: Floats, a: int, b: int, top: Floats, first: Integers, total: Floats) -> None:
    """The maximum of the vectors from a to b, where it is, and the sum of exp(x_j - max) over the other entries."""
    if len(x) == PAIR:
        other_of_two(x[0, a:b], x[1, a:b], top, total)
        return
    top[:], first[:], total[:] = x[0, a:b], 0, 0.0
    for j in range(1, len(x)):
        raised(x[j, a:b], j, top, first)
    for j in range(len(x)):
        added(x[j, a:b], j, top, first, total)


@kernel
def logaddexp(a: Floats, b: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log(exp a + exp b)."""
    pairs(a, b, hi, lo, bound)


@kernel
def logsumexp(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log of the sum of exp x_j."""
    top, first, total = np.empty(RUN), np.empty(RUN, dtype=np.int64), np.empty(RUN)
    for a in range(0, x.shape[1], RUN):
        b = min(a + RUN, x.shape[1])
        t, s = top[: b - a], total[: b - a]
        largest_and_others(x, a, b, t, first[: b - a], s)
        log_one_more(s, s)
        sums(t, s, hi[a:b], lo[a:b], bound[a:b])


@kernel
def softmax(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """exp(x_j) over the sum of all."""
    top, first, total = np.empty(RUN), np.empty(RUN, dtype=np.int64), np.empty(RUN)
    for a in range(0, x.shape[1], RUN):
        b = min(a + RUN, x.shape[1])
        t, s = top[: b - a], total[: b - a]
        largest_and_others(x, a, b, t, first[: b - a], s)
        for j in range(len(x)):
            if len(x) == PAIR:
                shares_of_two(x[j, a:b], x[1 - j, a:b], t, s, hi[j, a:b], lo[j, a:b], bound[j, a:b])
            else:
                shares(x[j, a:b], t, s, hi[j, a:b], lo[j, a:b], bound[j, a:b])


@kernel
def log_softmax(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """x_j less the log of the sum of exp x."""
    top, first, total = np.empty(RUN), np.empty(RUN, dtype=np.int64), np.empty(RUN)
    for a in range(0, x.shape[1], RUN):
        b = min(a + RUN, x.shape[1])
        t, s = top[: b - a], total[: b - a]
        largest_and_others(x, a, b, t, first[: b - a], s)
        log_one_more(s, s)
        for j in range(len(x)):
            differences(x[j, a:b], t, s, hi[j, a:b], lo[j, a:b], bound[j, a:b])
