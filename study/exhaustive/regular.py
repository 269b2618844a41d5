"""Errors in ulps where numbers are normal, and where subnormal numbers are flushed to zero."""

from __future__ import annotations

import numpy as np

from study.certified.engine.compiled import Floats, inline, kernel
from study.exhaustive.judge import exponent_of, power


@inline
def closed(v: float, cut: float) -> float:
    """A number on the axis from which those up to cut, on both sides of 0, are taken out."""
    kept = max(abs(v) - cut, 0.0)
    return kept if v > 0.0 else -kept


@inline
def gap(c: float, hi: float, lo: float, cut: float, p: int, emin: int, emax: int) -> float:
    """|c - (hi + lo)| in ulps of the exact value, numbers up to cut taken out; infinity lies beyond the largest."""
    r = hi + lo
    least, top = power(emin), power(emax + 1)
    if r != r or c != c:  # noqa: PLR0124 - NaN is what it is not
        return 0.0 if r != r and c != c else np.inf  # noqa: PLR0124 - as above
    if cut > 0.0 and abs(c) < least and abs(r) < least:
        return 0.0
    if abs(r) >= top - power(emax - p):
        infinite = abs(c) == np.inf and (c > 0.0) == (r > 0.0)
        if infinite or abs(r) == np.inf:
            return 0.0 if infinite else np.inf
    elif abs(c) == np.inf and abs(r) < power(emax):
        return np.inf
    c = min(max(c, -top), top)
    ulp = power(min(max(exponent_of(r), emin), emax) - p + 1)
    if cut > 0.0 and (abs(c) <= cut or abs(r) <= cut or (c > 0.0) != (r > 0.0)):
        return abs(closed(c, cut) - closed(r, cut)) / ulp
    return abs((c - hi) - lo) / ulp


@kernel
def errors_of(
    x: Floats,
    computed: Floats,
    hi: Floats,
    lo: Floats,
    at_zero: float,
    p: int,
    emin: int,
    emax: int,
    regular: Floats,
    flush: Floats,
) -> None:
    """Both errors of every result: the first 0 where argument or exact value is no normal number.

    Args:
        x: arguments.
        computed: results.
        hi: leading words of the exact values.
        lo: trailing words.
        at_zero: the exact value at 0.
        p: precision of the format.
        emin: exponent of its smallest normal number.
        emax: of its largest.
        regular: errors where numbers are normal, written.
        flush: errors where subnormal numbers are flushed, written.
    """
    least, cut = power(emin), power(emin) - power(emin - p + 1)
    for i in range(x.size):
        r, c = hi[i] + lo[i], computed[i]
        ordinary = least <= abs(r) < power(emax) and least <= abs(c) < power(emax) and (c > 0.0) == (r > 0.0)
        if ordinary and least <= abs(x[i]) < np.inf:
            regular[i] = flush[i] = abs((c - hi[i]) - lo[i]) * power(p - 1 - exponent_of(r))
            continue
        flush[i] = gap(c, hi[i], lo[i], cut, p, emin, emax)
        if abs(x[i]) < least and flush[i] > 0.0:
            flush[i] = min(flush[i], gap(c, at_zero, 0.0, cut, p, emin, emax))
        normal = (abs(x[i]) >= least or x[i] == 0.0) and (abs(r) >= least or r == 0.0)
        regular[i] = gap(c, hi[i], lo[i], 0.0, p, emin, emax) if normal else 0.0
