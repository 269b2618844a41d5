"""Tables of what installed libraries make of the hard battery."""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from study.certified.errors import Outcome
from study.formats import get_format
from study.libraries.backends import BACKENDS, LAYOUTS, get_backend, laid_out
from study.measurement.given import resolve
from study.measurement.judged import measure_trusted
from study.problems import get_problem
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from study.libraries.backends import Backend, LibraryFunction
    from study.measurement.case import Case

LONG = ("ordinary", "long", "many ties", "more ties than float16 counts")
"""Kinds of the battery on which the order of a sum can be told from its result."""

OF_ONE_SHAPE = ("ordinary", "small", "confident", "wide", "beyond overflow", "one dominates", "near one")
"""Kinds for our own algorithms, which run operation by operation and sum term by term: a compiler sees few shapes."""

COUNTS = ("bounded", *(outcome.name.lower() for outcome in Outcome), "worst_row", "worst_component")


def present(names: Sequence[str]) -> list[Backend]:
    """The backends of these names that can be called, imported: that is no part of a call's time."""
    found = [backend for backend in map(get_backend, names) if not backend.refusal]
    for backend in found:
        importlib.import_module(backend.module)
    return found


def presence(measured: Sequence[str]) -> pd.DataFrame:
    """Which backends are measured in this experiment, in which version; one that is absent has none, and no rows."""
    import pandas as pd

    return pd.DataFrame(
        {
            "backend": backend.name,
            "version": backend.version if backend.name in measured else "",
            "measured": "yes" if backend.name in measured and not backend.refusal else "no",
            "functions": len(backend.functions),
        }
        for backend in BACKENDS.values()
    )


def on_battery(names: Sequence[str], problems: Sequence[str] | None = None) -> pd.DataFrame:
    """Every function of the installed backends on every kind of the hard battery, in every format."""
    return table(
        _measured(backend, function, _hard(function.problem, form), "rows")
        for backend in present(names)
        for function in backend.functions
        if problems is None or function.problem in problems
        for form in backend.formats
    )


def by_layout(names: Sequence[str]) -> pd.DataFrame:
    """Functions along an axis, on vectors that are rows, columns and strided rows."""
    return table(
        _measured(backend, function, _only(LONG, _hard(function.problem, form)), layout)
        for backend in present(names)
        for function in backend.functions
        if function.has_axis and get_problem(function.problem).signature.arguments[0] is Kind.VECTOR
        for form in backend.formats
        for layout in LAYOUTS
    )


def ours(names: Sequence[str]) -> pd.DataFrame:
    """Our algorithms on the library's arrays, by its operations; a line an algorithm and format, its worst kind."""
    return table(
        _worst(_rows(backend, problem.name, algorithm.name, cases, backend.on_numpy(algorithm)))
        for backend in present(names)
        if backend.computes
        for problem in map(get_problem, dict.fromkeys(f.problem for f in backend.functions))
        for form in backend.formats
        for cases in [_only(OF_ONE_SHAPE, _hard(problem.name, form))]
        for algorithm in problem.algorithms.values()
        if form in algorithm.formats and not algorithm.stored
    )


def _measured(backend: Backend, function: LibraryFunction, cases: dict[str, Case], layout: str) -> list[dict[str, Any]]:
    call = laid_out(backend, function, layout)
    return [{**row, "layout": layout} for row in _rows(backend, function.problem, function.name, cases, call)]


def _rows(
    backend: Backend, problem: str, name: str, cases: dict[str, Case], call: Callable[..., Any]
) -> list[dict[str, Any]]:
    measured = measure_trusted(call, cases)
    key = {"backend": backend.name, "version": backend.version, "problem": problem, "algorithm": name}
    rows = cast("list[dict[str, Any]]", measured.drop(columns=["problem", "function"]).to_dict("records"))
    return [{**key, **row} for row in rows]


def _worst(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The row of the largest scaled error; one that was refused counts as worst."""
    return [max(rows, key=lambda row: (bool(row["misbehaviour"]), row.get("max_scaled", 0.0)))]


@lru_cache(maxsize=256)
def _hard(problem: str, form: str) -> dict[str, Case]:
    """The hard battery; what is exact of it is found once for all functions that are measured in one process."""
    return resolve(get_problem(problem), get_format(form), None)


def _only(names: Sequence[str], cases: dict[str, Case]) -> dict[str, Case]:
    return {name: case for name, case in cases.items() if name in names}


def table(parts: Iterator[list[dict[str, Any]]]) -> pd.DataFrame:
    """The rows of all parts; a count stays an integer beside rows that have none."""
    import pandas as pd

    made = pd.DataFrame([row for part in parts for row in part])
    return made.astype({name: "Int64" for name in COUNTS if name in made})
