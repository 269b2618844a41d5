"""Worst error against cost: what accuracy is paid with."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from study.report import outcome
from study.report.columns import COLUMNS, column
from study.report.drawing import Drawing
from study.report.figures import scale
from study.report.figures.labels import Label, at_ends
from study.report.figures.panel import Panel
from study.report.figures.paper import WIDTH, Paper
from study.report.style import QUIET, Hand, hand, marker
from study.report.text import listed, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

FLOOR, ABOVE = 0.1, 3.0
LEFT, ACROSS, HEIGHT, PITCH = 56.0, 236.0, 170.0, 258.0


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
    unit, paper = column(cost).unit, Paper()
    for k, form in enumerate(forms):
        panel = Panel(scale.log(low, high, ACROSS, 5), scale.log(FLOOR, top, HEIGHT))
        panel.frame()
        _points(panel, [p for p in points if p.form == form])
        panel.titles(
            form,
            f"{column(cost).title.lower()} ({unit})" if k >= len(forms) - 2 else "",
            "" if k % 2 else f"worst error ({COLUMNS[metric].unit})",
            lift=26,
        )
        panel.put(paper, LEFT + k % 2 * WIDTH / 2, 44 + k // 2 * PITCH)
    caption = (
        f"{COLUMNS[metric].title} of {problem} against its cost. The line joins what no other formula beats in both; "
        "above the frame: formulas that lose a result."
    )
    return Drawing(
        paper, 44 + -(-len(forms) // 2) * PITCH - 40, caption, _alt(points, problem, COLUMNS[metric].unit, unit)
    )


def summarised(rows: pd.DataFrame, cost: str, metric: str) -> list[Point]:
    """Median cost, worst error and what is lost, for each format and formula."""
    points = []
    rows = rows.assign(lost=outcome.lost(rows))
    for (form, name), part in rows.groupby(["format", "algorithm"], sort=False):
        words = outcome.words(part[part["lost"]]) if part["lost"].any() else ""
        points.append(Point(str(form), str(name), float(part[cost].median()), float(part[metric].max()), words))
    return points


def frontier(points: Sequence[Point]) -> list[Point]:
    """The formulas that no other beats in both, the cheapest first."""
    best = [p for p in points if not p.words and not any(p.beaten_by(q) for q in points)]
    return sorted(best, key=lambda p: p.cost)


def _points(panel: Panel, points: Sequence[Point]) -> None:
    best = [panel.at(p.cost, max(p.error, FLOOR)) for p in frontier(points)]
    steps = [corner for a, b in pairwise(best) for corner in (a, (b[0], a[1]))]
    panel.over.line([*steps, *best[-1:]], Hand(QUIET, ""), width=1)
    labels = []
    for p in points:
        x, y = panel.at(p.cost, max(p.error, FLOOR))
        ink, y = hand(p.name).ink, (-10.0 if p.words else y)
        panel.over.marks([(x, y)], marker(p.form), ink, radius=4)
        labels.append(Label(x, y, p.name, ink))
    at_ends(panel.over, labels, panel.height, panel.width)


def _alt(points: Sequence[Point], problem: str, unit: str, per: str) -> str:
    said = []
    for form in dict.fromkeys(p.form for p in points):
        best = frontier([p for p in points if p.form == form])
        each = [f"{p.name} ({measure(p.error, unit)} at {measure(p.cost, per)})" for p in best]
        said.append(f"in {form} nothing beats {listed(each)}")
    return f"Error of {problem} against cost: {'; '.join(said)}."
