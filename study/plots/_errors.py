"""Errors of formulas: against the swept parameter, and the worst by kind of inputs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from study.formats import get_format
from study.measurement import outcome
from study.plots.canvas import End, axis, name_ends, panels
from study.plots.looks import QUIET, RULE, SHADE, TEXT, hand

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FLOOR, CAP = 0.1, 1e3
"""Smaller errors are drawn at the one, larger ones in a strip above the other."""
MORE, LOST, TOP = 10**3.4, 10**4.3, 10**4.8
TICKS = {0.1: "≤ 0.1", 1: "1", 10: "10", 100: "100", 1000: "1000", MORE: "more", LOST: "lost"}


def errors(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    metric: str = "max_ulp",
    overflow_of_exp: bool = False,
    up: str = "worst error (ulps)",
    across: str | None = None,
) -> Figure:
    """Draw the error of each formula against the swept parameter, one panel a format.

    The axis ends at 1000: what is worse, and what is lost (zero, infinity, NaN, or no digit right), lies in two strips
    above it.

    Args:
        table: rows of one problem and one family of inputs, as stored or as ``study.measure`` returns them.
        ax: where to draw, for rows of one format.
        metric: the column to draw: ``max_ulp``, ``p99_ulp``, ``max_u`` or ``max_scaled``.
        overflow_of_exp: mark log xmax, from which on exp overflows; the parameter must be a logit.
        up: label of the ordinate.
        across: label of the abscissa; None: the parameter's name.

    Returns:
        The figure that holds it.

    Raises:
        ValueError: no rows, or several formats for one axes.
    """
    parts = {str(form): part for form, part in table.groupby("format", sort=False)}

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        _frame(axes, rows, overflow_of_exp=overflow_of_exp)
        ends = []
        for name, part in rows.groupby(named(rows), sort=False):
            line = part.sort_values("value", kind="stable")
            y = heights(line, metric)
            look = hand(str(name))
            axes.plot(line["value"], y, **look.line, label=str(name))
            ends.append(End(float(y[-1]), str(name), look.ink.light))
        name_ends(axes, ends)

    longest = max((len(str(name)) for name in table[named(table)].unique()), default=0)
    label = across if across is not None else str(table["parameter"].iloc[0]) if len(table) else ""
    return panels(draw, parts, ax, longest=longest, across=label, up=up)


def heights(rows: pd.DataFrame, metric: str = "max_ulp") -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Where rows are drawn: their error within the ends of the axis, or the strip of more or of lost."""
    error = rows[metric].to_numpy(dtype=float)
    lost = outcome.gone(rows).to_numpy() | ~np.isfinite(error)
    return np.where(lost, LOST, np.where(error > CAP, MORE, np.clip(error, FLOOR, CAP)))


def named(table: pd.DataFrame) -> str:
    """The column that names what was measured: ``algorithm`` in stored tables, ``function`` where it is one's own."""
    return "function" if "function" in table else "algorithm"


def worst(table: pd.DataFrame, ax: Axes | None = None, *, metric: str = "max_ulp") -> Figure:
    """Draw the worst error of each formula or function for each kind of inputs, one panel a format.

    Args:
        table: rows as ``study.measure`` returns them, or as a table of the hard battery is stored.
        ax: where to draw, for rows of one format.
        metric: the column to draw.

    Returns:
        The figure that holds it.

    Raises:
        ValueError: no rows, or several formats for one axes.
    """
    parts = {str(form): part for form, part in table.groupby("format", sort=False)}
    kinds = list(dict.fromkeys(table["inputs"].astype(str)))

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        _scale(axes, "x")
        for name, part in rows.groupby(named(rows), sort=False):
            look = hand(str(name))
            places = [kinds.index(str(kind)) for kind in part["inputs"]]
            axes.plot(heights(part, metric), places, **{**look.line, "linestyle": "none"}, label=str(name))
        axes.set_yticks(range(len(kinds)), kinds)
        axes.set_ylim(len(kinds) - 0.5, -0.5)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1.0), ncols=4, handletextpad=0.2)

    height, left = 0.6 + 0.17 * len(kinds), max(map(len, kinds), default=0)
    return panels(draw, parts, ax, columns=1, height=height, left=left, across="worst error (ulps)")


def _frame(ax: Axes, rows: pd.DataFrame, *, overflow_of_exp: bool) -> None:
    axis(ax, rows["value"].tolist())
    _scale(ax, "y")
    if overflow_of_exp:
        top = math.log(get_format(str(rows["format"].iloc[0])).xmax)
        ax.axvline(top, color=QUIET.light, linewidth=0.7, linestyle=(0, (2, 2)))
        ax.annotate("log xmax", (top, 0), xycoords=("data", "axes fraction"), xytext=(-3, 3),
                    textcoords="offset points", ha="right", color=QUIET.light, size=7)  # fmt: skip


def _scale(ax: Axes, which: str) -> None:
    """The axis of errors, and its strips."""
    from matplotlib.ticker import NullLocator

    getattr(ax, f"set_{which}scale")("log")
    getattr(ax, f"set_{which}lim")(FLOOR * 0.75, TOP)
    getattr(ax, f"{which}axis").set_minor_locator(NullLocator())
    getattr(ax, f"set_{which}ticks")(list(TICKS), list(TICKS.values()))
    span, line = (ax.axhspan, ax.axhline) if which == "y" else (ax.axvspan, ax.axvline)
    span(CAP * 1.25, TOP, color=SHADE.light, linewidth=0, zorder=0)
    line(10**3.85, color=RULE.light, linewidth=0.6)
    line(0.5, color=TEXT.light, linewidth=0.5, linestyle=(0, (1, 3)))
