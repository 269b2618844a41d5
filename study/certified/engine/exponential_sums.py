"""Sums of exponentials along rows, with respect to the largest of the terms summed."""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import ADD_ERROR, add, normalise, power_of_two, two_sum
from study.certified.engine.bounds import SLACK
from study.certified.engine.compiled import Floats, Integers, kernel, stage
from study.certified.engine.exponential import EXP_ERROR, lift, reduce, series
from study.certified.engine.exponentials import look_up
from study.certified.engine.segments import LANES, SEGMENT, depth, largest, segment_sum

LOWEST = -200.0
"""Terms below exp(-200) of the largest are held there."""
HELD = 2.0**-288
"""exp(-200) is less."""


@stage
def shift_and_reduce(x: Floats, shift: float, rh: Floats, rl: Floats, whole: Floats) -> None:
    """r and k of every x_j - shift."""
    for j in range(x.size):
        d, e = two_sum(x[j], -shift)
        held = not d > LOWEST
        rh[j], rl[j], whole[j] = reduce(LOWEST if held else d, 0.0 if held else e)


@stage
def evaluate(scratch: Floats, count: int) -> None:
    """T (1 + series) 2**(k // 256), in place of r."""
    for i in range(count):
        s, t = series(scratch[0, i], scratch[1, i])
        s, t = lift(scratch[3, i], scratch[4, i], s, t)
        unit = power_of_two(np.int64(scratch[2, i]) >> 8)
        scratch[0, i], scratch[1, i] = s * unit, t * unit


@kernel
def sums_of_exponentials(
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
    scratch = np.empty((5, SEGMENT))
    lane_hi, lane_lo = np.empty(LANES), np.empty(LANES)
    group = max(1, SEGMENT // max(n, 1))
    bound = (depth(n) * ADD_ERROR + EXP_ERROR + n * HELD) * SLACK
    for first in range(0, rows, group):
        last = min(first + group, rows)
        for r in range(first, last):
            j = left_out[r]
            shift[r] = max(largest(x[r, :j], lane_hi), largest(x[r, j + 1 :], lane_hi))
            out_hi[r], out_lo[r] = 0.0, 0.0
        for start in range(0, n, SEGMENT):
            width = min(SEGMENT, n - start)
            count = width * (last - first)
            for r in range(first, last):
                b = slice((r - first) * width, (r - first + 1) * width)
                shift_and_reduce(x[r, start : start + width], shift[r], scratch[0][b], scratch[1][b], scratch[2][b])
            look_up(scratch[2][:count], powers, scratch[3][:count], scratch[4][:count])
            evaluate(scratch, count)
            for r in range(first, last):
                b = slice((r - first) * width, (r - first + 1) * width)
                j = left_out[r] - start
                if j >= 0 and j < width:
                    scratch[0, b.start + j], scratch[1, b.start + j] = 0.0, 0.0
                s, t = segment_sum(scratch[0][b], scratch[1][b], lane_hi, lane_lo)
                out_hi[r], out_lo[r] = add(out_hi[r], out_lo[r], s, t)
        for r in range(first, last):
            empty = shift[r] == -np.inf
            s, t, k = normalise(0.0 if empty else out_hi[r], 0.0 if empty else out_lo[r], 0)
            out_hi[r], out_lo[r], out_exponent[r], out_error[r] = s, t, k, 0.0 if empty else bound
