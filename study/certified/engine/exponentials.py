"""exp and exp - 1 over arrays, block by block: reduce the arguments, look the table up, evaluate the series.

The look-up alone is scalar; the other two loops compile to vector instructions.
"""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import add, multiply, normalise, power_of_two, two_sum
from study.certified.engine.bounds import FAR, SLACK
from study.certified.engine.compiled import Floats, Integers, inline, kernel, stage
from study.certified.engine.exponential import EXP_ERROR, lift, reduce, series

BLOCK = 1024
LARGEST = 31
EDGE = 2.0**LARGEST
"""Beyond |x| = 2**31 the value is held at exp(±2**31): that bounds the small ones, and claims nothing of the large."""


@inline
def plain_unit(exponent: int) -> float:
    """2**exponent within the range of arguments."""
    return power_of_two(max(min(exponent, LARGEST), FAR))


@stage
def reduce_scaled(hi: Floats, lo: Floats, exponent: Integers, rh: Floats, rl: Floats, whole: Floats) -> None:
    """r and k of every argument."""
    for i in range(hi.size):
        h, e = hi[i], exponent[i]
        inside = abs(h) < np.inf and e < LARGEST
        unit = plain_unit(e)
        edge = EDGE if h > 0.0 else -EDGE
        rh[i], rl[i], whole[i] = reduce(h * unit if inside else edge, lo[i] * unit if inside else 0.0)


@stage
def look_up(whole: Floats, powers: Floats, th: Floats, tl: Floats) -> None:
    """T = 2**(j/256), j = k mod 256."""
    for i in range(whole.size):
        j = np.uint64(np.int64(whole[i])) & np.uint64(255)
        th[i], tl[i] = powers[0, j], powers[1, j]


@stage
def evaluate(
    hi: Floats,
    exponent: Integers,
    error: Floats,
    scratch: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """T (1 + series) 2**(k // 256), its bound, and the special values."""
    for i in range(hi.size):
        s, t = series(scratch[0, i], scratch[1, i])
        s, t = lift(scratch[3, i], scratch[4, i], s, t)
        s, t, k = normalise(s, t, np.int64(scratch[2, i]) >> 8)
        h, e = hi[i], exponent[i]
        finite = abs(h) < np.inf
        moved = abs(h) * plain_unit(e) * error[i]
        moved = moved * (1.0 + moved) if moved <= 1.0 else np.inf
        beyond = 1.0 if h < 0.0 else np.inf
        limit = np.inf if h > 0.0 else (0.0 if h < 0.0 else h)
        out_hi[i] = s if finite else limit
        out_lo[i] = t if finite else 0.0
        out_exponent[i] = k if finite else 0
        out_error[i] = ((moved + EXP_ERROR) * SLACK if e < LARGEST else beyond) if finite else 0.0


@kernel
def exponentials(
    hi: Floats,
    lo: Floats,
    exponent: Integers,
    error: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
    powers: Floats,
) -> None:
    """exp(x)."""
    scratch = np.empty((5, BLOCK))
    for start in range(0, hi.size, BLOCK):
        b = slice(start, min(start + BLOCK, hi.size))
        count = b.stop - start
        reduce_scaled(hi[b], lo[b], exponent[b], scratch[0][:count], scratch[1][:count], scratch[2][:count])
        look_up(scratch[2][:count], powers, scratch[3][:count], scratch[4][:count])
        evaluate(hi[b], exponent[b], error[b], scratch, out_hi[b], out_lo[b], out_exponent[b], out_error[b])


@kernel
def exponentials_less_one(
    hi: Floats, exponent: Integers, out_hi: Floats, out_lo: Floats, out_exponent: Integers, powers: Floats
) -> None:
    """exp(x) - 1 for doubles -0.75 <= x < 0."""
    for i in range(hi.size):
        tiny = exponent[i] < -110
        rh, rl, whole = reduce(hi[i] * power_of_two(max(exponent[i], FAR)), 0.0)
        qh, ql = series(rh, rl)
        j = np.uint64(np.int64(whole)) & np.uint64(255)
        unit = power_of_two(np.int64(whole) >> 8)
        th, tl = powers[0, j] * unit, powers[1, j] * unit
        ph, pl = multiply(th, tl, qh, ql)
        ah, al = two_sum(th - 1.0, tl)
        s, t = add(ah, al, ph, pl)
        s, t, k = normalise(s if whole != 0.0 else qh, t if whole != 0.0 else ql, 0)
        out_hi[i] = hi[i] if tiny else s
        out_lo[i] = 0.0 if tiny else t
        out_exponent[i] = exponent[i] if tiny else k
