"""Lines: one column against another, a panel for each value of a third, and a single curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.plots.canvas import End, axis, name_ends, panels
from study.plots.looks import HANDS, hand
from study.plots.text import number, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

SPAN = 1e4
"""How far below the largest value an axis reaches; smaller values are drawn at its foot."""
MARKED = 40
MANY = {"marker": "", "linewidth": 0.8}
"""Lines of more points have no markers."""


def lines(
    table: pd.DataFrame,
    x: str,
    y: str | Mapping[str, str],
    ax: Axes | None = None,
    *,
    by: str | None = None,
    panel: Sequence[str] = ("format",),
    across: str = "",
    up: str = "",
    columns: int = 2,
) -> Figure:
    """Draw columns against another column, one panel for each value of others; a line that ends early ends in a cross.

    Args:
        table: any tidy table.
        x: column of the abscissa.
        y: column of the ordinate, or several, each with the name of its line.
        ax: where to draw, for one panel.
        by: column whose values have a line each, where there is one ordinate.
        panel: columns whose values together have a panel each.
        across: label of the abscissa.
        up: label of the ordinate.
        columns: panels side by side.

    Returns:
        The figure that holds it.

    Raises:
        ValueError: no rows, or several panels for one axes.
    """
    ordinates = {y: y} if isinstance(y, str) else dict(y)
    parts = _parts(table, panel)
    bottom, top = _reach(table[list(ordinates)].to_numpy(dtype=float))

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        axis(axes, rows[x].tolist())
        axis(axes, [bottom, top], "y")
        ends = []
        for k, (name, line, column) in enumerate(_split(rows, x, ordinates, by)):
            at, look = np.maximum(line[column].to_numpy(dtype=float), bottom), hand(name, k)
            axes.plot(line[x], at, **look.line | (MANY if len(line) > MARKED else {}), label=name)
            ends += _ended(axes, line[x].to_numpy(), at, name, look.ink.light)
        name_ends(axes, ends)

    longest = max(len(name) for part in parts.values() for name, _, _ in _split(part, x, ordinates, by))
    up = up or next(iter(ordinates.values()))
    return panels(draw, parts, ax, columns=columns, longest=longest, across=across or x, up=up)


def _parts(table: pd.DataFrame, panel: Sequence[str]) -> dict[str, pd.DataFrame]:
    return {
        ", ".join(_titled(name, value) for name, value in zip(panel, key, strict=True)): part
        for key, part in table.groupby(list(panel), sort=False)
    }


def _reach(values: NDArray[np.float64]) -> tuple[float, float]:
    top = float(values[np.isfinite(values)].max())
    return max(top / SPAN, float(values[np.isfinite(values) & (values > 0)].min())), top


def _ended(axes: Axes, x: NDArray[Any], y: NDArray[np.float64], name: str, ink: str) -> list[End]:
    """Where a line has its name, none where nothing of it is finite; a cross is drawn where it ends early."""
    held = np.flatnonzero(np.isfinite(y))
    if not held.size:
        return []
    last = held[-1]
    if early := bool(last + 1 < len(y)):
        axes.plot(x[last], y[last], marker="X", markersize=6, color=ink)
    return [End(float(y[last]), f"{name} ×" if early else name, ink)]


def curve(
    table: pd.DataFrame, x: str, y: str, ax: Axes | None = None, *, marked: Sequence[float] = (), across: str, up: str
) -> Figure:
    """Draw one column against another, with the values at some places written beside them.

    Args:
        table: any tidy table.
        x: column of the abscissa.
        y: column of the ordinate.
        ax: where to draw.
        marked: abscissas to mark; the nearest stored ones are taken.
        across: label of the abscissa.
        up: label of the ordinate.

    Returns:
        The figure that holds it.
    """

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        ink = HANDS[1].ink.light
        axes.plot(rows[x], rows[y], color=ink, linewidth=1.8, label=up)
        axes.set_xlim(left=min(0.0, float(rows[x].min())))
        axes.set_ylim(bottom=min(0.0, float(rows[y].min())))
        for place in marked:
            row = rows.iloc[int((rows[x] - place).abs().argmin())]
            axes.plot([row[x]], [row[y]], marker="o", color=ink, linestyle="none", markersize=5)
            axes.annotate(f"p = {number(float(row[x]), 2)}: {number(float(row[y]))}", (row[x], row[y]), xytext=(7, 5),
                          textcoords="offset points")  # fmt: skip

    return panels(draw, {"": table} if len(table) else {}, ax, height=2.3, across=across, up=up)


def _split(
    rows: pd.DataFrame, x: str, columns: Mapping[str, str], by: str | None
) -> list[tuple[str, pd.DataFrame, str]]:
    """The lines of a panel: name, rows in order, column."""
    parts = [("", rows)] if by is None else [(str(name), part) for name, part in rows.groupby(by, sort=False)]
    return [(name or title, part.sort_values(x), column) for name, part in parts for column, title in columns.items()]


def _titled(column: str, value: Any) -> str:
    return str(value) if isinstance(value, str) else f"{column} {plain(value)}"
