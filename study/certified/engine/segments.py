"""Sums and maxima of long arrays in lanes, so that they compile to vector instructions and errors grow slowly."""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import Pair, add
from study.certified.engine.compiled import Floats, inline, stage

SEGMENT = 4096
LANES = 32


@inline
def depth(n: int) -> int:
    """Additions that any one term of a row of n passes through, at most."""
    return min(n, SEGMENT // LANES + 2 * LANES) + (n + SEGMENT - 1) // SEGMENT


@stage
def accumulate(hi: Floats, lo: Floats, lane_hi: Floats, lane_lo: Floats) -> None:
    """Add every LANES-th term to its lane."""
    for i in range(0, hi.size, LANES):
        for k in range(LANES):
            lane_hi[k], lane_lo[k] = add(lane_hi[k], lane_lo[k], hi[i + k], lo[i + k])


@stage
def segment_sum(hi: Floats, lo: Floats, lane_hi: Floats, lane_lo: Floats) -> Pair:
    """Sum of at most SEGMENT double-doubles, with at most SEGMENT/LANES + 2 LANES additions for a term."""
    whole = hi.size // LANES * LANES
    s, t = 0.0, 0.0
    if whole > 0:
        lane_hi[:] = 0.0
        lane_lo[:] = 0.0
        accumulate(hi[:whole], lo[:whole], lane_hi, lane_lo)
        for k in range(LANES):
            s, t = add(s, t, lane_hi[k], lane_lo[k])
    for i in range(whole, hi.size):
        s, t = add(s, t, hi[i], lo[i])
    return s, t


@stage
def raise_lanes(x: Floats, lanes: Floats) -> None:
    """The largest of every LANES-th entry."""
    for i in range(0, x.size, LANES):
        for k in range(LANES):
            lanes[k] = x[i + k] if x[i + k] > lanes[k] else lanes[k]


@stage
def largest(x: Floats, lanes: Floats) -> float:
    """The largest entry, NaN aside; -inf of none."""
    whole = x.size // LANES * LANES
    m = -np.inf
    if whole > 0:
        lanes[:] = -np.inf
        raise_lanes(x[:whole], lanes)
        for k in range(LANES):
            m = lanes[k] if lanes[k] > m else m
    for i in range(whole, x.size):
        m = x[i] if x[i] > m else m
    return m
