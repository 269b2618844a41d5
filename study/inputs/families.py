"""Seeded input families: drawn in binary64 from named generators, then rounded to the format once."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from study.formats import Format
    from study.problems.signature import Kind

Arguments = tuple[NDArray[Any], ...]
"""A problem's arguments, stacked along the first axis."""


@dataclass(frozen=True)
class Family:
    """One way to draw inputs.

    Attributes:
        name: what a reader calls it.
        draw: ``draw(rng, rows, parameter)`` makes the arguments of that many instances, in binary64.
    """

    name: str
    draw: Callable[[np.random.Generator, int, Any], Arguments]


def generator(*key: str | float) -> np.random.Generator:
    """A generator that depends on its key alone: not on the order of the draws, the workers or the hash seed."""
    return np.random.default_rng([zlib.crc32(repr(part).encode()) for part in key])


def rounded(form: Format, args: Arguments) -> Arguments:
    """Arguments in the format, each number rounded once; integers (indices) as they are."""
    return tuple(form.round(a) if a.dtype.kind == "f" else a for a in args)


def positions(kind: Kind, rng: np.random.Generator, n: int, size: Any) -> NDArray[np.int64]:
    """Random positions among n, of a kind."""
    drawn: NDArray[np.int64] = rng.integers(kind.lowest(n), n, size=size)
    return drawn


def uniform(low: float, high: float) -> Family:
    """N numbers from U(low, high), the parameter being n."""
    return Family(f"U({low:g}, {high:g})", lambda rng, rows, n: (rng.uniform(low, high, (rows, n)),))


def constant(value: float) -> Family:
    """N times the same number, the parameter being n: one instance says it all."""
    return Family(f"all {value:g}", lambda _rng, _rows, n: (np.full((1, n), value),))


def scaled_normal(n: int) -> Family:
    """N logits from N(0, 1), scaled so that the largest is the parameter, and a random target."""

    def place(x: NDArray[Any], top: Any) -> NDArray[Any]:
        largest = x.max(axis=-1, keepdims=True)
        smallest = x.min(axis=-1, keepdims=True)  # scaling by a negative factor makes this the largest
        scaled: NDArray[Any] = x * (top / np.where(largest > 0, largest, smallest))
        return scaled

    return _logits(f"N(0, 1), n = {n}, scaled", n, place)


def shifted_normal(n: int) -> Family:
    """N logits from N(0, 1), shifted so that the largest is the parameter, and a random target."""
    return _logits(f"N(0, 1), n = {n}, shifted", n, lambda x, top: x + (top - x.max(axis=-1, keepdims=True)))


def placed(n: int, offset: float) -> Family:
    """n logits from N(0, 1), the parameter times, plus an offset."""
    return Family(
        f"N(0, 1), n = {n}, offset {offset:g}",
        lambda rng, rows, spread: (offset + spread * rng.standard_normal((rows, n)), rng.integers(n, size=rows)),
    )


def normal() -> Family:
    """N logits from N(0, 1), the parameter being n, and a random target."""
    return Family("N(0, 1)", lambda rng, rows, n: (rng.standard_normal((rows, n)), rng.integers(n, size=rows)))


def _logits(name: str, n: int, place: Callable[[NDArray[Any], Any], NDArray[Any]]) -> Family:
    def draw(rng: np.random.Generator, rows: int, parameter: Any) -> Arguments:
        return place(rng.standard_normal((rows, n)), parameter), rng.integers(n, size=rows)

    return Family(name, draw)
