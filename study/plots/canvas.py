"""What figures are drawn on: panels in the project's style, axes with few ticks, names at the ends of lines."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from study.plots.text import plain, power

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("study.mplstyle")
WIDTH = 9.6
LETTER = 0.069
"""Width of a letter of a label, in inches."""
LINE = 10.0
"""Height of a label, in points."""
WIDE = 30.0
"""Ratio of the ends of an axis from which on it is logarithmic."""


BOTTOM, HIGHEST = -0.04, 1.0
"""Where labels end, in parts of the height of the axes, as long as there is room."""


class End(NamedTuple):
    """The last point of a line, its name, and its colour."""

    y: float
    name: str
    colour: str


def panels(
    draw: Callable[[Axes, Any], object],
    parts: Mapping[str, Any],
    ax: Axes | None = None,
    *,
    columns: int = 2,
    height: float = 1.6,
    longest: int = 0,
    left: int = 6,
    across: str = "",
    up: str = "",
) -> Figure:
    """Draw one panel a part, all with the same axes, or the only part on the axes that are given.

    Args:
        draw: draws a part on axes.
        parts: what is drawn, by the title of its panel.
        ax: where to draw, for one part; None: a new figure in the style of ``STYLE``, which no pyplot knows of.
        columns: panels side by side.
        height: of a panel, in inches.
        longest: letters of the longest name at the end of a line; room is left for it.
        left: letters of the longest tick of the ordinate.
        across: label of the abscissa.
        up: label of the ordinate.

    Returns:
        The figure that holds the panels.

    Raises:
        ValueError: there is nothing to draw, or several panels and one place.
    """
    if not parts:
        raise ValueError("nothing to draw: the table has no such rows")
    if ax is not None:
        return _alone(draw, parts, ax, across, up)
    from matplotlib.figure import Figure
    from matplotlib.style import context

    with context(STYLE):
        rows = -(-len(parts) // (columns := min(columns, len(parts))))
        figure = Figure(figsize=(WIDTH, rows * (height + 0.42) + 0.22))
        _place(figure, rows, columns, height, LETTER * left, 0.14 + LETTER * longest)
        for k, (title, part) in enumerate(parts.items()):
            axes = figure.axes[k]
            axes.patch.set_gid(f"frame{k}")
            draw(axes, part)
            axes.set(title=title, xlabel=across if k >= len(parts) - columns else "", ylabel=up * (k % columns == 0))
        for axes in figure.axes[len(parts) :]:
            axes.remove()
        return figure


def _alone(draw: Callable[[Axes, Any], object], parts: Mapping[str, Any], ax: Axes, across: str, up: str) -> Figure:
    if len(parts) > 1:
        raise ValueError(f"one axes takes one panel, and the table has {', '.join(parts)}: pick the rows of one")
    draw(ax, next(iter(parts.values())))
    ax.set(xlabel=across, ylabel=up)
    return whole(ax)


def _place(figure: Figure, rows: int, columns: int, height: float, ticks: float, names: float) -> None:
    """Lay out axes by hand, in inches: what is measured from them then stays."""
    wide, high = figure.get_size_inches()
    left, gap = 0.28 + ticks, ticks
    each = (wide - left - columns * names - (columns - 1) * gap) / columns
    for k in range(rows * columns):
        x = left + (k % columns) * (each + names + gap)
        y = high - 0.24 - height - (k // columns) * (height + 0.42)
        figure.add_axes((x / wide, y / high, each / wide, height / high))


def axis(ax: Axes, values: Sequence[float], which: str = "x") -> None:
    """Scale and ticks of a swept parameter: logarithmic where it is wide, also on both sides of zero."""
    low, high = min(values), max(values)
    positive = sorted({abs(v) for v in values if v})
    wide = low != 0 and len(positive) > 1 and positive[-1] / positive[0] >= WIDE
    if wide and low > 0:
        getattr(ax, f"set_{which}scale")("log")
    elif wide and low < 0:
        getattr(ax, f"set_{which}scale")("symlog", linthresh=positive[0])
    room = 1.06 if low >= 0 else 1.25
    if wide:
        getattr(ax, f"set_{which}lim")(low / room if low > 0 else low * room, high * room)
    elif which == "y" and low == 0:
        ax.set_ylim(0, high * room)
    axes = getattr(ax, f"{which}axis")
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

    axes.set_minor_locator(NullLocator())
    even = MaxNLocator(6, steps=[1, 2, 5, 10])
    axes.set_major_locator(FixedLocator(_decades(low, high, positive[0])) if wide else even)
    axes.set_major_formatter(FuncFormatter(lambda value, _: power(value) if wide else plain(value)))


def _decades(low: float, high: float, least: float) -> list[float]:
    """Powers of ten within the ends, at most about seven, and zero where it is within."""
    first, last = math.ceil(math.log10(least) - 1e-9), math.floor(math.log10(max(abs(low), abs(high))) + 1e-9)
    step = -(-(last - first + 1) // (7 if low > 0 else 3))
    decades = [10.0**k for k in range(first, last + 1, step)]
    return [v for v in [*(-d for d in reversed(decades)), 0.0, *decades] if low <= v <= high]


def name_ends(ax: Axes, ends: Sequence[End]) -> None:
    """Write the names of lines right of the axes, each beside its end, none over another."""
    together: dict[tuple[str, str], float] = {(end.name, end.colour): end.y for end in ends if math.isfinite(end.y)}
    places = {key: _fraction(ax, y) for key, y in together.items()}
    gap = LINE / (72 * ax.get_position().height * whole(ax).get_size_inches()[1])
    keys = sorted(places, key=lambda key: places[key])
    for (key, at), y in zip(((k, places[k]) for k in keys), spread([places[k] for k in keys], gap), strict=True):
        name, colour = key
        ax.annotate(
            name, (1.0, at), xycoords="axes fraction", xytext=(1.0 + 8 / _points(ax), y), textcoords="axes fraction",
            color=colour, va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0,
                        "relpos": (0, 0.5)},
        )  # fmt: skip


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Sorted places moved apart until neighbours are a gap apart, as little as that takes: groups keep their middle."""
    groups: list[list[float]] = []
    for place in places:
        groups.append([place])
        while len(groups) > 1 and _top(groups[-2], gap) + gap > _middle(groups[-1]) - gap * (len(groups[-1]) - 1) / 2:
            last = groups.pop()
            groups[-1] += last
    apart = [_middle(group) + gap * (k - (len(group) - 1) / 2) for group in groups for k in range(len(group))]
    for k in range(len(apart)):
        apart[k] = max(apart[k], BOTTOM + k * gap)
    for k in range(len(apart)):
        apart[-1 - k] = min(apart[-1 - k], HIGHEST - k * gap)
    return apart


def _middle(group: Sequence[float]) -> float:
    return sum(group) / len(group)


def _top(group: Sequence[float], gap: float) -> float:
    return _middle(group) + gap * (len(group) - 1) / 2


def _fraction(ax: Axes, y: float) -> float:
    """How far up the axes a value lies."""
    at: Any = ax.transAxes.inverted().transform(ax.transData.transform((ax.get_xlim()[0], y)))
    return min(max(float(at[1]), 0.0), 1.0)


def _points(ax: Axes) -> float:
    """The width of the axes, in points."""
    return float(72 * ax.get_position().width * whole(ax).get_size_inches()[0])


def whole(ax: Axes) -> Figure:
    """The figure that holds the axes, not a part of it."""
    return cast("Figure", ax.get_figure(root=True))
