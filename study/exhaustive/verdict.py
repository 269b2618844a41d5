"""Verdicts of runs of values in vector instructions: selections in place of branches, and a doubt wider than need be.

Each says what ``study.exhaustive.judge`` would say, or leaves the value open to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine.compiled import Floats, Integers, Whole, bits, inline, stage
from study.exhaustive.bins import INFINITE, bin_of
from study.exhaustive.judge import LIMIT, MISSED, NAN, NORMAL, OVERFLOW, SLACK, SUBNORMAL, UNDERFLOW, exponent_of, power

if TYPE_CHECKING:
    from study.exhaustive.limits import Limits

OPEN = -1
SHIFT = 8
"""A code is the outcome above this many bits of the bin."""
HALVES = (1 << SHIFT) - 1
NONE = 1 << 62


@inline
def ordinary(c: float, hi: float, lo: float, bound: float, limits: Limits) -> tuple[float, int]:
    """Error and bin of a normal number beside a value that is well inside a binade, as most are; or open."""
    r = hi + lo
    slack = bound + abs(r) * SLACK
    e = exponent_of(r)
    low, unit = power(e), power(limits.p - 1 - e)
    gap = (c - hi) * unit
    error = abs(gap - lo * unit)
    doubt = (slack + SLACK * abs(lo)) * unit + SLACK * abs(gap)
    inside = (abs(r) - slack >= low) & (abs(r) + slack < 2.0 * low) & (limits.emin <= e) & (e < limits.emax)
    inside &= (abs(c) >= power(limits.emin)) & (abs(c) < np.inf)
    place = bin_of(error + doubt)
    return error, place if inside & (place == bin_of(max(error - doubt, 0.0))) else OPEN


@inline
def any_other(c: float, hi: float, lo: float, bound: float, limits: Limits) -> tuple[float, int]:
    """Error and code of all but what lies too close to an edge of a binade, a bin or the format."""
    r = hi + lo
    size = abs(r)
    slack = bound + size * SLACK
    finite = size + slack < limits.to_infinity
    infinite = (size - slack > limits.to_infinity) | (size == np.inf)
    e = exponent_of(r)
    sign = 1.0 if r >= 0.0 else -1.0
    above = (sign * hi - power(e)) + sign * lo
    doubt = bound + (abs(lo) + abs(above)) * SLACK
    over, under = above > doubt, above < -doubt
    subnormal = (e < limits.emin) & (size + slack < power(limits.emin))
    inside = subnormal | under | (over & (size + slack < 2.0 * power(e)))
    e = max(e - 1 if under else e, limits.emin)
    unit = power(limits.p - 1 - e)
    held = np.copysign(power(limits.emax + 1), c) if abs(c) == np.inf else c
    gap = (held - hi) * unit
    error = abs(gap - lo * unit)
    doubt = (slack + SLACK * abs(lo)) * unit + SLACK * abs(gap)
    place = bin_of(max(error - doubt, 0.0))
    zero = LIMIT if size + slack <= limits.to_zero else (UNDERFLOW if size - slack > limits.to_zero else OPEN)
    number = zero if c == 0.0 else (NORMAL if abs(c) >= power(limits.emin) else SUBNORMAL)
    outcome = OVERFLOW if abs(c) == np.inf else number
    decided = finite & inside & (place == bin_of(error + doubt)) & (outcome != OPEN)
    code = (outcome << SHIFT | place) if decided else OPEN

    lost = (c != c) & finite  # noqa: PLR0124 - NaN is what it is not
    code = (NAN << SHIFT | INFINITE) if lost else code
    right = infinite & (c == np.copysign(np.inf, r)) & limits.has_infinity
    undefined = r != r  # noqa: PLR0124 - as above
    right |= undefined & (c != c)  # noqa: PLR0124 - as above
    wrong = undefined & (c == c)  # noqa: PLR0124 - as above
    code = (LIMIT << SHIFT) if right else ((MISSED << SHIFT | INFINITE) if wrong else code)
    error = np.inf if lost | wrong else (0.0 if right else error)
    return error, code


@stage
def ordinary_run(
    computed: Floats, hi: Floats, lo: Floats, bound: Floats, limits: Limits, errors: Floats, codes: Integers
) -> None:
    """Errors and bins of those that are ordinary, as most are; the rest open."""
    for i in range(computed.size):
        errors[i], codes[i] = ordinary(np.float64(computed[i]), hi[i], lo[i], bound[i], limits)


@stage
def any_run(
    computed: Floats, hi: Floats, lo: Floats, bound: Floats, limits: Limits, errors: Floats, codes: Integers
) -> None:
    """Errors and codes of all that is not close to an edge."""
    for i in range(computed.size):
        errors[i], codes[i] = any_other(np.float64(computed[i]), hi[i], lo[i], bound[i], limits)


@stage
def largest_of(errors: Floats, codes: Integers) -> Whole:
    """The bits of the largest error of those that are not open; -1 if all are."""
    worst = np.int64(-1)
    for i in range(codes.size):
        worst = max(worst, bits(errors[i]) if codes[i] >= 0 else np.int64(-1))
    return worst


@stage
def open_in(codes: Integers) -> int:
    """How many are open."""
    count = 0
    for i in range(codes.size):
        count += 1 if codes[i] < 0 else 0
    return count


@stage
def counted(codes: Integers, code: Whole) -> tuple[int, Whole]:
    """How many codes are this one, and the least of the larger ones; NONE if there is none."""
    count, following = 0, np.int64(NONE)
    for i in range(codes.size):
        count += 1 if codes[i] == code else 0
        following = min(following, codes[i] if codes[i] > code else np.int64(NONE))
    return count, following
