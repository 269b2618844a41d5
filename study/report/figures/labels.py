"""Direct labels that do not run into each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from study.report.figures.paper import BODY, EM
from study.report.style import Hand, Ink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from study.report.figures.paper import Paper

GAP = 14.0
"""From one line of labels to the next, in pixels."""


class Label(NamedTuple):
    """A name for what is drawn at a place."""

    x: float
    y: float
    words: str
    ink: Ink


def short(function: str) -> str:
    """A library's function by the library and its own name, scipy expit; a formula as it is."""
    library, _, rest = function.partition(".")
    return f"{library} {rest.rpartition('.')[2]}" if rest else function


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


def at_ends(paper: Paper, labels: Sequence[Label], height: float, right: float | None = None) -> None:
    """Names right of the ends of curves, in one column, moved apart and joined to their curves where moved."""
    if not labels:
        return
    column = max(label.x for label in labels) if right is None else right
    for label, y in zip(labels, spread([label.y for label in labels], GAP, 4, height - 2), strict=True):
        at = column + 10 if column - label.x < 70 else label.x + 10
        if abs(y - label.y) > 3 or at - label.x > 12:
            paper.line([(label.x + 4, label.y), (at - 2, y)], Hand(label.ink, ""), width=0.7)
        paper.text(at, y + 4, label.words, label.ink, kind="o")


def width_of(words: str, size: float = BODY) -> float:
    """Pixels that words take at most, or nearly."""
    return EM * size * len(words)
