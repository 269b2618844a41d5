"""An algorithm step by step: every intermediate as the format holds it, beside what it would be exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.measurement.traced import Noted, Traced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.measurement.steps import Step
    from study.problems import Algorithm

PREC = 300
"""Bits in which the exact side is carried."""


def trace(algorithm: Algorithm, *args: NDArray[Any], row: int | None = None) -> list[Step]:
    """Run an algorithm on NumPy arrays and return its steps, in order; the last one is of the result but for its sign.

    Args:
        algorithm: the algorithm.
        *args: its arguments: one instance, or a stack of instances along the first axis.
        row: which instance of a stack; the others are computed along, for what NumPy makes of a number depends on where
            in memory it lies.

    Raises:
        TypeError: the algorithm does more than the array API offers, so that its steps cannot be seen.
    """
    name = f"{algorithm.problem} {algorithm.name} cannot be traced"
    if algorithm.stored:
        raise TypeError(f"{name}: it is not written in the array API")
    noted = Noted(row)
    with mpmath.workprec(PREC), np.errstate(all="ignore"):
        exact = np.frompyfunc(mpmath.mpf, 1, 1)
        traced = [
            a
            if a.dtype.kind in "iu"
            else Traced(a, np.asarray(exact(noted.chosen(a, a.ndim).astype(np.float64)), dtype=object), noted)
            for a in args
        ]
        try:
            result = algorithm.function(*traced)
        except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
            raise TypeError(f"{name}: {error}") from None
    if isinstance(result, Traced) and result.source != {len(noted.steps) - 1}:
        result.step("select", result.computed, result.exact)
    return noted.steps
