"""Panels placed by the point, and labels that do not run into each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.report.style import QUIET
from study.report.text import number, power

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 730.0
"""Of every figure, in points."""


def figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure of that size in points."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / 72, height / 72))


def place(fig: Figure, left: float, top: float, width: float, height: float, **kwargs: Any) -> Axes:
    """Axes at a distance in points from the figure's upper left corner."""
    across, down = fig.get_figwidth() * 72, fig.get_figheight() * 72
    return fig.add_axes((left / across, 1 - (top + height) / down, width / across, height / down), **kwargs)


def note(fig: Figure, words: str, *, left: float = 8, bottom: float = 6) -> None:
    """A quiet line at the foot of the figure."""
    across, down = fig.get_figwidth() * 72, fig.get_figheight() * 72
    fig.text(left / across, bottom / down, words, fontsize=8, color=QUIET.light)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near to the wanted ones as they can be, at least a gap apart and between low and high.

    With the gaps taken out, this is the nearest non-decreasing sequence: neighbours out of order share their mean.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[tuple[float, int]] = []
    for k, i in enumerate(order):
        mean, size = wanted[i] - k * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        blocks.append((mean, size))
    bare = [mean for mean, size in blocks for _ in range(size)]
    last = max(high - gap * (len(wanted) - 1), low)
    placed = [0.0] * len(wanted)
    for k, (i, value) in enumerate(zip(order, bare, strict=True)):
        placed[i] = min(max(value, low), last) + k * gap
    return placed


def log_axis(axis: Any, low: float, high: float, ticks: int = 6) -> None:
    """A logarithmic axis whose ticks are powers of ten, few enough to be read, written as people write them."""
    import math

    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / ticks))
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.axes.set(**{f"{axis.axis_name}lim": (low, high)})
    start = -(-first // step) * step
    powers = [10.0**k for k in range(start, last + 1, step)]
    narrow = [m * 10.0**k for k in range(first - 1, last + 1) for m in (1, 2, 5) if low <= m * 10.0**k <= high]
    axis.set_major_locator(FixedLocator(powers if len(powers) > 2 else narrow))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: power(value) if value in powers else number(value)))


def swept_axis(axis: Any, values: Sequence[float]) -> None:
    """An axis for a swept parameter: logarithmic, on both sides of zero where it has both."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = min(values), max(values)
    if low > 0:
        log_axis(axis, low, high if high > low else 10 * low)
        return
    sizes = sorted(abs(v) for v in values if v)
    axis.axes.set_xscale("symlog", linthresh=sizes[0] if sizes else 1.0)
    axis.axes.set_xlim(low, high if high > low else low + 1)
    powers = [p for p in (10.0**k for k in range(-320, 309)) if sizes and sizes[0] <= p <= sizes[-1]]
    few = powers[:: max(1, -(-len(powers) // 3))]
    axis.set_major_locator(FixedLocator([t for t in (*(-p for p in few), 0.0, *few) if low <= t <= high]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda v, _: "0" if v == 0 else ("−" if v < 0 else "") + power(abs(v))))


def to_points(axes: Axes, x: float, y: float) -> tuple[float, float]:
    """Data coordinates as points from the axes' lower left corner."""
    px, py = axes.transData.transform((x, y)) * 72 / axes.figure.dpi
    box = axes.get_window_extent()
    return float(px - box.x0 * 72 / axes.figure.dpi), float(py - box.y0 * 72 / axes.figure.dpi)


def height_of(axes: Axes) -> float:
    """Height of the axes in points."""
    return float(axes.get_window_extent().height * 72 / axes.figure.dpi)


def end_labels(axes: Axes, ends: Sequence[tuple[float, float, str, str]], gap: float = 11, lift: float = 0) -> None:
    """Names at the ends of curves: (x, y, name, colour) each, moved apart, joined to their curve where moved.

    A lift sets them that many points above the ends, off lines that go on to the right.
    """
    points = [to_points(axes, x, y) for x, y, _, _ in ends]
    heights = spread([y + lift for _, y in points], gap, 4, height_of(axes) - 4)
    right = max((x for x, _ in points), default=0)
    for (x, y), height, (_, _, name, colour) in zip(points, heights, ends, strict=True):
        at = right + 9 if right - x < 60 else x + 9
        if abs(height - y - lift) > 3 or at - x > 10:
            _leader(axes, (x + 3, y), (at - 2, height), colour)
        axes.annotate(
            name, (at, height), xycoords="axes points", va="center", fontsize=8.5, color=colour, annotation_clip=False
        )


def _leader(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    axes.annotate(
        "",
        end,
        start,
        xycoords="axes points",
        textcoords="axes points",
        annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 0},
    )
