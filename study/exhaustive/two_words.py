"""Values in two words of binary64 and a bound on what these leave out.

The first word is exact, or the second 0: a rounding decision then stays decided however small the second word is.
"""

from __future__ import annotations

import numpy as np

from study.certified.engine.compiled import inline
from study.exhaustive.elementary import EDGE, ERROR, exp

NEAR = 2.0**-25


@inline
def decided(value: float) -> tuple[float, float, float]:
    """A value of one word with the relative error 2**-49, twice that of what it is made of."""
    return value, 0.0, 2.0 * ERROR * abs(value)


@inline
def sum_of(hi: float, lo: float) -> tuple[float, float, float]:
    """A value whose first word is exact; infinities and NaN are one word."""
    finite = abs(hi) < np.inf
    rest = lo if finite else 0.0
    return hi, rest, 4.0 * ERROR * abs(rest)


@inline
def share_of(others: float) -> tuple[float, float, float]:
    """1/(1 + S), S >= 0: for small S as 1 - S/(1 + S), so that it stays below 1."""
    if others < 0.5:
        return sum_of(1.0, -others / (1.0 + others))
    return decided(1.0 / (1.0 + others))


@inline
def near_half(d: float) -> tuple[float, float, float]:
    """1/(1 + exp(-d)) = 1/2 + d/4 - d^3/48 + ... for |d| < NEAR."""
    return sum_of(0.5, 0.25 * d)


@inline
def gap_of(top: float, x: float) -> tuple[float, float, float]:
    """top - x in two words, and exp(x - top), for x <= top; 0, 0 and 1 where they are equal."""
    gap = 0.0 if x == top else top - x
    back = gap - top
    rest = (top - (gap - back)) - (x + back)
    rest = rest if abs(rest) < np.inf else 0.0
    decay = exp(-gap)
    return gap, rest, decay - decay * (rest if gap <= EDGE else 0.0)
