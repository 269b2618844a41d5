"""The log of the normal distribution function, entry by entry.

Its tail is the density over c_1 = t + 1/(t + 2/(t + 3/...)) (Laplace), whose k-th part c_k = t + k/c_{k+1} lies in
[t, inf): bounds on a late part follow from that, and every bound on the way from the part before. Near 0 the tail is
1/2 less an alternating series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mpmath
import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import by_entry
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.certified.engine.compiled import Floats

PARTS = ((2.0, 256), (4.0, 64), (8.0, 24))
"""From which t on how many parts of the fraction are evaluated in double-doubles; below the first, the series."""
ROUNDED = 2.0**-48
"""What rounding adds to bounds in binary64, relative."""

with mpmath.workprec(200):
    HALF_LOG_TWO_PI = Exact.from_mpf(mpmath.log(2 * mpmath.pi) / 2)
    PEAK = Exact.from_mpf(1 / mpmath.sqrt(2 * mpmath.pi))
    """The density at 0."""
    SERIES = [Exact.from_mpf(mpmath.mpf(-1) ** k / (2**k * mpmath.factorial(k) * (2 * k + 1))) for k in range(41)]
    """Of the integral of exp(-t**2/2) over t, in powers of t**2."""
HALF = Exact.from_float(0.5)


def log_ndtr(x: ArrayLike) -> Exact:
    """log of the integral of the normal density up to x."""
    return by_entry(_log_ndtr, np.asarray(x, dtype=np.float64))


def _log_ndtr(x: Floats) -> Exact:
    out = op.exactly(np.where(x == np.inf, 0.0, np.where(x == -np.inf, -np.inf, np.nan)))
    t = np.where(np.isfinite(x), np.abs(x), -1.0)
    ends = [*(low for low, _ in PARTS), np.inf]
    for place, low in enumerate([0.0, *ends[:-1]]):
        part = np.flatnonzero((t >= low) & (t < ends[place]))
        if part.size:
            out.put(part, _of_part(t[part], x[part] > 0, PARTS[place - 1][1] if place else 0))
    return out


def _of_part(t: Floats, right: NDArray[np.bool_], parts: int) -> Exact:
    half_square = op.multiply(op.multiply(op.exactly(t), op.exactly(t)), HALF)
    if parts:
        divisor = fraction(t, parts)
        log = op.negative(op.add(op.add(half_square, HALF_LOG_TWO_PI), op.log(divisor)))
        tail = op.divide(op.multiply(op.exp(op.negative(half_square)), PEAK), divisor)
    else:
        tail = op.add(HALF, op.negative(op.multiply(PEAK, integral(t))))
        log = op.log(tail)
    return op.where(right, op.log1p(op.negative(tail)), log)


def fraction(t: Floats, parts: int) -> Exact:
    """t + 1/(t + 2/(t + ...)) for t > 0: as many parts once more in binary64, whose ends enclose the last one."""
    low, high = t, np.full(t.shape, np.inf)
    for k in range(2 * parts, parts, -1):
        low, high = t + k / high, t + k / low
    out = Exact.from_float(low + (high - low) / 2)
    out.error[:] = (high - low) / low + ROUNDED
    for k in range(parts, 0, -1):
        out = op.add(op.exactly(t), op.divide(Exact.from_float(float(k)), out))
    return out


def integral(t: Floats) -> Exact:
    """Integral of exp(-s**2/2) from 0 to t <= 2: what follows the last term is no larger than it."""
    square = op.multiply(op.exactly(t), op.exactly(t))
    out = SERIES[-1].map(lambda part: np.full(t.shape, part))
    out.error[:] = 1.0
    for coefficient in SERIES[-2::-1]:
        out = op.add(coefficient, op.multiply(square, out))
    return op.multiply(op.exactly(t), out)
