"""How far a computed value is from its exact one: total over NaN, infinities, zeros and subnormals.

Everything is measured at the exact value r ("reference"): ulp(r) = 2**(max(e, emin) - p + 1), 2**e <= |r| < 2**(e + 1).

================================  ==========================  =====================================================
computed                          reference                   error
================================  ==========================  =====================================================
finite                            finite                      |c - r|
infinite                          rounds to a finite number   as if c were 2**(emax + 1), the next after xmax
infinite                          rounds to that infinity     0
infinite, wrong sign; finite      infinite                    infinite
NaN                               NaN                         0
NaN; number                       number; NaN                 infinite
================================  ==========================  =====================================================

Where the format overflows to NaN or saturates, that NaN, or xmax of the reference's sign, is treated as the infinity of
its sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.due import Due
from study.formats import Overflow, format_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.certified.exact import Exact
    from study.formats import Format

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

LARGEST = np.finfo(np.float64).max
"""Stands in for a condition number beyond binary64: the error in units of it is then an upper bound."""


class Outcome(IntEnum):
    """What became of one computed value, judged against the correctly rounded reference."""

    NORMAL = 0
    """An ordinary number where an ordinary number is due."""
    SUBNORMAL = 1
    """A number below xmin, of reduced precision, where a number is due."""
    OVERFLOW = 2
    """Infinite where a finite number is due."""
    UNDERFLOW = 3
    """Zero where a non-zero number is due."""
    NAN = 4
    """NaN where a number or an infinity is due."""
    LIMIT = 5
    """Zero, infinity, NaN or the end at which a format saturates, and rightly so."""
    MISSED = 6
    """A number where an infinity or NaN is due, or the infinity of the wrong sign."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Computed values and their exact ones, side by side and on one scale.

    Attributes:
        due: the exact values, in the format of the computed ones.
        significand: of the computed values, 1/2 <= |significand| < 1, or 0, infinite, NaN.
        exponent: the computed value is significand * 2**exponent.
    """

    due: Due
    significand: Floats
    exponent: NDArray[np.int64]

    @property
    def form(self) -> Format:
        """The format of the computed values."""
        return self.due.form

    @property
    def reference(self) -> Exact:
        """The exact values."""
        return self.due.exact

    def distance(self, scale: NDArray[np.int64]) -> Floats:
        """|computed - reference| / 2**scale, to about 50 bits."""
        distance, exponent = self._distance
        with np.errstate(over="ignore", under="ignore"):
            distance = np.ldexp(distance, np.clip(exponent - scale, -4000, 4000).astype(np.int32))
        return np.where(self._settled, 0.0, np.where(np.isnan(distance), np.inf, distance))

    @cached_property
    def _distance(self) -> tuple[Floats, NDArray[np.int64]]:
        """|computed - reference| / 2**e, and the e of the larger of the two."""
        r, one_sided = self.reference, (self.significand == 0) | ~np.isfinite(self.significand)
        larger = np.where(self.due.zero | ~self.due.finite, self.exponent, np.maximum(self.exponent, r.exponent))
        scale = np.where(one_sided, r.exponent, larger)
        down = np.maximum(r.exponent - scale, -4000).astype(np.int32)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            computed = np.ldexp(self.significand, np.maximum(self.exponent - scale, -4000).astype(np.int32))
            return np.abs((computed - np.ldexp(r.hi, down)) - np.ldexp(r.lo, down)), scale

    @cached_property
    def ulps(self) -> Floats:
        """The error of each value in ulps of the reference."""
        return self.distance(self.due.ulp_exponent)

    @cached_property
    def _settled(self) -> Bools:
        """Cases without distance: NaN for NaN, the right infinity, and equal zeros."""
        c, r = self.significand, self.reference.hi
        same_infinity = np.isinf(c) & self.due.rounds_to_infinity & (np.signbit(c) == np.signbit(r))
        return np.asarray((np.isnan(c) & np.isnan(r)) | same_infinity)

    @property
    def outcome(self) -> NDArray[np.int8]:
        """The Outcome of each value."""
        c, r, due = self.significand, self.reference.hi, self.due
        infinite = np.isinf(c) | (self.exponent > self.form.emax + 1)
        wrong_sign = np.signbit(c) != np.signbit(r)
        limit_due = np.isnan(r) | due.rounds_to_infinity
        out = np.full(c.shape, Outcome.NORMAL, dtype=np.int8)
        out[self.exponent <= self.form.emin] = Outcome.SUBNORMAL
        out[(c == 0) & ~due.rounds_to_zero] = Outcome.UNDERFLOW
        out[(c == 0) & due.rounds_to_zero] = Outcome.LIMIT
        out[infinite] = Outcome.OVERFLOW
        out[limit_due & ~np.isnan(c)] = Outcome.MISSED
        out[due.rounds_to_infinity & infinite & ~wrong_sign] = Outcome.LIMIT
        out[np.isnan(c)] = np.where(np.isnan(r), Outcome.LIMIT, Outcome.NAN)[np.isnan(c)]
        return out


def compare(computed: Any, reference: Any) -> Measured:
    """Put computed values beside their references.

    Args:
        computed: array of one of the formats' dtypes.
        reference: Exact, Due, mpf or object array of mpf, of the same shape.

    Raises:
        TypeError: computed is not of a floating-point format, or a reference is not a real number.
        ValueError: the shapes differ.
    """
    computed = np.asarray(computed)
    form = format_of(computed)
    due = Due.of(form, reference)
    if computed.shape != due.shape:
        raise ValueError(f"computed has shape {computed.shape}, its reference {due.shape}; they must agree")
    with np.errstate(invalid="ignore"):
        values = computed.astype(np.float64)
    significand, exponent = np.frexp(values)
    exponent, infinite = exponent.astype(np.int64), np.isinf(values)
    if form.overflow is not Overflow.INFINITY:
        overflowed = (
            np.isnan(values) if form.overflow is Overflow.NAN else values == np.copysign(form.xmax, due.exact.hi)
        )
        past_end = overflowed & ~np.isnan(due.exact.hi) & due.rounds_to_infinity
        significand = np.where(past_end, np.copysign(np.inf, due.exact.hi), significand)
        infinite |= past_end
    stand_in = infinite & ~due.rounds_to_infinity
    if stand_in.any():
        significand = np.where(stand_in, np.copysign(0.5, significand), significand)
        exponent = np.where(stand_in, form.emax + 2, exponent)
    return Measured(due, significand, exponent)


def ulp_error(computed: ArrayLike, reference: Any) -> Floats:
    """|computed - reference| / ulp(reference), in ulps; raises as ``compare`` does."""
    return compare(computed, reference).ulps


def relative_error(computed: ArrayLike, reference: Any) -> Floats:
    """|computed - reference| / |reference|; infinite for a non-zero value where zero is due."""
    return relative(compare(computed, reference))


def error_in_u(computed: ArrayLike, reference: Any) -> Floats:
    """Relative error in units of the format's unit roundoff u."""
    measured = compare(computed, reference)
    with np.errstate(over="ignore"):
        return relative(measured) / measured.form.u


def scaled_error(computed: ArrayLike, reference: Any, cond: ArrayLike) -> Floats:
    """|computed - reference| / (u (1 + cond) max(|reference|, xmin)): about 1 for a backward stable algorithm.

    Stays meaningful near a zero of the function, where cond |reference| tends to a finite limit. At a zero itself that
    limit is not to be had from cond: where cond is infinite and zero is due, anything but zero is infinitely wrong.

    Args:
        computed: as for ``compare``.
        reference: as for ``compare``.
        cond: relative condition number of each value, >= 0; broadcast against them.

    Raises:
        ValueError: cond is negative or NaN, or does not broadcast.
    """
    measured = compare(computed, reference)
    cond, shape = np.asarray(cond, dtype=np.float64), measured.reference.shape
    try:
        cond = np.broadcast_to(cond, shape)
    except ValueError:
        raise ValueError(f"cond has shape {cond.shape}, which does not broadcast to the values' {shape}") from None
    if not np.all(cond >= 0):
        raise ValueError("cond must not be negative or NaN")
    return scaled(measured, cond)


def scaled(measured: Measured, cond: Floats) -> Floats:
    """``scaled_error`` of values compared already."""
    due = measured.due
    distance = measured.distance(due.scale)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        error = distance / due.form.u / due.size / (1 + np.minimum(cond, LARGEST))
    nothing_scales = ~due.finite | (due.zero & np.isinf(cond))
    return np.where(distance == 0, 0.0, np.where(nothing_scales, np.inf, error))


def relative(measured: Measured) -> Floats:
    """``relative_error`` of values compared already."""
    distance = measured.distance(measured.reference.exponent)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        error = distance / measured.due.magnitude
    return np.where(distance == 0, 0.0, np.where(measured.due.finite, error, np.inf))


def outcomes(computed: ArrayLike, reference: Any) -> NDArray[np.int8]:
    """The ``Outcome`` of each computed value; raises as ``compare`` does."""
    return compare(computed, reference).outcome
