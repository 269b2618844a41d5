"""Decimal digits right of each formula and call, where formats are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.plots.canvas import panels
from study.plots.looks import hand

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

END = 16.2


def digits(table: pd.DataFrame, ax: Axes | None = None, *, across: str = "decimal digits right") -> Figure:
    """Draw the decimal digits right of each function, a mark a format, and how many values are lost; 0 where some are.

    Args:
        table: columns ``function``, ``format``, ``digits`` and ``lost``, the number of values lost.
        ax: where to draw.
        across: label of the abscissa.

    Returns:
        The figure that holds it.

    Raises:
        ValueError: no rows.
    """
    names = list(dict.fromkeys(table["function"].astype(str)))

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        for form, part in rows.groupby("format", sort=False):
            look, places = hand(str(form)), [names.index(str(name)) for name in part["function"]]
            right = part["digits"].where(part["lost"] == 0, 0.0)
            axes.plot(right, places, **{**look.line, "linestyle": "none"}, label=str(form), clip_on=False)
        for name, part in rows[rows["lost"] > 0].groupby("function", sort=False):
            axes.annotate(_lost(part), (1, names.index(str(name))), xycoords=("axes fraction", "data"),
                          xytext=(5, 0), textcoords="offset points", va="center", size=7.5)  # fmt: skip
        axes.set_yticks(range(len(names)), names)
        axes.set(xlim=(0, END), ylim=(len(names) - 0.4, -0.6))
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1.0), ncols=4, handletextpad=0.2)

    longest = max((len(_lost(part)) for _, part in table[table["lost"] > 0].groupby("function")), default=0)
    height, left = 0.3 + 0.2 * len(names), max(map(len, names), default=0)
    return panels(draw, {"": table} if len(table) else {}, ax, columns=1, height=height, left=left, longest=longest,
                  across=across)  # fmt: skip


def _lost(rows: pd.DataFrame) -> str:
    """How many values are lost in each format."""
    return ", ".join(f"{count:,.0f} lost in {form}" for form, count in zip(rows["format"], rows["lost"], strict=True))
