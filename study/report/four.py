"""Which of the four formats of a computation may be narrow: rows under recipes in which one of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from study.formats import KNOWN
from study.measurement import outcome
from study.report.answer import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORM, WIDE = "bfloat16", "float32"
"""The narrow format of the answer, and the other."""
NARROWED = {
    "input": "input",
    "compute": "operations",
    "accumulate": "sums",
    "store": "result",
    "read and stored": "input and result",
    "all": "all four",
}
"""What is narrow, as figures and tables call it."""


ALONE = ("input", "compute", "accumulate", "store")


def narrowed(tables: Mapping[str, pd.DataFrame], form: str) -> pd.DataFrame:
    """The rows under recipes of a narrow format and float32, with ``narrow``, see NARROWED, and ``digits`` right."""
    swept = [table for table in tables.values() if {"backend", "max_relative", "parameter"} <= set(table.columns)]
    under = [table[table["backend"].astype(str).str.count(":") >= 3] for table in swept]
    if not any(map(len, under)):
        return pd.DataFrame()
    rows = pd.concat(under, ignore_index=True)
    rows = rows.assign(narrow=[_which(text, form) for text in rows["backend"]], digits=digits(rows["max_relative"]))
    return rows[rows["narrow"] != ""]


def digits(relative: pd.Series[float]) -> pd.Series[float]:
    """Decimal digits right: -log10 of the relative error, from 0 to those of binary64."""
    most = -np.log10(KNOWN["float64"].u)
    with np.errstate(divide="ignore"):
        return pd.Series(-np.log10(relative.to_numpy()), relative.index).clip(0, most) + 0.0


def _which(text: str, form: str) -> str:
    parts = text.split(":")
    narrow = [name for name, part in zip(ALONE, parts, strict=False) if part == form]
    if len(parts) != 4 or {*parts} - {form, WIDE}:
        return ""
    if len(narrow) == 1:
        return narrow[0]
    return {("input", "store"): "read and stored", ALONE: "all"}.get(tuple(narrow), "")


@dataclass(frozen=True)
class Part:
    """What is right of a problem where something is narrow.

    Attributes:
        digits: decimal digits right at worst, of its best plain formula.
        grade: as the answer's cells.
    """

    digits: float
    grade: str


@dataclass(frozen=True)
class Line:
    """A problem of the answer's second table.

    Attributes:
        problem: its name.
        algorithm: the formula that is measured.
        parts: by what is narrow, the words of NARROWED.
    """

    problem: str
    algorithm: str
    parts: Mapping[str, Part]


def answer(stored: Iterable[Mapping[str, pd.DataFrame]]) -> tuple[list[Line], int]:
    """A line for each problem and formula of which an experiment narrows each of the four alone; the longest rows."""
    lines, longest = [], 0
    for rows in (narrowed(tables, FORM) for tables in stored):
        for (problem, algorithm), part in rows.groupby(["problem", "algorithm"], sort=False) if len(rows) else ():
            if set(ALONE) <= set(part["narrow"]):
                each = {NARROWED[str(name)]: _part(some) for name, some in part.groupby("narrow", sort=False)}
                lines.append(Line(str(problem), str(algorithm), each))
                longest = max(longest, int(part["value"].max()))
    return lines, longest


def _part(rows: pd.DataFrame) -> Part:
    right = float(rows["digits"].min())
    lost = outcome.lost(rows).any() or right <= 0
    return Part(right, "lost" if lost else next(grade for grade, least in GRADES.items() if right >= least))
