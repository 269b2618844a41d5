"""Worst error against cost: what accuracy is paid with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from study.report import outcome
from study.report.columns import COLUMNS, column
from study.report.drawing import Drawing
from study.report.figures import canvas
from study.report.figures.errors import FLOOR
from study.report.style import QUIET, applied, hand, marker
from study.report.text import listed, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

LEFT, PANEL, GUTTER, HEIGHT, PITCH = 50.0, 220.0, 100.0, 150.0, 206.0


class Point(NamedTuple):
    """A formula in a format: its cost, its worst error, and what it loses, if anything."""

    form: str
    name: str
    cost: float
    error: float
    words: str

    def beaten_by(self, other: Point) -> bool:
        """Whether the other is at least as good in both, and better in one."""
        return (
            not other.words
            and (other.cost, other.error) != (self.cost, self.error)
            and other.cost <= self.cost
            and (other.error <= self.error or bool(self.words))
        )


def draw(table: pd.DataFrame, problem: str, cost: str, metric: str) -> Drawing:
    """A panel a format; see ``figures.pareto``."""
    points = summarised(table[table["problem"] == problem], cost, metric)
    forms = list(dict.fromkeys(p.form for p in points))
    low, high = min(p.cost for p in points) / 1.5, max(p.cost for p in points) * 1.5
    top = 3 * max([10.0, *(p.error for p in points if not p.words)])
    unit = column(cost).unit
    with applied():
        fig = canvas.figure(26 + -(-len(forms) // 2) * PITCH + 8)
        for k, form in enumerate(forms):
            left = LEFT + (k % 2) * (PANEL + GUTTER + 14)
            axes = canvas.place(fig, left, 26 + (k // 2) * PITCH, PANEL, HEIGHT)
            axes.set_title(form)
            canvas.log_axis(axes.xaxis, low, high)
            canvas.log_axis(axes.yaxis, FLOOR, top)
            _panel(axes, [p for p in points if p.form == form])
            if k % 2 == 0:
                axes.set_ylabel(f"worst error ({COLUMNS[metric].unit})")
            axes.set_xlabel(f"{column(cost).title.lower()} ({unit})" if unit else cost)
        canvas.note(fig, "line: what no other formula beats in both   ·   at the top: formulas that lose a result")
    caption = f"{COLUMNS[metric].title} of {problem} against its cost."
    return Drawing(fig, caption, _alt(points, problem, COLUMNS[metric].unit, unit))


def summarised(rows: pd.DataFrame, cost: str, metric: str) -> list[Point]:
    """Median cost, worst error and what is lost, for each format and formula."""
    points = []
    for (form, name), part in rows.groupby(["format", "algorithm"], sort=False):
        lost = outcome.lost(part)
        words = outcome.words(part[lost]) if lost.any() else ""
        points.append(Point(str(form), str(name), float(part[cost].median()), float(part[metric].max()), words))
    return points


def frontier(points: Sequence[Point]) -> list[Point]:
    """The formulas that no other beats in both, the cheapest first."""
    best = [p for p in points if not p.words and not any(p.beaten_by(q) for q in points)]
    return sorted(best, key=lambda p: p.cost)


def _panel(axes: Axes, points: Sequence[Point]) -> None:
    best = frontier(points)
    heights = [max(p.error, FLOOR) for p in best]
    axes.plot([p.cost for p in best], heights, color=QUIET.light, linewidth=0.9, drawstyle="steps-post", zorder=1)
    ceiling = axes.get_ylim()[1]
    ends = []
    for p in points:
        y = ceiling if p.words else max(p.error, FLOOR)
        colour = hand(p.name).ink.light
        axes.plot([p.cost], [y], marker(p.form), color=colour, clip_on=False, markersize=6)
        ends.append((p.cost, y, f"{p.name} ({p.words})" if p.words else p.name, colour))
    canvas.end_labels(axes, ends, lift=8)


def _alt(points: Sequence[Point], problem: str, unit: str, per: str) -> str:
    said = []
    for form in dict.fromkeys(p.form for p in points):
        best = frontier([p for p in points if p.form == form])
        each = [f"{p.name} ({measure(p.error, unit)} at {measure(p.cost, per)})" for p in best]
        said.append(f"in {form} nothing beats {listed(each)}")
    return f"Error of {problem} against cost: {'; '.join(said)}."
