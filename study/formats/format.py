"""What a floating-point format is: its width, precision, special values and overflow; everything else is derived."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import grid

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Specials(Enum):
    """Which bit patterns stand for no number."""

    IEEE = "the largest exponent: infinity with a significand of zeros, else NaN"
    LAST = "NaN with ones in all places but the sign; no infinity"
    NONE = "none: every pattern is a number"


class Overflow(Enum):
    """What becomes of what rounds to more than xmax."""

    INFINITY = np.inf
    NAN = np.nan
    SATURATE = "xmax"


@dataclass(frozen=True)
class Format:
    """A binary floating-point format, in Higham's terms (*Accuracy and Stability*, section 2.1).

    Attributes:
        name: that of the NumPy dtype that stores it, from ml_dtypes where NumPy has none.
        bits: width of a number.
        p: precision, the bits of the significand, the leading one included.
        colour: of its lines and marks in figures, by the name of one of ``study.plots.looks.HANDS``.
        specials: its infinities and NaN.
        overflow: what a conversion makes of what is too large, and of infinity where there is none.
        signed: whether it has a sign, zeros and subnormal numbers, as numbers have; scales have none of them.
        tabled: whether the experiments' tables are made of it, where they do not say otherwise.
    """

    name: str
    bits: int
    p: int
    colour: str
    specials: Specials = Specials.IEEE
    overflow: Overflow = Overflow.INFINITY
    signed: bool = True
    tabled: bool = False

    def __post_init__(self) -> None:
        missing = (self.overflow is Overflow.INFINITY and not self.has_infinity) or (
            self.overflow is Overflow.NAN and not self.has_nan
        )
        if missing:
            raise ValueError(f"{self.name} cannot overflow to {self.overflow.name}, which it does not hold")

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype."""
        if hasattr(np, self.name):
            return np.dtype(self.name)
        import ml_dtypes

        dtype: np.dtype[Any] = np.dtype(getattr(ml_dtypes, self.name))
        return dtype

    @property
    def exponent_bits(self) -> int:
        """Width of the exponent field."""
        return self.bits - self.p + (not self.signed)

    @property
    def bias(self) -> int:
        """What the exponent field has on top of the exponent, 2**(exponent_bits - 1) - 1."""
        return int(2 ** (self.exponent_bits - 1)) - 1

    @property
    def has_infinity(self) -> bool:
        """Whether the format has infinities."""
        return self.specials is Specials.IEEE

    @property
    def has_nan(self) -> bool:
        """Whether the format has a NaN."""
        return self.specials is not Specials.NONE

    @property
    def computes(self) -> bool:
        """Whether arithmetic is done in the format; one of at most 8 bits only stores, and computes in float32."""
        return self.bits > 8

    @property
    def saturating(self) -> Format:
        """The same format, converted to as the OCP specifications' saturating mode has it: overflow to xmax."""
        return replace(self, overflow=Overflow.SATURATE)

    @property
    def u(self) -> float:
        """Unit roundoff, 2**-p."""
        return 2.0**-self.p

    @property
    def eps(self) -> float:
        """Distance from 1 to the next larger number, 2u."""
        return 2 * self.u

    @property
    def emax(self) -> int:
        """Exponent of the largest finite number, whose field is the last or, where that is special, the one before."""
        special = self.has_infinity or (self.specials is Specials.LAST and self.p == 1)
        return int(2**self.exponent_bits) - 1 - special - self.bias

    @property
    def emin(self) -> int:
        """Exponent of the smallest normal number; the field 0 is that of zero and the subnormals, if there are any."""
        return self.signed - self.bias

    @property
    def xmin(self) -> float:
        """Smallest positive normal number, 2**emin."""
        return 2.0**self.emin

    @property
    def xmins(self) -> float:
        """Smallest positive number, 2**(emin - p + 1); subnormal where there are subnormals."""
        return 2.0 ** (self.emin - self.p + 1)

    @property
    def xmax(self) -> float:
        """Largest finite number: (2 - eps) 2**emax, one step lower where that pattern is NaN."""
        return (2.0 - self.eps * (1 + self._nan_on_top)) * 2.0**self.emax

    @property
    def overflow_margin(self) -> float:
        """From (2 - margin) 2**emax on, half a step above xmax, rounding to nearest overflows."""
        return self.u * (1 + 2 * self._nan_on_top)

    @property
    def midpoint_overflows(self) -> bool:
        """Whether that midpoint itself does: to even, so where the significand of xmax is odd."""
        return not self._nan_on_top

    @property
    def overflowed(self) -> float:
        """What a number too large becomes."""
        return self.xmax if self.overflow is Overflow.SATURATE else float(self.overflow.value)

    @property
    def _nan_on_top(self) -> bool:
        return self.specials is Specials.LAST and self.p > 1

    def ulp(self, value: ArrayLike) -> NDArray[np.float64]:
        """Unit in the last place: 2**(max(e, emin) - p + 1) where 2**e <= |value| < 2**(e + 1).

        Args:
            value: finite numbers, exact in binary64; zero has the ulp of the subnormals.

        Returns:
            The ulp of each in binary64; NaN for a value that is not finite.
        """
        value = np.asarray(value, dtype=np.float64)
        exponent = np.frexp(value)[1] - 1
        exponent = np.where(value == 0, self.emin, np.maximum(exponent, self.emin))
        return np.where(np.isfinite(value), np.ldexp(1.0, exponent - self.p + 1), np.nan)

    def round(self, values: ArrayLike) -> NDArray[Any]:
        """Round binary64 numbers to the format once, to nearest even; NumPy and ml_dtypes may round twice.

        What is too large becomes what ``overflow`` says. NaN where the format has none becomes a zero, as
        in ml_dtypes; OCP MX 1.0 leaves that open. What is not positive is NaN in a format of scales, and the smallest
        scale is the least that a positive number becomes.
        """
        return grid.rounded(self, values, np.rint)

    def from_bits(self, patterns: ArrayLike) -> NDArray[Any]:
        """The numbers of bit patterns, given as integers, of which the lowest ``bits`` count; an array of the dtype."""
        width = 8 * self.dtype.itemsize
        kept = np.asarray(patterns).astype(f"uint{width}")
        return (kept if width == self.bits else kept & np.uint8(2**self.bits - 1)).view(self.dtype)

    def to_bits(self, values: NDArray[Any]) -> NDArray[Any]:
        """The bit patterns of numbers, as unsigned integers; values are of the format's dtype."""
        width = 8 * self.dtype.itemsize
        patterns = np.asarray(values).view(f"uint{width}")
        return patterns if width == self.bits else patterns & np.uint8(2**self.bits - 1)

    def every(self) -> NDArray[Any]:
        """The number of every bit pattern, in the order of the patterns; 2**bits of them."""
        return self.from_bits(np.arange(2**self.bits, dtype=np.uint64))

    def decode(self, patterns: ArrayLike) -> NDArray[np.float64]:
        """The numbers of bit patterns in binary64, by the definition: sign, exponent field, fraction.

        (-1)**s 2**(field - bias) (1 + fraction 2**(1 - p)); 2**emin fraction 2**(1 - p) where the field is 0.
        """
        patterns = np.asarray(patterns).astype(np.int64)
        t, top = self.p - 1, 2**self.exponent_bits - 1
        fraction, field = patterns & (2**t - 1), patterns >> t & top
        normal = (field > 0) | (not self.signed)
        exponent = np.where(normal, np.minimum(field - self.bias, self.emax), self.emin)
        size = np.ldexp((fraction + normal * 2**t).astype(np.float64), exponent - t)
        if self.has_infinity:
            size = np.where(field == top, np.where(fraction == 0, np.inf, np.nan), size)
        elif self.has_nan:
            size = np.where((field == top) & (fraction == 2**t - 1), np.nan, size)
        return np.asarray(np.where(self.signed & (patterns >> (self.bits - 1)) & 1, -size, size))
