"""The engine held to certified arithmetic in every run: a sample, and whatever is reported."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.reference.certify import certified, decided

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from study.exact import Exact
    from study.problems import Problem

PREC = 110
"""Bits to which a value is recomputed at most."""
SAMPLED = 32
"""How many components of a vector are recomputed beside the reported ones."""
MARGIN = 6
"""Bits beyond a claim that the first evaluation has."""
OUT_OF_RANGE = -(2**29)
"""Numbers below two to this are no longer told from those beyond MPFR's range."""


class DisagreementError(ArithmeticError):
    """The engine and the definition differ by more than the engine claims; says on what input, in hex."""


def crosscheck(problem: Problem, stacks: list[NDArray[Any]], held: Exact, reported: Iterable[tuple[int, int]]) -> None:
    """Recompute values from the definition and see that the held ones are within the errors that they claim.

    Args:
        problem: the problem.
        stacks: its arguments, all instances along the first axis.
        held: the exact values of all instances.
        reported: instance and component of each value to recompute; of a vector SAMPLED other components, too.

    Raises:
        DisagreementError: one is not.
    """
    values, wanted = held.reshape((len(stacks[0]), -1)), dict[int, set[int]]()
    for row, component in reported:
        wanted.setdefault(row, _sample(values.shape[1], row)).add(component)
    for row, components in sorted(wanted.items()):
        chosen = sorted(components)
        instance = [a[row] for a in stacks]
        claims = values[row, chosen]
        numbers, errors = claims.to_mpf(), claims.error.tolist()
        judges = [partial(holds, number, error) for number, error in zip(numbers, errors, strict=True)]
        at = chosen if problem.signature.vector_result else None
        verdicts = decided(problem.definition, instance, _bits(errors), judges, at)
        for i, verdict in enumerate(verdicts or [False]):
            if not verdict:
                (true,) = certified(problem.definition, instance, PREC, components=at and [at[i]])
                shown = "; ".join(" ".join(map(_hex, np.atleast_1d(a).ravel().tolist())) for a in instance)
                raise DisagreementError(
                    f"{problem.name}: {mpmath.nstr(numbers[i], 30)} is held, {mpmath.nstr(true, 30)} is exact, of {shown}"
                )


def _sample(count: int, row: int) -> set[int]:
    if count <= SAMPLED:
        return set(range(count))
    return set(np.random.default_rng(row).choice(count, SAMPLED, replace=False).tolist())


def _bits(errors: list[float]) -> int:
    """Bits with which claims are likely to be decided."""
    finest = min((error for error in errors if error > 0), default=0.0)
    return MARGIN + min(PREC, math.ceil(-math.log2(finest)) if 0 < finest < 1 else PREC)


def holds(held: mpmath.mpf, error: float, value: Any) -> bool | None:
    """Whether a held value lies within its claimed relative error of an exact one.

    Args:
        held: the value.
        error: the claim.
        value: the exact one, a float, or the two ends of its enclosure.

    Returns:
        None where the enclosure is too wide to tell; one of PREC bits always does.
    """
    if isinstance(value, float):
        return agrees(held, mpmath.mpf(value), error)
    low, high = map(mpmath.mp.make_mpf, value)
    if low == high:
        return agrees(held, low, error)
    if not (mpmath.isfinite(low) and mpmath.isfinite(high)) or low < 0 < high:
        return None
    with mpmath.workprec(4 * PREC):
        least, most = sorted((abs(low), abs(high)))
        if not mpmath.isfinite(held) or most < mpmath.ldexp(1, OUT_OF_RANGE):
            return bool(low <= held <= high)
        near, far = sorted((abs(held - low), abs(held - high)))
        if least and far <= error * least:
            return True
        if near > error * most and not low <= held <= high:
            return False
        narrow = most - least <= mpmath.ldexp(least, -PREC)
    return agrees(held, low, error) if narrow else None


def agrees(value: mpmath.mpf, true: mpmath.mpf, error: float) -> bool:
    """Whether a held value lies within its claimed relative error of one that is exact to PREC bits."""
    if not mpmath.isfinite(true) or not mpmath.isfinite(value) or true == 0:
        return bool(value == true or (mpmath.isnan(value) and mpmath.isnan(true)))
    with mpmath.workprec(2 * PREC):
        return bool(abs(value / true - 1) <= mpmath.mpf(error) + mpmath.mpf(2) ** (1 - PREC))


def _hex(number: float) -> str:
    return number.hex() if isinstance(number, float) else str(number)
