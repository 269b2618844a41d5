"""The answer on the first screen: for each problem and format the formula to use, how far, and what naive does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from study.experiment import MAIN_FORMATS, Sweep
from study.problems import PROBLEMS
from study.report import outcome
from study.report.text import measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from study.experiment import Experiment


@dataclass(frozen=True)
class Cell:
    """One problem in one format.

    Attributes:
        problem: its name.
        form: the format's name.
        algorithm: the recommended formula: fewest results that are no number, then the smallest worst error.
        worst: its largest error over all inputs, in ulps.
        typical: the median of its median errors, in ulps.
        grade: ``exact`` (within an ulp), ``good`` (within 100), ``poor``, or ``none`` (no digit right, at worst).
        naive: what the naive formula makes of the same inputs: NaN, overflow, underflow, wrong or fine.
        row: EXPERIMENT/TABLE/ROW of that error.
    """

    problem: str
    form: str
    algorithm: str
    worst: float
    typical: float
    grade: str
    naive: str
    row: str

    @property
    def anchor(self) -> str:
        """Where on the page the table is that holds that row."""
        experiment, table, _ = self.row.split("/")
        return f"{experiment}-table-{table}"

    @property
    def error(self) -> str:
        """The worst error in words."""
        if self.grade != "none":
            return measure(self.worst, "ulps")
        typical = "within 0.5 ulp" if self.typical <= 0.5 else measure(self.typical, "ulps")
        return f"typically {typical}, at worst no digit"


def measured(stored: Iterable[tuple[Experiment, Mapping[str, pd.DataFrame]]]) -> pd.DataFrame:
    """The rows of all sweeps with NumPy's arithmetic, each with its address."""
    parts = [
        tables[name].assign(row=[f"{experiment.name}/{name}/{i}" for i in range(len(tables[name]))])
        for experiment, tables in stored
        for name, declared in experiment.tables.items()
        if isinstance(declared, Sweep)
    ]
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(parts, ignore_index=True)
    return rows[rows["backend"] == "numpy"]


def matrix(rows: pd.DataFrame) -> list[list[Cell]]:
    """A line a problem, a cell a format; problems in the order in which the experiments take them up."""
    if rows.empty:
        return []
    lines = []
    for problem in rows["problem"].unique():
        part = rows[rows["problem"] == problem]
        forms = [form for form in MAIN_FORMATS if form in set(part["format"])]
        lines.append([cell(part[part["format"] == form]) for form in forms])
    return lines


def cell(rows: pd.DataFrame) -> Cell:
    """The verdict on one problem in one format."""
    problem, form = str(rows["problem"].iloc[0]), str(rows["format"].iloc[0])
    best = min((part for _, part in rows.groupby("algorithm", sort=False)), key=_badness)
    worst = best.iloc[int(best["max_ulp"].argmax())]
    error, typical = float(worst["max_ulp"]), float(best["median_ulp"].median())
    grade = "exact" if error <= 1 else "good" if error <= 100 else "poor"
    if outcome.lost(best).any():
        grade = "none"
    naive = naive_mark(rows[rows["algorithm"] == "naive"])
    return Cell(problem, form, str(worst["algorithm"]), error, typical, grade, naive, str(worst["row"]))


def naive_mark(rows: pd.DataFrame) -> str:
    """What the naive formula does over all these inputs, the gravest first."""
    if rows.empty:
        return "not measured"
    for column, said in outcome.FAILURES.items():
        if column != "underflow" and rows[column].sum() > 0:
            return said
    if math.isfinite(outcome.range_ends(rows)):
        return "underflow"
    return "wrong" if outcome.lost(rows).any() else "fine"


def _badness(rows: pd.DataFrame) -> tuple[float, ...]:
    """What a formula is judged by: results that are no number, worst error to two digits, zeros, 99% errors, order."""
    order = list(PROBLEMS[str(rows["problem"].iloc[0])].algorithms) if rows["problem"].iloc[0] in PROBLEMS else []
    name = str(rows["algorithm"].iloc[0])
    return (
        float(rows[list(outcome.NOT_NUMBERS)].to_numpy().sum()),
        float(f"{rows['max_ulp'].max():.1e}"),
        float(rows["underflow"].sum()),
        float(rows["p99_ulp"].mean()),
        float(order.index(name)) if name in order else 0.0,
    )
