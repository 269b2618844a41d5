"""Exact values far beyond binary64: arrays of scaled double-doubles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
from mpmath.libmp import from_float, from_man_exp, fzero, mpf_add, mpf_shift, mpf_sub, to_float

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

MAX_EXPONENT = 2**60
REPRESENTATION_ERROR = 2.0**-105
LEAST = 5e-324
"""Stands in for a trailing word that would underflow: it tells which side of ``hi`` the value is on."""


@dataclass(frozen=True, eq=False)
class Exact:
    """An array of values (hi + lo) 2**exponent, each with a bound on its relative error.

    Normalised: 1 <= |hi| < 2 and |lo| <= 2**-53, so that 106 bits and more are held wherever the value lies.
    Zero, infinity and NaN stand in ``hi`` alone, with ``lo`` and ``exponent`` zero. Beyond 2**±2**60, and below
    2**-2**31 where no more is known, the exponent saturates: such a value under- or overflows in every format, and only
    that is ever asked of it.

    Attributes:
        hi: leading words, float64.
        lo: trailing words, float64.
        exponent: binary exponents, int64.
        error: proven bound on |held / true - 1|, float64; infinite where nothing is claimed.
    """

    hi: NDArray[np.float64]
    lo: NDArray[np.float64]
    exponent: NDArray[np.int64]
    error: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array of values."""
        return self.hi.shape

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """Whether only the sign and the under- or overflow of a value are known."""
        return np.asarray(np.abs(self.exponent) == MAX_EXPONENT)

    def map(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Exact:
        """The same values rearranged: ``change`` is applied to every component."""
        return Exact(change(self.hi), change(self.lo), change(self.exponent), change(self.error))

    def __getitem__(self, index: Any) -> Exact:
        return self.map(lambda part: np.asarray(part[index]))

    def put(self, index: Any, values: Exact) -> None:
        """Replace some of the values, in place."""
        for part, new in zip((self.hi, self.lo, self.exponent, self.error),
                             (values.hi, values.lo, values.exponent, values.error), strict=True):  # fmt: skip
            part[index] = new

    def reshape(self, shape: tuple[int, ...]) -> Exact:
        """The same values in another shape."""
        return self.map(lambda part: part.reshape(shape))

    def to_float(self) -> NDArray[np.float64]:
        """The values in binary64, to be read as sizes: subnormal ones are rounded twice."""
        exponent = np.clip(self.exponent, -2000, 2000).astype(np.int32)
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(np.ldexp(self.hi + self.lo, exponent))

    def to_mpf(self) -> NDArray[np.object_]:
        """The held values as mpmath numbers, without rounding."""
        out = np.empty(self.hi.shape, dtype=object)
        for i in np.ndindex(self.hi.shape):
            hi, lo = (from_float(float(part[i])) for part in (self.hi, self.lo))
            out[i] = mpmath.mp.make_mpf(mpf_shift(mpf_add(hi, lo), int(self.exponent[i])))
        return out

    @classmethod
    def from_float(cls, values: ArrayLike) -> Exact:
        """Hold floating-point numbers of at most 53 bits, without error."""
        values = np.asarray(values, dtype=np.float64)
        fraction, exponent = np.frexp(values)
        ordinary = np.isfinite(values) & (values != 0)
        return cls(
            np.where(ordinary, 2 * fraction, values),
            np.zeros(values.shape),
            np.where(ordinary, exponent - 1, 0).astype(np.int64),
            np.zeros(values.shape),
        )

    @classmethod
    def from_mpf(cls, values: ArrayLike, error: float = 0.0) -> Exact:
        """Hold mpmath numbers, rounded to nearest in each word: relative error at most 2**-105.

        Args:
            values: array of mpf (or one).
            error: bound on the relative error that the given numbers have already.

        Raises:
            TypeError: one is not a real number.
        """
        given = np.asarray(values, dtype=object)
        hi, lo, bound = (np.zeros(given.shape) for _ in range(3))
        exponent = np.zeros(given.shape, dtype=np.int64)
        for i in np.ndindex(given.shape):
            value = mpmath.mpmathify(given[i])
            if not isinstance(value, mpmath.mpf):
                raise TypeError(f"an exact value is a real number, not {given[i]!r}")
            if not mpmath.isfinite(value) or value == 0:
                hi[i] = float(value)
                continue
            sign, man, exp, bc = value._mpf_
            scale = exp + bc - 1
            unit = from_man_exp(-int(man) if sign else int(man), 1 - bc)
            hi[i] = to_float(unit, rnd="n")
            if abs(hi[i]) == 2.0:  # rounded up to the next binade
                scale, unit, hi[i] = scale + 1, mpf_shift(unit, -1), hi[i] / 2
            rest = mpf_sub(unit, from_float(float(hi[i])))
            lo[i] = to_float(rest, rnd="n") or math.copysign(LEAST, -1 if rest[0] else 1) * (rest != fzero)
            if abs(scale) > MAX_EXPONENT:
                exponent[i], bound[i] = MAX_EXPONENT if scale > 0 else -MAX_EXPONENT, np.inf
                continue
            exponent[i] = scale
            bound[i] = error if mpf_sub(rest, from_float(float(lo[i])))[1] == 0 else error + REPRESENTATION_ERROR
        return cls(hi, lo, exponent, bound)
