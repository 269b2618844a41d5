"""A sheet to draw on: SVG elements with colours as classes, text as text, all lengths in CSS pixels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from study.report.style import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from study.report.style import Hand, Ink

    Points = Iterable[tuple[float, float]]

WIDTH = 900.0
"""Of every figure."""
SMALL, BODY, HEAD = 11.0, 11.5, 13.0
"""Font sizes: remarks, labels, titles."""
EM = 0.6
"""Width of a letter over the font size: seldom exceeded by a sans serif."""
SHAPES = {
    "o": "a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0",
    "s": "m0-{r}h{d}v{d}h-{d}z",
    "^": "m0 {r}h{d}l-{r}-{d}z",
    "v": "m0-{r}h{d}l-{r} {d}z",
    "D": "l{r}-{r} {r} {r}-{r} {r}z",
    "P": "h{d}m-{r}-{r}v{d}",
    "x": "m0-{r}l{d} {d}m-{d} 0l{d}-{d}",
}
"""Marks as paths that start at their left end, r being half their width and d the whole."""
SIZES = {"D": 1.25, "^": 1.15, "v": 1.15}
"""What makes pointed marks look as large as others."""


class Paper:
    """Elements in the order in which they are drawn; the origin is the upper left corner."""

    def __init__(self) -> None:
        """An empty sheet."""
        self.parts: list[str] = []

    def text(
        self, x: float, y: float, words: str, ink: Ink = TEXT, *, size: float = BODY, anchor: str = "", kind: str = ""
    ) -> None:
        """Words on the baseline y; the anchor is start, middle or end, the kind b for bold or o for outlined."""
        look = (f' font-size="{short(size)}"' if size != BODY else "") + (f' text-anchor="{anchor}"' if anchor else "")
        names = f"{kind} {ink.name}".strip()
        self.parts.append(f'<text class="{names}" x="{short(x)}" y="{short(y)}"{look}>{escaped(words)}</text>')

    def turned(self, x: float, y: float, words: str) -> None:
        """Words that run upwards, centred there."""
        self.parts.append(
            f'<text class="text" text-anchor="middle" transform="translate({short(x)} {short(y)})rotate(-90)">'
            f"{escaped(words)}</text>"
        )

    def letters(self, places: Sequence[tuple[float, float]], letters: str) -> None:
        """One letter at each place of a line."""
        across = " ".join(short(x) for x, _ in places)
        self.parts.append(
            f'<text class="text" text-anchor="middle" x="{across}" y="{short(places[0][1])}">{escaped(letters)}</text>'
        )

    def line(self, points: Points, hand: Hand, *, width: float = 1.8) -> None:
        """A line that is interrupted where a point has no place."""
        dash = f' stroke-dasharray="{hand.dash}"' if hand.dash else ""
        thick = "" if width == 1.8 else f' style="stroke-width:{width:g}"'
        self._path(path(points), f"l {hand.ink.name}", dash + thick)

    def marks(self, points: Points, shape: str, ink: Ink, *, radius: float = 2.8, hollow: bool = False) -> None:
        """A mark at each point, all of one shape."""
        radius *= SIZES.get(shape, 1)
        form = SHAPES[shape].format(r=short(radius), d=short(2 * radius))
        places = [(x - radius, y) for x, y in points if math.isfinite(y)]
        kind = "l thin" if shape in "Px" else "h" if hollow else "m"
        self._path("".join(f"M{short(x)} {short(y)}{form}" for x, y in places), f"{kind} {ink.name}")

    def boxes(self, corners: Points, width: float, height: float, ink: Ink) -> None:
        """Filled rectangles of one size and colour, by their upper left corners."""
        form = f"h{short(width)}v{short(height)}h{short(-width)}z"
        self._path("".join(f"M{short(x)} {short(y)}{form}" for x, y in corners), f"f {ink.name}")

    def area(self, points: Points, ink: Ink) -> None:
        """A filled polygon."""
        self._path(path(points), f"f {ink.name}")

    def rules(self, ends: Iterable[tuple[tuple[float, float], tuple[float, float]]], kind: str = "r") -> None:
        """Straight lines of one kind: r for the grid, a for axes, q for what marks a place."""
        self._path("".join(path(pair) for pair in ends), kind)

    def put(self, other: Paper, x: float, y: float, window: tuple[float, float] | None = None) -> None:
        """What another sheet holds, moved; nothing beyond a window of that size is seen."""
        body = "".join(other.parts)
        if body and window:
            size = f'width="{short(window[0])}" height="{short(window[1])}"'
            self.parts.append(f'<svg x="{short(x)}" y="{short(y)}" {size}>{body}</svg>')
        elif body:
            self.parts.append(f'<g transform="translate({short(x)} {short(y)})">{body}</g>')

    def _path(self, way: str, names: str, more: str = "") -> None:
        if way:
            self.parts.append(f'<path class="{names}"{more} d="{way}"/>')


def path(points: Points) -> str:
    """A path through points, interrupted where one has no place."""
    said, pen = [], "M"
    for x, y in points:
        if math.isfinite(x) and math.isfinite(y):
            said.append(f"{pen}{short(x)} {short(y)}")
            pen = "L"
        else:
            pen = "M"
    return "".join(said)


def short(value: float) -> str:
    """A length to a tenth of a pixel."""
    words = f"{value:.1f}".removesuffix(".0")
    return "0" if words == "-0" else words


def escaped(words: str) -> str:
    """Words as XML text."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
