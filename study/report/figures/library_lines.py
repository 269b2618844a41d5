"""Lines by library: one column against another, a panel for each value of a third."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.report.columns import column
from study.report.drawing import Drawing
from study.report.figures import canvas
from study.report.style import HANDS, applied
from study.report.text import listed, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

LEFT, WIDTH, HEIGHT, PITCH = 52.0, 470.0, 104.0, 150.0
FLOOR = 0.01
"""Smaller values are drawn here."""


def draw(table: pd.DataFrame, x: str, y: str, panels: str, equal: Mapping[str, Any]) -> Drawing:
    """A panel for each value of a column, a line for each library's function; see ``figures.by_library``."""
    rows = table
    for name, value in equal.items():
        rows = rows[rows[name] == value]
    kinds = list(rows[panels].unique())
    hands = dict(zip(rows["algorithm"].unique(), HANDS, strict=False))
    top = 2 * max(float(rows[y].max()), 1.0)
    with applied():
        fig = canvas.figure(26 + PITCH * len(kinds))
        for k, kind in enumerate(kinds):
            axes = canvas.place(fig, LEFT, 26 + k * PITCH, WIDTH, HEIGHT)
            axes.set_title(str(kind), pad=5)
            _panel(axes, rows[rows[panels] == kind], (x, y), hands, top)
        axes.set_xlabel(column(x).title)
    same = ", ".join(str(value) for value in equal.values())
    caption = f"{column(y).title} against {column(x).title.lower()}, by library{f' ({same})' if same else ''}."
    return Drawing(fig, caption, _alt(rows, x, y, panels))


def _panel(axes: Axes, rows: pd.DataFrame, columns: tuple[str, str], hands: Mapping[Any, Any], top: float) -> None:
    x, y = columns
    canvas.swept_axis(axes.xaxis, rows[x].tolist())
    canvas.log_axis(axes.yaxis, FLOOR, top)
    axes.set_ylabel(column(y).title.lower())
    ends = []
    for name, part in rows.groupby("algorithm", sort=False):
        hand, drawn = hands[name], part[y].clip(lower=FLOOR)
        axes.plot(part[x], drawn, color=hand.ink.light, linestyle=hand.dash)
        ends.append((float(part[x].iloc[-1]), float(drawn.iloc[-1]), str(name).rpartition(".")[2], hand.ink.light))
    owners = rows.groupby("algorithm", sort=False)["backend"].first().tolist()
    canvas.end_labels(axes, [(a, b, f"{owner} {n}", c) for (a, b, n, c), owner in zip(ends, owners, strict=True)])


def _alt(rows: pd.DataFrame, x: str, y: str, panels: str) -> str:
    said = []
    for kind, part in rows.groupby(panels, sort=False):
        each = []
        for name, line in part.groupby("algorithm", sort=False):
            at = line[y].astype(float)
            each.append(f"{name} from {number(at.min())} to {number(at.max())}")
        said.append(f"{kind}: {listed(each)}")
    return f"{column(y).title} against {column(x).title.lower()}. {'; '.join(said)}."
