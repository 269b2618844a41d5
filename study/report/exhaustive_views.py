"""Tables and the figure of the section on every input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study import plots
from study.measurement import outcome
from study.plots.text import number, percent
from study.report import cells
from study.report.cells import FORMAT, PROBLEM, REPLAY, Heading, Value, View
from study.report.columns import column

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    from matplotlib.figure import Figure as Drawn

FORMULA = Heading("Formula", "", "The way to evaluate it in floating point.", numeric=False)
WORST = Heading("Worst error", "ulps", "Largest error over all these inputs.", numeric=True)
INPUT = Heading("Worst input", "", "An input of that error.", numeric=False)
COMPUTED = Heading("Computed", "", "What the formula makes of it.", numeric=False)
EXACT = Heading("Exact", "", "Its exact value.", numeric=False)


DRAWN = ("sigmoid", "log_sigmoid", "softplus", "log1mexp")
"""The problems whose errors are drawn, in float32, all of whose numbers were tried."""


def picture(whole: pd.DataFrame, histograms: Mapping[str, pd.DataFrame]) -> Drawn | None:
    """How many of all float32 numbers are how far off by each of our formulas; None where they were not tried."""
    if whole.empty:
        return None
    ours = whole[(whole["coverage"] == "exhaustive") & ~whole["algorithm"].str.contains(".", regex=False)]
    shown = ours[ours["problem"].isin(DRAWN) & (ours["format"] == "float32")]
    return plots.tails(shown, histograms) if len(shown) else None


def tables(whole: pd.DataFrame, found: pd.DataFrame) -> list[View]:
    """Those that there are."""
    return ([_summary(whole)] if len(whole) else []) + ([_searched(found)] if len(found) else [])


def _named(row: Mapping[Hashable, Any]) -> str:
    return f"{row['problem']}, n = {row['length']}" if row["length"] != 1 else str(row["problem"])


def _summary(whole: pd.DataFrame) -> View:
    lines = []
    for row in whole.to_dict("records"):
        share, lost = row["not_correctly_rounded"] / row["count"], sum(row[k] for k in outcome.LOSSES)
        inputs = row["inputs"] if row["coverage"] == "exhaustive" else f"{row['inputs']:,} ({row['coverage']})"
        command = f"study replay exhaustive/{row['sweep']}/{row['algorithm']}"
        lines.append(
            [
                Value(_named(row)),
                Value(row["algorithm"]),
                Value(row["format"]),
                Value(f"{inputs:,}" if isinstance(inputs, int) else inputs, row["inputs"]),
                Value(number(row["max_ulp"]), row["max_ulp"]),
                Value(percent(share), share),
                Value(number(int(lost)), lost),
                Value(number(int(row["missed"])), row["missed"]),
                Value(cells.short(row["worst_input"]), row["worst_input"]),
                Value(cells.digits(row["worst_computed"]), row["worst_computed"]),
                Value(cells.digits(row["worst_reference"]), row["worst_reference"]),
                Value(command, command, command=True),
            ]
        )
    headings = [
        PROBLEM, FORMULA, FORMAT,
        Heading("Inputs", "", "How many there are; tried are all but labels outside [0, 1].", numeric=True),
        WORST,
        Heading("Not correctly rounded", "", "Share of results that are not the nearest number.", numeric=True),
        Heading("Lost", "values", "Zero or infinite where another number is due, or NaN where none is.", numeric=True),
        Heading("Wrong", "values", column("missed").description, numeric=True),
        INPUT, COMPUTED, EXACT, REPLAY,
    ]  # fmt: skip
    inputs = int(whole.groupby("sweep")["inputs"].first().sum())
    every = ": every one" * bool((whole["coverage"] == "exhaustive").all())
    caption = f"{len(lines)} measurements of a formula in a format, on {inputs:,} inputs{every}."
    return View("every_input", caption, headings, lines, cells.filters(lines, (0, 1, 2)))


def _searched(found: pd.DataFrame) -> View:
    lines = []
    for row in found.to_dict("records"):
        command = f"study replay {row['row']}"
        lines.append(
            [
                Value(_named(row)),
                Value(row["algorithm"]),
                Value(row["format"]),
                Value(f"{row['evaluations']:,}", row["evaluations"]),
                Value(f"≥ {number(row['ulps'])}", row["ulps"]),
                Value(number(row["random_ulps"]), row["random_ulps"]),
                Value(cells.short(row["input"]), row["input"]),
                Value(cells.digits(row["computed"]), row["computed"]),
                Value(cells.digits(row["reference"]), row["reference"]),
                Value(command, command, command=True),
            ]
        )
    headings = [
        PROBLEM, FORMULA, FORMAT,
        Heading("Tried", "inputs", "How many inputs the search evaluated.", numeric=True),
        Heading("Worst found", "ulps", "A lower bound on the largest error.", numeric=True),
        Heading("Random inputs", "ulps", "Largest error on as many random inputs.", numeric=True),
        INPUT, COMPUTED, EXACT, REPLAY,
    ]  # fmt: skip
    return View("searched", "The worst that searches found: lower bounds on the largest error.", headings, lines, {})
