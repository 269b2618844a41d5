"""Recursive summation under any rounding: what hardware with another rounding than to nearest would return.

Sums are held in binary64 before they are rounded: exact in formats of 16 bits and less, as long as no term is below
2**-40 of its sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats.rounding import Stochastic, toward_zero

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.formats import Format
    from study.formats.rounding import Rounding

    Floats = NDArray[np.float64]

BLOCK = 1024
"""Terms of a row that are rounded at a time."""


def rounded_sum(form: Format, x: NDArray[Any], rounding: Rounding, start: ArrayLike = 0.0) -> Floats:
    """Left to right along the last axis, each addition rounded once: s <- rounding(s + x_i) (Higham, algorithm 4.1).

    Terms that are not negative, rounded toward zero or stochastically, are added many at a time: the numbers of a
    binade are whole multiples of its ulp, so what becomes of s + x there, less s, is what becomes of 2**e + x, less
    2**e. To nearest, ties go to even multiples, and a sum may fall with signs: these are added one by one.

    Args:
        form: the format of terms and sums.
        x: the terms, numbers of the format in any dtype; of shape (..., n).
        rounding: one of ``study.formats.rounding``; a stochastic one draws anew for every row.
        start: what the sums start from, numbers of the format; an array gives more rows than x has.

    Returns:
        The sums in binary64, of the shape of the rows.
    """
    x = np.asarray(x, dtype=np.float64)
    total = np.array(np.broadcast_to(start, np.broadcast_shapes(x.shape[:-1], np.shape(start))), dtype=np.float64)
    if not ((rounding is toward_zero or isinstance(rounding, Stochastic)) and _ordinary(x) and _ordinary(total)):
        for k in range(x.shape[-1]):
            total = np.asarray(rounding(form, total + x[..., k]), dtype=np.float64)
        return total
    rows = np.broadcast_to(x, (*total.shape, x.shape[-1])).reshape(total.size, -1)
    sums = total.reshape(-1)
    for first in range(0, x.shape[-1], BLOCK):
        _add(form, rows[:, first : first + BLOCK], rounding, sums)
    return sums.reshape(total.shape)


def _add(form: Format, x: Floats, rounding: Rounding, sums: Floats) -> None:
    """Add a block of terms to the sum of each row, in place: binade by binade, and across its end one by one.

    What is drawn beyond the end of a binade is not used. Where that is depends on what was drawn before alone, so that
    the draws that are used are as random as any.
    """
    places, n = np.arange(x.shape[-1]), x.shape[-1]
    rows, added = np.flatnonzero(np.isfinite(sums)), np.zeros(len(sums), dtype=np.int64)
    while rows.size:
        terms, low = x[rows], _power_below(sums[rows])[:, None]
        steps = np.asarray(rounding(form, low + terms), dtype=np.float64) - low
        steps[places < added[rows, None]] = 0
        after = sums[rows, None] + np.cumsum(steps, axis=-1)
        beyond = (after - steps + terms >= np.minimum(2 * low, form.xmax)) & (places >= added[rows, None])
        over = beyond.any(axis=-1)
        sums[rows[~over]] = after[~over, -1]
        rows, at = rows[over], np.argmax(beyond[over], axis=-1)[:, None]
        across = np.take_along_axis((after - steps + terms)[over], at, axis=-1)[:, 0]
        sums[rows] = rounding(form, across)
        added[rows] = at[:, 0] + 1
        rows = rows[(added[rows] < n) & np.isfinite(sums[rows])]


def _ordinary(values: Floats) -> bool:
    return bool(np.all((values >= 0) & (values < np.inf)))


def _power_below(values: Floats) -> Floats:
    """The power of two at or below each value; zero for zero."""
    return np.where(values == 0, 0.0, np.ldexp(0.5, np.frexp(values)[1]))
