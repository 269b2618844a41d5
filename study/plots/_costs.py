"""What accuracy costs: the time of each formula beside naive, and its worst error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.measurement import outcome
from study.plots.canvas import panels
from study.plots.looks import hand
from study.plots.text import measure, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def costs(table: pd.DataFrame, ax: Axes | None = None, *, cost: str = "times_naive") -> Figure:
    """Draw the cost of each formula as a bar, with its worst error written beside it, one panel a format.

    Args:
        table: rows of one problem: errors as stored, and the column of costs.
        ax: where to draw, for rows of one format.
        cost: that column.

    Returns:
        The figure that holds it.

    Raises:
        ValueError: no rows, or several formats for one axes.
    """
    parts = {str(form): part for form, part in table.groupby("format", sort=False)}
    names = list(dict.fromkeys(table.sort_values(cost)["algorithm"]))
    end = float(table[cost].max()) if len(table) else 1.0

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        for name, part in rows.groupby("algorithm", sort=False):
            place, time = names.index(str(name)), float(part[cost].max())
            lost = part[outcome.lost(part)]
            said = outcome.words(lost) if len(lost) else measure(float(part["max_ulp"].max()), "ulps")
            axes.barh(place, time, height=0.62, color=hand(str(name)).ink.light, label=str(name))
            axes.annotate(f"× {number(time, 2)}   {said}", (time, place), xytext=(4, 0), textcoords="offset points",
                          va="center", size=7.5)  # fmt: skip
        axes.set_yticks(range(len(names)), names)
        axes.set(ylim=(len(names) - 0.4, -0.6), xlim=(0, end * 1.5))
        axes.grid(visible=False, axis="y")

    height, left = 0.3 + 0.2 * len(names), max(len(str(name)) for name in names or ("",))
    return panels(draw, parts, ax, height=height, left=left, across="time beside naive")
