"""Certification: a definition evaluated at rising precision until its enclosure is narrow enough."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
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

from study.certified.directed import DirectedArithmetic
from study.certified.interval import arithmetic
from study.certified.limits import parted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from study.formats import Format

MAX_PREC = 2**21
"""Working precision at which an evaluation gives up, in bits."""

SHORT = 16
"""Numbers up to which mpmath's interval arithmetic evaluates a definition; beyond, MPFR's directed roundings do."""


class UncertifiedError(ArithmeticError):
    """No enclosure became narrow enough below MAX_PREC bits."""


def certified(
    definition: Callable[..., Any],
    args: Sequence[Any],
    prec: int,
    form: Format | None = None,
    components: Sequence[int] | None = None,
) -> list[mpmath.mpf]:
    """Evaluate a definition on one set of arguments to a certified relative error of 2**-prec.

    Args:
        definition: ``definition(arithmetic, *args)`` returns a value, or, where the result is a vector, a function of
            the component; each value is an enclosure, or a float where it is exactly zero, infinite or undefined.
        args: numbers, and arrays of binary64.
        prec: bits.
        form: of whose limits (``study.certified.limits``) the values are to be on the side that the exact ones are on.
        components: which ones of a vector are wanted.

    Returns:
        The values in order, as mpf.

    Raises:
        UncertifiedError: MAX_PREC was reached.
    """
    judges = [lambda value: _settle(value, prec, form)] * (1 if components is None else len(components))
    return decided(definition, args, prec, judges, components)


def decided(
    definition: Callable[..., Any],
    args: Sequence[Any],
    prec: int,
    judges: Sequence[Callable[[Any], Any]],
    components: Sequence[int] | None = None,
    spare: int = 40,
) -> list[Any]:
    """What judges say of the values of a definition, evaluated at rising precision until all of them know.

    Args:
        definition: as for ``certified``.
        args: its arguments.
        prec: bits that the judges need.
        judges: one a value; it takes a float, or the two ends of an enclosure, and returns None to see a narrower one.
        components: as for ``certified``.
        spare: how many bits more the first evaluation has; the next ones double them all.

    Raises:
        UncertifiedError: MAX_PREC was reached.
    """
    make: Callable[[int], Any] = DirectedArithmetic if sum(map(np.size, args)) > SHORT else arithmetic
    if not judges:
        return []
    instance = [arg if arg.ndim else arg.item() for arg in map(np.asarray, args)]
    working = prec + spare
    while working <= MAX_PREC:
        with_bits = make(working)
        values = definition(with_bits, *instance)
        chosen = [values] if components is None else [values(j) for j in components]
        verdicts = [judge(v if isinstance(v, float) else v._mpi_) for judge, v in zip(judges, chosen, strict=True)]
        if all(verdict is not None for verdict in verdicts):
            return verdicts
        if make is DirectedArithmetic and with_bits.left_range:
            make = arithmetic
        else:
            working *= 2
    raise UncertifiedError(
        f"{definition.__name__} of {reprlib.repr([np.asarray(arg).tolist() for arg in args])} is not certified to "
        f"{prec} bits within {MAX_PREC} bits"
    )


def _settle(value: Any, prec: int, form: Format | None) -> mpmath.mpf | None:
    """The midpoint of an enclosure of relative width below 2**-prec, and on one side of every limit; or None."""
    if isinstance(value, float):
        return mpmath.mp.make_mpf(from_float(value))
    low, high = value
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
