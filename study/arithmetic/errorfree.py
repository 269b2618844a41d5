"""Double-double arithmetic on pairs of float64 arrays: an unevaluated sum hi + lo, |lo| <= ulp(hi) / 2.

The algorithms and their proven error bounds, in u**2 with u = 2**-53, are those of Joldes, Muller and Popescu, *Tight
and rigorous error bounds for basic building blocks of double-word arithmetic*, ACM TOMS 44 (2017), the quotient apart:
docs/arithmetic.md has it, and what is made of them. Infinities and NaN behave as in binary64, with lo = 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Pair = tuple[Floats, Floats]

_HALF_WORD = np.int64(1 << 26)
_UPPER = np.int64(~((1 << 27) - 1))


def two_sum(a: Floats, b: Floats) -> Pair:
    """a + b exactly (Knuth; algorithm 2)."""
    s = a + b
    virtual = s - a
    return s, (a - (s - virtual)) + (b - virtual)


def fast_two_sum(a: Floats, b: Floats) -> Pair:
    """a + b exactly where |a| >= |b| or a = 0 (Dekker; algorithm 1)."""
    s = a + b
    return s, b - (s - a)


def split(a: Floats) -> Pair:
    """The 26 leading bits of a, rounded in its bit pattern, and the rest: nothing overflows on the way."""
    bits = a.view(np.int64)
    high = ((bits + _HALF_WORD) & _UPPER).view(np.float64)
    return high, a - high


def two_product(a: Floats, b: Floats) -> Pair:
    """A b exactly, while its error is not subnormal (Dekker, *A floating-point technique*, 1971)."""
    p = a * b
    a_high, a_low = split(a)
    b_high, b_low = split(b)
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


def settled(plain: Floats, pair: Pair) -> Pair:
    """The pair, or what binary64 made of it where that is infinite or NaN."""
    finite = np.isfinite(plain)
    return pair if finite.all() else (np.where(finite, pair[0], plain), np.where(finite, pair[1], 0.0))


def add(x: Pair, y: Pair) -> Pair:
    """Sum within 3 u**2 + 13 u**3 (AccurateDWPlusDW, algorithm 6)."""
    s, error = two_sum(x[0], y[0])
    t, rest = two_sum(x[1], y[1])
    v, w = fast_two_sum(s, error + t)
    return settled(s, fast_two_sum(v, rest + w))


def multiply(x: Pair, y: Pair) -> Pair:
    """Product within 7 u**2 (DWTimesDW1, algorithm 10)."""
    p, error = two_product(x[0], y[0])
    return settled(p, fast_two_sum(p, error + (x[0] * y[1] + x[1] * y[0])))


def divide(x: Pair, y: Pair) -> Pair:
    """Quotient within 15 u**2: one step of Newton's, as DWDivDW2, its product left unnormalised."""
    q = x[0] / y[0]
    p, error = two_product(q, y[0])
    error = error + q * y[1]
    rest = ((x[0] - p) - error) + x[1]
    return settled(q, fast_two_sum(q, np.where(np.isinf(y[0]), 0.0, rest / y[0])))
