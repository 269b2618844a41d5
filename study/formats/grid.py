"""Numbers brought to the grid of a format: multiples of their ulp, and what lies beyond its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from study.formats.format import Format

    Floats = NDArray[np.float64]

BLOCK = 2**15
"""Numbers rounded at a time, whose temporary arrays stay in the cache."""
EXPONENT = np.int64(0x7FF0000000000000)
"""The exponent field of binary64: alone, it is the power of two at or below a number's size."""


def rounded(
    form: Format, values: ArrayLike, whole: Callable[[Floats], Floats], *, finite: bool = False
) -> NDArray[Any]:
    """Numbers in the format.

    Args:
        form: the format; of binary64, numbers are what they are.
        values: numbers, held in binary64.
        whole: takes numbers in units of their ulp to whole ones.
        finite: whether what is finite and too large becomes xmax, whatever the format makes of overflow.

    Returns:
        An array of the format's dtype, of the shape of the values.
    """
    values = np.asarray(values, dtype=np.float64)
    if form.p == 53:
        return values
    if form.dtype == np.float32 and whole is np.rint and np.isinf(form.overflowed) and not finite:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return values.astype(np.float32)  # one rounding, the processor's own
    out = np.empty(values.shape, dtype=form.dtype)
    given, made = values.reshape(-1), out.reshape(-1)
    with np.errstate(invalid="ignore"):
        for start in range(0, given.size, BLOCK):
            block = slice(start, start + BLOCK)
            made[block] = _on_grid(form, given[block], whole, finite=finite).astype(form.dtype)
    return out


def _on_grid(form: Format, values: Floats, whole: Callable[[Floats], Floats], *, finite: bool) -> Floats:
    beyond = 2.0 ** (form.emax + 1)
    numbers = np.clip(values, -beyond, beyond)
    ulp = (numbers.view(np.int64) & EXPONENT).view(np.float64)
    np.maximum(ulp, form.xmin, out=ulp)
    ulp *= form.eps
    numbers /= ulp
    numbers = whole(numbers)
    numbers *= ulp
    if not form.signed:
        numbers = np.where(values > 0, np.maximum(numbers, form.xmin), np.nan)
    over = np.abs(numbers) > form.xmax
    if over.any():
        ends = np.where(np.isinf(values[over]) | (not finite), form.overflowed, form.xmax)
        numbers[over] = np.copysign(ends, numbers[over])
    return numbers
