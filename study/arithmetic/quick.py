"""Numbers of two words whose elementary functions are good to 2**-78, compiled: where binary64 results start.

The words are those of a double-double, and sums, products and quotients its operations; exp and log stop at what nearly
always settles the rounding of a binary64 number (Ziv's test, in ``study.arithmetic.faithful``). NaN stands for whatever
leaves the range in which that is proven: docs/arithmetic.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic import binary64, constants, errorfree, loops, tables, ties
from study.arithmetic.pieces import one_side
from study.arithmetic.scaled import Scaled, first_largest, to_odd

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.arithmetic.errorfree import Floats
    from study.formats import Format

BITS = 80
"""To which the functions here are good."""
ERROR = 2.0**-75
"""Bound on the error of a formula, relative to the value or to what cancels in it, for n <= 2**20."""
LOWEST = -(2.0**20)
"""exp of it is 0 in every format."""
SUM_ERROR = 2.0**-86
"""Bound on the error of a sum of 2**20 differences, relative to the sum of their sizes."""


@dataclass(frozen=True, eq=False)
class Words:
    """An array of numbers hi + lo.

    Attributes:
        hi: leading words, float64.
        lo: trailing words; None where all are 0.
        exponent: of a result alone: how many times it is halved, where that may leave the range.
    """

    hi: Floats
    lo: Floats | None = None
    exponent: NDArray[np.int64] | None = None

    @property
    def low(self) -> Floats:
        """Trailing words, written out."""
        return np.zeros_like(self.hi) if self.lo is None else self.lo

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.hi.shape

    def __add__(self, other: Words) -> Words:
        return _each(loops.add, self, other)

    def __neg__(self) -> Words:
        return Words(-self.hi, None if self.lo is None else -self.lo)

    def __sub__(self, other: Words) -> Words:
        return self + (-other)

    def __mul__(self, other: Words) -> Words:
        return _each(loops.multiply, self, other)

    def __truediv__(self, other: Words) -> Words:
        return _each(loops.divide, self, other)

    def __getitem__(self, index: Any) -> Words:
        return Words(self.hi[index], None if self.lo is None else self.lo[index])

    def __setitem__(self, index: Any, other: Words) -> None:
        if self.lo is None:
            object.__setattr__(self, "lo", np.zeros_like(self.hi))
        self.hi[index], self.low[index] = other.hi, other.low


def number(values: ArrayLike) -> Words:
    """Hold binary64 numbers, without error."""
    return Words(np.asarray(values, dtype=np.float64))


def constant(of: constants.Constant, *orders: int) -> Words:
    """A constant, within 2**-106."""
    hi, lo = constants.words(of, *orders)
    return Words(np.asarray(hi), np.asarray(lo))


def _each(function: Any, *numbers: Words) -> Words:
    """A loop over numbers of one shape, or broadcast to it."""
    shape = np.broadcast_shapes(*(x.shape for x in numbers))
    return _shaped(function, shape, [*(_flat(w, shape) for x in numbers for w in (x.hi, x.low))])


def _flat(words: Floats, shape: tuple[int, ...]) -> Floats:
    return np.ascontiguousarray(words if words.shape == shape else np.broadcast_to(words, shape)).reshape(-1)


def _shaped(function: Any, shape: tuple[int, ...], given: list[Any]) -> Words:
    hi, lo = np.empty(shape), np.empty(shape)
    function(*given, hi.reshape(-1), lo.reshape(-1))
    return Words(hi, lo)


def exp(x: Words) -> Words:
    """e**x, within 2**-78 for |x| <= 600; 0 for -inf."""
    return _shaped(loops.exp, x.shape, [_flat(x.hi, x.shape), _flat(x.low, x.shape), False, tables.for_exp()])


def lowered(x: Words) -> tuple[Words, NDArray[np.int64]]:
    """Numbers <= 0 whose exp is in range, and how many log 2 were taken from them."""
    exponent = np.where(x.hi < -loops.FAR, np.rint(np.maximum(x.hi, LOWEST) / np.log(2.0)), 0.0)
    if exponent.any():
        x = where(x.hi < LOWEST, number(np.full(x.shape, LOWEST)), x) - number(exponent) * constant(constants.log_two)
    return x, exponent.astype(np.int64)


def lifted(x: Words, exponent: NDArray[np.int64]) -> Words:
    """A result with its exponent."""
    return Words(x.hi, x.lo, exponent if exponent.any() else None)


def expm1(x: Words) -> Words:
    """e**x - 1, within 2**-78 for |x| <= 600."""
    return _shaped(loops.exp, x.shape, [_flat(x.hi, x.shape), _flat(x.low, x.shape), True, tables.for_exp()])


def log(x: Words) -> Words:
    """Natural logarithm, within 2**-80."""
    hi = _flat(x.hi, x.shape)
    return _shaped(loops.log, x.shape, [hi, _flat(x.low, x.shape), hi.view(np.int64), tables.for_log()])


def log1p(x: Words) -> Words:
    """log(1 + x), within 2**-80 for x > -1."""
    out = log(x + number(1.0))
    loops.log1p_near(_flat(x.hi, x.shape), _flat(x.low, x.shape), out.hi.reshape(-1), out.low.reshape(-1))
    return out


def where(condition: Any, a: Words, b: Words) -> Words:
    """A where the condition holds, else b."""
    taken: Words | None = one_side(condition, a, b)
    if taken is not None:
        return taken
    low = None if a.lo is None and b.lo is None else binary64.where(condition, a.low, b.low)
    return Words(binary64.where(condition, a.hi, b.hi), low)


def total(x: Words) -> Words:
    """Sum along the last axis, within 3 n u**2 of the sum of the sizes."""
    *batch, n = x.shape
    hi, lo = (
        np.ascontiguousarray(w).reshape(-1, n) if n else np.zeros((int(np.prod(batch)), 0)) for w in (x.hi, x.low)
    )
    sums = np.empty(len(hi)), np.empty(len(hi))
    loops.total(hi, lo, *sums)
    return Words(sums[0].reshape(batch), sums[1].reshape(batch))


def sure(x: Words, zero: NDArray[np.bool_]) -> Words:  # noqa: ARG001 - as every arithmetic has it
    """As it is: what is lost is NaN already."""
    return x


def normalised(x: Words) -> tuple[Words, NDArray[np.int64]]:
    """As ``binary64.normalised``; NaN for what leaves the range."""
    exponent = np.frexp(np.max(x.hi, axis=-1))[1].astype(np.int64)
    hi, lo = (np.ldexp(w, -exponent[..., None]) for w in (x.hi, x.low))
    return Words(np.where((hi < loops.LOW) & (x.hi != 0), np.nan, hi), lo), exponent


def size(x: Words) -> Floats:
    """|x|, to tell sizes."""
    return np.abs(x.hi)


def log2(x: Words) -> Floats:
    """log2 |x|, roughly; -inf for 0."""
    return binary64.log2(x.hi)


def power(exponent: Floats) -> Words:
    """2**exponent, to tell sizes."""
    return number(binary64.power(exponent))


def argmax(x: Words) -> Any:
    """Position of the largest number along the last axis."""
    return first_largest(x.hi, x.low)


def decided(form: Format, value: Words, cancelling: Words | None) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The value rounded; and where rounding hi + lo gives another on one side of what the error leaves open.

    What is infinite is so because a number it is made of is: what overflows is NaN.

    Args:
        form: the format.
        value: the value of a formula.
        cancelling: a number of the size of what cancels in it, or None.
    """
    sizes = value.hi if cancelling is None else cancelling.hi
    if form.p < 53:
        rounded, open_ = _narrow(form, value, sizes)
    else:
        rounded, open_ = value.hi, np.empty(value.shape, dtype=bool)
        ties.undecided(*(_flat(words, value.shape) for words in (value.hi, value.low, sizes)), ERROR, open_.reshape(-1))
    if value.exponent is not None:
        at = np.nonzero(value.exponent)
        rounded = rounded.copy()
        rounded[at], open_[at] = _halved(form, value[at], sizes[at], value.exponent[at])
    return rounded, open_


def _narrow(form: Format, value: Words, sizes: Floats) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Of formats of fewer bits than a word: both ends are rounded to odd first, and so once."""
    size = np.abs(value.hi)
    off = ERROR * np.maximum(size, np.abs(sizes))
    low, middle, high = (to_odd(*errorfree.two_sum(value.hi, value.low + d)) for d in (-off, 0 * off, off))
    proven, infinite = (size >= loops.LOW) & (size <= loops.HIGH) & ~np.isnan(off), size == np.inf
    rounded = form.round(np.where(infinite, value.hi, middle))
    return rounded, ~infinite & (~proven | binary64.apart(form, low, high))


def _halved(form: Format, value: Words, sizes: Floats, exponent: NDArray[np.int64]) -> Any:
    """Of values with an exponent: both ends are rounded as double-doubles are."""
    off = ERROR * np.maximum(np.abs(value.hi), np.abs(sizes))
    low, middle, high = (
        Scaled.of(errorfree.two_sum(value.hi, value.low + d), exponent).round(form) for d in (-off, 0 * off, off)
    )
    return middle, ~(low == high)


def product(x: Words) -> Words:
    """Left to double-doubles, whose exponent has no end."""
    return number(np.full(x.shape[:-1], np.nan))


def log_product(x: Words) -> Words:
    """Log of the product along the last axis, as the sum of the logs."""
    return total(log(x))
