"""Enclosures by MPFR: a number, or a row of them, between two ends that are rounded outwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import gmpy2
import numpy as np
from mpmath.libmp import finf, fnan, fninf, fone, from_man_exp, fzero, mpf_mul

if TYPE_CHECKING:
    from collections.abc import Iterable

    from study.certified.directed import DirectedArithmetic

NOTHING = gmpy2.mpfr(0)
BINARY = ("add", "sub", "mul", "div")
"""MPFR's operations of two numbers; the others take one."""


@dataclass(frozen=True, eq=False)
class Enclosure:
    """A number, or a row of numbers, each between two ends.

    Attributes:
        low: the lower ends: an mpfr, or an object array of them.
        high: the upper ends.
        made_by: the arithmetic.
        at: for each number of a row its place in ``low`` and ``high``; None where that is its place in the row.
    """

    low: Any
    high: Any
    made_by: DirectedArithmetic
    at: Any = None

    @property
    def _mpi_(self) -> tuple[Any, Any]:
        """The two ends of a number as mpmath.libmp has them."""
        return raw(self.low), raw(self.high)

    def __getitem__(self, index: Any) -> Enclosure:
        """A number of the row, or a part of it."""
        place = index if self.at is None else self.at[index]
        if self.at is not None and np.ndim(place):
            return Enclosure(self.low, self.high, self.made_by, place)
        return Enclosure(self.low[place], self.high[place], self.made_by)

    def spread(self) -> Enclosure:
        """The same row, each number in its own place."""
        return self if self.at is None else Enclosure(self.low[self.at], self.high[self.at], self.made_by)

    def __neg__(self) -> Enclosure:
        down, up = self.made_by.down, self.made_by.up
        return Enclosure(down.minus(self.high), up.minus(self.low), self.made_by, self.at)

    def __abs__(self) -> Enclosure:
        other = -self
        low = np.maximum(np.maximum(self.low, other.low), NOTHING)
        return Enclosure(low, np.maximum(self.high, other.high), self.made_by, self.at)

    def __add__(self, other: Any) -> Enclosure:
        x, y, at = self._beside(other)
        return self._rounded("add", (x.low, y.low), (x.high, y.high), at)

    def __sub__(self, other: Any) -> Enclosure:
        x, y, at = self._beside(other)
        return self._rounded("sub", (x.low, y.high), (x.high, y.low), at)

    def __mul__(self, other: Any) -> Enclosure:
        x, y, at = self._beside(other)
        x, y = (x, y) if _all(x.low >= 0) else (y, x)
        if _all(x.low >= 0):
            return self._rounded("mul", (_where(y.low < 0, x.high, x.low), y.low),
                                 (_where(y.high < 0, x.low, x.high), y.high), at)  # fmt: skip
        down, up = self.made_by.down.mul, self.made_by.up.mul
        corners = [(a, b) for a in (x.low, x.high) for b in (y.low, y.high)]
        low, high = (down(*corner) for corner in corners), (up(*corner) for corner in corners)
        return Enclosure(reduce(np.minimum, low), reduce(np.maximum, high), self.made_by, at)

    def __truediv__(self, other: Any) -> Enclosure:
        x, y, at = self._beside(other)
        if not _all(y.low > 0):
            return -(x / -y) if _all(y.high < 0) else self.made_by.line(x)
        return self._rounded("div", (x.low, _where(x.low < 0, y.low, y.high)),
                             (x.high, _where(x.high < 0, y.high, y.low)), at)  # fmt: skip

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Any) -> Enclosure:
        return self.made_by.exact(other) - self

    def __rtruediv__(self, other: Any) -> Enclosure:
        return self.made_by.exact(other) / self

    def _beside(self, other: Any) -> tuple[Enclosure, Enclosure, Any]:
        """Both operands, their rows place by place, and the places of the result."""
        y = other if isinstance(other, Enclosure) else self.made_by.exact(other)
        if self.at is not y.at and isinstance(self.low, np.ndarray) and isinstance(y.low, np.ndarray):
            return self.spread(), y.spread(), None
        return self, y, self.at if y.at is None else y.at

    def _rounded(self, name: str, lower: Any, upper: Any, at: Any) -> Enclosure:
        made_by = self.made_by
        flags = made_by.down.context
        flags.inexact = False
        low = getattr(made_by.down, name)(*lower)
        exact = not flags.inexact and all(a is b for a, b in zip(lower, upper, strict=True))
        return Enclosure(low, low if exact else getattr(made_by.up, name)(*upper), made_by, at)


def _all(condition: Any) -> bool:
    """np.all, of a number at once: of that alone NumPy takes longer than MPFR does."""
    return bool(condition.all() if isinstance(condition, np.ndarray) else condition)


def _where(condition: Any, x: Any, y: Any) -> Any:
    """np.where, of a number at once."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, x, y)
    return x if condition else y


def _next_below(value: Any) -> Any:
    return value if value.rc == 0 else gmpy2.next_below(value)


next_below = np.frompyfunc(_next_below, 1, 1)
"""The number below a correctly rounded one, which is itself where nothing was rounded."""


def raw(value: Any) -> Any:
    """An mpfr as mpmath.libmp has it."""
    if not gmpy2.is_finite(value):
        return fnan if gmpy2.is_nan(value) else finf if value > 0 else fninf
    mantissa, exponent = value.as_mantissa_exp()
    return from_man_exp(mantissa, int(exponent)) if mantissa else fzero


def mpfr(number: Any) -> Any:
    """A finite number of mpmath.libmp as an mpfr, exactly."""
    sign, mantissa, exponent, bits = number
    held = gmpy2.mpfr(-mantissa if sign else mantissa, max(bits, 2))
    return gmpy2.context(precision=max(bits, 2)).mul_2exp(held, exponent)


def rounding(prec: int, direction: int) -> Any:
    """MPFR of so many bits, rounding in one direction, with all of its range."""
    return gmpy2.context(precision=prec, round=direction, emin=gmpy2.get_emin_min(), emax=gmpy2.get_emax_max())


class Rounding:
    """MPFR's operations on numbers and on arrays of them, rounded to ``prec`` bits in one direction."""

    def __init__(self, prec: int, direction: int) -> None:
        self.context = rounding(prec, direction)

    def __getattr__(self, name: str) -> Any:
        made = np.frompyfunc(getattr(self.context, name), 1 + (name in BINARY), 1)
        setattr(self, name, made)
        return made


def rounded_outwards(name: str, ends: Iterable[Any], prec: int) -> tuple[Any, ...]:
    """A function of MPFR where it is smallest, rounded down, and where it is largest, rounded up; of all its range."""
    ways = (rounding(prec, direction) for direction in (gmpy2.RoundDown, gmpy2.RoundUp))
    return tuple(raw(getattr(way, name)(mpfr(end))) for way, end in zip(ways, ends, strict=True))


def exact_product(values: list[Any]) -> Any:
    """The product of numbers of mpmath.libmp, all bits of it."""
    while len(values) > 1:
        values = [mpf_mul(*values[i : i + 2]) if i + 1 < len(values) else values[i] for i in range(0, len(values), 2)]
    return values[0] if values else fone
