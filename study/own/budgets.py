"""Budgets: what the figures of a row may be, and what is said of those that are above."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from study.own.table import same, wrong_outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from study.own.table import Measurement

    Limits = Callable[[Mapping[str, Any]], Mapping[str, float]]
    """A row -> the largest value allowed of each figure; LookupError, which says so, where there is none."""

BUDGETS = ("max_ulp", "max_scaled", "max_normwise")
"""The figures that can be held to a budget."""

WRONG = "wrong"
"""The count of lost values, which a record holds too."""


@dataclass(frozen=True)
class Complaint:
    """What is wrong with one row.

    Attributes:
        row: the row.
        lines: what is said of it.
        severity: how many times its limits it takes; -1 for misbehaviour, which has no worst input to show.
    """

    row: Mapping[str, Any]
    lines: tuple[str, ...]
    severity: float


def fixed(**budgets: float) -> Limits:
    """The same limits for every row.

    Raises:
        ValueError: no budget, an unknown one, or one below 0.
    """
    if not budgets or set(budgets) - set(BUDGETS):
        raise ValueError(f"give at least one budget of {', '.join(BUDGETS)}; got {', '.join(budgets) or 'none'}")
    for name, limit in budgets.items():
        if not limit >= 0:
            raise ValueError(f"a budget is a number of at least 0; got {name} = {limit:g}")
    return lambda _: budgets


def complaints(table: Measurement, *limits: Limits) -> list[Complaint]:
    """Of every row that misbehaves or is above a limit."""
    rows = cast("list[dict[str, Any]]", table.to_dict("records"))
    return [made for row in rows if (made := _complaint(row, limits))]


def told(found: list[Complaint]) -> list[str]:
    """The lines of complaints, a misbehaviour that several kinds of inputs share once."""
    lines: dict[Any, list[str]] = {}
    for number, complaint in enumerate(found):
        row = complaint.row
        key = (row["format"], same(row["misbehaviour"])) if row["misbehaviour"] else number
        lines.setdefault(key, []).append("\n".join(complaint.lines))
    return [
        first + (f"; and so on {len(others)} other kinds of inputs" if others else "")
        for first, *others in lines.values()
    ]


def spent(table: pd.DataFrame, limits: Limits) -> dict[str, tuple[float, float]]:
    """Of each figure the measured and the allowed value of the row that takes most of it; misbehaviour takes all."""
    most: dict[str, tuple[float, float]] = {}
    for row in cast("list[dict[str, Any]]", table.to_dict("records")):
        with suppress(LookupError):
            for name, limit in limits(row).items():
                value = float("nan") if row["misbehaviour"] else float({**row, WRONG: wrong_outcomes(row)}[name])
                if name not in most or not _share(value, limit) <= _share(*most[name]):
                    most[name] = (value, limit)
    return most


def _share(value: float, limit: float) -> float:
    return value / limit if limit else value * float("inf") if value else 0.0


def _complaint(row: Mapping[str, Any], limits: tuple[Limits, ...]) -> Complaint | None:
    where = f"{row['function']} ({row['problem']}, {row['format']}) on {row['inputs']!r}"
    if row["misbehaviour"]:
        return Complaint(row, (f"{where}: {row['misbehaviour']}",), -1.0)
    place = "" if row.get("layout", "rows") == "rows" else f" (worst as {row['layout']})"
    figures = {**row, WRONG: wrong_outcomes(row)}
    lines, severity = [], 0.0
    for allowed in limits:
        try:
            budgets = allowed(row)
        except LookupError as error:
            lines.append(f"{where}: {error.args[0]}")
            continue
        for name, limit in budgets.items():
            if not figures[name] <= limit:
                lines.append(f"{where}: {name} = {_above(figures[name], limit)}, {limit:g} allowed{place}")
                severity = max(severity, float(figures[name]) / (limit or 1.0))
    return Complaint(row, tuple(lines), severity) if lines else None


def _above(value: float, limit: float) -> str:
    """A value with as many digits as tell it from its limit."""
    return next((text for k in range(4, 18) if float(text := f"{value:.{k}g}") != limit), f"{value}")
