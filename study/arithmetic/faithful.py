"""Ziv's strategy: evaluate a formula in rising precision until its error no longer matters to the result.

A formula is written once, against one of three arithmetics that offer the same functions: ``binary64`` (formats of at
most 24 bits start there), ``doubledouble`` and, for the few inputs that cancel beyond it, ``fixedpoint``. Only rows
that are undecided go on to the next one (Ziv, *Fast evaluation of elementary mathematical functions with correctly
rounded last bit*, ACM TOMS 17, 1991; here for an error below one ulp).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic import binary64, doubledouble, fixedpoint
from study.formats import Format, format_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

BLOCK = 2**14
"""Numbers handled at a time, so that the words of a double-double stay in the cache."""


def faithful(formula: Callable[..., Any], *args: NDArray[Any], core: Sequence[int], precise: bool = False) -> Any:
    """Evaluate a formula to within one ulp of its exact value.

    Args:
        formula: ``formula(arithmetic, *args)`` on arrays of binary64 and of integers, the instances along the first
            axis. It returns the value or, where terms cancel, the value and log2 of the size of what cancels.
        *args: arrays of one format, and integers.
        core: number of axes of one instance of each argument.
        precise: start with double-doubles in every format.

    Returns:
        The values, rounded once to the arguments' format.
    """
    form = format_of(next(a for a in args if a.dtype.kind not in "iu"))
    wide = [a if a.dtype.kind in "iu" else a.astype(np.float64) for a in args]
    batch = np.broadcast_shapes(*(a.shape[: a.ndim - c] for a, c in zip(wide, core, strict=True)))
    rows = [
        np.broadcast_to(a, batch + a.shape[a.ndim - c :]).reshape((math.prod(batch), *a.shape[a.ndim - c :]))
        for a, c in zip(wide, core, strict=True)
    ]
    ladder = [doubledouble, fixedpoint] if precise or form.p > 24 else [binary64, doubledouble, fixedpoint]
    size = max(math.prod(r.shape[1:]) for r in rows)
    step = max(1, BLOCK // max(size, 1))
    starts = range(0, max(len(rows[0]), 1), step)
    parts = [_settle(formula, ladder, form, [r[i : i + step] for r in rows], size) for i in starts]
    out = np.concatenate(parts)
    return out.reshape(batch + out.shape[1:])


def _settle(formula: Any, ladder: list[Any], form: Format, rows: list[NDArray[Any]], size: int) -> NDArray[Any]:
    arithmetic, *rest = ladder
    result = formula(arithmetic, *rows)
    value, cancelling = result if isinstance(result, tuple) else (result, None)
    out = value if arithmetic is binary64 else arithmetic.scaled(value)
    rounded = form.round(out) if arithmetic is binary64 else out.round(form)
    if not rest:
        return rounded
    error = np.log2((1000 + size) * arithmetic.UNIT)
    wanted = np.maximum(arithmetic.log2(value), form.emin) - form.p - 3
    undecided = np.zeros(rounded.shape, dtype=bool) if cancelling is None else cancelling + error > wanted
    if arithmetic is binary64:
        undecided = undecided | _near_limit(form, value)
    if undecided.ndim > 1:
        undecided = undecided.any(axis=tuple(range(1, undecided.ndim)))
    if undecided.any():
        rounded[undecided] = _settle(formula, rest, form, [r[undecided] for r in rows], size)
    return rounded


def _near_limit(form: Format, value: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether it depends on the last bits if a value rounds to zero or to infinity."""
    limits = (form.xmins / 2, (2 - form.overflow_margin) * 2.0**form.emax)
    return np.asarray(np.logical_or.reduce([np.abs(np.abs(value) / limit - 1) < 2.0**-30 for limit in limits]))
