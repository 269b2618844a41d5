"""Tables as a reader sees them: summaries of sweeps, worst inputs, and small tables whole."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from study.formats import FORMATS
from study.measurement import outcome
from study.plots.text import number, plain
from study.problems import PROBLEMS
from study.report.answer import digits as digits_right
from study.report.cells import REPLAY, Heading, Value, View, digits, filters, short
from study.report.columns import column

WHOLE = 60
"""Larger tables are summarised or linked, not shown."""
TINY = 1e-3
"""Errors in ulps that are smaller are not told apart."""
CHOSEN = ("p", "top_p", "value", "n", "rate", "size", "target")
"""Columns of what was chosen, not measured."""
EXACT = ("held", "computed", "reference", "first_logit")
"""Columns whose digits are the point."""


def keys(table: pd.DataFrame) -> list[str]:
    """The columns that tell measurements apart: the backend too, where there is more than one."""
    backend = ["backend"] if len(table["backend"].unique()) > 1 else []
    return ["problem", *backend, "algorithm", "format"]


def summary(experiment: str, name: str, table: pd.DataFrame) -> View:
    """A line for each problem, formula and format: errors over all inputs, and where the first value is lost."""
    parameter = str(table["parameter"].iloc[0])
    lines = []
    by = keys(table)
    table = table.assign(gone=outcome.gone(table))
    vectors = ["max_normwise"] if any(_is_vector(name) for name in table["problem"].unique()) else []
    for names, part in in_order(table, by):
        gone, lost = part["gone"], part[part["gone"]]
        kept = part["max_ulp"][~gone]
        first = float(lost["value"].min()) if len(lost) else math.inf
        told = lost["value"].idxmin() if len(lost) else kept.idxmax()
        lines.append(
            [
                *(Value(k, k) for k in names),
                _ulps(float(part["median_ulp"].median())),
                _ulps(float(kept.max())) if len(kept) else Value("–", -1.0),
                _digits(kept, str(part["format"].iloc[0])),
                *(_value(float(part[k].max()) if _is_vector(names[0]) else math.nan) for k in vectors),
                _value(float(part["bound_used"].max())),
                Value(f"{outcome.words(lost)} from {plain(first)}" if len(lost) else "–", first),
                replay(experiment, name, told),
            ]
        )
    lost_from = f"The failure, and the smallest {parameter} at which a value has no digit right."
    headings = [
        *map(heading, (*by, "median_ulp", "max_ulp")),
        Heading("Digits right", "", "Decimal digits, by that worst error.", numeric=True),
        *map(heading, (*vectors, "bound_used")),
        Heading("First lost", "", lost_from, numeric=False),
        REPLAY,
    ]
    caption = (
        f"{len(table):,} measurements of {int(table['count'].sum()):,} values, summarised: one line for each problem, "
        "formula and format. Errors are those of inputs on which no result is lost; replayed is the first loss, or "
        "the worst error."
    )
    return View(name, caption, headings, lines, filters(lines, range(len(by))))


def _is_vector(problem: str) -> bool:
    return PROBLEMS[problem].signature.vector_result


def worst_inputs(experiment: str, name: str, table: pd.DataFrame) -> View:
    """For each formula of each problem the input that it does worst on, over all formats."""
    by = keys(table)
    lines = []
    for _, part in table.groupby(by[:-1], sort=False):
        relative = part["max_ulp"] * 2.0 ** -part["format"].map(lambda form: float(FORMATS[form].p))
        row = part.iloc[int(relative.argmax())]
        lines.append(
            [
                *(Value(str(row[k]), str(row[k])) for k in by),
                _value(float(row["max_ulp"])),
                replay(experiment, name, row.name),
                Value(short(row["worst_input"]), str(row["worst_input"])),
                *(Value(digits(row[k]), str(row[k])) for k in ("worst_computed", "worst_reference")),
            ]
        )
    headings = [heading(k) for k in (*by, "max_ulp", "worst_input", "worst_computed", "worst_reference")]
    caption = "The input that each formula does worst on, measured by the share of its format's digits that is lost."
    return View(
        name, caption, [*headings[: len(by) + 1], REPLAY, *headings[len(by) + 1 :]], lines, filters(lines, (0,))
    )


def replay(experiment: str, name: str, row: Any) -> Value:
    """The command that computes the worst case of a stored row again."""
    command = f"study replay {experiment}/{name}/{row}"
    return Value(command, command, command=True)


def in_order(table: pd.DataFrame, by: list[str]) -> list[tuple[list[str], pd.DataFrame]]:
    """The rows by problem, then formula, then format, each in the order in which they were declared."""
    ranks = [{v: i for i, v in enumerate(table[k].unique())} for k in by]
    groups = [([str(k) for k in names], part) for names, part in table.groupby(by, sort=False)]
    return sorted(groups, key=lambda g: [rank[k] for rank, k in zip(ranks, g[0], strict=True)])


def whole(name: str, table: pd.DataFrame) -> View:
    """A small table as it is."""
    names = [k for k in table.columns if k != "experiment"]
    lines = [[_lost(row, k) or _cell(row[k], k) for k in names] for row in table.to_dict("records")]
    words = [i for i, k in enumerate(names) if k in {"problem", "algorithm", "format", "quantity"}]
    return View(name, "The stored table, whole.", [heading(k) for k in names], lines, filters(lines, words))


def heading(name: str) -> Heading:
    """The heading of a stored column."""
    entry = column(name)
    return Heading(entry.title, entry.unit, entry.description, numeric=entry.type != "string")


def _value(value: float, figures: int = 3) -> Value:
    return Value("–" if math.isnan(value) else number(value, figures), -1.0 if math.isnan(value) else value)


def _lost(row: Any, name: str) -> Value | None:
    """What has left the range of its format is lost, not right to a fraction of an ulp."""
    if name == "ulps" and row.get("outcome") == "limit" and _number(row["reference"]) and not _number(row["computed"]):
        return Value("lost", math.inf)
    return None


def _number(value: Any) -> bool:
    return math.isfinite(float(value)) and float(value) != 0


def _cell(value: Any, name: str) -> Value:
    if isinstance(value, str):
        return Value(digits(value), value)
    if pd.isna(value):
        return Value("–", -1.0)
    return (
        Value(plain(float(value)), float(value)) if name in CHOSEN else _value(float(value), 6 if name in EXACT else 3)
    )


def _digits(kept: pd.Series[float], form: str) -> Value:
    right = digits_right(float(kept.max()), form) if len(kept) else 0.0
    return Value(f"{right:.1f}", right)


def _ulps(value: float) -> Value:
    """An error; what is far below the half ulp of rounding is not told apart."""
    return Value("< 0.001", value) if 0 < value < TINY else _value(value)
