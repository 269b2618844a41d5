"""Does |held/true - 1| <= error hold? Decided with Arb's balls at rising precision, or with mpmath at a fixed one."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import flint
import mpmath
import numpy as np

from tests.campaigns.truth import ARB, MPMATH, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from study.certified.exact import Exact

    Truth = Callable[[Field], Sequence[Any]]

HIGHEST = 2**15
"""Bits at which a comparison of balls that still overlap is given up."""


def by_arb(value: Exact, truth: Truth, prec: int = 256) -> list[int]:
    """Flat indices of the entries whose claim is violated; those that claim nothing are passed over."""
    hi, lo, error = value.hi.ravel().tolist(), value.lo.ravel().tolist(), value.error.ravel().tolist()
    exponent = value.exponent.ravel().tolist()
    pending = [i for i in range(len(error)) if isfinite(error[i])]
    violated: list[int] = []
    while pending:
        if prec > HIGHEST:
            raise ArithmeticError(f"undecided at {prec} bits")
        with flint.ctx.workprec(prec):
            true = truth(ARB)
            verdicts = [(i, _holds(hi[i], lo[i], exponent[i], error[i], true[i])) for i in pending]
        violated += [i for i, holds in verdicts if holds is False]
        pending = [i for i, holds in verdicts if holds is None]
        prec *= 4
    return violated


def _holds(hi: float, lo: float, exponent: int, error: float, true: Any) -> bool | None:
    if not isfinite(hi):
        return False
    distance = abs((flint.arb(hi) + flint.arb(lo)) * flint.arb((1, exponent)) - true)
    allowed = flint.arb(error) * abs(true)
    if distance <= allowed:
        return True
    return False if distance > allowed else None


def by_mpmath(value: Exact, truth: Truth, prec: int = 480) -> list[int]:
    """The same from one evaluation in mpmath, precise far beyond the claims."""
    with mpmath.workprec(prec):
        claims = zip(value.to_mpf().ravel(), truth(MPMATH), value.error.ravel().tolist(), strict=True)
        return [i for i, (h, t, e) in enumerate(claims) if isfinite(e) and not abs(h - t) <= e * abs(t)]


def normalised(value: Exact) -> bool:
    """1 <= |hi| < 2 and |lo| <= 2**-53, and zero, infinity and NaN stand in hi alone."""
    size = np.abs(value.hi)
    special = ~np.isfinite(value.hi) | (value.hi == 0)
    ordinary = (size >= 1) & (size < 2) & (np.abs(value.lo) <= 2.0**-53)
    alone = (value.lo == 0) & (value.exponent == 0)
    return bool(np.where(special, alone, ordinary).all() and (value.error >= 0).all())
