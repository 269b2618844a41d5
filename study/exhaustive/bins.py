"""Errors in ulps by binade: (1/2, 1], (1, 2] and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.engine.compiled import bits, inline

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 67
"""Of the error e in ulps: e <= 1/2, then 2**(j - 2) < e <= 2**(j - 1), the last but one open, the last e infinite."""
INFINITE = BINS - 1
HALF = 1023 - 2
"""The biased exponent of the number before 1/2."""


@inline
def bin_of(error: float) -> int:
    """The bin of a finite error; that of 0 below 0."""
    above: int = (bits(error) - 1 >> 52) - HALF
    return min(max(above, 0), INFINITE - 1)


def bin_edges() -> list[tuple[float, float]]:
    """(from, to] of each bin, in ulps."""
    edges = [(0.0, 0.5), *((2.0 ** (j - 2), 2.0 ** (j - 1)) for j in range(1, INFINITE - 1))]
    return [*edges, (edges[-1][1], np.finfo(np.float64).max), (np.inf, np.inf)]


def bins_of(errors: NDArray[Any]) -> NDArray[np.int64]:
    """The bin of each error, outside a kernel."""
    significand, exponent = np.frexp(errors)
    above = exponent + np.where(significand == 0.5, 0, 1)
    inner = np.clip(np.where(errors <= 0.5, 0, above), 0, INFINITE - 1)
    return np.where(np.isinf(errors), INFINITE, inner).astype(np.int64)
