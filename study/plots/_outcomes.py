"""Maps of what becomes of a formula over two parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.measurement import outcome
from study.plots.canvas import panels
from study.plots.looks import HEAT, RULE, TEXT
from study.plots.text import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

CLASSES = {"within 1 ulp": 1.0, "within 10": 10.0, "within 100": 100.0, "more": np.inf}
SIGNS = {**outcome.SIGNS, "no digit right": "×"}


def outcomes(table: pd.DataFrame, x: str, y: str, ax: Axes | None = None) -> Figure:
    """Draw the worst error of each cell of two parameters as its colour, one panel a formula and format.

    Args:
        table: rows of one problem, with the columns ``x`` and ``y``.
        x: column across.
        y: column up.
        ax: where to draw, for rows of one formula and format.

    Returns:
        The figure that holds it.

    Raises:
        ValueError: no rows, or several panels for one axes.
    """
    parts = {f"{name}, {form}": part for (name, form), part in table.groupby(["algorithm", "format"], sort=False)}
    order = list(dict.fromkeys(table["algorithm"]))
    parts = dict(sorted(parts.items(), key=lambda item: order.index(item[0].split(", ")[0])))

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        across, up = sorted(rows[x].unique()), sorted(rows[y].unique())
        for row, lost in zip(rows.to_dict("records"), outcome.lost(rows), strict=True):
            cell = (across.index(row[x]), up.index(row[y]))
            grade = (
                len(CLASSES) if lost else next(k for k, most in enumerate(CLASSES.values()) if row["max_ulp"] <= most)
            )
            axes.add_patch(_box(cell, HEAT[grade].light))
            if lost:
                said = next((words for column, words in outcome.FAILURES.items() if row[column]), "no digit right")
                axes.text(*cell, SIGNS[said], ha="center", va="center", size=6.5, color=TEXT.light)
        axes.set(xlim=(-0.5, len(across) - 0.5), ylim=(-0.5, len(up) - 0.5))
        axes.set_xticks(range(0, len(across), 2), [plain(v) for v in across[::2]])
        axes.set_yticks(range(0, len(up), 2), [plain(v) for v in up[::2]])
        axes.grid(visible=False)

    figure = panels(draw, parts, ax, columns=len(table["format"].unique()), height=1.6, across=x, up=y)
    if ax is None:
        _key(figure)
    return figure


def _box(cell: tuple[int, int], colour: str) -> Rectangle:
    from matplotlib.patches import Rectangle

    return Rectangle((cell[0] - 0.47, cell[1] - 0.47), 0.94, 0.94, facecolor=colour, linewidth=0)


def _key(figure: Figure) -> None:
    """What colours and signs mean, below the panels."""
    from matplotlib.patches import Patch

    names = [*CLASSES, "lost: " + ", ".join(f"{sign} {words}" for words, sign in SIGNS.items())]
    patches = [Patch(facecolor=ink.light, edgecolor=RULE.light, label=n) for ink, n in zip(HEAT, names, strict=True)]
    wide, high = figure.get_size_inches()
    boxes = [axes.get_position() for axes in figure.axes]
    figure.set_size_inches(wide, high + 0.25)
    for axes, box in zip(figure.axes, boxes, strict=True):
        scale = high / (high + 0.25)
        axes.set_position((box.x0, 1 - (1 - box.y0) * scale, box.width, box.height * scale))
    figure.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(0.055, -0.01),
        ncols=len(patches),
        handlelength=1.2,
        fontsize=8,
        frameon=False,
    )
