"""Where rounding turns to zero or to infinity: a reference must be on the same side of it as the exact value."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from mpmath.libmp import from_float, from_man_exp, mpf_abs, mpf_ge, mpf_gt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.formats import Format

    Raw = tuple[int, Any, int, int]
    """An mpf as mpmath.libmp has it: sign, mantissa, exponent, bits of the mantissa."""


def limits(form: Format) -> tuple[tuple[float, int, bool], tuple[float, int, bool]]:
    """The two limits of a format as m, e of m 2**e, 1 <= m < 2, and whether a number on it counts as beyond it."""
    return (1.0, form.emin - form.p, False), (2.0 - form.overflow_margin, form.emax, form.midpoint_overflows)


@cache
def _by_size(form: Format) -> dict[int, tuple[Raw, bool]]:
    """The limits v by the k of 2**(k - 1) <= v < 2**k."""
    table = {}
    for m, e, counts in limits(form):
        _, mantissa, exponent, _ = from_float(m)
        table[e + 1] = (from_man_exp(mantissa, exponent + e), counts)
    return table


def parted(a: Raw, b: Raw, form: Format) -> bool:
    """Whether a limit of the format lies between two numbers of one sign, no further apart than a factor of two."""
    for size in {a[2] + a[3], b[2] + b[3]}:
        if size in _by_size(form):
            limit, counts = _by_size(form)[size]
            beyond = mpf_ge if counts else mpf_gt
            if beyond(mpf_abs(a), limit) != beyond(mpf_abs(b), limit):
                return True
    return False


def undecided(held: Exact, form: Format) -> NDArray[np.bool_]:
    """Values that equal a limit of the format to within the error that they claim."""
    out = np.zeros(held.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero((np.abs(held.lo) <= 2 * held.error) & (held.error > 0))
    m, e = np.abs(held.hi.reshape(-1)[near]), held.exponent.reshape(-1)[near]
    out.reshape(-1)[near] = np.logical_or.reduce([(m == v) & (e == exponent) for v, exponent, _ in limits(form)])
    return out
