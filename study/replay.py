"""One stored worst case, run again: its input from its seed, each step of the formula, the exact result beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from study import library_replay
from study.errors import Outcome, compare
from study.experiment import Sweep
from study.formats import FORMATS
from study.problems import get_problem
from study.reference import exact
from study.run import discover
from study.statistics import decimal
from study.store import read_table
from study.trace import trace
from study.worst import instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from study.problems import Algorithm, Problem

SHOWN = 6
"""How many numbers of a vector are printed."""


def replay(identifier: str) -> str:
    """Run a stored worst case again, step by step.

    Args:
        identifier: ``EXPERIMENT/TABLE/ROW``, as the report gives it, of a sweep or of a table of library functions;
            rows count from 0.

    Returns:
        The case as text: input, every step with its error, result and reference.

    Raises:
        ValueError: no such experiment, table or row, or the table holds no measurements.
    """
    name, table_name, row_number = _parsed(identifier)
    (experiment,) = discover([name])
    declared = experiment.tables.get(table_name)
    replayed = isinstance(declared, Sweep) or (declared is not None and bool(experiment.backends))
    table = read_table(name, table_name) if replayed else None
    if table is None or not (isinstance(declared, Sweep) or set(table.columns) >= library_replay.COLUMNS):
        sweeps = [n for n, t in experiment.tables.items() if isinstance(t, Sweep)]
        raise ValueError(f"{name} has no sweep named {table_name!r}; it has: {', '.join(sweeps) or 'none'}")
    if not 0 <= row_number < len(table):
        raise ValueError(f"{name}/{table_name} has rows 0 … {len(table) - 1}, not {row_number}")
    row = table.iloc[row_number]
    if not isinstance(declared, Sweep):
        return library_replay.replay(identifier, cast("dict[str, Any]", row.to_dict()))
    unit = next(
        u
        for u in declared.units()
        if (u.family.name, str(u.value), u.form) == (row["inputs"], str(row["value"]), row["format"])
    )
    form = FORMATS[unit.form]
    problem = get_problem(row["problem"])
    drawn = declared.inputs(unit, form)[: len(problem.signature.arguments)]
    args = instance(problem, drawn, int(row["worst_row"]))
    header = f"{identifier}: {unit.family.name}, {declared.parameter} = {row['value']}, instance {row['worst_row']}"
    return "\n".join([header, *explain(problem, problem.algorithms[row["algorithm"]], args)])


def explain(problem: Problem, algorithm: Algorithm, args: Sequence[NDArray[Any]]) -> Iterator[str]:
    """Lines that show one instance: the input, the steps where they can be seen, the result."""
    yield f"{problem.name} = {problem.formula}, algorithm {algorithm.name}: {algorithm.__doc__}"
    for arg in args:
        yield f"input   {_numbers(arg)}"
        if arg.dtype.kind not in "iu":
            yield f"   hex  {_listed([float(v).hex() for v in np.atleast_1d(arg)[:SHOWN]], arg.size)}"
    try:
        for step in trace(algorithm, *args):
            last = step.computed.size == 1 or step.operation not in {"sum", "product"}
            shown, true = (step.computed, step.exact) if last else (step.computed[..., -1], step.exact[..., -1])
            yield f"{step.operation:9} {_numbers(shown)}   exactly {_exactly(true)}   {step.max_ulp:.3g} ulp"
    except TypeError as error:
        yield f"({error})"
    reference = exact(problem, *args)
    result = np.asarray(algorithm(*args))
    measured = compare(result, reference)
    ulps = np.atleast_1d(measured.distance(measured.ulp_exponent))
    at = int(np.argmax(ulps))
    outcome = Outcome(int(np.atleast_1d(measured.outcome)[at])).name.lower()
    yield f"result    {_numbers(np.atleast_1d(result)[at : at + 1])}   ({outcome})"
    yield f"reference {decimal(reference.reshape((-1,))[at], 25)}"
    yield f"error     {ulps[at]:.6g} ulp"


def _parsed(identifier: str) -> tuple[str, str, int]:
    parts = identifier.split("/")
    if len(parts) != 3 or not parts[2].isdigit():
        raise ValueError(f"{identifier!r} is no case; it has the form EXPERIMENT/TABLE/ROW, as the report gives it")
    return parts[0], parts[1], int(parts[2])


def _numbers(values: Any) -> str:
    flat = np.atleast_1d(np.asarray(values)).ravel()
    return _listed([str(v) for v in flat[:SHOWN]], flat.size)


def _exactly(values: Any) -> str:
    import mpmath

    flat = np.atleast_1d(np.asarray(values, dtype=object)).ravel()
    return _listed([mpmath.nstr(v, 17) for v in flat[:SHOWN]], flat.size)


def _listed(parts: list[str], size: int) -> str:
    return " ".join([*parts, f"… ({size} numbers)"] if size > SHOWN else parts)
