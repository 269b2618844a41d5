"""The loss of successes in trials, entry by entry: minus the log of a binomial probability.

n - k need not be a double; it is held in two words, and its tail of Stirling's series is that of its first word times
the ratio of both: what that leaves out is below 2^-160.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import by_entry
from study.certified.engine.gamma import HALF, HALF_LOG_TWO_PI, ONE, START, stirling
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.certified.engine.compiled import Floats

NONE = Exact.from_float(0.0)


def binomial_nll(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Exact:
    """-log C(n, k) - k log p - (n - k) log(1 - p); infinite for k > n, NaN for what is no count or probability."""
    return by_entry(_binomial_nll, *(np.asarray(a, dtype=np.float64) for a in (k, n, p)))


def _binomial_nll(k: Floats, n: Floats, p: Floats) -> Exact:
    with np.errstate(invalid="ignore"):
        counts = (k >= 0) & np.isfinite(k) & (k == np.floor(k)) & (n >= 0) & np.isfinite(n) & (n == np.floor(n))
        counts &= (p >= 0) & (p <= 1)
        never = (k > n) | ((p == 0) & (k > 0)) | ((p == 1) & (k < n))
        ordinary = counts & ~never & (p > 0) & (p < 1) & (n > 0)
        many = ordinary & (k >= START) & (n - k >= START)
    out = op.exactly(np.where(counts, np.where(never, np.inf, 0.0), np.nan))
    for part, evaluate in ((ordinary & ~many, _of_few), (many, _of_many)):
        place = np.flatnonzero(part)
        if place.size:
            out.put(place, evaluate(k[place], n[place], p[place]))
    return out


def _of_few(k: Floats, n: Floats, p: Floats) -> Exact:
    """-r log(1 - c) - log of the product of (n - j) c/(j + 1), j < s, of the fewer s and the others r = n - s."""
    swapped = k > n - k
    fewer = np.where(swapped, n - k, k)
    chance, missing = op.exactly(p), op.difference(np.ones(p.shape), p)
    own, rest = op.where(swapped, missing, chance), op.where(swapped, op.exactly(k), op.difference(n, k))
    log = op.where(swapped, op.log(chance), op.log1p(op.exactly(-p)))
    product = ONE
    for j in range(START):
        factor = op.divide(op.multiply(op.difference(n, np.full(n.shape, float(j))), own), Exact.from_float(j + 1.0))
        some = fewer > j
        product = op.where(some, op.multiply(product, factor), product)
    certain = op.negative(op.multiply(rest, log))
    return op.add(certain, op.where(fewer > 0, op.negative(op.log(product)), NONE))


def _of_many(k: Floats, n: Floats, p: Floats) -> Exact:
    """-k log(n p/k) - m log(n q/m) + log(2 pi k m/n)/2 and tails of Stirling's series, m = n - k (Loader 2000)."""
    held, trials, chance = op.exactly(k), op.exactly(n), op.exactly(p)
    rest, missing = op.difference(n, k), op.difference(np.ones(p.shape), p)
    apart = op.add(op.multiply(trials, chance), op.negative(held))
    with np.errstate(under="ignore"):
        near = np.abs(n * p - k) < np.minimum(k, n - k) / 2
    logs = op.multiply(held, _log_ratio(near, apart, held, trials, chance))
    others = op.multiply(rest, _log_ratio(near, op.negative(apart), rest, trials, missing))
    height = op.add(HALF_LOG_TWO_PI, op.multiply(HALF, op.log(op.multiply(held, op.divide(rest, trials)))))
    last = op.divide(op.multiply(stirling(n - k), op.exactly(n - k)), rest)
    tails = op.add(op.add(stirling(k), last), op.negative(stirling(n)))
    return op.add(op.add(height, tails), op.negative(op.add(logs, others)))


def _log_ratio(near: NDArray[np.bool_], apart: Exact, count: Exact, trials: Exact, chance: Exact) -> Exact:
    """log(n c/count)."""
    close = op.log1p(op.divide(op.where(near, apart, ONE), count))
    return op.where(near, close, op.log(op.multiply(op.divide(trials, count), chance)))
