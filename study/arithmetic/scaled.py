"""Real numbers as double-doubles whose binary exponent is kept apart: about 104 bits at any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic import errorfree

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.arithmetic.errorfree import Floats, Pair
    from study.formats import Format

NO_EXPONENT = -(2**40)
"""Exponent of zero: below that of every other number."""


@dataclass(frozen=True, eq=False)
class Scaled:
    """An array of numbers (hi + lo) 2**exponent; infinities and NaN are held, and behave, as in binary64.

    Attributes:
        hi: leading words, float64.
        lo: trailing words, float64.
        exponent: int64.
    """

    hi: Floats
    lo: Floats
    exponent: NDArray[np.int64]

    @classmethod
    def number(cls, values: ArrayLike) -> Scaled:
        """Hold binary64 numbers, without error."""
        hi, exponent = np.frexp(np.asarray(values, dtype=np.float64))
        return cls(hi, np.zeros_like(hi), np.where(hi == 0, NO_EXPONENT, exponent.astype(np.int64)))

    @classmethod
    def of(cls, pair: Pair, exponent: Any = 0) -> Scaled:
        """A double-double times 2**exponent, its own exponent taken out of it."""
        hi, lo = pair
        fraction, more = np.frexp(hi)
        held = np.where(hi == 0, NO_EXPONENT, exponent + more.astype(np.int64))
        return cls(fraction, np.ldexp(lo, -more), held)

    @classmethod
    def power(cls, exponent: Floats) -> Scaled:
        """2**exponent, at most twice of it, to tell sizes."""
        whole = np.ceil(np.clip(exponent, NO_EXPONENT, -NO_EXPONENT)).astype(np.int64)
        return cls.of((np.ones(whole.shape), np.zeros(whole.shape)), whole)

    def at(self, exponent: Any) -> Pair:
        """The pair of words that, times 2**exponent, is this number; what is 2**1000 times smaller vanishes."""
        shift = np.clip(self.exponent - exponent, -1100, 1000).astype(np.int32)
        return np.ldexp(self.hi, shift), np.ldexp(self.lo, shift)

    def pair(self) -> Pair:
        """The number as an ordinary double-double; infinite from about 2**1000 on."""
        hi, lo = self.at(0)
        large = (self.exponent > 1000) & (hi != 0)
        return np.where(large, np.copysign(np.inf, hi), hi), np.where(large, 0.0, lo)

    def __add__(self, other: Scaled) -> Scaled:
        exponent = np.maximum(self.exponent, other.exponent)
        return Scaled.of(errorfree.add(self.at(exponent), other.at(exponent)), exponent)

    def __neg__(self) -> Scaled:
        return Scaled(-self.hi, -self.lo, self.exponent)

    def __sub__(self, other: Scaled) -> Scaled:
        return self + (-other)

    def __mul__(self, other: Scaled) -> Scaled:
        product = errorfree.multiply((self.hi, self.lo), (other.hi, other.lo))
        return Scaled.of(product, self.exponent + other.exponent)

    def __truediv__(self, other: Scaled) -> Scaled:
        quotient = errorfree.divide((self.hi, self.lo), (other.hi, other.lo))
        return Scaled.of(quotient, np.where(np.isinf(other.hi), 0, self.exponent - other.exponent))

    def __getitem__(self, index: Any) -> Scaled:
        return Scaled(self.hi[index], self.lo[index], self.exponent[index])

    def __setitem__(self, index: Any, other: Scaled) -> None:
        self.hi[index], self.lo[index], self.exponent[index] = other.hi, other.lo, other.exponent

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.hi.shape

    def log2(self) -> Floats:
        """log2 |number| in binary64, to tell sizes apart; -inf for 0."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log2(np.abs(self.hi)) + np.where(self.hi == 0, 0, self.exponent))

    def size(self) -> Floats:
        """|number| in binary64, from about 2**1000 on that."""
        return np.abs(self.at(0)[0])

    def round(self, form: Format) -> NDArray[Any]:
        """Round what is held to a format, once, to nearest even."""
        exponent = np.clip(self.exponent, -2000, 2000).astype(np.int32)
        if form.p < 53:
            return form.round(np.ldexp(to_odd(self.hi, self.lo), exponent))
        return np.where(exponent <= form.emin, self._subnormal(exponent), np.ldexp(self.hi, exponent))

    def _subnormal(self, exponent: NDArray[np.int32]) -> Floats:
        """In binary64, rounded to a multiple of its smallest number: lo decides what hi alone would leave a tie."""
        units = np.ldexp(self.hi, exponent + 1074)
        nearest = np.rint(units)
        tie = (np.abs(units - nearest) == 0.5) & (self.lo != 0)
        return np.asarray(np.ldexp(np.where(tie, np.floor(units) + (self.lo > 0), nearest), -1074))


def to_odd(hi: Floats, lo: Floats) -> Floats:
    """hi + lo rounded to odd: hi where that is exact or its last bit is 1, else its neighbour on lo's side.

    What is rounded from it to 51 bits or fewer is rounded as if from hi + lo (Boldo and Melquiond, *Emulation of FMA
    and correctly rounded sums*, IEEE Trans. Comput. 57, 2008).
    """
    even = (hi.view(np.int64) & 1) == 0
    return np.where(even & (lo != 0), np.nextafter(hi, np.copysign(np.inf, lo)), hi)


def where(condition: Any, a: Scaled, b: Scaled) -> Scaled:
    """A where the condition holds, else b."""
    return Scaled(
        np.where(condition, a.hi, b.hi), np.where(condition, a.lo, b.lo), np.where(condition, a.exponent, b.exponent)
    )


def size(x: Scaled) -> Floats:
    """|x| in binary64, to tell sizes."""
    return x.size()


def log2(x: Scaled) -> Floats:
    """log2 |x| in binary64, roughly; -inf for 0."""
    return x.log2()


def sure(x: Any, zero: NDArray[np.bool_]) -> Any:  # noqa: ARG001 - as every arithmetic has it
    """As it is: nothing is lost."""
    return x


def normalised(x: Any) -> tuple[Any, NDArray[np.int64]]:
    """As it is, and no exponent."""
    return x, np.zeros(x.shape[:-1], dtype=np.int64)


def lowered(x: Any) -> tuple[Any, NDArray[np.int64]]:
    """As they are, and no exponents."""
    return x, np.zeros(x.shape, dtype=np.int64)


lifted = sure
"""As it is: there is no exponent."""


def argmax(x: Scaled) -> NDArray[np.intp]:
    """Position of the largest number along the last axis: by sign, exponent, and the words in turn."""
    sign = np.sign(x.hi)
    return first_largest(sign, sign * x.exponent, x.hi, x.lo)


def first_largest(*keys: NDArray[Any]) -> NDArray[np.intp]:
    """Where along the last axis the first key is largest; where that is so in several places, the next one."""
    left: NDArray[np.bool_] = np.ones(keys[0].shape, dtype=bool)
    for key in keys:
        held = np.where(left, key, -np.inf)
        left = left & (held == np.max(held, axis=-1, keepdims=True))
    return np.asarray(np.argmax(left, axis=-1))


def total(x: Scaled) -> Scaled:
    """Sum along the last axis, halves added to each other: relative to sum |x_i|, within 3 ceil(log2 n) u**2."""
    if not x.shape[-1]:
        return Scaled.number(np.zeros(x.shape[:-1]))
    exponent = np.max(x.exponent, axis=-1, keepdims=True)
    hi, lo = x.at(exponent)
    while hi.shape[-1] > 1:
        half = hi.shape[-1] // 2
        left, right, odd = slice(0, half), slice(half, 2 * half), slice(2 * half, None)
        summed = errorfree.add((hi[..., left], lo[..., left]), (hi[..., right], lo[..., right]))
        hi, lo = (np.concatenate([s, w[..., odd]], axis=-1) for s, w in zip(summed, (hi, lo), strict=True))
    return Scaled.of((hi[..., 0], lo[..., 0]), exponent[..., 0])


def product(x: Scaled) -> Scaled:
    """Product along the last axis, halves multiplied with each other: within 7 (n - 1) u**2, whatever its size."""
    if not x.shape[-1]:
        return Scaled.number(np.ones(x.shape[:-1]))
    while x.shape[-1] > 1:
        half = x.shape[-1] // 2
        paired, odd = x[..., :half] * x[..., half : 2 * half], x[..., 2 * half :]
        words = zip((paired.hi, paired.lo, paired.exponent), (odd.hi, odd.lo, odd.exponent), strict=True)
        x = Scaled(*(np.concatenate(pair, axis=-1) for pair in words))
    return x[..., 0]
