"""Exact values in the eyes of one format: what is found once for all that is compared with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.formats import Format

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Due:
    """What is due of a function that computes in a format.

    Attributes:
        form: the format.
        exact: the exact values.
    """

    form: Format
    exact: Exact

    @classmethod
    def of(cls, form: Format, reference: Any) -> Due:
        """What is due for a reference: exact values, mpf (one or an object array), or this already."""
        if isinstance(reference, Due):
            return reference
        return cls(form, reference if isinstance(reference, Exact) else Exact.from_mpf(reference))

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array of values."""
        return self.exact.shape

    @cached_property
    def zero(self) -> Bools:
        """Where the exact value is 0."""
        return np.asarray(self.exact.hi == 0)

    @cached_property
    def finite(self) -> Bools:
        """Where it is finite."""
        return np.isfinite(self.exact.hi)

    @cached_property
    def magnitude(self) -> Floats:
        """|hi|, in [1, 2) for what is neither 0, infinite nor NaN."""
        return np.abs(self.exact.hi)

    @cached_property
    def ulp_exponent(self) -> NDArray[np.int64]:
        """Base-2 logarithm of ulp(reference)."""
        r = self.exact
        below = (self.magnitude == 1) & (np.copysign(1.0, r.hi) * r.lo < 0)
        e = np.where(self.zero, self.form.emin, r.exponent - below)
        return np.asarray(np.maximum(e, self.form.emin) - self.form.p + 1)

    @cached_property
    def rounds_to_zero(self) -> Bools:
        """Whether the correctly rounded reference is zero: |reference| <= xmins / 2."""
        r, half = self.exact, self.form.emin - self.form.p
        at_half = (r.exponent == half) & (self.magnitude == 1) & (np.copysign(1.0, r.hi) * r.lo <= 0)
        return np.asarray(self.zero | (self.finite & ((r.exponent < half) | at_half)))

    @cached_property
    def rounds_to_infinity(self) -> Bools:
        """Whether the correctly rounded reference overflows: |reference| >= (2 - u) 2**emax in an IEEE format."""
        r, form = self.exact, self.form
        with np.errstate(invalid="ignore"):
            margin = (self.magnitude - 2 + form.overflow_margin) + np.copysign(1.0, r.hi) * r.lo
        at_top = (r.exponent == form.emax) & (margin >= 0 if form.midpoint_overflows else margin > 0)
        return np.asarray(np.isinf(r.hi) | (self.finite & ((r.exponent > form.emax) | at_top)))

    @cached_property
    def scale(self) -> NDArray[np.int64]:
        """The e of the larger of |reference| < 2**(e + 1) and xmin = 2**e."""
        return np.where(self.zero, self.form.emin, np.maximum(self.exact.exponent, self.form.emin))

    @cached_property
    def size(self) -> Floats:
        """max(|reference|, xmin) / 2**scale."""
        r = self.exact
        with np.errstate(invalid="ignore", under="ignore"):
            down = np.maximum(r.exponent - self.scale, -2000).astype(np.int32)
            return np.asarray(np.maximum(self.magnitude * np.ldexp(1.0, down), 1.0))

    @cached_property
    def vector_scale(self) -> NDArray[np.int64]:
        """``scale`` of the largest finite component of each vector."""
        e = np.where(self.finite & ~self.zero, self.exact.exponent, self.form.emin).max(axis=-1, keepdims=True)
        return np.asarray(np.maximum(e, self.form.emin))

    @cached_property
    def vector_size(self) -> Floats:
        """Largest finite |component| of each vector, over 2**vector_scale."""
        with np.errstate(all="ignore"):
            down = np.maximum(self.exact.exponent - self.vector_scale, -2000).astype(np.int32)
            return np.asarray(np.max(np.where(self.finite, self.magnitude, 0) * np.ldexp(1.0, down), axis=-1))
