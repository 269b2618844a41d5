"""Ziv's strategy: evaluate a formula in rising precision until its error no longer matters to the result.

A formula is written once, against one of four arithmetics that offer the same functions: ``binary64`` (where formats of
at most 24 bits start) or ``quick`` (where binary64 does), ``doubledouble`` and, for the few inputs that cancel beyond
it, ``fixedpoint``. Only rows that are undecided go on to the next one (Ziv, *Fast evaluation of elementary mathematical
functions with correctly rounded last bit*, ACM TOMS 17, 1991; here for an error below one ulp).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic import binary64, doubledouble, errorfree, fixedpoint
from study.arithmetic.scaled import Scaled, where
from study.formats import Format, format_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

BLOCK = 2**14
"""Numbers handled at a time, so that the words of a double-double stay in the cache."""
UNITS = 1000
"""An error is at most UNITS + 8 n units of the arithmetic, n <= 2**20, relative to the value or to what cancels in it:
docs/arithmetic.md counts the operations of each formula."""
NEAR = 2.0**-8
"""Values whose log2 is as close as this to that of a limit are compared with it."""


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
    ladder = _ladder(form, precise=precise)
    out, undecided = _evaluated(formula, ladder[0], form, rows)
    for arithmetic in ladder[1:]:
        left = np.flatnonzero(undecided.any(axis=tuple(range(1, undecided.ndim))))
        if left.size:  # what is decided stays: fixed point has no infinity beside a number
            found, open_ = _evaluated(formula, arithmetic, form, [r[left] for r in rows])
            out[left] = np.where(undecided[left], found, out[left])
            undecided[left] &= open_
    return out.reshape(batch + out.shape[1:])


def _ladder(form: Format, *, precise: bool) -> list[Any]:
    """The arithmetics that a format climbs."""
    if precise:
        return [doubledouble, fixedpoint]
    if form.p <= 24:
        return [binary64, doubledouble, fixedpoint]
    from study.arithmetic import quick  # which compiles: late, since the other formats do without

    return [quick, doubledouble, fixedpoint]


def _evaluated(
    formula: Any, arithmetic: Any, form: Format, rows: list[NDArray[Any]]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The values of all rows, rounded, a block at a time; and which are undecided."""
    size = max(math.prod(r.shape[1:]) for r in rows)
    step = max(1, BLOCK // max(size, 1))
    out, undecided = [], []
    for start in range(0, max(len(rows[0]), 1), step):
        result = formula(arithmetic, *(r[start : start + step] for r in rows))
        value, cancelling = result if isinstance(result, tuple) else (result, None)
        if hasattr(arithmetic, "decided"):
            rounded, open_ = value.hi, ~arithmetic.decided(value, cancelling)
        else:
            rounded, open_ = _rounded(arithmetic, form, value, cancelling, size)
        out.append(rounded)
        undecided.append(open_)
    return np.concatenate(out), np.concatenate(undecided)


def _rounded(
    arithmetic: Any, form: Format, value: Any, cancelling: Any, size: int
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values in the format, and where their error bound exceeds an eighth of an ulp or reaches a limit."""
    rounded = form.round(value) if arithmetic is binary64 else arithmetic.scaled(value).round(form)
    if arithmetic is fixedpoint:
        return rounded, np.zeros(rounded.shape, dtype=bool)
    magnitude = arithmetic.log2(value)
    error = np.log2((UNITS + 8 * size) * arithmetic.UNIT)
    error = error + (magnitude if cancelling is None else np.maximum(magnitude, cancelling))
    undecided = error > np.maximum(magnitude, form.emin) - form.p - 3
    for limit in _limits(form):
        near = np.abs(magnitude - limit.log2()) < NEAR
        if near.any():
            undecided[near] |= _distance(arithmetic.scaled(value[near]), limit) <= error[near]
    return rounded, undecided


def _limits(form: Format) -> tuple[Scaled, Scaled]:
    """Where rounding turns to zero, and to infinity."""
    top = errorfree.two_sum(np.array(2.0), np.array(-form.overflow_margin))
    return Scaled.of((np.array(1.0), np.array(0.0)), form.emin - form.p), Scaled.of(top, form.emax)


def _distance(value: Scaled, limit: Scaled) -> NDArray[np.float64]:
    """log2 of how far |value| is from a limit."""
    return (where(value.hi < 0, -value, value) - limit).log2()
