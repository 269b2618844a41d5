"""16-bit numbers carried in binary32: an operation's result rounded, and a table looked up by bit pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine.compiled import bits, from_bits, inline, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Singles = NDArray[np.float32]


@inline
def magic_of(x: float, p: int, emin: int) -> float:
    """A number which, added to x, leaves p bits of it or what a subnormal number has."""
    e = max((bits(x) >> 52 & 2047) - 1023, emin)
    magic: float = 1.5 * from_bits((e - p + 1 + 52 + 1023) << 52)
    return magic


@kernel
def round_all(x: Singles, p: int, emin: int, emax: int) -> None:
    """Round to a format in place, to nearest even."""
    edge = from_bits((emax + 1 + 1023) << 52)
    for i in range(x.size):
        wide = np.float64(x[i])
        magic = magic_of(wide, p, emin)
        rounded = (wide + magic) - magic
        rounded = np.copysign(rounded if abs(rounded) < edge else np.inf, wide)
        x[i] = rounded if abs(wide) < np.inf else wide


@kernel
def look_up(x: Singles, table: Singles, p: int, emin: int, out: Singles) -> None:
    """The entry of each number in a table of all 65,536."""
    smallest = from_bits((p - 1 - emin + 1023) << 52)
    offset, normal = (emin + 1022) << (p - 1), 1 << (p - 1)
    infinity = (3 - 2 * emin) << (p - 1)
    for i in range(x.size):
        size = abs(np.float64(x[i]))
        pattern = (bits(size) >> (53 - p)) - offset
        pattern = pattern if pattern >= normal else np.int64(size * smallest)
        pattern = pattern if size < np.inf else (infinity if size == np.inf else infinity + 1)
        negative = bits(np.float64(x[i])) >> 48 & 1 << 15
        out[i] = table[(pattern | negative) & np.uint64(0xFFFF)]
