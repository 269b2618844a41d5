"""What a formula loses, in words, from the study's own stored tables."""

from __future__ import annotations

from functools import cache

import pandas as pd

from study.formats import MAIN_FORMATS
from study.measurement import outcome
from study.plots.text import plain
from study.report import answer
from study.report.axes import axis
from study.runs import packaged, store
from study.runs.runner import discover


def lost(problem: str, algorithm: str, inputs: str) -> str:
    """By format where on these inputs no digit is right, or how many are at worst; empty where no table is at hand."""
    rows = _rows()
    if rows.empty:
        return ""
    rows = rows[(rows["problem"] == problem) & (rows["algorithm"] == algorithm) & (rows["inputs"] == inputs)]
    rows = rows.sort_values("value", kind="stable")
    return "; ".join(f"{form}: {_worst(part)}" for form in MAIN_FORMATS if len(part := rows[rows["format"] == form]))


def _worst(rows: pd.DataFrame) -> str:
    gone = rows[outcome.gone(rows)].iloc[:1]
    if len(gone):
        name, value = axis(str(gone["parameter"].iloc[0])), plain(float(gone["value"].iloc[0]))
        return f"{outcome.words(gone)} from {name} = {value}"
    form = str(rows["format"].iloc[0])
    of = answer.digits(0.5, form)
    return f"{of - answer.digits(float(rows['max_ulp'].max()), form):.1f} of {of:.1f} digits"


@cache
def _rows() -> pd.DataFrame:
    """The measurements of all sweeps; empty where the package came without them, or they are damaged."""
    root = packaged.carried()
    try:
        found = [e for e in discover(root=root) if store.has_tables(e, root)]
        stored = [(e, {name: store.read_table(e.name, name, root) for name in e.tables}) for e in found]
    except ValueError:  # damaged ones too
        return pd.DataFrame()
    return answer.measured(stored)
