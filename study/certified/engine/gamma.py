"""The log of the gamma function of positive numbers, entry by entry, and the loss of a count.

Stirling's series is off by less than its next term; of the series in x - 2 what is left out is at most half the last
term that is kept, its coefficients falling by a factor of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mpmath
import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import by_entry
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats

START = 28
"""From here on Stirling's series, to 16 terms."""
ORDER = 60
HALF, ONE = Exact.from_float(0.5), Exact.from_float(1.0)

with mpmath.workprec(260):
    HALF_LOG_TWO_PI = Exact.from_mpf(mpmath.log(2 * mpmath.pi) / 2)
    STIRLING = [Exact.from_mpf(mpmath.bernoulli(2 * k) / (2 * k * (2 * k - 1))) for k in range(1, 18)]
    TAYLOR = [
        Exact.from_mpf(1 - mpmath.euler),
        *(Exact.from_mpf((-1) ** k * (mpmath.zeta(k) - 1) / k) for k in range(2, ORDER)),
    ]


def lgamma(x: ArrayLike) -> Exact:
    """log gamma(x); NaN for x < 0."""
    return by_entry(_lgamma, np.asarray(x, dtype=np.float64))


def poisson_nll(k: ArrayLike, rate: ArrayLike) -> Exact:
    """rate - k log rate + log k! of a count k; NaN for another k, or a rate below 0."""
    return by_entry(_poisson_nll, np.asarray(k, dtype=np.float64), np.asarray(rate, dtype=np.float64))


def poisson_nll_gradient(k: ArrayLike, rate: ArrayLike) -> Exact:
    """(rate - k)/rate of a count k; NaN for another k, or a rate below 0."""
    return by_entry(_slope, np.asarray(k, dtype=np.float64), np.asarray(rate, dtype=np.float64))


def _slope(k: Floats, rate: Floats) -> Exact:
    with np.errstate(invalid="ignore"):
        count = (k >= 0) & np.isfinite(k) & (k == np.floor(k)) & (rate >= 0)
    ends = np.where(count, np.where((k == 0) | (rate == np.inf), 1.0, -np.inf), np.nan)
    usual = count & (k > 0) & (rate > 0) & np.isfinite(rate)
    held = np.where(usual, rate, 1.0)
    value = op.divide(op.difference(held, np.where(usual, k, 0.0)), op.exactly(held))
    return op.where(usual, value, op.exactly(ends))


def _lgamma(x: Floats) -> Exact:
    out = op.exactly(np.where(x == 0, np.inf, np.where(x > 0, x, np.nan)))
    finite = (x > 0) & np.isfinite(x)
    for part, evaluate in ((x >= START, _far), (x < START, _near)):
        place = np.flatnonzero(part & finite)
        if place.size:
            out.put(place, evaluate(x[place]))
    return out


def _far(x: Floats) -> Exact:
    log = op.log(op.exactly(x))
    head = op.add(op.multiply(op.difference(x, np.full(x.shape, 0.5)), log), op.exactly(-x))
    return op.add(head, op.add(HALF_LOG_TWO_PI, stirling(x)))


def stirling(x: Floats) -> Exact:
    """log gamma(x) - (x - 1/2) log x + x - log(2 pi)/2."""
    inverse = op.divide(ONE, op.exactly(x))
    square = op.multiply(inverse, inverse)
    out = STIRLING[-1].map(lambda part: np.full(x.shape, part))
    out.error[:] = 2.0
    for coefficient in STIRLING[-2::-1]:
        out = op.add(coefficient, op.multiply(square, out))
    return op.multiply(out, inverse)


def _near(x: Floats) -> Exact:
    """Of 3/2 to START by x - 1, x - 2, ... as far as 3/2; below by x, and x + 1 below 1/2."""
    above, small = x >= 1.5, x < 0.5
    e = np.where(above, x - np.maximum(np.floor(x - 1.5), 0) - 2, np.where(small, x, x - 1))
    factor = op.where(small, op.multiply(op.exactly(x), op.add(ONE, op.exactly(x))), op.exactly(x))
    product = ONE
    for j in range(1, START - 1):
        product = op.multiply(product, op.exactly(np.where(above & (x - j >= 1.5), x - j, 1.0)))
    alone = above & (x < 2.5)  # whose product is 1, without the error that multiplying ones is charged with
    near, far = _taylor(e), op.log(op.where(alone, ONE, op.where(above, product, factor)))
    return op.add(near, op.where(above, far, op.negative(far)))


def _taylor(e: Floats) -> Exact:
    """log gamma(2 + e), |e| <= 1/2."""
    out = TAYLOR[-1].map(lambda part: np.full(e.shape, part))
    out.error[:] = 0.5
    for coefficient in TAYLOR[-2::-1]:
        out = op.add(coefficient, op.multiply(op.exactly(e), out))
    return op.multiply(op.exactly(e), out)


def _poisson_nll(k: Floats, rate: Floats) -> Exact:
    with np.errstate(invalid="ignore"):
        count = (k >= 0) & np.isfinite(k) & (k == np.floor(k)) & (rate >= 0)
    k, rate = np.where(count, k, np.nan), np.where(count, rate, np.nan)
    large = (k >= START) & (rate > 0) & np.isfinite(rate)
    out = _of_few(np.where(large, 1.0, k), np.where(large, 1.0, rate))
    if large.any():
        out.put(large, _of_many(k[large], rate[large]))
    return out


def _of_few(k: Floats, rate: Floats) -> Exact:
    """rate - k log rate + log k!."""
    none = k == 0
    log = op.log(op.exactly(np.where(none, 1.0, rate)))
    terms = op.add(op.negative(op.multiply(op.exactly(k), log)), _lgamma(k + 1))
    return op.where(none, op.exactly(rate), op.add(op.exactly(rate), terms))


def _of_many(k: Floats, rate: Floats) -> Exact:
    """k (r - 1 - log r) + log(2 pi k)/2 and Stirling's series, r = rate/k: all positive (Loader 2000)."""
    apart = op.difference(rate, k)
    near = (rate > k / 2) & (rate / 1.5 < k)
    close = op.log1p(op.divide(op.where(near, apart, ONE), op.exactly(k)))
    log = op.where(near, close, op.log(op.divide(op.exactly(rate), op.exactly(k))))
    deviance = op.add(apart, op.negative(op.multiply(op.exactly(k), log)))
    height = op.add(HALF_LOG_TWO_PI, op.multiply(HALF, op.log(op.exactly(k))))
    return op.add(deviance, op.add(height, stirling(k)))
