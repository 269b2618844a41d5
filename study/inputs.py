"""Seeded input families: drawn in binary64 from named generators, then rounded to the format once."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.formats import Format
    from study.problems import Problem

Arguments = tuple["NDArray[Any]", ...]
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


def uniform(low: float, high: float) -> Family:
    """N numbers from U(low, high), the parameter being n."""
    return Family(f"U({low:g}, {high:g})", lambda rng, rows, n: (rng.uniform(low, high, (rows, n)),))


def constant(value: float) -> Family:
    """N times the same number, the parameter being n: one instance says it all."""
    return Family(f"all {value:g}", lambda _rng, _rows, n: (np.full((1, n), value),))


def scaled_normal(n: int) -> Family:
    """N logits from N(0, 1), scaled so that the largest is the parameter, and a random target."""
    return _logits(f"N(0, 1), n = {n}, scaled", n, lambda x, top: x * (top / x.max(axis=-1, keepdims=True)))


def shifted_normal(n: int) -> Family:
    """N logits from N(0, 1), shifted so that the largest is the parameter, and a random target."""
    return _logits(f"N(0, 1), n = {n}, shifted", n, lambda x, top: x + (top - x.max(axis=-1, keepdims=True)))


def normal() -> Family:
    """N logits from N(0, 1), the parameter being n, and a random target."""
    return Family("N(0, 1)", lambda rng, rows, n: (rng.standard_normal((rows, n)), rng.integers(n, size=rows)))


def _logits(name: str, n: int, place: Callable[[NDArray[Any], Any], NDArray[Any]]) -> Family:
    def draw(rng: np.random.Generator, rows: int, parameter: Any) -> Arguments:
        return place(rng.standard_normal((rows, n)), parameter), rng.integers(n, size=rows)

    return Family(name, draw)


def battery(problem: Problem, rows: int = 200, n: int = 10) -> Arguments:
    """Ordinary and hard inputs for a problem, seeded: small, large and huge spreads, offsets, ties.

    Args:
        problem: what they are for.
        rows: instances of each kind.
        n: length of the vectors.
    """
    rng = generator("battery", problem.name)
    if problem.domain == "probability":
        x = np.concatenate([rng.uniform(low, 1, (rows, n)) for low in (0.001, 0.5, 0.99)])
    else:
        spreads = [rng.standard_normal((rows, n)) * scale for scale in (0.01, 1, 10, 100)]
        x = np.concatenate([*spreads, *(spreads[1] + offset for offset in (-1000, -10, 10, 1000)), np.ones((1, n))])
    made: dict[Kind, NDArray[Any]] = {Kind.VECTOR: x, Kind.NUMBER: x[:, 0], Kind.INDEX: rng.integers(n, size=len(x))}
    return tuple(made[kind] for kind in problem.signature.arguments)
