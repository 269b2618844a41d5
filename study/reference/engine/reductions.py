"""Sums of exponentials, sums and products along rows."""

from __future__ import annotations

import numpy as np

from study.reference.engine.arithmetic import (
    ADD_ERROR,
    MULTIPLY_ERROR,
    SCALE_ERROR,
    add,
    exponent_of,
    fast_two_sum,
    multiply,
    normalise,
    power_of_two,
    scale,
    two_sum,
)
from study.reference.engine.compiled import Floats, Integers, inline, kernel
from study.reference.engine.exponential import EXP_ERROR, lift, reduce, series
from study.reference.engine.functions import FAR, SLACK, share

SEGMENT = 4096
LANES = 32
LOWEST = -200.0
"""Terms below exp(-200) of the largest are held there: exp(-200) < 2**-288."""


@inline
def segment_sum(hi: Floats, lo: Floats, start: int, stop: int, lane_hi: Floats, lane_lo: Floats) -> tuple[float, float]:  # noqa: PLR0913
    """Sum of double-doubles, in LANES partial sums: at most ceil(count/LANES) + LANES additions each."""
    lane_hi[:] = 0.0
    lane_lo[:] = 0.0
    whole = start + (stop - start) // LANES * LANES
    for i in range(start, whole, LANES):
        for k in range(LANES):
            lane_hi[k], lane_lo[k] = add(lane_hi[k], lane_lo[k], hi[i + k], lo[i + k])
    s, t = 0.0, 0.0
    if whole > start:
        for k in range(LANES):
            s, t = add(s, t, lane_hi[k], lane_lo[k])
    for i in range(whole, stop):
        s, t = add(s, t, hi[i], lo[i])
    return s, t


@inline
def depth(n: int) -> int:
    """Additions that any one term of a row of n passes through, at most."""
    return min(n, SEGMENT // LANES + 2 * LANES) + (n + SEGMENT - 1) // SEGMENT


@kernel
def sums_of_exponentials(  # noqa: PLR0913
    x: Floats,
    left_out: Integers,
    shift: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
    powers: Floats,
) -> None:
    """sum of exp(x_j - shift) over j != left_out, shift the largest of those x_j; zero where that is -inf."""
    rows, n = x.shape
    rh, rl, th, tl, whole = np.empty((5, SEGMENT))
    lane_hi, lane_lo = np.empty((2, LANES))
    group = max(1, SEGMENT // max(n, 1))
    bound = (depth(n) * ADD_ERROR + EXP_ERROR + n * 2.0**-280) * SLACK
    for first in range(0, rows, group):
        last = min(first + group, rows)
        for r in range(first, last):
            m = -np.inf
            for j in range(n):
                m = x[r, j] if x[r, j] > m and j != left_out[r] else m
            shift[r] = m
            out_hi[r], out_lo[r] = 0.0, 0.0
        for start in range(0, n, SEGMENT):
            width = min(SEGMENT, n - start)
            count = width * (last - first)
            for r in range(first, last):
                base = (r - first) * width
                m = shift[r]
                for j in range(width):
                    d, e = two_sum(x[r, start + j], -m)
                    rh[base + j], rl[base + j] = d if d > LOWEST else LOWEST, e if d > LOWEST else 0.0
            for i in range(count):
                rh[i], rl[i], whole[i] = reduce(rh[i], rl[i])
            for i in range(count):
                k = np.uint64(np.int64(whole[i])) & np.uint64(255)
                th[i], tl[i] = powers[0, k], powers[1, k]
            for i in range(count):
                s, t = series(rh[i], rl[i])
                s, t = lift(th[i], tl[i], s, t)
                unit = power_of_two(np.int64(whole[i]) >> 8)
                rh[i], rl[i] = s * unit, t * unit
            for r in range(first, last):
                base = (r - first) * width
                j = left_out[r] - start
                if j >= 0 and j < width:
                    rh[base + j], rl[base + j] = 0.0, 0.0
                s, t = segment_sum(rh, rl, base, base + width, lane_hi, lane_lo)
                out_hi[r], out_lo[r] = add(out_hi[r], out_lo[r], s, t)
        for r in range(first, last):
            empty = shift[r] == -np.inf
            s, t, k = normalise(0.0 if empty else out_hi[r], 0.0 if empty else out_lo[r], 0)
            out_hi[r], out_lo[r], out_exponent[r], out_error[r] = s, t, k, 0.0 if empty else bound


@kernel
def row_sums(  # noqa: PLR0913
    hi: Floats,
    lo: Floats,
    exponent: Integers,
    error: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """Sums along the last axis of terms of any sign, the cancellation in their bounds."""
    rows, n = hi.shape
    th, tl = np.empty((2, SEGMENT))
    lane_hi, lane_lo = np.empty((2, LANES))
    for r in range(rows):
        common = np.int64(-(2**62))
        plain = 0.0
        for j in range(n):
            common = max(common, exponent[r, j]) if hi[r, j] != 0.0 else common
            plain += 0.0 if abs(hi[r, j]) < np.inf else hi[r, j]
        s, t, sizes, absolute = 0.0, 0.0, 0.0, 0.0
        for start in range(0, n, SEGMENT):
            width = min(SEGMENT, n - start)
            for j in range(width):
                unit = power_of_two(max(exponent[r, start + j] - common, FAR))
                th[j], tl[j] = hi[r, start + j] * unit, lo[r, start + j] * unit
                size = abs(th[j])
                sizes += size
                absolute += size * error[r, start + j] if error[r, start + j] != 0.0 else 0.0
            u, v = segment_sum(th, tl, 0, width, lane_hi, lane_lo)
            s, t = add(s, t, u, v)
        absolute += (depth(n) * ADD_ERROR * sizes + n * 2.0**-298) if n > 1 and sizes != 0.0 else 0.0
        bound = share(absolute * (1.0 + n * 2.0**-50), s) * SLACK
        finite = plain == 0.0
        s, t, k = normalise(s, t, common)
        out_hi[r], out_lo[r] = s if finite else plain, t if finite else 0.0
        out_exponent[r], out_error[r] = k if finite else 0, bound if finite else 0.0


@inline
def mantissa(x: float) -> tuple[float, int]:
    """m and e of x = m 2**e, 1 <= |m| < 2, for finite x; zero has m = 0."""
    subnormal = abs(x) < 2.0**-1022
    y = x * 2.0**100 if subnormal else x
    e = exponent_of(y) if y != 0.0 else 0
    half = e // 2
    return y * power_of_two(-half) * power_of_two(half - e), (e - 100 if subnormal else e)


@kernel
def row_products(
    p: Floats, out_hi: Floats, out_lo: Floats, out_exponent: Integers, out_error: Floats
) -> None:
    """Products along the last axis of finite doubles."""
    rows, n = p.shape
    lane_hi, lane_lo = np.empty((2, LANES))
    lane_exponent = np.empty(LANES, dtype=np.int64)
    bound = (n * SCALE_ERROR + LANES * MULTIPLY_ERROR) * SLACK if n > 1 else 0.0
    for r in range(rows):
        s, t, total = 1.0, 0.0, np.int64(0)
        whole = n // LANES * LANES
        lane_hi[:] = 1.0
        lane_lo[:] = 0.0
        lane_exponent[:] = 0
        for i in range(0, whole, LANES):
            for k in range(LANES):
                m, e = mantissa(p[r, i + k])
                u, v = scale(lane_hi[k], lane_lo[k], m)
                lane_hi[k], lane_lo[k], lane_exponent[k] = normalise(u, v, lane_exponent[k] + e)
        if whole > 0:
            for k in range(LANES):
                s, t = multiply(s, t, lane_hi[k], lane_lo[k])
                s, t, total = normalise(s, t, total + lane_exponent[k])
        for i in range(whole, n):
            m, e = mantissa(p[r, i])
            s, t = scale(s, t, m)
            s, t, total = normalise(s, t, total + e)
        out_hi[r], out_lo[r], out_exponent[r], out_error[r] = s, t, total, bound if s != 0.0 else 0.0
