"""What a sentence rests on: the rows of all tables that bear on it, and the words for how far they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from study.formats import MAIN_FORMATS
from study.measurement import outcome
from study.plots.text import listed, plain
from study.report.axes import axis

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MEASURED = {"problem", "algorithm", "format", "count", "max_ulp", "limit", *outcome.FAILURES}
"""Columns by which a table of measurements is known."""

PLACE = ["format", "inputs", "parameter", "value"]
"""Columns that say on which stack of inputs a formula was measured."""


def pick(table: pd.DataFrame, **equal: Any) -> pd.DataFrame:
    """The rows that have these values; values may be lists."""
    for column, value in equal.items():
        table = table[table[column].isin(value if isinstance(value, list) else [value])]
    return table


def one(table: pd.DataFrame, **equal: Any) -> dict[str, Any]:
    """The one row that has these values."""
    (row,) = pick(table, **equal).to_dict("records")
    return {str(name): value for name, value in row.items()}


def measurements(tables: Mapping[str, pd.DataFrame], **equal: Any) -> pd.DataFrame:
    """The rows that have these values, of every table of measurements: one cannot be forgotten."""
    measured = [table for table in tables.values() if set(table.columns) >= MEASURED]
    picked = [pick(table, **equal) for table in measured]
    return pd.concat([part for part in picked if len(part)] or picked[:1], ignore_index=True)


def span(rows: pd.DataFrame) -> str:
    """How far sweeps went, in words: largest logit 1 to 2,000 and number of terms n 1 to 10,000."""
    ends = rows.groupby("parameter", sort=False)["value"].agg(["min", "max"])
    return listed(f"{axis(str(name))} {_range(*each)}" for name, *each in ends.itertuples())


def _range(low: float, high: float) -> str:
    return plain(low) if low == high else f"{plain(low)} to {plain(high)}"


def by_format(values: pd.Series[Any], say: Callable[[Any], str]) -> str:
    """The values of the main formats, in the order of these: 12 in float16 and 90 in float32."""
    return listed(f"{say(values[form])} in {form}" for form in MAIN_FORMATS if form in values.index)


def main(table: pd.DataFrame, **equal: Any) -> pd.DataFrame:
    """The rows of NumPy's arithmetic in the main formats that have these values."""
    return pick(table, backend="numpy", format=list(MAIN_FORMATS), **equal)
