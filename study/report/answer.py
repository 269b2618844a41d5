"""The answer on the first screen: for each problem and format the formula to use, how far, and what naive does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from study.formats import FORMATS, MAIN_FORMATS
from study.measurement import outcome
from study.plots.text import at_most, measure, plain
from study.problems import PROBLEMS
from study.runs.experiment import Sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from study.runs.experiment import Experiment

GRADES = {"exact": 12.0, "near": 6.0, "far": 2.0, "off": 0.0}
"""Fewest decimal digits right of each grade; ``lost`` is what has no digit right on some input."""


KEPT = [
    "problem", "algorithm", "format", "inputs", "parameter", "value", "count", "max_ulp", "p99_ulp", "max_relative",
    *outcome.FAILURES, "limit", "row",
]  # fmt: skip
"""What the answer is drawn from."""

MARKS = {**outcome.SIGNS, "fine": "✓", "not measured": "–"}
"""What the naive formula does, in a sign."""


@dataclass(frozen=True)
class Cell:
    """One problem in one format.

    Attributes:
        problem: its name.
        form: the format's name.
        algorithm: the recommended formula, see ``recommended``.
        worst: its largest error over all inputs, in ulps.
        digits: how many decimal digits that leaves right: −log₁₀ of the worst error × 2^(1−p).
        grade: ``exact``, ``near``, ``far``, ``off`` or ``lost``.
        naive: what the naive formula makes of the same inputs: NaN, overflow, underflow, wrong or fine.
        row: EXPERIMENT/TABLE/ROW of that error, or exhaustive/SWEEP/ALGORITHM.
        loses: the special arguments at which it loses its result, in words; empty where at none.
        ends: where its result leaves the range of the format, in words; empty where nowhere.
        instead: the problem to solve instead of a product that leaves that range: its logarithm.
    """

    problem: str
    form: str
    algorithm: str
    worst: float
    grade: str
    naive: str
    row: str
    loses: str = ""
    ends: str = ""
    instead: str = ""

    @property
    def digits(self) -> float:
        """Decimal digits right, by the worst error."""
        return 0.0 if self.grade == "lost" else digits(self.worst, self.form)

    @property
    def exhaustive(self) -> bool:
        """Whether every input of the format was tried."""
        return self.row.startswith("exhaustive/")

    @property
    def formula(self) -> str:
        """The recommended formula, written out."""
        return written(self.problem, self.algorithm)

    @property
    def error(self) -> str:
        """The worst error in words."""
        return "no digit right" if self.grade == "lost" else measure(self.worst, "ulps")


def digits(ulps: float, form: str) -> float:
    """Decimal digits right of a result that is off by so many ulps, at least half a one."""
    return 0.0 if math.isinf(ulps) else max(-math.log10(max(ulps, 0.5) * 2.0 ** (1 - FORMATS[form].p)), 0.0)


def written(problem: str, algorithm: str) -> str:
    """A formula, written out; its problem's where there is nothing to add."""
    known = PROBLEMS[problem]
    return str(known.algorithms[algorithm].__doc__ or known.formula).replace("``", "")


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
    return rows[rows["backend"] == "numpy"][KEPT].copy()


def specials(stored: Iterable[tuple[Experiment, Mapping[str, pd.DataFrame]]]) -> pd.DataFrame:
    """The rows of all tables that say which special arguments a formula loses; empty where there are none."""
    columns = ["problem", "algorithm", "format", "cases", "lost", "first_lost"]
    found = [table[columns] for _, tables in stored for table in tables.values() if set(columns) <= set(table.columns)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def matrix(
    rows: pd.DataFrame, exhaustive: pd.DataFrame | None = None, special: pd.DataFrame | None = None
) -> list[list[Cell]]:
    """A line a problem, a cell a format; problems in the order in which the experiments take them up.

    Args:
        rows: see ``measured``.
        exhaustive: rows on every input of a format, see ``study.report.exhaustive.rows``.
        special: see ``specials``.
    """
    if rows.empty:
        return []
    places = dict(list(rows.groupby(["problem", "format"], sort=False)))
    everywhere = {} if exhaustive is None or exhaustive.empty else dict(list(exhaustive.groupby(["problem", "format"])))
    return [
        [
            cell(places[problem, form], everywhere.get((problem, form)), special)
            for form in MAIN_FORMATS
            if (problem, form) in places
        ]
        for problem in rows["problem"].unique()
    ]


def faithful(*tables: pd.DataFrame) -> str:
    """The largest error of ``faithful`` in all that was measured, in words; empty where it was not."""
    errors = [float(t[t["algorithm"] == "faithful"]["max_ulp"].max()) for t in tables if len(t)]
    known = [error for error in errors if not math.isnan(error)]
    return f"{at_most(max(known))} ulps" if known else ""


def cell(rows: pd.DataFrame, exhaustive: pd.DataFrame | None = None, special: pd.DataFrame | None = None) -> Cell:
    """The verdict on one problem in one format; what is lost at special arguments alone is told and does not decide."""
    problem, form = str(rows["problem"].iloc[0]), str(rows["format"].iloc[0])
    lost = lost_specials(special, problem, form)
    ordinary = None if exhaustive is None else exhaustive[~exhaustive.apply(_explained, axis=1, lost=lost).astype(bool)]
    whole = rows if ordinary is None or ordinary.empty else pd.concat([ordinary, rows], ignore_index=True)
    name = recommended(rows, whole)
    best = whole[whole["algorithm"] == name]
    worst = best.iloc[int(best["max_ulp"].argmax())]
    error = float(worst["max_ulp"])
    first = next(iter(PROBLEMS[problem].algorithms)) if problem in PROBLEMS else "naive"
    naive = naive_mark(whole[whole["algorithm"] == first])
    right = digits(error, form)
    grade = "lost" if outcome.lost(best).any() else next(g for g, least in GRADES.items() if right >= least)
    ends, instead = range_end(rows[rows["algorithm"] == name])
    return Cell(problem, form, name, error, grade, naive, str(worst["row"]), lost.get(name, (0, ""))[1], ends, instead)


def range_end(rows: pd.DataFrame) -> tuple[str, str]:
    """Where results leave the range of the format, and the problem to solve instead of a reduction that does."""
    beyond = rows[outcome.beyond(rows)] if len(rows) else rows
    if beyond.empty:
        return "", ""
    first, name = beyond.sort_values("value", kind="stable").iloc[0], str(rows["problem"].iloc[0])
    reduces = name in PROBLEMS and any(kind.axes for kind in PROBLEMS[name].signature.arguments)
    instead = f"log_{name}" if reduces and f"log_{name}" in PROBLEMS else ""
    return f"out of range from {first['parameter']} = {plain(float(first['value']))}", instead


def lost_specials(special: pd.DataFrame | None, problem: str, form: str) -> dict[str, tuple[int, str]]:
    """By algorithm: at how many special arguments it loses its result, and which, in words."""
    if special is None:
        return {}
    rows = special[(special["problem"] == problem) & (special["format"] == form) & (special["lost"] > 0)]
    return {
        r["algorithm"]: (int(r["lost"]), f"loses {r['first_lost']}" + (f" and {r['lost'] - 1} more" * (r["lost"] > 1)))
        for r in rows.to_dict("records")
    }


def _explained(row: pd.Series[Any], lost: Mapping[str, tuple[int, str]]) -> bool:
    """Whether all that a formula loses on every input are special arguments that are told of."""
    losses = int(row[list(outcome.LOSSES)].sum()) if len(row) else 0
    return 0 < losses == lost.get(row["algorithm"], (0, ""))[0]


def recommended(rows: pd.DataFrame, whole: pd.DataFrame) -> str:
    """The formula to use: the best plain one where it keeps half the digits on all inputs, else ``faithful``.

    Plain formulas are compared on the inputs that all of them were given, and must hold on the rest as well.
    """
    parts = {str(name): part for name, part in rows.groupby("algorithm", sort=False)}
    exact = parts.pop("faithful", None)
    best = min(parts, key=lambda name: _badness(parts[name])) if parts else "faithful"
    return best if exact is None or keeps_half(whole[whole["algorithm"] == best]) else "faithful"


def keeps_half(rows: pd.DataFrame) -> bool:
    """Whether at least half the digits of every value are right."""
    half = 2.0 ** (FORMATS[str(rows["format"].iloc[0])].p / 2)
    return not outcome.lost(rows).any() and bool(rows["max_ulp"].max() <= half)


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
    """What a formula is judged by: no numbers, worst error to two digits, zeros, 99% errors to one digit, order."""
    order = list(PROBLEMS[str(rows["problem"].iloc[0])].algorithms) if rows["problem"].iloc[0] in PROBLEMS else []
    name = str(rows["algorithm"].iloc[0])
    return (
        float(rows[list(outcome.NOT_NUMBERS)].to_numpy().sum()),
        float(f"{rows['max_ulp'].max():.1e}"),
        float(rows["underflow"].sum()),
        float(f"{rows['p99_ulp'].mean():.0e}"),
        float(order.index(name)) if name in order else 0.0,
    )
