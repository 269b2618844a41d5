"""Ziv's strategy: evaluate a formula in rising precision until its error no longer matters to the result.

A formula is written once, against one of four arithmetics that offer the same functions: ``binary64`` (where formats of
at most 24 bits start), ``quick`` (where binary64 does), ``doubledouble`` and, for the few inputs that cancel beyond it,
``fixedpoint``. Only rows that are undecided go on to the next one (Ziv, *Fast evaluation of elementary mathematical
functions with correctly rounded last bit*, ACM TOMS 17, 1991; here for an error below one ulp).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic import doubledouble, errorfree, fixedpoint
from study.arithmetic.scaled import Scaled, where
from study.formats import Format, format_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

BLOCK = 10**5
"""Numbers handled at a time, so that what a formula makes of them stays in the cache."""
np.empty(2**21)  # once 16 MiB have been freed, glibc keeps what a block frees for the next, and asks for no new pages
UNITS = 1000
"""An error is at most UNITS + 8 n units of double-doubles, n <= 2**20, relative to the value or to what cancels in it:
docs/arithmetic.md counts the operations of each formula."""
NEAR = 2.0**-8
"""Values whose log2 is as close as this to that of a limit are compared with it."""


def faithful(formula: Callable[..., Any], *args: NDArray[Any], core: Sequence[int]) -> Any:
    """Evaluate a formula to within one ulp of its exact value.

    Args:
        formula: ``formula(arithmetic, *args)`` on arrays of binary64 and of integers, the instances along the first
            axis. It returns the value or, where terms cancel, the value and a number of the size of what cancels.
        *args: arrays of one format, and integers.
        core: number of axes of one instance of each argument.

    Returns:
        The values, rounded once to the arguments' format.
    """
    form = format_of(next(a for a in args if a.dtype.kind not in "iu"))
    batch = np.broadcast_shapes(*(a.shape[: a.ndim - c] for a, c in zip(args, core, strict=True)))
    rows = [_rows(a, batch, a.shape[a.ndim - c :]) for a, c in zip(args, core, strict=True)]
    first, *further = _ladder(form)
    out, left, open_ = _evaluated(formula, first, form, rows)
    for arithmetic in further:
        if left.size:
            found, again, still = _evaluated(formula, arithmetic, form, [r[left] for r in rows])
            out[left] = np.where(open_, found, out[left])  # what is decided stays: fixed point has no infinity
            still &= open_[again]
            more = _any(still)
            left, open_ = left[again[more]], still[more]
    return out.reshape(batch + out.shape[1:])


def _rows(a: NDArray[Any], batch: tuple[int, ...], instance: tuple[int, ...]) -> NDArray[Any]:
    """The instances of an argument along one axis."""
    whole = a if a.shape == batch + instance else np.broadcast_to(a, batch + instance)
    return whole.reshape((math.prod(batch), *instance))


def _ladder(form: Format) -> list[Any]:
    """The arithmetics that a format climbs."""
    from study.arithmetic import binary64, quick  # which compile: late

    return [*([binary64] if form.p <= 24 else []), quick, doubledouble, fixedpoint]


def _evaluated(
    formula: Any, arithmetic: Any, form: Format, rows: list[NDArray[Any]]
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.bool_]]:
    """The values of all rows, rounded, a block at a time; the places of undecided rows, and what is undecided there."""
    size = max(math.prod(r.shape[1:]) for r in rows)
    step = max(1, BLOCK // max(size, 1))
    out, places, undecided = [], [], []
    for start in range(0, max(len(rows[0]), 1), step):
        block = (r[start : start + step] for r in rows)
        result = formula(arithmetic, *(r if r.dtype.kind in "iu" else r.astype(np.float64) for r in block))
        value, cancelling = result if isinstance(result, tuple) else (result, None)
        if hasattr(arithmetic, "decided"):
            rounded, open_ = arithmetic.decided(form, value, cancelling)
        else:
            rounded, open_ = _rounded(arithmetic, form, value, cancelling, size)
        out.append(rounded)
        rows_open = np.flatnonzero(_any(open_))
        places.append(start + rows_open)
        undecided.append(open_[rows_open])
    values = np.concatenate(out) if len(out) > 1 else out[0]
    return values, np.concatenate(places), np.concatenate(undecided)


def _any(open_: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of each row whether some result of it is open."""
    return np.asarray(open_.any(axis=tuple(range(1, open_.ndim))))


def _rounded(
    arithmetic: Any, form: Format, value: Any, cancelling: Any, size: int
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values in the format, and where their error bound exceeds an eighth of an ulp or reaches a limit."""
    held = arithmetic.scaled(value)
    rounded = held.round(form)
    if arithmetic is fixedpoint:
        return rounded, np.zeros(rounded.shape, dtype=bool)
    magnitude = held.log2()
    error = np.log2((UNITS + 8 * size) * arithmetic.UNIT)
    error = error + (magnitude if cancelling is None else np.maximum(magnitude, cancelling.log2()))
    undecided = error > np.maximum(magnitude, form.emin) - form.p - 3
    for limit in _limits(form):
        near = np.abs(magnitude - limit.log2()) < NEAR
        if near.any():
            undecided[near] |= _distance(held[near], limit) <= error[near]
    return rounded, undecided


def _limits(form: Format) -> tuple[Scaled, Scaled]:
    """Where rounding turns to zero, and to infinity."""
    top = errorfree.two_sum(np.array(2.0), np.array(-form.overflow_margin))
    return Scaled.of((np.array(1.0), np.array(0.0)), form.emin - form.p), Scaled.of(top, form.emax)


def _distance(value: Scaled, limit: Scaled) -> NDArray[np.float64]:
    """log2 of how far |value| is from a limit."""
    return (where(value.hi < 0, -value, value) - limit).log2()
