"""How many of all inputs are how far off: the share of results whose error exceeds a number of ulps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.plots.canvas import End, axis, name_ends, panels
from study.plots.looks import hand

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

START, STOP = 0.5, 2.0**12
"""Ends of the axis of errors, in ulps; larger errors are drawn at its end."""


def tails(whole: pd.DataFrame, histograms: Mapping[str, pd.DataFrame], ax: Axes | None = None) -> Figure:
    """Draw the share of all inputs that is off by more than so many ulps, a line a formula, a panel a problem.

    Args:
        whole: a row a formula: columns ``problem``, ``format``, ``algorithm``, ``count``, ``max_ulp`` and ``sweep``.
        histograms: by sweep: columns ``algorithm``, ``above_ulp`` and ``count``.
        ax: where to draw, for one problem in one format.

    Returns:
        The figure that holds it.

    Raises:
        ValueError: no rows, or several panels for one axes.
    """
    parts = {f"{name}, {form}": part for (name, form), part in whole.groupby(["problem", "format"], sort=False)}

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        least = 1 / float(rows["count"].max())
        axis(axes, [START, STOP])
        axes.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
        axis(axes, [least, 1.0], "y")
        ends = []
        for row in rows.to_dict("records"):
            histogram = histograms[str(row["sweep"])]
            points = exceeding(histogram[histogram["algorithm"] == row["algorithm"]], int(row["count"]))
            points = [(edge, share) for edge, share in points if edge < STOP]
            if not points:
                continue
            look = hand(str(row["algorithm"]))
            edges = [*(edge for edge, _ in points), min(max(float(row["max_ulp"]), points[-1][0]), STOP)]
            shares = [*(share for _, share in points), points[-1][1]]
            style = {**look.line, "markevery": [0, len(edges) - 1]}
            axes.plot(edges, shares, drawstyle="steps-post", **style, label=str(row["algorithm"]))
            ends.append(End(shares[-1], str(row["algorithm"]), look.ink.light))
        name_ends(axes, ends)

    longest = max((len(str(name)) for name in whole["algorithm"].unique()), default=0)
    return panels(draw, parts, ax, longest=longest, across="error greater than (ulps)", up="share of all inputs")


def exceeding(histogram: pd.DataFrame, count: int) -> list[tuple[float, float]]:
    """At each edge of the bins, from half an ulp on: the share of results whose error is greater."""
    edges = sorted({START, *histogram["above_ulp"][histogram["above_ulp"] >= START]})
    shares = [(edge, float(histogram["count"][histogram["above_ulp"] >= edge].sum()) / count) for edge in edges]
    return [(edge, share) for edge, share in shares if share > 0]
