"""A panel: two scales, a frame with ticks, and what is drawn between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.report.figures.paper import HEAD, SMALL, Paper
from study.report.style import QUIET, SHADE, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from study.report.figures.scale import Scale
    from study.report.style import Hand, Ink


class Panel:
    """Axes at a place of a sheet; numbers go through the scales, y upwards.

    What is drawn on ``under`` ends at the frame, what is drawn on ``over`` may pass it.
    """

    def __init__(self, x: Scale, y: Scale) -> None:
        """An empty panel, as large as its scales are long."""
        self.x, self.y = x, y
        self.width, self.height = x.length, y.length
        self.under, self.over = Paper(), Paper()

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The place of a pair of numbers, in pixels from the upper left corner."""
        return self.x(x), (self.height - self.y(y) if y == y else float("nan"))  # noqa: PLR0124 - NaN

    def places(self, xs: Iterable[float], ys: Iterable[float]) -> list[tuple[float, float]]:
        """The places of many."""
        return [self.at(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]

    def line(
        self, xs: Iterable[float], ys: Iterable[float], hand: Hand, *, width: float = 1.8, passing: bool = True
    ) -> None:
        """A curve."""
        (self.over if passing else self.under).line(self.places(xs, ys), hand, width=width)

    def marks(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        shape: str,
        ink: Ink,
        *,
        radius: float = 2.8,
    ) -> None:
        """Marks at points."""
        self.over.marks(self.places(xs, ys), shape, ink, radius=radius)

    def band(self, start: float, end: float, ink: Ink = SHADE) -> None:
        """The ground between two numbers of the horizontal axis."""
        left, right = self.x(start), self.x(end)
        self.under.boxes([(left, 0)], right - left, self.height, ink)

    def ground(self, xs: Iterable[float], ys: Iterable[float], ink: Ink = SHADE) -> None:
        """The ground below a curve."""
        points = [p for p in self.places(xs, ys) if p[1] == p[1]]
        if points:
            self.under.area([(points[0][0], self.height), *points, (points[-1][0], self.height)], ink)

    def border(self, x: float, kind: str = "q") -> None:
        """A vertical line at a number."""
        self.under.rules([((self.x(x), 0), (self.x(x), self.height))], kind)

    def frame(self, *, below: bool = True, left: bool = True, across: bool = True) -> None:
        """The grid, the axes and their ticks; to be called when the grounds are drawn."""
        upright = [((self.x(t), 0.0), (self.x(t), self.height)) for t, _ in self.x.ticks]
        heights = [self.height - self.y(t) for t, _ in self.y.ticks if across]
        self.under.rules(upright + [((0.0, y), (self.width, y)) for y in heights])
        self.over.rules([((0, 0), (0, self.height)), ((0, self.height), (self.width, self.height))], "a")
        for t, words in self.x.ticks if below else ():
            self.over.text(self.x(t), self.height + 16, words, QUIET, anchor="middle")
        for t, words in self.y.ticks if left else ():
            self.over.text(-7, self.height - self.y(t) + 4, words, QUIET, anchor="end")

    def titles(self, title: str = "", x: str = "", y: str = "", *, lift: float = 8) -> None:
        """What the panel shows, above it, and what its axes are."""
        if title:
            self.over.text(0, -lift, title, TEXT, size=HEAD, kind="b")
        if x:
            self.over.text(self.width / 2, self.height + 34, x, TEXT, anchor="middle")
        if y:
            self.over.turned(-42, self.height / 2, y)

    def remark(self, x: float, words: str, *, anchor: str = "start") -> None:
        """A quiet word above the panel, at a number."""
        shift = 4 if anchor == "start" else -4
        self.over.text(self.x(x) + shift, -4, words, QUIET, size=SMALL, anchor=anchor)

    def put(self, paper: Paper, left: float, top: float) -> None:
        """Place it on a sheet."""
        paper.put(self.under, left, top, (self.width, self.height))
        paper.put(self.over, left, top)
