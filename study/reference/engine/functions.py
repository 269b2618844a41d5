"""exp, expm1, log and log1p over arrays of scaled double-doubles, each value with its error bound.

Every kernel runs in three loops over a block: reduce the argument, look the table up, evaluate the series. The
look-up alone is scalar; the other two compile to vector instructions. An error bound e says
|true - held| <= e |held|, for large e too.
"""

from __future__ import annotations

import numpy as np

from study.reference.engine.arithmetic import add, multiply, normalise, power_of_two, scale, two_sum
from study.reference.engine.compiled import Floats, Integers, inline, kernel
from study.reference.engine.exponential import (
    EXP_ERROR,
    LARGEST,
    lift,
    reduce,
    series,
)
from study.reference.engine.logarithm import LOG1P_ERROR, LOG_ERROR, centred, log1p_series
from study.reference.engine.tables import CENTRE, LN2_HI, LN2_LO

BLOCK = 1024
SLACK = 1.0 + 2.0**-40
"""Pays for the rounding of the bounds themselves."""
FAR = -300
"""Words below 2**-300 of the value they are added to are held there: their size no longer matters."""


@inline
def share(absolute: float, size: float) -> float:
    """An absolute error relative to the value held; nothing is claimed of a zero that is not exact."""
    return 0.0 if absolute == 0.0 else absolute / abs(size)


@inline
def growth(error: float) -> float:
    """Bound on |log(1 + t)| for |t| <= error."""
    return error / (1.0 - error) if error < 0.5 else np.inf


@kernel
def exponentials(  # noqa: PLR0913
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
    """exp(x); beyond |x| = 2**31 the value is held at exp(±2**31), which bounds the small ones and no large one."""
    rh, rl, th, tl, whole = np.empty((5, BLOCK))
    for start in range(0, hi.size, BLOCK):
        count = min(BLOCK, hi.size - start)
        for i in range(count):
            h, e = hi[start + i], exponent[start + i]
            inside = abs(h) < np.inf and e < LARGEST
            unit = power_of_two(max(min(e, LARGEST), FAR))
            edge = 2.0**LARGEST if h > 0.0 else -(2.0**LARGEST)
            rh[i], rl[i], whole[i] = reduce(h * unit if inside else edge, lo[start + i] * unit if inside else 0.0)
        for i in range(count):
            j = np.uint64(np.int64(whole[i])) & np.uint64(255)
            th[i], tl[i] = powers[0, j], powers[1, j]
        for i in range(count):
            s, t = series(rh[i], rl[i])
            s, t = lift(th[i], tl[i], s, t)
            s, t, k = normalise(s, t, np.int64(whole[i]) >> 8)
            h, e = hi[start + i], exponent[start + i]
            finite = abs(h) < np.inf
            moved = abs(h) * power_of_two(max(min(e, LARGEST), FAR)) * error[start + i]
            moved = moved * (1.0 + moved) if moved <= 1.0 else np.inf
            beyond = 1.0 if h < 0.0 else np.inf
            limit = np.inf if h > 0.0 else (0.0 if h < 0.0 else h)
            out_hi[start + i] = s if finite else limit
            out_lo[start + i] = t if finite else 0.0
            out_exponent[start + i] = k if finite else 0
            out_error[start + i] = ((moved + EXP_ERROR) * SLACK if e < LARGEST else beyond) if finite else 0.0


@kernel
def exponentials_less_one(
    hi: Floats, exponent: Integers, out_hi: Floats, out_lo: Floats, out_exponent: Integers, powers: Floats
) -> None:
    """exp(x) - 1 for doubles -0.75 <= x < 0."""
    for i in range(hi.size):
        tiny = exponent[i] < -110
        rh, rl, whole = reduce(hi[i] * power_of_two(max(exponent[i], FAR)), 0.0)
        qh, ql = series(rh, rl)
        k = np.int64(whole)
        j = np.uint64(k) & np.uint64(255)
        unit = power_of_two(k >> 8)
        th, tl = powers[0, j] * unit, powers[1, j] * unit
        ph, pl = multiply(th, tl, qh, ql)
        ah, al = two_sum(th - 1.0, tl)
        s, t = add(ah, al, ph, pl)
        s, t, k = normalise(s if whole != 0.0 else qh, t if whole != 0.0 else ql, 0)
        out_hi[i] = hi[i] if tiny else s
        out_lo[i] = 0.0 if tiny else t
        out_exponent[i] = exponent[i] if tiny else k


@inline
def prepare(hi: float, lo: float) -> tuple[float, float, int]:
    """s and k of hi + lo = 2**k (1 + s), 0.7 <= 1 + s <= 1.4143, for 1 <= hi < 2."""
    half = hi > 1.4142
    unit = 0.5 if half else 1.0
    sh, sl = two_sum(hi * unit - 1.0, lo * unit)
    return sh, sl, (1 if half else 0)


@inline
def finish(sh: float, sl: float, c: float, gh: float, gl: float, k: float) -> tuple[float, float]:  # noqa: PLR0913
    """k log 2 - log c + log1p(z), z = (1 + s) c - 1."""
    zh, zl = centred(sh, sl, c)
    zh, zl = log1p_series(zh, zl)
    zh, zl = add(gh, gl, zh, zl)
    kh, kl = scale(LN2_HI, LN2_LO, k)
    return add(kh, kl, zh, zl)


@kernel
def logarithms(  # noqa: PLR0913
    hi: Floats,
    lo: Floats,
    exponent: Integers,
    error: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
    reciprocals: Floats,
    table: Floats,
) -> None:
    """log(y)."""
    sh, sl, power, c, gh, gl = np.empty((6, BLOCK))
    for start in range(0, hi.size, BLOCK):
        count = min(BLOCK, hi.size - start)
        for i in range(count):
            inside = hi[start + i] > 0.0 and hi[start + i] < np.inf
            sh[i], sl[i], k = prepare(hi[start + i] if inside else 1.0, lo[start + i] if inside else 0.0)
            power[i] = float(exponent[start + i] + k)
        for i in range(count):
            j = np.uint64(np.int64(sh[i] * 256.0 + (CENTRE + 0.5))) & np.uint64(255)
            c[i], gh[i], gl[i] = reciprocals[j], table[0, j], table[1, j]
        for i in range(count):
            s, t = finish(sh[i], sl[i], c[i], gh[i], gl[i], power[i])
            h = hi[start + i]
            inside = h > 0.0 and h < np.inf
            absolute = growth(error[start + i]) if abs(power[i]) < 2.0**52 else np.inf
            bound = (share(absolute, s) + LOG_ERROR) * SLACK if s != 0.0 else (0.0 if absolute == 0.0 else np.inf)
            limit = -np.inf if h == 0.0 else (h if h > 0.0 else np.nan)
            s, t, k = normalise(s, t, 0)
            out_hi[start + i] = s if inside else limit
            out_lo[start + i] = t if inside else 0.0
            out_exponent[start + i] = k if inside else 0
            out_error[start + i] = bound if inside else (error[start + i] if h == 0.0 else 0.0)


@kernel
def logarithms_of_one_plus(  # noqa: PLR0913
    hi: Floats,
    lo: Floats,
    exponent: Integers,
    error: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
    reciprocals: Floats,
    table: Floats,
) -> None:
    """log(1 + x): the series itself for -0.25 <= x <= 0.41, the logarithm of the sum elsewhere."""
    sh, sl, power, ratio, c, gh, gl = np.empty((7, BLOCK))
    for start in range(0, hi.size, BLOCK):
        count = min(BLOCK, hi.size - start)
        for i in range(count):
            h, e = hi[start + i], exponent[start + i]
            inside = abs(h) < np.inf
            h, lw = (h if inside else 0.0), (lo[start + i] if inside else 0.0)
            common = max(e, 0)
            unit = power_of_two(max(e - common, FAR))
            xh, xl = h * unit, lw * unit
            yh, yl = add(xh, xl, power_of_two(max(-common, FAR)), 0.0)
            near = common == 0 and xh >= -0.25 and xh <= 0.41
            positive = yh > 0.0
            ratio[i] = abs(xh) / yh if positive else (np.inf if yh == 0.0 else np.nan)
            yh, yl, k = normalise(yh if positive else 1.0, yl if positive else 0.0, common)
            fh, fl, shift = prepare(yh, yl)
            sh[i], sl[i] = xh if near else fh, xl if near else fl
            power[i] = 0.0 if near else float(k + shift)
        for i in range(count):
            j = np.uint64(np.int64(sh[i] * 256.0 + (CENTRE + 0.5))) & np.uint64(255)
            c[i], gh[i], gl[i] = reciprocals[j], table[0, j], table[1, j]
        for i in range(count):
            s, t = finish(sh[i], sl[i], c[i], gh[i], gl[i], power[i])
            h, e = hi[start + i], exponent[start + i]
            inside = abs(h) < np.inf and ratio[i] < np.inf
            absolute = growth(ratio[i] * error[start + i]) if abs(power[i]) < 2.0**52 else np.inf
            bound = (share(absolute, s) + LOG1P_ERROR) * SLACK
            limit = -np.inf if ratio[i] == np.inf else (h if h > 0.0 else np.nan)
            tiny = h == 0.0 or (e < -110 and abs(h) < np.inf)
            s, t, k = normalise(s, t, 0)
            out_hi[start + i] = h if tiny else (s if inside else limit)
            out_lo[start + i] = lo[start + i] if tiny else (t if inside else 0.0)
            out_exponent[start + i] = e if tiny else (k if inside else 0)
            small = error[start + i] if h == 0.0 else error[start + i] + LOG1P_ERROR
            out_error[start + i] = small if tiny else (bound if inside else 0.0)
