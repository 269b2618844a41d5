"""Streaming: large arrays pass through the engine in blocks, so that its scratch stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine.operations import blank, parts, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from study.certified.engine.compiled import Floats
    from study.certified.exact import Exact

ENTRIES = 2**13
"""Values evaluated at once: their arrays stay in the cache, and in the heap."""


def by_rows(rows: int, evaluate: Callable[[slice], Exact], height: int | None = None) -> Exact:
    """Fill a vector, one entry a row, in groups of ``height`` rows, or of ENTRIES."""
    out = blank((rows,))
    height = max(1, ENTRIES if height is None else height)
    for start in range(0, rows, height):
        group = slice(start, start + height)
        for target, source in zip(parts(out), parts(evaluate(group)), strict=True):
            target[group] = source
    settle(out)
    return out


def by_matrix(shape: tuple[int, ...], fill: Callable[[slice, Exact], None]) -> Exact:
    """Fill a matrix in groups of rows."""
    out = blank(shape)
    for start in range(0, shape[0], ENTRIES):
        group = slice(start, start + ENTRIES)
        fill(group, out[group])
        settle(out[group])
    return out


def by_entry(evaluate: Callable[..., Exact], *arrays: Floats) -> Exact:
    """Evaluate entry by entry over arrays that broadcast together."""
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    flat = [np.broadcast_to(array, shape).reshape(-1) for array in arrays]
    return by_rows(flat[0].size, lambda block: evaluate(*(part[block] for part in flat))).reshape(shape)
