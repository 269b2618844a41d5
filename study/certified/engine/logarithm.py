"""log1p of double-doubles near zero, on which every logarithm rests."""

from __future__ import annotations

from study.certified.engine.arithmetic import (
    Pair,
    add,
    fast_two_sum,
    multiply_add,
    scale,
    square_add,
    two_prod,
    two_sum,
)
from study.certified.engine.compiled import fma, inline
from study.certified.engine.tables import LN2_HI, LN2_LO, LOG

NEAR_ERROR = 2.0**-100
"""Relative, of log(1 + s) for -0.3 <= s <= 0.4143."""
LOG_ERROR = 2.0**-99
"""Relative, of the logarithm of a scaled double-double."""
LOG1P_ERROR = 2.0**-98
"""Relative, of log1p of a scaled double-double."""

(L3H, L3L), (L4H, L4L), (L5H, L5L), (L6H, L6L) = LOG[3:7]
L7, L8, L9, L10, L11, L12, L13 = (hi for hi, _ in LOG[7:14])


@inline
def centred(sh: float, sl: float, c: float) -> Pair:
    """z = (1 + s) c - 1, exact for c = 1; c is a multiple of 2**-11."""
    p, q = two_prod(sh, c)
    q = fma(sl, c, q)
    zh, zl = two_sum(c - 1.0, p)
    return two_sum(zh, zl + q)


@inline
def log1p_series(zh: float, zl: float) -> Pair:
    """log(1 + z) for |z| <= 2**-8.3: the Taylor polynomial of degree 13, its first six terms in double-double."""
    tail = fma(zh, fma(zh, fma(zh, fma(zh, fma(zh, fma(zh, L13, L12), L11), L10), L9), L8), L7)
    hi, lo = fast_two_sum(L6H, zh * tail)
    hi, lo = multiply_add(zh, zl, hi, lo + L6L, L5H, L5L)
    hi, lo = multiply_add(zh, zl, hi, lo, L4H, L4L)
    hi, lo = multiply_add(zh, zl, hi, lo, L3H, L3L)
    hi, lo = multiply_add(zh, zl, hi, lo, -0.5, 0.0)
    return square_add(zh, zl, hi, lo)


@inline
def around_one(hi: float, lo: float) -> tuple[float, float, int]:
    """s and k of hi + lo = 2**k (1 + s), 0.7 <= 1 + s <= 1.4143, for 1 <= hi < 2."""
    half = hi > 1.4142
    unit = 0.5 if half else 1.0
    sh, sl = two_sum(hi * unit - 1.0, lo * unit)
    return sh, sl, (1 if half else 0)


@inline
def log_of(sh: float, sl: float, c: float, gh: float, gl: float, k: float) -> Pair:
    """k log 2 - log c + log(1 + z) with z = (1 + s) c - 1 and -log c = gh + gl."""
    zh, zl = centred(sh, sl, c)
    zh, zl = log1p_series(zh, zl)
    zh, zl = add(gh, gl, zh, zl)
    kh, kl = scale(LN2_HI, LN2_LO, k)
    return add(kh, kl, zh, zl)
