"""Inputs in hex and exact values in decimal, as tables and messages show them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

import mpmath
from mpmath.libmp import to_rational

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.problems import Problem

SHOWN = 8
"""How many numbers of a worst input are written out; longer ones are drawn again from their seed."""

HALVES = 256
"""Beyond these binades no number of 106 bits lies halfway between two of so few decimal digits."""


def decimal(value: Exact, figures: int = 20) -> str:
    """One exact value in decimal, halves away from zero: of these and of +inf mpmath's words depend on its version."""
    number: Any = value.to_mpf()[()]
    if not mpmath.isfinite(number):
        return "nan" if mpmath.isnan(number) else f"{float(number):+}"
    with mpmath.workprec(8 * figures):
        if abs(int(value.exponent)) < HALVES:
            numerator, denominator = (Decimal(int(part)) for part in to_rational(number._mpf_))
            number = mpmath.mpf(str(Context(prec=figures, rounding=ROUND_HALF_UP).divide(numerator, denominator)))
        return str(mpmath.nstr(number, figures, min_fixed=-5, max_fixed=figures))


def written(problem: Problem, args: Sequence[NDArray[Any]], row: int, shown: int = SHOWN) -> str:
    """One instance of the inputs, numbers in hex, so that it can be replayed; of an argument so many at most."""
    parts = []
    for stack, kind in zip(problem.signature.stacked(args), problem.signature.arguments, strict=True):
        instance = stack[row].ravel()
        numbers = [str(v) if kind.integer else float(v).hex() for v in instance[:shown]]
        more = [f"… {len(instance)} numbers"] if len(instance) > shown else []
        parts.append(" ".join(numbers + more))
    return "; ".join(parts)
