"""Reports of wrong results from the field, and what installed libraries and our own formulas make of them today."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import Outcome
from study.formats import get_format
from study.libraries.backends import laid_out
from study.libraries.tables import present
from study.measurement.case import Case
from study.measurement.guard import MisbehavedError, guarded
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from study.formats import Format
    from study.inputs.families import Arguments
    from study.problems.signature import Kind

ROWS = 8
"""Equal vectors beside each other, where a layout is due."""
OURS = ("naive", "chained", "faithful")
"""Our formulas beside the libraries', where a problem has them."""
FINE = (Outcome.NORMAL, Outcome.SUBNORMAL, Outcome.LIMIT)


@dataclass(frozen=True)
class Report:
    """One report, or several of the same input.

    Attributes:
        links: where it was reported.
        title: what was wrong.
        problem: name of the problem.
        format: name of the format.
        arguments: the input, as ``experiments/reports.toml`` writes it.
        layout: how the vectors lie.
        fixed: the version that has it right, ``still`` while its tracker has it open, or nothing where none is told.
        mechanism: whether the report has no numbers, and these are ours: they show what it describes.
    """

    links: tuple[str, ...]
    title: str
    problem: str
    format: str
    arguments: tuple[Any, ...]
    layout: str = "rows"
    fixed: str = ""
    mechanism: bool = False

    def inputs(self) -> Arguments:
        """The arguments in the format, one instance, or ROWS equal ones where they are laid out as columns."""
        kinds = get_problem(self.problem).signature.arguments
        rows = 1 if self.layout == "rows" else ROWS
        form = get_format(self.format)
        return tuple(_array(form, kind, value, rows) for kind, value in zip(kinds, self.arguments, strict=True))

    def written(self) -> str:
        """The input as a reader sees it."""
        return "; ".join(map(_written, self.arguments))


def read(file: str | Path) -> list[Report]:
    """The reports of a file."""
    entries = tomllib.loads(Path(file).read_text(encoding="utf-8"))["case"]
    return [Report(**entry | {name: tuple(entry[name]) for name in ("links", "arguments")}) for entry in entries]


def verdicts(file: str | Path, names: Sequence[str]) -> pd.DataFrame:
    """For each report: each installed library that has a function for it, then our formulas."""
    import pandas as pd

    return pd.DataFrame(row for report in read(file) for row in _verdicts(report, names))


def _verdicts(report: Report, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    case = Case(get_problem(report.problem), report.inputs())
    key = {
        "title": report.title,
        "link": " ".join(report.links),
        "problem": report.problem,
        "format": report.format,
        "layout": report.layout,
        "input": report.written(),
        "fixed": report.fixed,
        "whose": "ours" if report.mechanism else "reported",
    }
    for backend in present(names):
        here = [f for f in backend.functions if f.problem == report.problem and report.format in backend.formats]
        for function in here:
            if report.layout == "columns" and not function.has_axis:
                continue
            whose = {"backend": backend.name, "version": backend.version, "algorithm": function.name}
            yield key | whose | _judged(case, laid_out(backend, function, report.layout))
        if not here:
            yield key | {"backend": backend.name, "version": backend.version, "verdict": "not applicable"}
    for name in OURS:
        if name in case.problem.algorithms:
            yield key | {"backend": "study", "algorithm": name} | _judged(case, case.problem.algorithms[name])


def _judged(case: Case, function: Callable[..., Any]) -> dict[str, Any]:
    """What a function makes of an input: its worst value, the right one, and a verdict.

    ``right``: within an ulp; ``inexact``: at least half the digits; ``wrong``: fewer, or another outcome than is due.
    """
    try:
        computed = guarded(function, case.args, case.problem.signature.result(case.args))
    except MisbehavedError as error:
        return {"verdict": "wrong", "misbehaviour": str(error)}
    measured = case.compare(computed)
    ulps = measured.ulps
    fine = np.isin(measured.outcome, FINE)
    at = int(np.argmax(np.where(fine, ulps, np.inf)))
    worst = float(ulps.ravel()[at])
    *_, shown, reference = case.shown(computed, at)
    return {
        "computed": shown,
        "reference": reference,
        "ulps": worst,
        "outcome": Outcome(int(measured.outcome.ravel()[at])).name.lower(),
        "verdict": verdict_of(worst, measured.form) if fine.all() else "wrong",
    }


def verdict_of(ulps: float, form: Format) -> str:
    """The word for an error, NaN included."""
    return "right" if ulps <= 1 else "inexact" if ulps <= 2.0 ** (form.p / 2) else "wrong"


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
