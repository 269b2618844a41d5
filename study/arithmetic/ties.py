"""Ziv's test, compiled: whether what an error leaves open reaches across a tie between two roundings."""

from __future__ import annotations

from typing import Any

import numpy as np

from study.arithmetic.loops import HIGH, LOW, loop


@loop
def undecided(xh: Any, xl: Any, sizes: Any, error: Any, out: Any) -> None:
    """Unless hi is infinite, or rounding hi + lo gives it on both sides of an error, relative to hi or to a size."""
    for i in range(xh.size):
        h, size = xh[i], abs(xh[i])
        off = error * max(size, abs(sizes[i])) if sizes[i] == sizes[i] else np.nan
        inside = ((size >= LOW) & (size <= HIGH)) | ((h == 0.0) & (off == 0.0) & (xl[i] == 0.0))
        out[i] = (size != np.inf) & (not (inside & (h + (xl[i] + off) == h) & (h + (xl[i] - off) == h)))


@loop
def near(values: Any, sizes: Any, error: Any, p: Any, xmin: Any, out: Any) -> None:
    """Where a tie of a format may be as near as an error: p + 1 bits hold the value but for it, and p bits do not.

    Below xmin the format is coarser, and any number of p bits may be a tie; and so where the error is large.
    """
    tie, number, much = 2.0 ** (52 - p) + 1, 2.0 ** (53 - p) + 1, 2.0 ** (p + 3)
    for i in range(values.size):
        v = values[i]
        off = error * max(abs(v), abs(sizes[i]))
        a, b = tie * v, number * v  # Veltkamp: a - (a - v) is v rounded to p + 1 bits
        coarse = abs(v) < max(xmin, much * off)
        out[i] = (abs(v - (a - (a - v))) < off) & (coarse | (abs(v - (b - (b - v))) >= off))
