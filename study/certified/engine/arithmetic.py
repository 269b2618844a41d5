"""Double-double arithmetic, and the normalisation of scaled double-doubles.

A double-double (hi, lo) is the unevaluated sum h + l with |l| <= ulp(hi)/2. With u = 2**-53 and neither underflow nor
overflow, the algorithms have the relative errors proven by Joldes, Muller and Popescu, *Tight and rigorous error
bounds for basic building blocks of double-word arithmetic*, ACM TOMS 44 (2017), doi:10.1145/3121432, and, for the
product, by Muller and Rideau, ACM TOMS 48 (2022), doi:10.1145/3484514.
"""

from __future__ import annotations

from study.certified.engine.compiled import Whole, bits, fma, from_bits, inline

U2 = 2.0**-106
ADD_ERROR = 4 * U2
"""AccurateDWPlusDW: 3u²/(1 - 4u)."""
SCALE_ERROR = 2 * U2
"""DWTimesFP3: 2u²."""
MULTIPLY_ERROR = 5 * U2
"""DWTimesDW3: 4u² plus the higher orders."""
DIVIDE_ERROR = 16 * U2
"""DWDivDW2: 15u² + 56u³."""

Pair = tuple[float, float]


@inline
def two_sum(a: float, b: float) -> Pair:
    """a + b exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@inline
def fast_two_sum(a: float, b: float) -> Pair:
    """a + b exactly where a = 0 or the exponent of a is at least that of b (Dekker)."""
    s = a + b
    return s, b - (s - a)


@inline
def two_prod(a: float, b: float) -> Pair:
    """a b exactly."""
    p = a * b
    return p, fma(a, b, -p)


@inline
def add(ah: float, al: float, bh: float, bl: float) -> Pair:
    """Sum of two double-doubles of any signs (AccurateDWPlusDW)."""
    sh, sl = two_sum(ah, bh)
    th, tl = two_sum(al, bl)
    vh, vl = fast_two_sum(sh, sl + th)
    return fast_two_sum(vh, tl + vl)


@inline
def scale(ah: float, al: float, b: float) -> Pair:
    """Product of a double-double and a double (DWTimesFP3)."""
    ch, cl = two_prod(ah, b)
    return fast_two_sum(ch, fma(al, b, cl))


@inline
def multiply(ah: float, al: float, bh: float, bl: float) -> Pair:
    """Product of two double-doubles (DWTimesDW3)."""
    ch, cl = two_prod(ah, bh)
    return fast_two_sum(ch, cl + fma(al, bh, fma(ah, bl, al * bl)))


@inline
def divide(ah: float, al: float, bh: float, bl: float) -> Pair:
    """Quotient of two double-doubles (DWDivDW2)."""
    t = ah / bh
    rh, rl = scale(bh, bl, t)
    return fast_two_sum(t, ((ah - rh) + (al - rl)) / bh)


@inline
def power_of_two(n: Whole) -> float:
    """2**n for -1022 <= n <= 1023."""
    return from_bits((n + 1023) << 52)  # type: ignore[no-any-return]


@inline
def exponent_of(x: float) -> int:
    """The e of 2**e <= |x| < 2**(e + 1), for normal x."""
    return ((bits(x) >> 52) & 0x7FF) - 1023  # type: ignore[no-any-return]


@inline
def multiply_add(zh: float, zl: float, hi: float, lo: float, ch: float, cl: float) -> Pair:
    """z (hi + lo) + c, a step of Horner's rule: for |z (hi + lo)| < |c|, the low word not renormalised."""
    p, q = two_prod(zh, hi)
    q = fma(zh, lo, fma(zl, hi, q))
    sh, sl = fast_two_sum(ch, p)
    return sh, sl + (cl + q)


@inline
def square_add(zh: float, zl: float, hi: float, lo: float) -> Pair:
    """z + z² (hi + lo), the last step of a series that begins with z."""
    p, q = two_prod(zh, zh)
    q = fma(2.0 * zh, zl, q)
    wh, wl = two_prod(p, hi)
    wl = fma(p, lo, fma(q, hi, wl))
    sh, sl = fast_two_sum(zh, wh)
    return fast_two_sum(sh, sl + (zl + wl))


@inline
def normalise(hi: float, lo: float, exponent: Whole) -> tuple[float, float, Whole]:
    """(hi + lo) 2**exponent with 1 <= |hi| < 2, or zero; for normal |hi| <= 2**1022."""
    shift = exponent_of(hi) if hi != 0.0 else 0
    unit = power_of_two(-shift)
    return hi * unit, lo * unit, (exponent + shift if hi != 0.0 else 0)
