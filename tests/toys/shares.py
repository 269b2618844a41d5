"""How far is the softplus off?

A toy experiment: a table, a figure and a finding in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from study import plots
from study.inputs.families import uniform
from study.runs.experiment import Experiment, Figure, Finding, Sweep

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def worst(tables: Mapping[str, pd.DataFrame]) -> str | None:
    """The largest error of all."""
    rows = tables["sweep"]
    rows = rows[rows["algorithm"] == "naive"]
    return f"The softplus of numbers is at most {rows['max_ulp'].max():.2g} ulps off." if len(rows) else None


experiment = Experiment(
    __file__,
    __doc__ or "",
    tables={"sweep": Sweep("n", [1, 10, 100], [uniform(0.5, 4)], {"softplus": ["naive", "two_branch"]}, rows=int)},
    figures={"error": Figure(lambda tables: plots.errors(tables["sweep"]), worst)},
    findings=[Finding(worst)],
)
