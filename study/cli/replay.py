"""One stored worst case, run again: its input from its seed, each step of the formula, the exact result beside it."""

from __future__ import annotations

from typing import Any, cast

from study.cli import replay_stored
from study.formats import get_format
from study.libraries import replay as library_replay
from study.measurement.explain import explain
from study.problems import get_problem
from study.runs import packaged
from study.runs.experiment import Sweep
from study.runs.runner import discover
from study.runs.store import read_table

EVERY = {"problem", "algorithm", "format", "worst_input", "measure"}
"""Columns of a table of the worst of every input, as ``study.exhaustive.published`` makes it."""


def replay(identifier: str) -> str:
    """Run a stored worst case again, step by step; ``runs.packaged`` says whose results it is looked up in.

    Args:
        identifier: as the report gives it: ``EXPERIMENT/TABLE/ROW``, of a sweep or of a table of library functions,
            rows counting from 0; ``exhaustive/SWEEP/ALGORITHM``; ``search/SEARCH/ROW``.

    Returns:
        The case as text: input, every step with its error, result and reference.

    Raises:
        ValueError: no such experiment, table or row, or the table holds no measurements.
    """
    if identifier.partition("/")[0] in replay_stored.FOLDERS:
        return replay_stored.replay(identifier)
    name, table_name, row_number = _parsed(identifier)
    root = packaged.home(name)
    (experiment,) = discover([name], root)
    declared = experiment.tables.get(table_name)
    replayed = isinstance(declared, Sweep) or (declared is not None and bool(experiment.backends))
    table = read_table(name, table_name, root) if replayed else None
    known = table is not None and any(set(table.columns) >= columns for columns in (library_replay.COLUMNS, EVERY))
    if table is None or not (isinstance(declared, Sweep) or known):
        sweeps = [n for n, t in experiment.tables.items() if isinstance(t, Sweep)]
        raise ValueError(f"{name} has no sweep named {table_name!r}; it has: {', '.join(sweeps) or 'none'}")
    if not 0 <= row_number < len(table):
        raise ValueError(f"{name}/{table_name} has rows 0 … {len(table) - 1}, not {row_number}")
    row = table.iloc[row_number]
    if not isinstance(declared, Sweep) and set(table.columns) >= EVERY:
        header = f"{identifier}: {row['algorithm']} in {row['format']}, every input"
        return "\n".join([header, *replay_stored.again(cast("dict[str, Any]", row.to_dict()))])
    if not isinstance(declared, Sweep):
        return library_replay.replay(identifier, cast("dict[str, Any]", row.to_dict()))
    recipe = next((recipe for recipe in declared.recipes if str(recipe) == row["backend"]), None)
    form = get_format(recipe.input if recipe else row["format"])
    unit = next(
        u
        for u in declared.units()
        if (u.family.name, str(u.value), u.form) == (row["inputs"], str(row["value"]), form.name)
    )
    problem = get_problem(row["problem"])
    drawn = declared.inputs(unit, form)[: len(problem.signature.arguments)]
    header = (
        f"{identifier}: {row['algorithm']} in {row['format']}, {unit.family.name}, "
        f"{declared.parameter} = {row['value']}, instance {row['worst_row']}"
    )
    steps = list(explain(problem, problem.algorithms[row["algorithm"]], drawn, int(row["worst_row"]), recipe))
    return "\n".join([header, *steps, *replay_stored.beside(steps, row["max_ulp"], name)])


def _parsed(identifier: str) -> tuple[str, str, int]:
    parts = identifier.split("/")
    if len(parts) != 3 or not (parts[2].isascii() and parts[2].isdigit()):
        raise ValueError(f"{identifier!r} is no case; it has the form EXPERIMENT/TABLE/ROW, as the report gives it")
    return parts[0], parts[1], int(parts[2])
