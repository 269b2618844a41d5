"""Floating-point formats: a precision and a largest exponent, everything else derived."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


BLOCK = 2**16
"""Numbers rounded at a time: some temporary arrays of that many, not of all."""


@dataclass(frozen=True)
class Format:
    """A binary floating-point format, in Higham's terms (*Accuracy and Stability*, section 2.1).

    Attributes:
        p: precision, the bits of the significand, the leading one included.
        emax: exponent of the largest finite number: 2**emax <= xmax < 2**(emax + 1).
        dtype_name: the NumPy dtype that stores it, from ml_dtypes where NumPy has none.
    """

    p: int
    emax: int
    dtype_name: str

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype."""
        if hasattr(np, self.dtype_name):
            return np.dtype(self.dtype_name)
        import ml_dtypes

        dtype: np.dtype[Any] = np.dtype(getattr(ml_dtypes, self.dtype_name))
        return dtype

    @property
    def name(self) -> str:
        """The dtype's name: ``float16``, ``bfloat16``, …."""
        return self.dtype_name

    @property
    def bits(self) -> int:
        """Width of the stored format."""
        return 8 * self.dtype.itemsize

    @cached_property
    def has_infinity(self) -> bool:
        """Whether the format has infinities; float8_e4m3fn overflows to NaN."""
        return bool(np.isinf(np.float32(np.array(np.inf).astype(self.dtype))))

    @property
    def computes(self) -> bool:
        """Whether arithmetic is done in the format; an 8-bit one only stores, and computes in float32."""
        return self.bits > 8

    @property
    def u(self) -> float:
        """Unit roundoff, 2**-p."""
        return 2.0**-self.p

    @property
    def eps(self) -> float:
        """Distance from 1 to the next larger number, 2u."""
        return 2 * self.u

    @property
    def emin(self) -> int:
        """Exponent of the smallest normal number; without infinities one more binade is ordinary numbers."""
        return (1 if self.has_infinity else 2) - self.emax

    @property
    def xmin(self) -> float:
        """Smallest positive normal number, 2**emin."""
        return 2.0**self.emin

    @property
    def xmins(self) -> float:
        """Smallest positive subnormal number, 2**(emin - p + 1)."""
        return 2.0 ** (self.emin - self.p + 1)

    @property
    def xmax(self) -> float:
        """Largest finite number; without infinities its top bit pattern is NaN, so it is one step lower."""
        return (2.0 - self.eps * (1 if self.has_infinity else 2)) * 2.0**self.emax

    @property
    def overflow_margin(self) -> float:
        """From (2 - margin) 2**emax on rounding overflows; that midpoint itself only where xmax is odd (IEEE)."""
        return self.u * (1 if self.has_infinity else 3)

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
        """Round binary64 numbers to the format once, to nearest even; NumPy and ml_dtypes may round twice."""
        values = np.asarray(values, dtype=np.float64)
        if self.p == 53:
            return values
        out = np.empty(values.shape, dtype=self.dtype)
        given, rounded = values.reshape(-1), out.reshape(-1)
        for start in range(0, given.size, BLOCK):
            block = slice(start, start + BLOCK)
            rounded[block] = self._nearest(given[block])
        return out

    def _nearest(self, values: NDArray[np.float64]) -> NDArray[Any]:
        with np.errstate(invalid="ignore", over="ignore"):
            spacing = self.ulp(np.where(np.isfinite(values), values, 0.0))
            nearest = np.where(np.isfinite(values), np.rint(values / spacing) * spacing, values)
            return nearest.astype(self.dtype)


FORMATS: dict[str, Format] = {
    form.dtype_name: form
    for form in (
        Format(11, 15, "float16"),
        Format(8, 127, "bfloat16"),
        Format(24, 127, "float32"),
        Format(53, 1023, "float64"),
        Format(4, 8, "float8_e4m3fn"),
        Format(3, 15, "float8_e5m2"),
    )
}


MAIN_FORMATS = tuple(name for name, form in FORMATS.items() if form.computes)
"""The formats that are computed in; the others are stored in."""


def get_format(form: str | Format) -> Format:
    """The format of that name.

    Raises:
        TypeError: that is neither a Format nor a name.
        ValueError: no format has that name.
    """
    if isinstance(form, Format):
        return form
    if not isinstance(form, str):
        raise TypeError(f"a Format or its name is due, not {type(form).__name__}")
    if form not in FORMATS:
        raise ValueError(f"no format named {form!r}; there are: {', '.join(FORMATS)}")
    return FORMATS[form]


def format_of(values: NDArray[Any]) -> Format:
    """The format that an array is stored in.

    Raises:
        TypeError: its dtype is none of the formats'.
    """
    for form in FORMATS.values():
        if form.dtype_name == values.dtype.name:
            return form
    raise TypeError(f"dtype {values.dtype} is not a floating-point format; use one of: {', '.join(FORMATS)}")


def round_to(value: mpmath.mpf, form: str | Format) -> Any:
    """Round an mpmath number to a format, once, to nearest even.

    Args:
        value: an mpf of any precision, or infinity or NaN.
        form: the format or its name.

    Returns:
        A scalar of the format's dtype. From (2 - u) 2**emax on, the result is an infinity of value's sign
        (NaN where the format has none); a result below xmin is rounded to a multiple of xmins.

    Raises:
        TypeError: value is not an mpf.
        ValueError: no format has that name.
    """
    form = get_format(form)
    if not isinstance(value, mpmath.mpf):
        raise TypeError(f"round_to takes an mpmath mpf, not {type(value).__name__}; mpmath.mpf(float(x)) is exact")
    if not mpmath.isfinite(value) or value == 0:
        return np.array(float(value)).astype(form.dtype)[()]
    sign, man, exp, bc = value._mpf_
    drop = max(exp + bc - 1, form.emin) - form.p + 1 - exp
    integer, unit = int(man), exp + drop
    if drop > bc:  # below half a unit
        integer = 0
    elif drop > 0:
        integer, rest = divmod(integer, 1 << drop)
        half = 1 << (drop - 1)
        integer += rest > half or (rest == half and integer & 1)
    else:
        integer <<= -drop
    overflowed = integer.bit_length() + unit - 1 > form.emax or integer * 2.0**unit > form.xmax
    magnitude = np.inf if overflowed else integer * 2.0**unit
    return np.array(-magnitude if sign else magnitude).astype(form.dtype)[()]
