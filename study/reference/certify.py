"""Certification: a definition evaluated at rising precision until its enclosure is narrow enough."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Any

import mpmath
from mpmath.libmp import (
    fnan,
    from_float,
    fzero,
    mpf_abs,
    mpf_add,
    mpf_le,
    mpf_shift,
    mpf_sub,
    round_ceiling,
    round_nearest,
)

from study.reference.interval import arithmetic
from study.reference.limits import parted

if TYPE_CHECKING:
    from collections.abc import Callable

    from study.formats import Format

MAX_PREC = 2**21
"""Working precision at which an evaluation gives up, in bits."""


class UncertifiedError(ArithmeticError):
    """No enclosure became narrow enough below MAX_PREC bits."""


def certified(
    definition: Callable[..., Any], args: tuple[Any, ...], prec: int, form: Format | None = None
) -> list[mpmath.mpf]:
    """Evaluate a definition on one set of arguments to a certified relative error of 2**-prec.

    Args:
        definition: ``definition(arithmetic, *args)`` returns a value or a list of values, each an interval, or a
            float where it is exactly zero, infinite or undefined.
        args: Python floats, integers and lists of floats.
        prec: bits.
        form: of whose limits (``study.reference.limits``) the values are to be on the side that the exact ones are on.

    Returns:
        The values in order, as mpf.

    Raises:
        UncertifiedError: MAX_PREC was reached.
    """
    working = prec + 40
    while working <= MAX_PREC:
        values = definition(arithmetic(working), *args)
        settled = [_settle(value, prec, form) for value in (values if isinstance(values, list) else [values])]
        if all(value is not None for value in settled):
            return settled
        working *= 2
    raise UncertifiedError(
        f"{definition.__name__} of {reprlib.repr(args)} is not certified to {prec} bits within {MAX_PREC} bits"
    )


def _settle(value: Any, prec: int, form: Format | None) -> mpmath.mpf | None:
    """The midpoint of an enclosure of relative width below 2**-prec, and on one side of every limit; or None."""
    if isinstance(value, float):
        return mpmath.mp.make_mpf(from_float(value))
    low, high = value._mpi_
    if low == high != fnan:
        return mpmath.mp.make_mpf(low)
    width = mpf_sub(high, low, prec + 20, round_ceiling)  # rounded: the ends may lie 2**1000 binades apart
    if low[0] != high[0] or fzero in (low, high) or not low[1] or not high[1]:
        return None
    nearest_zero = high if low[0] else low
    if not mpf_le(mpf_shift(width, prec + 1), mpf_abs(nearest_zero)):
        return None
    if form and parted(low, high, form):
        return None
    middle = mpf_shift(mpf_add(low, high, prec + 20, round_nearest), -1)
    if form and parted(middle, low, form):
        middle = mpf_shift(mpf_add(low, high), -1)
    return mpmath.mp.make_mpf(middle)
