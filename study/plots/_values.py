"""Values against the number of factors: where a product leaves the range of a format, and its log does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.plots.canvas import WIDE, End, name_ends, panels
from study.plots.looks import QUIET, SHADE, hand
from study.plots.text import SUPERSCRIPTS, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

END = 4.9
"""Powers of ten of the exponents that the axis shows on either side."""


def values(table: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw products of n equal factors and the sums of their logs, as likelihoods, against n, in one panel.

    Args:
        table: columns ``format``, ``factor``, ``n``, ``product``, and ``log``, the sum of logs in nats.
        ax: where to draw.

    Returns:
        The figure that holds it.

    Raises:
        ValueError: no rows.
    """

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        _frame(axes, rows)
        ends = []
        for _, part in rows.groupby("factor", sort=False):
            ends.append(_logs(axes, part))
            _products(axes, part, up=float(part["factor"].iloc[0]) > 1)
        name_ends(axes, ends)

    return panels(draw, {"": table} if len(table) else {}, ax, height=2.9, longest=17, across="number of factors n",
                  up="likelihood")  # fmt: skip


def height(log10: ArrayLike) -> NDArray[np.float64]:
    """Where 10ˣ is drawn: the sign of x, and one more than the power of ten of |x|; 1 in the middle."""
    x = np.asarray(log10, dtype=float)
    return np.asarray(np.sign(x) * np.where(np.abs(x) < 1, np.abs(x), 1 + np.log10(np.maximum(np.abs(x), 1))))


def _frame(ax: Axes, rows: pd.DataFrame) -> None:
    from matplotlib.ticker import NullLocator

    ax.set_xscale("log")
    ax.xaxis.set_minor_locator(NullLocator())
    last = int(rows["n"].max())
    decades = [10**k for k in range(len(str(last)))]
    ax.set_xticks(decades, [f"{n:,}" for n in decades])
    ax.set_xlim(0.9, last * 1.05)
    sides = [s for s, there in ((1, (rows["factor"] > 1).any()), (-1, (rows["factor"] < 1).any())) if there]
    powers = [s * 10**k for s in sides for k in range(5)]
    ticks = {float(height([p])[0]): "10" + str(p).translate(SUPERSCRIPTS) for p in powers}
    ticks |= {0.0: "1"} | {s * (END + 1.1): "∞" if s > 0 else "0" for s in sides}
    ax.set_yticks(list(ticks), list(ticks.values()))
    ax.set_ylim(-(END + 1.5) * (-1 in sides) - 0.3, (END + 1.5) * (1 in sides) + 0.3)
    for s in sides:
        ax.axhspan(s * (END + 0.7), s * (END + 2), color=SHADE.light, linewidth=0, zorder=0)


def _logs(ax: Axes, part: pd.DataFrame) -> End:
    widest = part[part["format"] == "float64"] if (part["format"] == "float64").any() else part
    y = height(widest["log"].to_numpy(dtype=float) / np.log(10))
    ink = hand("sum_log").ink.light
    ax.plot(widest["n"], y, color=ink, linewidth=2.4, label="sum of logs")
    factor = float(part["factor"].iloc[0])
    return End(float(y[-1]), f"sum of logs, {number(factor)}ⁿ", ink)


def _products(ax: Axes, part: pd.DataFrame, *, up: bool) -> None:
    """Each product until it is zero or infinite, and down or up to there."""
    ink, edge = hand("naive").ink.light, (END + 1.1) * (1 if up else -1)
    lost = part[~np.isfinite(part["product"]) | (part["product"] == 0)]
    firsts = lost.groupby("format")["n"].min().sort_values()
    for k, (form, first) in enumerate(firsts.items()):
        kept = part[(part["format"] == form) & (part["n"] < first)]
        y = height(np.log10(kept["product"].to_numpy(dtype=float)))
        ax.plot(kept["n"], y, color=ink, linewidth=1.0, label=f"product, {form}")
        ax.plot([first, first], [y[-1] if len(y) else 0, edge], color=ink, linewidth=1.0, linestyle=(0, (3, 1.5)))
        ax.plot([first], [edge], color=ink, marker="X", linestyle="none", markersize=5)
        crowded = k + 1 < len(firsts) and firsts.iloc[k + 1] / first < WIDE**0.25
        words = f"{form}: n = {int(first):,}"
        place = edge * (0.72 + 0.11 * (k % 2))
        ax.annotate(words, (first, place), xytext=(-4 if crowded else 4, 0), textcoords="offset points",
                    ha="right" if crowded else "left", va="center", color=ink, size=7.5)  # fmt: skip
    if len(firsts):
        ax.annotate("product", (1.0, edge), xytext=(4, 0), textcoords="offset points", va="center", color=QUIET.light)
