"""Inputs in hex and exact values in decimal, as tables and messages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from study.exact import Exact
    from study.problems import Problem

SHOWN = 8
"""How many numbers of a worst input are written out; longer ones are drawn again from their seed."""


def decimal(value: Exact, figures: int = 20) -> str:
    """One exact value in decimal."""
    with mpmath.workprec(4 * figures):
        return str(mpmath.nstr(value.to_mpf()[()], figures, min_fixed=-5, max_fixed=figures))


def written(problem: Problem, args: Sequence[NDArray[Any]], row: int) -> str:
    """One instance of the inputs, numbers in hex, so that it can be replayed."""
    parts = []
    for stack, kind in zip(problem.signature.stacked(args), problem.signature.arguments, strict=True):
        instance = stack[row].ravel()
        numbers = [str(v) if kind.integer else float(v).hex() for v in instance[:SHOWN]]
        more = [f"… {len(instance)} numbers"] if len(instance) > SHOWN else []
        parts.append(" ".join(numbers + more))
    return "; ".join(parts)
