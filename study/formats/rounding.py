"""Ways to round: to nearest even, toward zero, stochastically, and with subnormal numbers flushed to zero.

Each is called as ``rounding(form, values)`` and rounds binary64 numbers to a format once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import grid

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from study.formats.format import Format

    Rounding = Callable[[Format, ArrayLike], NDArray[Any]]


def nearest(form: Format, values: ArrayLike) -> NDArray[Any]:
    """To nearest, ties to even (IEEE 754-2019, 4.3.1): ``Format.round``."""
    return form.round(values)


def toward_zero(form: Format, values: ArrayLike) -> NDArray[Any]:
    """To the next number that is no larger in size (IEEE 754-2019, 4.3.2): what is finite becomes ±xmax at most."""
    return grid.rounded(form, values, np.trunc, finite=True)


@dataclass(frozen=True, eq=False)
class Stochastic:
    """To one of the two numbers beside a value, with a probability that falls with its distance: mode 1.

    |x| = (k + f) ulp with 0 <= f < 1 becomes (k + 1) ulp with probability floor(2**bits f) / 2**bits, else k ulp: a
    random integer below 2**bits is added to the first ``bits`` bits after the ulp, and what is left of them cut off
    (Croci, Fasi, Higham, Mary and Mikaitis, *Stochastic rounding: implementation, error analysis and applications*,
    Royal Society Open Science, 2022). The expected value is short of x by less than 2**-bits ulp. Numbers of the format
    stay; (k + 1) ulp beyond xmax overflows as the format says.

    Attributes:
        rng: draws the integers, one a value, in order.
        bits: random bits; with the format's p they are at most 52.
    """

    rng: np.random.Generator
    bits: int

    def __call__(self, form: Format, values: ArrayLike) -> NDArray[Any]:
        """Round values to a format.

        Raises:
            ValueError: there are no random bits, or more than binary64 holds beside the format's p.
        """
        if not 1 <= self.bits <= max(52 - form.p, 1):
            raise ValueError(f"{self.bits} random bits for {form.name}; there may be 1 to {max(52 - form.p, 1)}")
        return grid.rounded(form, values, self._whole)

    def _whole(self, units: NDArray[np.float64]) -> NDArray[np.float64]:
        parts = 2.0**self.bits
        size = np.abs(units)
        size *= parts
        np.floor(size, out=size)
        size += self.rng.integers(0, 2**self.bits, size.shape, dtype=np.uint32 if self.bits <= 32 else np.uint64)
        size /= parts
        np.floor(size, out=size)
        return np.copysign(size, units, out=size)


@dataclass(frozen=True)
class Flushed:
    """A rounding whose subnormal results are zero, of their sign (flush to zero).

    Attributes:
        rounding: the rounding; a result is flushed that it leaves below xmin.
    """

    rounding: Rounding = nearest

    def __call__(self, form: Format, values: ArrayLike) -> NDArray[Any]:
        """Round values to a format."""
        return flush(form, self.rounding(form, values))


def flush(form: Format, values: NDArray[Any]) -> NDArray[Any]:
    """Numbers of a format as an operation sees them that takes subnormal ones for zero, of their sign.

    Args:
        form: the format.
        values: numbers of its dtype.
    """
    if not form.signed:
        return values
    patterns = form.to_bits(values)
    sign = patterns.dtype.type(2 ** (form.bits - 1))
    field = patterns.dtype.type((2**form.exponent_bits - 1) << (form.p - 1))
    return form.from_bits(np.where(patterns & field, patterns, patterns & sign))
