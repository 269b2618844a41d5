"""The engine held to mpmath in every run: a sample, and whatever is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.reference.certify import certified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from study.exact import Exact
    from study.problems import Problem

PREC = 110
"""Bits to which mpmath recomputes a value."""


class DisagreementError(ArithmeticError):
    """The engine and mpmath differ by more than the engine claims; says on what input, in hex."""


def crosscheck(problem: Problem, stacks: list[NDArray[Any]], held: Exact, rows: Iterable[int]) -> None:
    """Recompute instances by mpmath and see that the held values are within the errors that they claim.

    Args:
        problem: the problem.
        stacks: its arguments, all instances along the first axis.
        held: the exact values of all instances.
        rows: which instances to recompute.

    Raises:
        DisagreementError: one is not.
    """
    values = held.reshape((len(stacks[0]), -1))
    for row in rows:
        instance = tuple(a[row].tolist() for a in stacks)
        due = certified(problem.definition, instance, PREC)
        for value, error, true in zip(values[row].to_mpf(), values[row].error, due, strict=True):
            if not agrees(value, true, float(error)):
                shown = "; ".join(" ".join(map(_hex, np.atleast_1d(a[row]).tolist())) for a in stacks)
                raise DisagreementError(
                    f"{problem.name}: {mpmath.nstr(value, 30)} is held, {mpmath.nstr(true, 30)} is exact, of {shown}"
                )


def agrees(value: mpmath.mpf, true: mpmath.mpf, error: float) -> bool:
    """Whether a held value lies within its claimed relative error of one that is exact to PREC bits."""
    if not mpmath.isfinite(true) or not mpmath.isfinite(value) or true == 0:
        return bool(value == true or (mpmath.isnan(value) and mpmath.isnan(true)))
    with mpmath.workprec(2 * PREC):
        return bool(abs(value / true - 1) <= mpmath.mpf(error) + mpmath.mpf(2) ** (1 - PREC))


def _hex(number: float) -> str:
    return number.hex() if isinstance(number, float) else str(number)
