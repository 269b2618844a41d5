"""Products along rows, mantissas and exponents apart."""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import (
    MULTIPLY_ERROR,
    SCALE_ERROR,
    exponent_of,
    multiply,
    normalise,
    power_of_two,
    scale,
)
from study.certified.engine.bounds import SLACK
from study.certified.engine.compiled import Floats, Integers, Whole, inline, kernel, stage
from study.certified.engine.segments import LANES

SMALLEST_NORMAL = 2.0**-1022
UP = 100


@inline
def mantissa(x: float) -> tuple[float, int]:
    """m and e of x = m 2**e, 1 <= |m| < 2, for finite x; zero has m = 0."""
    up = abs(x) < SMALLEST_NORMAL
    y = x * power_of_two(UP) if up else x
    e = exponent_of(y) if y != 0.0 else 0
    half = e >> 1
    return y * power_of_two(-half) * power_of_two(half - e), (e - UP if up else e)


@stage
def multiply_lanes(p: Floats, lane_hi: Floats, lane_lo: Floats, lane_exponent: Integers) -> None:
    """Multiply every LANES-th factor into its lane."""
    for i in range(0, p.size, LANES):
        for k in range(LANES):
            m, e = mantissa(p[i + k])
            s, t = scale(lane_hi[k], lane_lo[k], m)
            lane_hi[k], lane_lo[k], lane_exponent[k] = normalise(s, t, lane_exponent[k] + e)


@kernel
def row_products(p: Floats, out_hi: Floats, out_lo: Floats, out_exponent: Integers, out_error: Floats) -> None:
    """Products along the last axis of finite doubles."""
    rows, n = p.shape
    lane_hi, lane_lo = np.empty(LANES), np.empty(LANES)
    lane_exponent = np.empty(LANES, dtype=np.int64)
    whole = n // LANES * LANES
    bound = (n * SCALE_ERROR + (LANES * MULTIPLY_ERROR if whole > 0 else 0.0)) * SLACK if n > 1 else 0.0
    for r in range(rows):
        total: Whole = 0
        s, t = 1.0, 0.0
        if whole > 0:
            lane_hi[:], lane_lo[:], lane_exponent[:] = 1.0, 0.0, 0
            multiply_lanes(p[r, :whole], lane_hi, lane_lo, lane_exponent)
            for k in range(LANES):
                s, t = multiply(s, t, lane_hi[k], lane_lo[k])
                s, t, total = normalise(s, t, total + lane_exponent[k])
        for i in range(whole, n):
            m, e = mantissa(p[r, i])
            s, t = scale(s, t, m)
            s, t, total = normalise(s, t, total + e)
        out_hi[r], out_lo[r], out_exponent[r], out_error[r] = s, t, total, bound if s != 0.0 else 0.0
