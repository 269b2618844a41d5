"""Top-p: the nucleus is the smallest set of the most likely tokens whose probabilities sum to p or more.

Holtzman, Buys, Du, Forbes and Choi, *The curious case of neural text degeneration*, ICLR 2020. The formulas take rows
of probabilities of one format, each from the largest to the smallest, and return which of them are kept; the threshold
is computed in binary64 and rounded to the format once, as array libraries do with a Python number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.arithmetic.reductions import WIDER, running_sum
from study.certified.certify import UncertifiedError
from study.formats import format_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.certified.exact import Exact

PREC = 250
"""Bits of the sums that decide what binary64 does not."""


def ascending(p: NDArray[Any], top: float) -> NDArray[np.bool_]:
    """Σ over pᵢ and all smaller > 1 − top (mlx-lm): keeps nothing where 1 − top rounds to that sum's end."""
    return np.asarray(running_sum(p[..., ::-1])[..., ::-1] > format_of(p).round(1 - top))


def ascending_and_first(p: NDArray[Any], top: float) -> NDArray[np.bool_]:
    """Σ over pᵢ and all smaller > 1 − top, or i = 1 (Transformers, vLLM)."""
    kept = ascending(p, top)
    kept[..., 0] = True
    return kept


def descending(p: NDArray[Any], top: float) -> NDArray[np.bool_]:
    """(Σ over pᵢ and all larger) − pᵢ ≤ top (Llama): a sum that stands still below top keeps every token."""
    return np.asarray(running_sum(p) - p <= format_of(p).round(top))


def wide(p: NDArray[Any], top: float) -> NDArray[np.bool_]:
    """Σ over all larger than pᵢ < top, summed in the next wider format: keeps the first whatever top is."""
    before = running_sum(p.astype(WIDER.get(p.dtype.name, p.dtype.name)))[..., :-1]
    return np.insert(before < format_of(before).round(top), 0, values=True, axis=-1)


FORMULAS: dict[str, Callable[[NDArray[Any], float], NDArray[np.bool_]]] = {
    formula.__name__: formula for formula in (ascending, ascending_and_first, descending, wide)
}
"""The formulas by their names."""


def size(p: Exact, top: float) -> NDArray[np.int64]:
    """How many tokens the nucleus of each row has.

    Args:
        p: rows of exact probabilities, from the largest to the smallest.
        top: what they sum to, 0 < top < 1.

    Raises:
        ValueError: top is outside (0, 1).
        UncertifiedError: a sum lies nearer to top than its error bound.
    """
    if not 0 < top < 1:
        raise ValueError(f"top-p lies between 0 and 1, not at {top}")
    sums = np.cumsum(p.to_float(), axis=-1)
    sizes = np.asarray(1 + np.count_nonzero(sums < top, axis=-1))
    near = np.abs(sums - top) <= 2 * sums.shape[-1] * np.finfo(float).eps
    for row in np.flatnonzero(near.any(axis=-1)):
        sizes[row] = _settled(p[row], top)
    return sizes


def _settled(p: Exact, top: float) -> int:
    """The size of one row's nucleus, by sums of mpmath numbers."""
    with mpmath.workprec(PREC):
        total, error = mpmath.mpf(0), mpmath.mpf(0)
        for count, (value, bound) in enumerate(zip(p.to_mpf(), p.error, strict=True), 1):
            total, error = total + value, error + value * mpmath.mpf(float(bound))
            if error and abs(total - top) <= 2 * error:
                raise UncertifiedError(f"the sum of the first {count} probabilities is not told from {top}")
            if total >= top:
                return count
    return len(p.hi)
