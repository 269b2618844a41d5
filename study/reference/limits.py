"""Where rounding turns to zero or to infinity: a reference must be on the same side of it as the exact value."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from mpmath.libmp import from_float, from_man_exp, mpf_abs, mpf_ge, mpf_gt

from study.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from study.exact import Exact
    from study.formats import Format

    Raw = tuple[int, Any, int, int]
    """An mpf as mpmath.libmp has it: sign, mantissa, exponent, bits of the mantissa."""


def limits(form: Format) -> Iterator[tuple[float, int, bool]]:
    """The two limits of a format as m, e of m 2**e, 1 <= m < 2, and whether a number on it counts as beyond it."""
    yield 1.0, form.emin - form.p, False
    yield 2.0 - form.overflow_margin, form.emax, form.has_infinity


LIMITS = [limit for form in FORMATS.values() for limit in limits(form)]


def _by_size() -> dict[int, list[tuple[Raw, bool]]]:
    table = defaultdict(list)
    for m, e, counts in LIMITS:
        _, mantissa, exponent, _ = from_float(m)
        table[e + 1].append((from_man_exp(mantissa, exponent + e), counts))
    return dict(table)


_BY_SIZE = _by_size()
"""The limits v by the k of 2**(k - 1) <= v < 2**k."""


def parted(a: Raw, b: Raw) -> bool:
    """Whether a limit of some format lies between two numbers of one sign, no further apart than a factor of two."""
    for size in {a[2] + a[3], b[2] + b[3]}:
        for limit, counts in _BY_SIZE.get(size, ()):
            beyond = mpf_ge if counts else mpf_gt
            if beyond(mpf_abs(a), limit) != beyond(mpf_abs(b), limit):
                return True
    return False


def undecided(held: Exact) -> NDArray[np.bool_]:
    """Values that equal a limit to within the error that they claim."""
    out = np.zeros(held.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero((np.abs(held.lo) <= 2 * held.error) & (held.error > 0))
    m, e = np.abs(held.hi.reshape(-1)[near]), held.exponent.reshape(-1)[near]
    out.reshape(-1)[near] = np.logical_or.reduce([(m == limit) & (e == exponent) for limit, exponent, _ in LIMITS])
    return out
