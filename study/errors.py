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

An overflow to NaN in a format without infinities is treated as the infinity of the reference's sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from study.exact import Exact
from study.formats import Format, format_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

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
    """Zero, infinity or NaN, and rightly so."""
    MISSED = 6
    """A number where an infinity or NaN is due, or the infinity of the wrong sign."""


@dataclass(frozen=True)
class Measured:
    """Computed values and their exact ones, side by side and on one scale.

    Attributes:
        form: the format of the computed values.
        significand: of the computed values, 1/2 <= |significand| < 1, or 0, infinite, NaN.
        exponent: the computed value is significand * 2**exponent.
        reference: the exact values.
    """

    form: Format
    significand: Floats
    exponent: NDArray[np.int64]
    reference: Exact

    def distance(self, scale: NDArray[np.int64]) -> Floats:
        """|computed - reference| / 2**scale, to about 50 bits."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            computed, hi, lo = (
                np.ldexp(word, np.clip(exponent - scale, -4000, 4000).astype(np.int32))
                for word, exponent in (
                    (self.significand, self.exponent),
                    (self.reference.hi, self.reference.exponent),
                    (self.reference.lo, self.reference.exponent),
                )
            )
            distance = np.abs((computed - hi) - lo)
        return np.where(self._settled, 0.0, np.where(np.isnan(distance), np.inf, distance))

    @cached_property
    def ulp_exponent(self) -> NDArray[np.int64]:
        """Base-2 logarithm of ulp(reference)."""
        r = self.reference
        below = (np.abs(r.hi) == 1) & (np.copysign(1.0, r.hi) * r.lo < 0)
        e = np.where(r.hi == 0, self.form.emin, r.exponent - below)
        return np.asarray(np.maximum(e, self.form.emin) - self.form.p + 1)

    @cached_property
    def rounds_to_zero(self) -> Bools:
        """Whether the correctly rounded reference is zero: |reference| <= xmins / 2."""
        r, half = self.reference, self.form.emin - self.form.p
        at_half = (r.exponent == half) & (np.abs(r.hi) == 1) & (np.copysign(1.0, r.hi) * r.lo <= 0)
        return np.asarray((r.hi == 0) | (np.isfinite(r.hi) & ((r.exponent < half) | at_half)))

    @cached_property
    def rounds_to_infinity(self) -> Bools:
        """Whether the correctly rounded reference is infinite: |reference| >= (2 - u) 2**emax."""
        r, form = self.reference, self.form
        with np.errstate(invalid="ignore"):
            margin = (np.abs(r.hi) - 2 + form.overflow_margin) + np.copysign(1.0, r.hi) * r.lo
        at_top = (r.exponent == form.emax) & (margin >= 0 if form.has_infinity else margin > 0)
        return np.asarray(np.isinf(r.hi) | (np.isfinite(r.hi) & ((r.exponent > form.emax) | at_top)))

    @cached_property
    def _settled(self) -> Bools:
        """Cases without distance: NaN for NaN, the right infinity, and equal zeros."""
        c, r = self.significand, self.reference.hi
        same_infinity = np.isinf(c) & self.rounds_to_infinity & (np.signbit(c) == np.signbit(r))
        return np.asarray((np.isnan(c) & np.isnan(r)) | same_infinity)

    @property
    def outcome(self) -> NDArray[np.int8]:
        """The Outcome of each value."""
        c, r = self.significand, self.reference.hi
        infinite = np.isinf(c) | (self.exponent > self.form.emax + 1)
        wrong_sign = np.signbit(c) != np.signbit(r)
        limit_due = np.isnan(r) | self.rounds_to_infinity
        out = np.full(c.shape, Outcome.NORMAL, dtype=np.int8)
        out[self.exponent <= self.form.emin] = Outcome.SUBNORMAL
        out[(c == 0) & ~self.rounds_to_zero] = Outcome.UNDERFLOW
        out[(c == 0) & self.rounds_to_zero] = Outcome.LIMIT
        out[infinite] = Outcome.OVERFLOW
        out[limit_due & ~np.isnan(c)] = Outcome.MISSED
        out[self.rounds_to_infinity & infinite & ~wrong_sign] = Outcome.LIMIT
        out[np.isnan(c)] = np.where(np.isnan(r), Outcome.LIMIT, Outcome.NAN)[np.isnan(c)]
        return out


def as_exact(reference: Any) -> Exact:
    """An array of exact values from mpf (one or an object array), or as it is."""
    return reference if isinstance(reference, Exact) else Exact.from_mpf(reference)


def compare(computed: Any, reference: Any) -> Measured:
    """Put computed values beside their references.

    Args:
        computed: array of one of the formats' dtypes.
        reference: Exact, mpf or object array of mpf, of the same shape.

    Raises:
        TypeError: computed is not of a floating-point format, or a reference is not a real number.
        ValueError: the shapes differ.
    """
    computed = np.asarray(computed)
    form, exact = format_of(computed), as_exact(reference)
    if computed.shape != exact.shape:
        raise ValueError(f"computed has shape {computed.shape}, its reference {exact.shape}; they must agree")
    with np.errstate(invalid="ignore"):
        values = computed.astype(np.float64)
    significand, exponent = np.frexp(values)
    exponent = exponent.astype(np.int64)
    measured = Measured(form, significand, exponent, exact)
    past_end = np.isnan(values) & ~np.isnan(exact.hi) & (not form.has_infinity)
    infinite = np.isinf(values) | (past_end & measured.rounds_to_infinity)
    significand = np.where(past_end & infinite, np.copysign(np.inf, exact.hi), significand)
    stand_in = infinite & ~measured.rounds_to_infinity
    return Measured(
        form,
        np.where(stand_in, np.copysign(0.5, significand), significand),
        np.where(stand_in, form.emax + 2, exponent),
        exact,
    )


def ulp_error(computed: ArrayLike, reference: Any) -> Floats:
    """|computed - reference| / ulp(reference), in ulps; raises as ``compare`` does."""
    measured = compare(computed, reference)
    return measured.distance(measured.ulp_exponent)


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
    r = measured.reference
    scale = np.where(r.hi == 0, measured.form.emin, np.maximum(r.exponent, measured.form.emin))
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        size = np.maximum(np.abs(r.hi) * np.ldexp(1.0, np.maximum(r.exponent - scale, -2000).astype(np.int32)), 1.0)
        distance = measured.distance(scale)
        error = distance / measured.form.u / size / (1 + np.minimum(cond, LARGEST))
    nothing_scales = ~np.isfinite(r.hi) | ((r.hi == 0) & np.isinf(cond))
    return np.where(distance == 0, 0.0, np.where(nothing_scales, np.inf, error))


def relative(measured: Measured) -> Floats:
    """``relative_error`` of values compared already."""
    r = measured.reference
    distance = measured.distance(r.exponent)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        error = distance / np.abs(r.hi)
    return np.where(distance == 0, 0.0, np.where(np.isfinite(r.hi), error, np.inf))


def outcomes(computed: ArrayLike, reference: Any) -> NDArray[np.int8]:
    """The ``Outcome`` of each computed value; raises as ``compare`` does."""
    return compare(computed, reference).outcome
