"""Computed values judged against references with a bound, in one compiled loop: error bins and outcomes counted.

Semantics are those of ``study.errors``. A value whose bin or outcome the bound leaves open is not counted, but listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from study.errors import Outcome
from study.reference.engine.compiled import Floats, Integers, bits, from_bits, inline, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.formats import Format

BINS = 67
"""Of the error e in ulps: e <= 1/2, then 2**(j - 2) < e <= 2**(j - 1), the last but one open, the last e infinite."""
INFINITE = BINS - 1
SLACK = 2.0**-50
NORMAL, SUBNORMAL, OVERFLOW, UNDERFLOW, NAN, LIMIT, MISSED = (int(outcome) for outcome in Outcome)
OUTCOMES = len(Outcome)


class Limits(NamedTuple):
    """What a kernel has to know of a format."""

    p: int
    emin: int
    emax: int
    to_zero: float
    """Up to here a value rounds to zero."""
    to_infinity: float
    """From here on a value rounds to infinity; without infinities, beyond here."""
    has_infinity: bool

    @classmethod
    def of(cls, form: Format) -> Limits:
        """The limits of a format."""
        top = (2.0 - form.overflow_margin) * 2.0**form.emax
        return cls(form.p, form.emin, form.emax, form.xmins / 2, top, form.has_infinity)


@inline
def bin_of(error: float) -> int:
    """The bin of an error >= 0."""
    if error <= 0.5:
        return 0
    if error == np.inf:
        return INFINITE
    pattern = bits(error)
    above: int = (pattern >> 52) - 1023 + (2 if pattern & ((1 << 52) - 1) else 1)
    return min(above, INFINITE - 1)


@inline
def exponent_of(x: float) -> int:
    """e of 2**e <= |x| < 2**(e + 1)."""
    e: int = (bits(x) >> 52 & 2047) - 1023
    return e


@inline
def power(e: int) -> float:
    """2**e of a normal number."""
    value: float = from_bits((e + 1023) << 52)
    return value


@inline
def exceeds(hi: float, lo: float, edge: float, bound: float) -> int:
    """Whether hi + lo, known to within the bound, is above an edge: 1, or not: -1, or left open: 0."""
    excess = (hi - edge) + lo
    doubt = bound + (abs(lo) + abs(excess)) * SLACK
    return 1 if excess > doubt else (-1 if excess <= -doubt else 0)


@inline
def place_of(hi: float, lo: float, bound: float) -> int:
    """The bin of an error |hi + lo|, -1 where it is left open."""
    error = hi + lo
    if error < 0.0:
        hi, lo, error = -hi, -lo, -error
    place = bin_of(error)
    if place >= INFINITE - 2:
        return place
    above = exceeds(hi, lo, power(place - 1), bound)
    below = exceeds(hi, lo, power(place - 2), bound) if place > 0 else 1
    if above == 0 or below == 0:
        return -1
    return place + 1 if above > 0 else (place if below > 0 else place - 1)


@inline
def distance(c: float, hi: float, lo: float, bound: float, e: int, limits: Limits) -> tuple[float, int]:
    """|c - (hi + lo)| in units of 2**(e - p + 1), and its bin."""
    unit = power(limits.p - 1 - max(e, limits.emin))
    gap = c - hi
    back = gap - c
    rest = (c - (gap - back)) - (hi + back)
    first, second = gap * unit, (rest - lo) * unit
    return abs(first + second), place_of(first, second, bound * unit)


@inline
def error_of(c: float, hi: float, lo: float, bound: float, limits: Limits) -> tuple[float, int]:
    """Error in ulps of the value hi + lo, and its bin; where the value's binade is open, so may be the bin."""
    r = hi + lo
    sign = 1.0 if r >= 0.0 else -1.0
    e = exponent_of(r)
    if e < limits.emin or r == 0.0:
        return distance(c, hi, lo, bound, limits.emin, limits)
    lower, upper = e, e
    inside = exceeds(sign * hi, sign * lo, power(e), bound)
    beyond = exceeds(sign * hi, sign * lo, power(e + 1), bound)
    if inside <= 0 and not (hi == r and lo == 0.0 and bound == 0.0):
        lower = e - 1
        upper = e if inside == 0 else e - 1
    elif beyond >= 0:
        upper = e + 1
        lower = e if beyond == 0 else e + 1
    error, place = distance(c, hi, lo, bound, upper, limits)
    if lower < upper:
        error, other = distance(c, hi, lo, bound, lower, limits)
        place = place if place == other else -1
    return error, place


@inline
def judge(c: float, hi: float, lo: float, bound: float, limits: Limits) -> tuple[float, int, int]:  # noqa: PLR0911 - a case a line
    """Error in ulps, its bin and the outcome; bin -1 where they are left open."""
    r = hi + lo
    if r != r:  # noqa: PLR0124 - NaN is what it is not
        return (0.0, 0, LIMIT) if c != c else (np.inf, INFINITE, MISSED)  # noqa: PLR0124 - as above
    size = abs(r)
    slack = bound + size * SLACK if size < np.inf else 0.0
    sign = 1.0 if r >= 0.0 else -1.0
    over = exceeds(sign * hi, sign * lo, limits.to_infinity, bound) if size < np.inf else 1
    if over == 0 or (size == limits.to_infinity and lo == 0.0):
        return 0.0, -1, 0
    infinite = over > 0
    if c != c:  # noqa: PLR0124 - as above
        return (0.0, 0, LIMIT) if infinite and not limits.has_infinity else (np.inf, INFINITE, NAN)
    outcome = NORMAL if abs(c) >= power(limits.emin) else SUBNORMAL
    if infinite:
        if abs(c) == np.inf:
            return (0.0, 0, LIMIT) if (c > 0.0) == (r > 0.0) else (np.inf, INFINITE, MISSED)
        if size == np.inf:
            return 0.0, -1, 0
        outcome = MISSED
    elif abs(c) == np.inf:
        outcome = OVERFLOW
        c = np.copysign(power(limits.emax + 1), c)
    elif c == 0.0:
        if size - slack <= limits.to_zero < size + slack:
            return 0.0, -1, 0
        outcome = LIMIT if size <= limits.to_zero else UNDERFLOW
    error, place = error_of(c, hi, lo, bound, limits)
    return error, place, outcome


@inline
def plain(c: float, hi: float, lo: float, bound: float, limits: Limits) -> tuple[float, int]:
    """Error and bin of a normal number within an ulp of a value that is well inside a binade, as most are; or bin -1.

    Nothing here depends on the input but which of the two bins it is, so that the loop has few branches.
    """
    r = hi + lo
    slack = bound + abs(r) * SLACK
    e = exponent_of(r)
    low, unit = power(e), power(limits.p - 1 - e)
    gap = (c - hi) * unit
    error = abs(gap - lo * unit)
    doubt = (slack + SLACK * abs(lo)) * unit + SLACK * abs(gap)
    ordinary = (abs(r) - slack >= low) & (abs(r) + slack < 2.0 * low) & (limits.emin <= e) & (e < limits.emax)
    ordinary &= (abs(c) >= power(limits.emin)) & (error + doubt <= 1.0)
    below, above = error + doubt <= 0.5, error - doubt > 0.5
    return error, ((1 if above else 0) if ordinary & (below | above) else -1)


@kernel
def judge_each(
    computed: Floats,
    hi: Floats,
    lo: Floats,
    bound: Floats,
    limits: Limits,
    errors: Floats,
    places: Integers,
    outcomes: Integers,
) -> None:
    """The judgement of every value by itself."""
    for i in range(computed.size):
        errors[i], places[i], outcomes[i] = judge(computed[i], hi[i], lo[i], bound[i], limits)


@kernel
def classify(
    computed: Floats,
    hi: Floats,
    lo: Floats,
    bound: Floats,
    limits: Limits,
    histogram: Integers,
    outcomes: Integers,
    open_: Integers,
) -> tuple[float, int, int]:
    """Count what is decided; returns the largest error, where it is first met, and how many are left open.

    Args:
        computed: results in binary64.
        hi: leading words of the references.
        lo: trailing words.
        bound: bounds on what the two words leave out.
        limits: of the format.
        histogram: counts by bin, added to.
        outcomes: counts by outcome, added to.
        open_: positions of the values left open, filled from the front.
    """
    worst, at, count = -1.0, -1, 0
    near = np.zeros(3, dtype=np.int64)
    for i in range(computed.size):
        error, place = plain(computed[i], hi[i], lo[i], bound[i], limits)
        near[place + 1] += 1
        if place < 0:
            error, place, outcome = judge(computed[i], hi[i], lo[i], bound[i], limits)
            if place < 0:
                open_[count] = i
                count += 1
                continue
            histogram[place] += 1
            outcomes[outcome] += 1
        if error > worst:
            worst, at = error, i
    histogram[0] += near[1]
    histogram[1] += near[2]
    outcomes[NORMAL] += near[1] + near[2]
    return worst, at, count


def bin_edges() -> list[tuple[float, float]]:
    """(from, to] of each bin, in ulps."""
    edges = [(0.0, 0.5), *((2.0 ** (j - 2), 2.0 ** (j - 1)) for j in range(1, INFINITE - 1))]
    return [*edges, (edges[-1][1], np.finfo(np.float64).max), (np.inf, np.inf)]


def bins_of(errors: NDArray[Any]) -> NDArray[np.int64]:
    """The bin of each error, outside a kernel."""
    significand, exponent = np.frexp(errors)
    above = exponent + np.where(significand == 0.5, 0, 1)
    inner = np.clip(np.where(errors <= 0.5, 0, above), 0, INFINITE - 1)
    return np.where(np.isinf(errors), INFINITE, inner).astype(np.int64)
