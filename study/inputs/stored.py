"""An array that lies in a file, of which some vectors are read at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import KNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BLOCK = 2**18
"""Numbers read at a time: what is made of them stays within some tens of MiB."""


@dataclass(frozen=True)
class Stored:
    """Numbers in a file, one after the other.

    Attributes:
        path: the file.
        dtype: of the numbers.
        shape: of the array.
        offset: bytes before the first number.
        fortran: whether the first axis is the contiguous one.
        axis: the one that a vector lies along; the others count the vectors, in C order.
    """

    path: Path
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int = 0
    fortran: bool = False
    axis: int = -1

    @property
    def leading(self) -> tuple[int, ...]:
        """The axes that count the vectors."""
        axis = self.axis % len(self.shape)
        return self.shape[:axis] + self.shape[axis + 1 :]

    @property
    def vectors(self) -> int:
        """How many vectors there are."""
        return math.prod(self.leading)

    @property
    def length(self) -> int:
        """Numbers of a vector."""
        return self.shape[self.axis]

    @property
    def step(self) -> int:
        """How many vectors are read at a time."""
        return max(1, BLOCK // self.length)

    @property
    def numbers(self) -> bool:
        """Whether it holds real numbers that binary64 holds: of one of the formats, or integers."""
        return self.dtype.name in KNOWN or self.dtype.kind in "iu"

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Vectors from ``start`` to ``stop``, of shape (stop - start, length), in a format, C-contiguous.

        The file is mapped for the call alone, so that what was read does not count as this process's memory.
        """
        moved = np.moveaxis(self._mapped(), self.axis, -1)
        chosen = np.unravel_index(np.arange(start, min(stop, self.vectors)), self.leading) if self.leading else None
        rows = np.array(moved[None] if chosen is None else moved[chosen], order="C", subok=False)
        return rows if self.dtype.name in KNOWN and self.dtype.isnative else rows.astype(self._native)

    def whole(self) -> NDArray[Any]:
        """All of it, as it is written."""
        return np.array(self._mapped()) if math.prod(self.shape) else np.empty(self.shape, self.dtype)

    def _mapped(self) -> NDArray[Any]:
        return np.memmap(self.path, self.dtype, "r", self.offset, self.shape, "F" if self.fortran else "C")

    @property
    def _native(self) -> np.dtype[Any]:
        """Integers are held in binary64."""
        return self.dtype.newbyteorder("=") if self.dtype.name in KNOWN else np.dtype(np.float64)

    def position(self, row: int) -> tuple[int, ...]:
        """Where among the leading axes a vector is."""
        return tuple(int(i) for i in np.unravel_index(row, self.leading)) if self.leading else ()
