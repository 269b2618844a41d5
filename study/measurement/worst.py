"""The worst input of a measured function, in words that let one mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import get_format
from study.measurement.written import SHOWN, decimal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from study.measurement.case import Case
    from study.problems import Problem


def worst_case(row: Mapping[str, Any], case: Case, drawn: str = "", imports: str = "", called: str = "") -> list[str]:
    """Lines that show the worst input of a row of ``study.measure``; none where the function misbehaved.

    Args:
        row: the row.
        case: what it was measured on.
        drawn: Python that makes the arguments again; where it is empty they are written out, if they are few.
        imports: Python that imports the function.
        called: its name there; empty where the function lives elsewhere.
    """
    if row["misbehaviour"]:
        return []
    number, at = int(row["worst_row"]), int(row["worst_component"])
    args, reference = instance(case.problem, case.args, number), case.part(np.array([number])).reference.reshape((-1,))
    outcomes = [f"{row[o]:.0f} {o}" for o in ("overflow", "underflow", "nan", "missed") if row[o]]
    computed = f"{called}(*x), " if called else ""
    call = f"print({computed}study.reference({row['problem']!r}, *x))"
    component = f", component {at}" if case.problem.signature.vector_result else ""
    return [
        f"worst input: {row['inputs']!r}, instance {number}{component}",
        *(f"  {np.array2string(np.asarray(a), threshold=SHOWN, edgeitems=3)}" for a in args),
        f"  in hex     {row['worst_input']}",
        f"computed     {row['worst_computed']}",
        f"reference    {decimal(reference[at], 25)}",
        f"error        {row['max_ulp']:.6g} ulp" + (f"; wrong outcomes: {', '.join(outcomes)}" if outcomes else ""),
        f"replay       import numpy as np, study; {imports}x = {_picked(row, args, drawn)}; {call}",
    ]


def instance(problem: Problem, args: Sequence[Any], row: int) -> list[Any]:
    """One instance of a stack of arguments."""
    return [np.array(stack[row]) for stack in problem.signature.stacked(args)]


def _picked(row: Mapping[str, Any], args: Sequence[Any], drawn: str) -> str:
    """Python that gives the worst input as a stack of one instance."""
    number, form = int(row["worst_row"]), get_format(row["format"])
    if drawn:
        return f"[a[{number}:{number + 1}] for a in {drawn}]"
    if max(a.size for a in args) > SHOWN:
        return f"[a[{number}:{number + 1}] for a in (your arguments, rounded to {form.name})]"
    parts = (
        f"np.array({a[None].tolist()})"
        if a.dtype.kind == "i"
        else f"study.formats.get_format({form.name!r}).round({a[None].astype(np.float64).tolist()})"
        for a in args
    )
    return f"[{', '.join(parts)}]"
