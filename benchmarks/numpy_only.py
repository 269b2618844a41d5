"""exp in double-double with NumPy alone, no compiler: the alternative to the compiled engine, for its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine.tables import EXP, POWERS, STEP_1, STEP_2, STEP_3, STEP_INVERSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Pair = tuple[Floats, Floats]

SPLITTER = 2.0**27 + 1


def two_sum(a: Floats, b: Floats) -> Pair:
    """a + b exactly."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def split(a: Floats) -> Pair:
    """Two halves of 26 bits."""
    t = SPLITTER * a
    high = t - (t - a)
    return high, a - high


def two_prod(a: Floats, b: Floats) -> Pair:
    """a b exactly, without a fused multiply-add (Dekker)."""
    p = a * b
    (ah, al), (bh, bl) = split(a), split(b)
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


def multiply_add(a: Pair, b: Pair, c: tuple[float, ...]) -> Pair:
    """a b + c."""
    p, e = two_prod(a[0], b[0])
    s, t = two_sum(np.full_like(p, c[0]), p)
    return s, t + (c[1] + (e + (a[0] * b[1] + a[1] * b[0])))


def exp(x: Floats, block: int = 4096) -> Pair:
    """exp(x) for |x| <= 200, in cache-sized blocks."""
    hi, lo = np.empty_like(x), np.empty_like(x)
    for start in range(0, x.size, block):
        piece = slice(start, start + block)
        hi[piece], lo[piece] = _exp(x[piece])
    return hi, lo


def _exp(x: Floats) -> Pair:
    k = np.rint(x * STEP_INVERSE)
    a, b = two_prod(k, np.full_like(k, STEP_1))
    s, s1 = two_sum(x - a, -b)
    s, s2 = two_sum(s, -k * STEP_2)
    r = two_sum(s, (s1 + s2) - k * STEP_3)
    tail = np.full_like(x, EXP[9][0])
    for n in range(8, 3, -1):
        tail = tail * r[0] + EXP[n][0]
    q = (tail, np.full_like(tail, EXP[4][1]))
    for n in (3, 2, 1):
        q = multiply_add(r, q, EXP[n])
    q = multiply_add(r, q, (0.0, 0.0))
    j = k.astype(np.int64)
    table = POWERS[0][j & 255], POWERS[1][j & 255]
    p, e = two_prod(table[0], q[0])
    s, t = two_sum(table[0], p)
    t += table[1] + (e + table[0] * q[1] + table[1] * q[0])
    return np.ldexp(s, j >> 8), np.ldexp(t, j >> 8)
