"""exp and expm1 of double-doubles, the exponent apart."""

from __future__ import annotations

from study.certified.engine.arithmetic import Pair, fast_two_sum, multiply_add, square_add, two_prod, two_sum
from study.certified.engine.compiled import fma, inline
from study.certified.engine.tables import EXP, STEP_1, STEP_2, STEP_3, STEP_INVERSE

EXP_ERROR = 2.0**-103
"""Relative, of T (1 + series) for |argument| <= LARGEST."""
LESS_ONE_ABSOLUTE = 0.55 * 2.0**-104
"""Absolute, of exp(x) - 1 for -log 2 < x < 0 before its last addition."""
LESS_ONE_ERROR = 2.0**-95.2
"""Relative, of the same with that addition."""

ROUND = 1.5 * 2.0**52
(E3H, E3L), (E4H, E4L) = EXP[3:5]
E5, E6, E7, E8, E9 = (hi for hi, _ in EXP[5:10])


@inline
def reduce(hi: float, lo: float) -> tuple[float, float, float]:
    """r and the whole number k of h + l = k log(2)/256 + r, |r| <= 2**-9.5, for |h| <= 2**31."""
    k = (hi * STEP_INVERSE + ROUND) - ROUND
    a, b = two_prod(k, STEP_1)
    c, d = two_prod(k, STEP_2)
    s, s1 = two_sum(hi - a, -b)
    s, s2 = two_sum(s, -c)
    s, s3 = two_sum(s, lo)
    rh, rl = two_sum(s, ((s1 + s2) + s3) - fma(k, STEP_3, d))
    return rh, rl, k


@inline
def series(rh: float, rl: float) -> Pair:
    """expm1(r) for |r| <= 2**-9.5: the Taylor polynomial of degree 9, its first four terms in double-double."""
    tail = fma(rh, fma(rh, fma(rh, fma(rh, E9, E8), E7), E6), E5)
    hi, lo = fast_two_sum(E4H, rh * tail)
    hi, lo = multiply_add(rh, rl, hi, lo + E4L, E3H, E3L)
    hi, lo = multiply_add(rh, rl, hi, lo, 0.5, 0.0)
    return square_add(rh, rl, hi, lo)


@inline
def lift(th: float, tl: float, hi: float, lo: float) -> Pair:
    """T (1 + q) for T in [1, 2) and |q| <= 2**-9."""
    p, q = two_prod(th, hi)
    q = fma(th, lo, fma(tl, hi, q))
    sh, sl = fast_two_sum(th, p)
    return fast_two_sum(sh, sl + (tl + q))
