"""Sums along rows of terms of any sign."""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import ADD_ERROR, add, normalise, power_of_two
from study.certified.engine.bounds import FAR, SLACK, share
from study.certified.engine.compiled import Floats, Integers, Whole, kernel, stage
from study.certified.engine.segments import LANES, SEGMENT, depth, segment_sum

HELD = 2.0**-298
"""Error of a term held at 2**-300 of the largest."""
ROUNDING = 2.0**-50
"""Of one addition of two bounds, with room."""


@stage
def align(hi: Floats, lo: Floats, exponent: Integers, error: Floats, common: Whole, scratch: Floats) -> None:
    """Terms, sizes and absolute errors in units of 2**common."""
    for j in range(hi.size):
        unit = power_of_two(max(min(exponent[j] - common, 0), FAR))
        scratch[0, j], scratch[1, j] = hi[j] * unit, lo[j] * unit
        size = abs(hi[j]) * unit
        scratch[2, j] = size
        scratch[3, j] = size * error[j] if error[j] != 0.0 else 0.0


@kernel
def row_sums(
    hi: Floats,
    lo: Floats,
    exponent: Integers,
    error: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """Sums along the last axis, the cancellation in their bounds."""
    rows, n = hi.shape
    scratch = np.empty((4, SEGMENT))
    lane_hi, lane_lo = np.empty(LANES), np.empty(LANES)
    for r in range(rows):
        common, special = np.int64(-(2**62)), 0.0
        for j in range(n):
            common = max(common, exponent[r, j]) if hi[r, j] != 0.0 else common
            special += 0.0 if abs(hi[r, j]) < np.inf else hi[r, j]
        s, t, sizes, absolute = 0.0, 0.0, 0.0, 0.0
        for start in range(0, n, SEGMENT):
            b = slice(start, min(start + SEGMENT, n))
            count = b.stop - start
            align(hi[r, b], lo[r, b], exponent[r, b], error[r, b], common, scratch)
            for j in range(count):
                sizes += scratch[2, j]
                absolute += scratch[3, j]
            u, v = segment_sum(scratch[0][:count], scratch[1][:count], lane_hi, lane_lo)
            s, t = add(s, t, u, v)
        absolute += (depth(n) * ADD_ERROR * sizes + n * HELD) if n > 1 and sizes != 0.0 else 0.0
        bound = share(absolute * (1.0 + n * ROUNDING), s) * SLACK
        finite = special == 0.0
        s, t, k = normalise(s, t, common)
        out_hi[r], out_lo[r] = s if finite else special, t if finite else 0.0
        out_exponent[r], out_error[r] = k if finite else 0, bound if finite else 0.0
