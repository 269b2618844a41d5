"""Reports of wrong results from the field, and what installed libraries and our own formulas make of them today."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import Outcome, compare
from study.formats import get_format
from study.libraries.backends import laid_out
from study.libraries.tables import present
from study.measurement.guard import MisbehavedError, guarded
from study.measurement.written import decimal
from study.problems import get_problem
from study.problems.reference import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from study.formats import Format
    from study.inputs.families import Arguments
    from study.problems import Problem
    from study.problems.signature import Kind

ROWS = 8
"""Equal vectors beside each other, where a layout is due."""
OURS = ("naive", "chained", "faithful")
"""Our formulas beside the libraries', where a problem has them."""
FINE = (Outcome.NORMAL, Outcome.SUBNORMAL, Outcome.LIMIT)


@dataclass(frozen=True)
class Case:
    """One report, or several of the same input.

    Attributes:
        links: where it was reported.
        title: what was wrong.
        problem: name of the problem.
        format: name of the format.
        arguments: the input, as ``experiments/reports.toml`` writes it.
        layout: how the vectors lie.
    """

    links: tuple[str, ...]
    title: str
    problem: str
    format: str
    arguments: tuple[Any, ...]
    layout: str = "rows"

    def inputs(self) -> Arguments:
        """The arguments in the format, one instance, or ROWS equal ones where they are laid out as columns."""
        kinds = get_problem(self.problem).signature.arguments
        rows = 1 if self.layout == "rows" else ROWS
        form = get_format(self.format)
        return tuple(_array(form, kind, value, rows) for kind, value in zip(kinds, self.arguments, strict=True))

    def written(self) -> str:
        """The input as a reader sees it."""
        return "; ".join(map(_written, self.arguments))


def read(file: str | Path) -> list[Case]:
    """The cases of a file."""
    entries = tomllib.loads(Path(file).read_text(encoding="utf-8"))["case"]
    return [Case(**entry | {name: tuple(entry[name]) for name in ("links", "arguments")}) for entry in entries]


def verdicts(file: str | Path, names: Sequence[str]) -> pd.DataFrame:
    """For each case: each installed library that has a function for it, then our formulas."""
    import pandas as pd

    return pd.DataFrame(row for case in read(file) for row in _verdicts(case, names))


def _verdicts(case: Case, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    problem, args = get_problem(case.problem), case.inputs()
    key = {
        "title": case.title,
        "link": " ".join(case.links),
        "problem": case.problem,
        "format": case.format,
        "layout": case.layout,
        "input": case.written(),
    }
    for backend in present(names):
        here = [f for f in backend.functions if f.problem == case.problem and case.format in backend.formats]
        for function in here:
            if case.layout == "columns" and not function.has_axis:
                continue
            whose = {"backend": backend.name, "version": backend.version, "algorithm": function.name}
            yield key | whose | _judged(problem, laid_out(backend, function, case.layout), args)
        if not here:
            yield key | {"backend": backend.name, "version": backend.version, "verdict": "not applicable"}
    for name in OURS:
        if name in problem.algorithms:
            yield key | {"backend": "study", "algorithm": name} | _judged(problem, problem.algorithms[name], args)


def _judged(problem: Problem, function: Callable[..., Any], args: Arguments) -> dict[str, Any]:
    """What a function makes of an input: its worst value, the right one, and a verdict.

    ``right``: within an ulp; ``inexact``: at least half the digits; ``wrong``: fewer, or another outcome than is due.
    """
    try:
        computed = guarded(function, args, problem.signature.result(args))
    except MisbehavedError as error:
        return {"verdict": "wrong", "misbehaviour": str(error)}
    reference = exact(problem, *args)
    measured = compare(computed, reference)
    ulps = measured.ulps
    fine = np.isin(measured.outcome, FINE)
    at = int(np.argmax(np.where(fine, ulps, np.inf)))
    worst = float(ulps.ravel()[at])
    half = 2.0 ** (measured.form.p / 2)
    return {
        "computed": repr(float(computed.ravel()[at])),
        "reference": decimal(reference.reshape((-1,))[at]),
        "ulps": worst,
        "outcome": Outcome(int(measured.outcome.ravel()[at])).name.lower(),
        "verdict": "wrong" if worst > half or not fine.all() else "right" if worst <= 1 else "inexact",
    }


def _array(form: Format, kind: Kind, value: Any, rows: int) -> np.ndarray[Any, Any]:
    if isinstance(value, dict):
        value = [value["row"]] * value["times"] if "row" in value else [value["value"]] * value["n"]
    made = np.asarray(value, dtype=np.int64 if kind.integer else np.float64)
    made = np.broadcast_to(made, (rows, *made.shape)).copy()
    return made if kind.integer else form.round(made)


def _written(value: Any) -> str:
    if isinstance(value, dict):
        what, count = (value["row"], value["times"]) if "row" in value else (value["value"], value["n"])
        return f"{count} times {what}"
    return str(value)
