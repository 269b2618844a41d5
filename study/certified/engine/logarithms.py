"""log and log1p over arrays, block by block: split off the exponent, look the table up, evaluate the series."""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import add, normalise, power_of_two
from study.certified.engine.bounds import FAR, SLACK, growth, share
from study.certified.engine.compiled import Floats, Integers, inline, kernel, stage
from study.certified.engine.logarithm import LOG1P_ERROR, LOG_ERROR, around_one, log_of
from study.certified.engine.tables import CENTRE, STEPS

BLOCK = 1024
EXACT_WHOLE = 2.0**52
"""Exponents are exact in binary64 below this."""


@inline
def finite_or(x: float, replacement: float) -> float:
    """x, or the replacement of an infinity or NaN."""
    return x if abs(x) < np.inf else replacement


@stage
def split(hi: Floats, lo: Floats, exponent: Integers, sh: Floats, sl: Floats, power: Floats) -> None:
    """s and k of y = 2**k (1 + s)."""
    for i in range(hi.size):
        inside = hi[i] > 0.0 and hi[i] < np.inf
        sh[i], sl[i], k = around_one(hi[i] if inside else 1.0, lo[i] if inside else 0.0)
        power[i] = float(exponent[i] + k)


@stage
def split_one_plus(
    hi: Floats, lo: Floats, exponent: Integers, sh: Floats, sl: Floats, power: Floats, ratio: Floats
) -> None:
    """s and k of 1 + x = 2**k (1 + s), s = x where -0.25 <= x <= 0.41; ratio = |x|/(1 + x), NaN outside the domain."""
    for i in range(hi.size):
        h, e = finite_or(hi[i], 0.0), exponent[i]
        common = max(e, 0)
        unit = power_of_two(max(e - common, FAR))
        xh, xl = h * unit, lo[i] * unit
        yh, yl = add(xh, xl, power_of_two(max(-common, FAR)), 0.0)
        near = common == 0 and xh >= -0.25 and xh <= 0.41
        positive = yh > 0.0
        ratio[i] = abs(xh) / yh if positive else (np.inf if yh == 0.0 else np.nan)
        yh, yl, k = normalise(yh if positive else 1.0, yl if positive else 0.0, common)
        fh, fl, shift = around_one(yh, yl)
        sh[i], sl[i] = xh if near else fh, xl if near else fl
        power[i] = 0.0 if near else float(k + shift)


@stage
def look_up(sh: Floats, reciprocals: Floats, table: Floats, c: Floats, gh: Floats, gl: Floats) -> None:
    """c = 1/(1 + j/256) and -log c for the j nearest to 256 s."""
    for i in range(sh.size):
        j = np.uint64(np.int64(sh[i] * STEPS + (CENTRE + 0.5))) & np.uint64(STEPS - 1)
        c[i], gh[i], gl[i] = reciprocals[j], table[0, j], table[1, j]


@stage
def evaluate(
    hi: Floats,
    error: Floats,
    scratch: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """The logarithm, its bound, and the special values."""
    for i in range(hi.size):
        s, t = log_of(scratch[0, i], scratch[1, i], scratch[3, i], scratch[4, i], scratch[5, i], scratch[2, i])
        h = hi[i]
        inside = h > 0.0 and h < np.inf
        absolute = growth(error[i]) if abs(scratch[2, i]) < EXACT_WHOLE else np.inf
        bound = share(absolute, s) + (LOG_ERROR if s != 0.0 else 0.0)
        limit = -np.inf if h == 0.0 else (h if h > 0.0 else np.nan)
        s, t, k = normalise(s, t, 0)
        out_hi[i] = s if inside else limit
        out_lo[i] = t if inside else 0.0
        out_exponent[i] = k if inside else 0
        out_error[i] = bound * SLACK if inside else (error[i] if h == 0.0 else 0.0)


@stage
def evaluate_one_plus(
    hi: Floats,
    lo: Floats,
    exponent: Integers,
    error: Floats,
    scratch: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """log(1 + x), its bound, and the special values; x itself below 2**-110."""
    for i in range(hi.size):
        s, t = log_of(scratch[0, i], scratch[1, i], scratch[3, i], scratch[4, i], scratch[5, i], scratch[2, i])
        h, e, ratio = hi[i], exponent[i], scratch[6, i]
        tiny = h == 0.0 or (e < -110 and abs(h) < np.inf)
        inside = abs(h) < np.inf and ratio < np.inf
        absolute = growth(ratio * error[i]) if abs(scratch[2, i]) < EXACT_WHOLE else np.inf
        bound = error[i] if tiny else share(absolute, s)
        bound = (bound + (LOG1P_ERROR if h != 0.0 else 0.0)) * SLACK
        limit = -np.inf if ratio == np.inf else (h if h > 0.0 else np.nan)
        s, t, k = normalise(s, t, 0)
        out_hi[i] = h if tiny else (s if inside else limit)
        out_lo[i] = lo[i] if tiny else (t if inside else 0.0)
        out_exponent[i] = e if tiny else (k if inside else 0)
        out_error[i] = bound if tiny or inside else 0.0


@kernel
def logarithms(
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
    scratch = np.empty((6, BLOCK))
    for start in range(0, hi.size, BLOCK):
        b = slice(start, min(start + BLOCK, hi.size))
        count = b.stop - start
        split(hi[b], lo[b], exponent[b], scratch[0][:count], scratch[1][:count], scratch[2][:count])
        look_up(scratch[0][:count], reciprocals, table, scratch[3][:count], scratch[4][:count], scratch[5][:count])
        evaluate(hi[b], error[b], scratch, out_hi[b], out_lo[b], out_exponent[b], out_error[b])


@kernel
def logarithms_of_one_plus(
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
    """log(1 + x)."""
    scratch = np.empty((7, BLOCK))
    for start in range(0, hi.size, BLOCK):
        b = slice(start, min(start + BLOCK, hi.size))
        count = b.stop - start
        split_one_plus(
            hi[b],
            lo[b],
            exponent[b],
            scratch[0][:count],
            scratch[1][:count],
            scratch[2][:count],
            scratch[6][:count],
        )
        look_up(scratch[0][:count], reciprocals, table, scratch[3][:count], scratch[4][:count], scratch[5][:count])
        evaluate_one_plus(
            hi[b], lo[b], exponent[b], error[b], scratch, out_hi[b], out_lo[b], out_exponent[b], out_error[b]
        )
