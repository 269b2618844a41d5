"""Sums and products along the last axis, each a stated order of operations and width of accumulator.

NumPy's own ``sum`` and ``prod`` are no such thing: along a contiguous axis of float16 they accumulate in float32.
Here every step is rounded to the array's dtype unless the name says otherwise. The empty sum is 0, the product 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import array_namespace

WIDER = {"float16": "float32", "bfloat16": "float32", "float32": "float64"}
"""The accumulator of a wide sum; binary64 has none that every machine shares."""


def sequential_sum(x: Any) -> Any:
    """Recursive summation, left to right (Higham, algorithm 4.1): error at most gamma_(n-1) sum |x_i|."""
    return _last(array_namespace(x).cumulative_sum(x, axis=-1), x, 0)


def sequential_product(x: Any) -> Any:
    """Left to right: relative error at most gamma_(n-1) while nothing underflows (Higham, section 3.1)."""
    return _last(array_namespace(x).cumulative_prod(x, axis=-1), x, 1)


def pairwise_sum(x: Any) -> Any:
    """Halves added to each other until one value is left: error at most gamma_ceil(log2 n) sum |x_i| (Higham, 4.2)."""
    return _halved(x, lambda a, b: a + b, 0)


def pairwise_product(x: Any) -> Any:
    """Halves multiplied with each other until one value is left: the same n - 1 roundings as sequentially."""
    return _halved(x, lambda a, b: a * b, 1)


def compensated_sum(x: Any) -> Any:
    """Recursive summation plus the sum of its rounding errors, each by TwoSum.

    Ogita, Rump and Oishi, *Accurate sum and dot product* (2005), algorithm 4.4 (Sum2), in effect Neumaier's: error at
    most u |sum x_i| + gamma_(n-1)**2 sum |x_i|. Where the plain sum is not finite, that is the result.
    """
    xp = array_namespace(x)
    partial = xp.cumulative_sum(x, axis=-1)
    before, after, term = partial[..., :-1], partial[..., 1:], x[..., 1:]
    virtual = after - before
    error = (before - (after - virtual)) + (term - virtual)
    plain = _last(partial, x, 0)
    corrected = plain + sequential_sum(error)
    return xp.where(xp.isfinite(plain), corrected, plain)


def wide_sum(x: Any) -> Any:
    """Recursive summation in the next wider format, rounded once at the end."""
    wide = x.astype(WIDER[x.dtype.name]) if isinstance(x, np.ndarray) else _cast(x, WIDER)
    return _cast_like(sequential_sum(wide), x)


def _cast(x: Any, table: dict[str, str]) -> Any:
    xp = array_namespace(x)
    return xp.astype(x, getattr(xp, table[str(x.dtype).rpartition(".")[2]]))


def _cast_like(x: Any, like: Any) -> Any:
    if isinstance(like, np.ndarray):
        return np.asarray(x).astype(like.dtype)
    return array_namespace(like).astype(x, like.dtype)


def _last(partial: Any, x: Any, empty: int) -> Any:
    if x.shape[-1] == 0:
        return array_namespace(x).full(x.shape[:-1], empty, dtype=x.dtype)
    return partial[..., -1]


def _halved(x: Any, combine: Any, empty: int) -> Any:
    xp = array_namespace(x)
    if x.shape[-1] == 0:
        return xp.full(x.shape[:-1], empty, dtype=x.dtype)
    while x.shape[-1] > 1:
        half = x.shape[-1] // 2
        paired = combine(x[..., : 2 * half : 2], x[..., 1 : 2 * half : 2])
        x = xp.concat([paired, x[..., 2 * half :]], axis=-1)
    return x[..., 0]
