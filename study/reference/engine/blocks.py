"""Streaming: large arrays pass through the engine in tiles, so that its scratch stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.reference.engine.operations import blank, decided, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from study.exact import Exact

TILE = 2**15
"""Entries evaluated at once."""


def tiles(rows: int, n: int) -> Iterator[tuple[slice, slice]]:
    """Whole rows together where they fit into a tile, parts of one row where not."""
    height = max(1, TILE // max(n, 1))
    for row in range(0, rows, height):
        for column in range(0, n, TILE):
            yield slice(row, row + height), slice(column, min(column + TILE, n))


def put(out: Exact, index: object, value: Exact) -> None:
    """Write the decided value into its place."""
    for target, source in zip(parts(out), parts(decided(value)), strict=True):
        target[index] = source


def by_tile(shape: tuple[int, ...], evaluate: Callable[[slice, slice], Exact]) -> Exact:
    """Fill a matrix tile by tile."""
    out = blank(shape)
    for tile in tiles(*shape):
        put(out, tile, evaluate(*tile))
    return out


def by_rows(rows: int, n: int, evaluate: Callable[[slice], Exact]) -> Exact:
    """Fill a vector, one entry a row, in groups of rows of at most a tile."""
    out = blank((rows,))
    height = max(1, TILE // max(n, 1))
    for start in range(0, rows, height):
        put(out, slice(start, start + height), evaluate(slice(start, start + height)))
    return out


def by_entry(evaluate: Callable[..., Exact], *arrays: NDArray[np.float64]) -> Exact:
    """Evaluate entry by entry over arrays of one shape."""
    flat = [array.reshape(-1) for array in arrays]
    return by_rows(flat[0].size, 1, lambda block: evaluate(*(part[block] for part in flat))).reshape(
        arrays[0].shape
    )
