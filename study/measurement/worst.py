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


def worst_case(row: Mapping[str, Any], cases: Mapping[str, Case], *, from_battery: bool) -> list[str]:
    """Lines that show the worst input of a row of ``study.measure``; none where the function misbehaved.

    Args:
        row: the row.
        cases: what was measured on, by name.
        from_battery: whether that is the hard battery, which anyone can draw again.
    """
    if row["misbehaviour"]:
        return []
    case = cases[row["inputs"]]
    number, at = int(row["worst_row"]), int(row["worst_component"])
    args, reference = instance(case.problem, case.args, number), case.part(np.array([number])).reference.reshape((-1,))
    outcomes = [f"{row[o]} {o}" for o in ("overflow", "underflow", "nan", "missed") if row[o]]
    component = f", component {at}" if case.problem.signature.vector_result else ""
    return [
        f"worst input: {row['inputs']!r}, instance {number}{component}",
        *(f"  {np.array2string(np.asarray(a), threshold=SHOWN, edgeitems=3)}" for a in args),
        f"  in hex     {row['worst_input']}",
        f"computed     {row['worst_computed']}",
        f"reference    {decimal(reference[at], 25)}",
        f"error        {row['max_ulp']:.6g} ulp" + (f"; wrong outcomes: {', '.join(outcomes)}" if outcomes else ""),
        f"replay       {_replay_line(row, args, from_battery=from_battery)}",
    ]


def instance(problem: Problem, args: Sequence[Any], row: int) -> list[Any]:
    """One instance of a stack of arguments."""
    return [np.asarray(stack[row]) for stack in problem.signature.stacked(args)]


def _replay_line(row: Mapping[str, Any], args: Sequence[Any], *, from_battery: bool) -> str:
    """Python that evaluates the function and the reference on the worst input again."""
    number, form = int(row["worst_row"]), get_format(row["format"])
    if from_battery:
        picked = f"[a[{number}] for a in study.battery({row['problem']!r}, {form.name!r})[{row['inputs']!r}]]"
    elif max(a.size for a in args) <= SHOWN:
        parts = (
            f"np.array({a.tolist()})"
            if a.dtype.kind == "i"
            else f"study.formats.get_format({form.name!r}).round({a.astype(np.float64).tolist()})"
            for a in args
        )
        picked = f"[{', '.join(parts)}]"
    else:
        picked = f"[a[{number}] for a in (your arguments, rounded to {form.name})]"
    return f"x = {picked}; print({row['function']}(*x), study.reference({row['problem']!r}, *x))"
