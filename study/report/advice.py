"""What to use: for each problem and format the best plain formula, how far, at what cost, and what breaks else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from study.formats import MAIN_FORMATS
from study.measurement import outcome
from study.plots.text import number, plain
from study.report import answer
from study.report.cells import REPLAY, Heading, Value, View
from study.runs import store

if TYPE_CHECKING:
    from collections.abc import Mapping

BUDGET = 100
"""Ulps up to which a formula is good."""

HEADINGS = (
    Heading("Format", "", "", numeric=False),
    Heading("Plain formula", "", "The best one besides the faithful kernel in the experiments.", numeric=False),
    Heading("Digits right", "", "Decimal digits by its worst error.", numeric=True),
    Heading("Worst error", "ulps", "Its largest error, or where some value of it has no digit right.", numeric=True),
    Heading(
        "Within 100 ulps",
        "",
        "On each axis that was swept: all of it, or where it ends and for which inputs.",
        numeric=False,
    ),
    Heading("Cost", "× naive", "Time beside the naive formula's, in one run.", numeric=True),
    Heading("Faithful", "ulps", "Largest error of the faithful kernel.", numeric=True),
    Heading("Cost", "× naive", "Time beside the naive formula's, in one run.", numeric=True),
    Heading("Naive breaks first", "", "Smallest parameter at which a result has no digit right.", numeric=False),
    REPLAY,
)


def views(
    rows: pd.DataFrame, tried: pd.DataFrame | None = None, special: pd.DataFrame | None = None
) -> dict[str, View]:
    """For each problem a table, a line a format.

    Args:
        rows: of the experiments, see ``answer.measured``.
        tried: on every input of a format, see ``study.report.exhaustive.rows``.
        special: what is lost at special arguments, see ``answer.specials``.
    """
    if rows.empty:
        return {}
    costs = _costs()
    whole = (
        rows
        if tried is None or tried.empty
        else pd.concat([tried[tried["format"].isin(MAIN_FORMATS)], rows], ignore_index=True)
    )
    made, places = {}, dict(list(whole.groupby(["problem", "format"], sort=False)))
    for problem in rows["problem"].unique():
        parts = [places[problem, form] for form in MAIN_FORMATS if (problem, form) in places]
        lines = [_line(part, costs, special) for part in parts if (part["algorithm"] != "faithful").any()]
        if lines:
            made[str(problem)] = View(str(problem), f"How far {problem} can be trusted.", HEADINGS, lines, {})
    return made


def _line(part: pd.DataFrame, costs: Mapping[tuple[str, str, str], float], special: pd.DataFrame | None) -> list[Value]:
    exhaustive, exact = part["row"].str.startswith("exhaustive/"), part["algorithm"] == "faithful"
    plain = answer.cell(part[~exact & ~exhaustive], part[~exact & exhaustive], special)
    best = part[exact]["max_ulp"].max()

    def cost(algorithm: str) -> Value:
        times = costs.get((plain.problem, algorithm, plain.form))
        return Value("–", 1e300) if times is None else Value(number(times, 2), times)

    shown = "no digit right" if plain.grade == "lost" else number(plain.worst)
    return [
        Value(plain.form, MAIN_FORMATS.index(plain.form)),
        Value(plain.algorithm),
        Value(f"{plain.digits:.1f}", plain.digits),
        Value(f"{shown} ∀" if plain.exhaustive else shown, plain.worst),
        Value(
            "; ".join(filter(None, (domain(part[(part["algorithm"] == plain.algorithm) & ~exhaustive]), plain.loses)))
        ),
        cost(plain.algorithm),
        Value("–", 1e300) if pd.isna(best) else Value(number(float(best)), float(best)),
        cost("faithful"),
        Value(breaks(part[~exhaustive & (part["algorithm"] == "naive")])),
        Value(f"study replay {plain.row}", plain.row, command=True),
    ]


def domain(rows: pd.DataFrame) -> str:
    """Up to, or from, which value of each swept parameter all results of a formula are numbers within BUDGET ulps."""
    bad = (rows["max_ulp"] > BUDGET) | (rows[list(outcome.NOT_NUMBERS)].sum(axis=1) > 0)
    return "; ".join(_extent(axis, bad[axis.index]) for _, axis in rows.groupby("parameter", sort=False))


def _extent(axis: pd.DataFrame, bad: pd.Series[bool]) -> str:
    name, values = axis["parameter"].iloc[0], axis["value"]
    if not bad.any():
        return f"{name} ≤ {number(float(values.max()))} (all)"
    below, above = values[values < values[bad].min()], values[values > values[bad].max()]
    if below.empty and above.empty:
        return f"no {name}"
    end = f"≤ {number(float(below.max()))}" if len(below) else f"≥ {number(float(above.min()))}"
    return f"{name} {end} ({', '.join(axis['inputs'][bad].unique())})"


def breaks(naive: pd.DataFrame) -> str:
    """Where the naive formula first loses all digits, and how; a dash where it never does or there is none."""
    lost = naive[outcome.lost(naive)] if len(naive) else naive
    if lost.empty:
        return "–"
    first = lost.sort_values("value", kind="stable").iloc[:1]
    return f"{outcome.words(first)} at {first['parameter'].iloc[0]} = {plain(float(first['value'].iloc[0]))}"


def _costs() -> dict[tuple[str, str, str], float]:
    path = store.RESULTS / store.COSTS
    if not path.exists():
        return {}
    table = store.read_csv(path)
    keys = zip(table["problem"], table["algorithm"], table["format"], strict=True)
    return dict(zip(keys, (float(value) for value in table["times_naive"]), strict=True))
