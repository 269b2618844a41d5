"""Heat maps: outcomes over two parameters, and one factor against another with the numbers written in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from study.report import outcome
from study.report.columns import COLUMNS
from study.report.drawing import Drawing
from study.report.figures import canvas
from study.report.style import GROUND, HEAT, QUIET, TEXT, applied
from study.report.text import listed, measure, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

STEPS = (1.0, 10.0, 100.0, math.inf)
"""Upper ends of the classes of errors in ulps; what has no digit right is a class of its own."""
GLYPHS = {"NaN": "?", "overflow": "∞", "underflow": "0", "wrong": "!", "no digit right": "×"}


def outcomes(table: pd.DataFrame, problem: str, algorithms: Sequence[str], x: str, y: str) -> Drawing:
    """A row of maps an algorithm, a column a format; see ``figures.outcome_map``."""
    rows = table[(table["problem"] == problem) & table["algorithm"].isin(list(algorithms))]
    forms = list(rows["format"].unique())
    across, up = sorted(rows[x].unique()), sorted(rows[y].unique())
    side = min(130.0, 560.0 / len(forms))
    with applied():
        fig = canvas.figure(30 + len(algorithms) * (side + 26) + 56)
        for i, name in enumerate(algorithms):
            for j, form in enumerate(forms):
                axes = canvas.place(fig, 70 + j * (side + 14), 30 + i * (side + 26), side, side)
                part = rows[(rows["algorithm"] == name) & (rows["format"] == form)]
                _map(axes, part, (x, across), (y, up))
                axes.set_title(f"{name}, {form}", fontsize=8.5, pad=4)
                axes.tick_params(labelleft=j == 0, labelbottom=i == len(algorithms) - 1)
                if j == 0:
                    axes.set_ylabel(y)
                if i == len(algorithms) - 1:
                    axes.set_xlabel(x)
        _key(fig, GLYPHS)
    caption = f"What becomes of {problem} over {x} and {y} of the inputs; worst error of each cell."
    return Drawing(fig, caption, _told(rows, problem, algorithms))


def _map(axes: Axes, part: pd.DataFrame, horizontal: tuple[str, list[Any]], vertical: tuple[str, list[Any]]) -> None:
    (x, across), (y, up) = horizontal, vertical
    axes.grid(visible=False)
    axes.set(xlim=(0, len(across)), ylim=(0, len(up)))
    for (a, b), here in part.groupby([x, y]):
        i, j = across.index(a), up.index(b)
        colour, said = _class(here, "max_ulp")
        _square(axes, i, j, colour)
        if said:
            axes.text(i + 0.5, j + 0.5, GLYPHS[said.split(",")[0]], ha="center", va="center", fontsize=7)
    for axis, values in ((axes.xaxis, across), (axes.yaxis, up)):
        every = max(1, -(-len(values) // 4))
        axis.set_ticks([k + 0.5 for k in range(0, len(values), every)], [number(v) for v in values[::every]])


def matrix(table: pd.DataFrame, rows: str, columns: str, metric: str, equal: Mapping[str, Any]) -> Drawing:
    """One factor against another; see ``figures.matrix``."""
    part = table
    for column, value in equal.items():
        part = part[part[column] == value]
    down, across = list(part[rows].unique()), list(part[columns].unique())
    left, height = max(130.0, 5.4 * max(len(str(name)) for name in down)), 24.0
    width = min(96.0, (canvas.WIDTH - left - 40) / len(across))
    with applied():
        fig = canvas.figure(40 + len(down) * height + 36)
        axes = canvas.place(fig, left, 34, width * len(across), height * len(down))
        axes.grid(visible=False)
        axes.set(xlim=(0, len(across)), ylim=(len(down), 0))
        axes.set_xticks([k + 0.5 for k in range(len(across))], [str(v) for v in across])
        axes.set_yticks([k + 0.5 for k in range(len(down))], [str(v) for v in down])
        axes.tick_params(length=0, labeltop=True, labelbottom=False)
        axes.spines[["left", "bottom"]].set_visible(False)
        for (a, b), here in part.groupby([rows, columns]):
            i, j = across.index(b), down.index(a)
            colour, said = _class(here, metric)
            _square(axes, i, j, colour)
            words = said.split(",")[0] if said else number(float(here[metric].max()))
            axes.text(i + 0.5, j + 0.5, words, ha="center", va="center", fontsize=8.5, color=TEXT.light)
        _key(fig, {})
    caption = f"{COLUMNS[metric].title} ({COLUMNS[metric].unit}) of each {rows} by {columns}."
    return Drawing(fig, caption, _cells(part, rows, columns, metric))


def _class(rows: pd.DataFrame, metric: str) -> tuple[str, str]:
    """Colour of a cell, and what was lost in it, if anything."""
    lost = outcome.lost(rows)
    if lost.any():
        return HEAT[-1].light, outcome.words(rows[lost])
    worst = float(rows[metric].max())
    return next(ink.light for step, ink in zip(STEPS, HEAT, strict=False) if worst <= step), ""


def _square(axes: Axes, x: float, y: float, colour: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, edgecolor=GROUND.light, linewidth=0.8))


def _key(fig: Any, glyphs: Mapping[str, str]) -> None:
    """The classes, along the foot of the figure."""
    names = ["within 1 ulp", "10 ulps", "100 ulps", "more", "no digit right"]
    axes = canvas.place(fig, 70, fig.get_figheight() * 72 - 24, 600, 18, frameon=False)
    axes.set(xlim=(0, 600), ylim=(0, 18), xticks=[], yticks=[])
    at = 0.0
    for ink, name in zip(HEAT, names, strict=True):
        from matplotlib.patches import Rectangle

        axes.add_patch(Rectangle((at, 4), 11, 11, facecolor=ink.light, edgecolor=QUIET.light, linewidth=0.5))
        axes.text(at + 15, 9, name, va="center", fontsize=8, color=QUIET.light)
        at += 26 + 5.2 * len(name)
    marks = "  ".join(f"{glyph} {name}" for name, glyph in glyphs.items() if name != "no digit right")
    axes.text(at + 4, 9, marks, va="center", fontsize=8, color=QUIET.light)


def _told(rows: pd.DataFrame, problem: str, algorithms: Sequence[str]) -> str:
    said = []
    for name in algorithms:
        each = []
        for form, part in rows[rows["algorithm"] == name].groupby("format", sort=False):
            lost = outcome.lost(part)
            each.append(f"{number(int(lost.sum()))} of {number(len(part))} in {form}")
        said.append(f"{name} has no digit right in {listed(each)}")
    return f"Maps of {problem}; cells lost: {'; '.join(said)}."


def _cells(part: pd.DataFrame, rows: str, columns: str, metric: str) -> str:
    said = []
    for name, line in part.groupby(rows, sort=False):
        each = []
        for column, here in line.groupby(columns, sort=False):
            lost = outcome.words(here[outcome.lost(here)]) if outcome.lost(here).any() else ""
            each.append(f"{column} {lost or measure(float(here[metric].max()), COLUMNS[metric].unit)}")
        said.append(f"{name}: {', '.join(each)}")
    return f"Worst errors. {'. '.join(said)}."
