"""Fixed-point numbers of any width: arrays of mpmath's integers, value = units 2**-BITS.

The last resort of ``study.arithmetic.faithful``, for the few inputs whose result cancels beyond double-doubles. An
absolute error far below 2**-1075 settles every result of every format.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
from mpmath.libmp import mpf_shift, round_nearest, to_int

from study.arithmetic import constants
from study.arithmetic import scaled as words
from study.arithmetic.integers import Integer, nearest
from study.arithmetic.scaled import Scaled

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

BITS = 1400
UNIT = 2.0**-1000
"""Absolute errors are of the order of 2**(50 - BITS); nothing is asked of them beyond."""
LOWEST = 1100
"""-inf is held as -2**(LOWEST - 1): its exponential is 0 beside any maximum, and it rounds to itself everywhere."""
SUM_ERROR = 0.0
"""Sums and differences of numbers are exact."""
NOISE = 70
"""Bits below which a number is the error of 2**20 operations."""
_GUARD = 40
_HALVINGS = 16
_TERMS = 70
"""(log(2) 2**-16)**70 / 70! < 2**-1480."""

_length = np.frompyfunc(lambda units: units.bit_length(), 1, 1)
_integer = np.frompyfunc(lambda value: Integer(int(value)), 1, 1)


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """An array of finite numbers.

    Attributes:
        units: object array of integers.
    """

    units: NDArray[np.object_]

    @classmethod
    def number(cls, values: ArrayLike) -> FixedPoint:
        """Hold binary64 numbers, without error; -inf as one far below all of them, NaN and inf as 0."""
        values = np.asarray(values, dtype=np.float64)
        fraction, exponent = np.frexp(np.nan_to_num(values, posinf=0.0, neginf=-1.0))
        exponent = np.where(np.isneginf(values), LOWEST, exponent).astype(np.int64)
        return cls(_shifted(_integer(np.ldexp(fraction, 53)), exponent - 53 + BITS))

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.units.shape

    def __add__(self, other: FixedPoint) -> FixedPoint:
        return FixedPoint(_objects(self.units + other.units))

    def __sub__(self, other: FixedPoint) -> FixedPoint:
        return FixedPoint(_objects(self.units - other.units))

    def __neg__(self) -> FixedPoint:
        return FixedPoint(_objects(-self.units))

    def __mul__(self, other: FixedPoint) -> FixedPoint:
        return FixedPoint(_objects(self.units * other.units >> BITS))

    def __truediv__(self, other: FixedPoint) -> FixedPoint:
        return FixedPoint(_objects((self.units << BITS) // np.where(other.units == 0, 1, other.units)))

    def __getitem__(self, index: Any) -> FixedPoint:
        return FixedPoint(_objects(self.units[index]))

    def __setitem__(self, index: Any, other: FixedPoint) -> None:
        self.units[index] = other.units


def _objects(values: Any) -> NDArray[np.object_]:
    return np.asarray(values, dtype=object)


def _floats(values: Any) -> NDArray[np.float64]:
    return np.asarray(values, dtype=object).astype(np.float64)


def _shift(units: Any, left: Any) -> Any:
    return units << int(left) if left >= 0 else units >> -int(left)


_shift_each = np.frompyfunc(_shift, 2, 1)


def _shifted(units: Any, left: Any) -> NDArray[np.object_]:
    """Units 2**left, rounded down."""
    return _objects(_shift_each(units, left))


@cache
def _log2_units() -> Any:
    mp = mpmath.MPContext()
    mp.prec = BITS + 2 * _GUARD
    return Integer(int(mp.nint(mp.ldexp(mp.log(2), BITS + _GUARD))))


def constant(of: constants.Constant, *orders: int) -> FixedPoint:
    """A constant, within 2**-BITS."""
    held = constants.value(BITS, of, *orders)._mpf_
    return FixedPoint(_objects(Integer(to_int(mpf_shift(held, BITS), round_nearest))))


def _once_each(function: Callable[[FixedPoint], FixedPoint], x: FixedPoint) -> FixedPoint:
    """A function of the distinct numbers alone: long rows of a narrow format have few."""
    numbers: dict[Any, int] = {}
    places = [numbers.setdefault(units, len(numbers)) for units in x.units.reshape(-1).tolist()]
    if len(numbers) == len(places):
        return function(x)
    return FixedPoint(function(FixedPoint(_objects(list(numbers)))).units[places].reshape(x.units.shape))


def exp(x: FixedPoint) -> FixedPoint:
    """e**x, to about 2**(40 - BITS), absolutely for x <= 0, relatively above: Taylor's series of x 2**-16, squared.

    Beyond 2 BITS, either way, it is held there, where it is 0 or infinite for every format.
    """
    return _once_each(_exp, FixedPoint(_objects(np.clip(x.units, -(2 * BITS) << BITS, 2 * BITS << BITS))))


def _exp(x: FixedPoint) -> FixedPoint:
    two, work = _log2_units(), BITS + _GUARD
    units = x.units << _GUARD
    k = units // two
    r = (units - k * two) >> _HALVINGS
    term = out = _objects(np.full(np.shape(r), Integer(1) << work, dtype=object))
    for order in range(1, _TERMS):
        term = (term * r >> work) // order
        out = out + term
    for _ in range(_HALVINGS):
        out = out * out >> work
    return FixedPoint(_shifted(out, k - _GUARD))


def log(x: FixedPoint) -> FixedPoint:
    """Natural logarithm of x > 0: binary64's, corrected by the series of log1p(x exp(-it) - 1). Elsewhere that of 1."""
    return _once_each(_log, where(x.units > 0, x, FixedPoint.number(1.0)))


def _log(x: FixedPoint) -> FixedPoint:
    held = scaled(x)
    first = np.log(held.hi) + held.exponent * np.log(2.0)
    length = _length(x.units)
    wide = FixedPoint(_shifted(x.units, BITS - length))
    rest = first - _floats(length) * np.log(2.0) + BITS * np.log(2.0)
    ratio = wide * exp(FixedPoint.number(-rest)) - FixedPoint.number(1.0)
    exponents = FixedPoint(_objects((length - BITS) * _log2_units() >> _GUARD))
    return FixedPoint.number(rest) + _log1p_series(ratio) + exponents


def _log1p_series(f: FixedPoint) -> FixedPoint:
    """F - f**2/2 + f**3/3 …, for |f| <= 2**-40."""
    term, out = f, f
    for order in range(2, 36):
        term = -(term * f)
        out = out + FixedPoint(_objects(term.units // order))
    return out


def expm1(x: FixedPoint) -> FixedPoint:
    """e**x - 1."""
    return exp(x) - FixedPoint.number(1.0)


def log1p(x: FixedPoint) -> FixedPoint:
    """log(1 + x) for x > -1."""
    return log(FixedPoint.number(1.0) + x)


def where(condition: Any, a: FixedPoint, b: FixedPoint) -> FixedPoint:
    """A where the condition holds, else b."""
    return FixedPoint(np.where(condition, a.units, b.units))


def total(x: FixedPoint) -> FixedPoint:
    """Sum along the last axis."""
    return FixedPoint(_objects(np.sum(x.units, axis=-1)))


def size(x: FixedPoint) -> Any:
    """|x| in binary64, to tell sizes."""
    return scaled(x).size()


def log2(x: FixedPoint | Scaled) -> Any:
    """log2 |x| in binary64, roughly; -inf for 0."""
    return scaled(x).log2()


def argmax(x: FixedPoint) -> Any:
    """Position of the largest number along the last axis."""
    return np.argmax(x.units, axis=-1)


def log_product(x: FixedPoint) -> FixedPoint:
    """Log of the product along the last axis, as the sum of the logs."""
    return total(log(x))


def product(x: FixedPoint) -> Scaled:
    """Product along the last axis, exactly on the side of its leading word that it is on."""
    size, units = x.units.shape[-1], x.units
    while units.shape[-1] > 1:
        half = units.shape[-1] // 2
        paired = units[..., :half] * units[..., half : 2 * half]
        units = np.concatenate([paired, units[..., 2 * half :]], axis=-1)
    return nearest(units[..., 0] if size else _objects(np.ones(units.shape[:-1], dtype=int)), -BITS * size, 0)


def scaled(x: FixedPoint | Scaled) -> Scaled:
    """The nearest double-double, its exponent apart; a second word that is no more than the error is left out."""
    return x if isinstance(x, Scaled) else nearest(x.units, -BITS, NOISE)


number, power = FixedPoint.number, Scaled.power
normalised, sure, lowered, lifted = words.normalised, words.sure, words.lowered, words.lifted
