"""One computed value judged against a reference with a bound: its error, the bin of that, and the outcome, or open.

Semantics are those of ``study.certified.errors``; the verdict at an edge is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine.compiled import Floats, Integers, bits, from_bits, inline, kernel
from study.certified.errors import Outcome
from study.exhaustive.bins import INFINITE, bin_of

if TYPE_CHECKING:
    from study.exhaustive.limits import Limits

SLACK = 2.0**-50
NORMAL, SUBNORMAL, OVERFLOW, UNDERFLOW, NAN, LIMIT, MISSED = (int(outcome) for outcome in Outcome)
OUTCOMES = len(Outcome)


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
    above = exceeds(hi, lo, power(place - 1), bound) if place < INFINITE - 1 else -1
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
