"""Worst error against cost: what accuracy is paid with."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from study.report import outcome
from study.report.columns import COLUMNS, column
from study.report.drawing import Drawing
from study.report.figures import scale
from study.report.figures.labels import GAP, Label, at_ends
from study.report.figures.panel import Panel
from study.report.figures.paper import SMALL, WIDTH, Paper
from study.report.style import QUIET, Hand, hand, marker
from study.report.text import listed, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

FLOOR = 0.1
LEFT, ACROSS, HEIGHT = 56.0, 236.0, 170.0


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
    upper = 14.0
    for pair in (forms[k : k + 2] for k in range(0, len(forms), 2)):
        here = [[p for p in points if p.form == form] for form in pair]
        strip = 12 + GAP * max(sum(bool(p.words) for p in part) for part in here)
        for k, (form, part) in enumerate(zip(pair, here, strict=True)):
            panel = Panel(scale.log(low, high, ACROSS, 5), scale.log(FLOOR, top, HEIGHT))
            panel.frame()
            _points(panel, part)
            below = f"{column(cost).title.lower()} ({unit})" if form in forms[-2:] else ""
            panel.titles(form, below, "" if k else f"worst error ({COLUMNS[metric].unit})", lift=strip)
            panel.put(paper, LEFT + k * WIDTH / 2, upper + strip)
        upper += strip + HEIGHT + 46
    caption = (
        f"{COLUMNS[metric].title} of {problem} against its cost. The line joins what no other formula beats in both; "
        "above the frame, at their cost: formulas that lose results."
    )
    return Drawing(paper, upper, caption, _alt(points, problem, COLUMNS[metric].unit, unit))


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
    for p in (p for p in points if not p.words):
        x, y = panel.at(p.cost, max(p.error, FLOOR))
        panel.over.marks([(x, y)], marker(p.form), hand(p.name).ink, radius=4)
        labels.append(Label(x, y, p.name, hand(p.name).ink))
    at_ends(panel.over, labels, panel.height)
    lost = sorted((p for p in points if p.words), key=lambda p: p.cost)
    for k, p in enumerate(lost):
        x, y = panel.x(p.cost), -10 - GAP * k
        panel.over.marks([(x, y)], marker(p.form), hand(p.name).ink, radius=3)
        panel.over.text(x + 9, y + 4, f"{p.name}: {p.words}", hand(p.name).ink, size=SMALL)


def _alt(points: Sequence[Point], problem: str, unit: str, per: str) -> str:
    said = []
    for form in dict.fromkeys(p.form for p in points):
        best = frontier([p for p in points if p.form == form])
        each = [f"{p.name} ({measure(p.error, unit)} at {measure(p.cost, per)})" for p in best]
        said.append(f"in {form} nothing beats {listed(each)}")
    return f"Error of {problem} against cost: {'; '.join(said)}."
