"""What a figure function returns: the drawing, and the words that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from study.report.figures.paper import Paper


@dataclass(frozen=True)
class Drawing:
    """A figure with its words, all computed from the same table.

    Attributes:
        paper: what is drawn.
        height: in pixels.
        caption: what is drawn, and how to read it.
        alt: what is to be seen in it, for those who do not see it.
    """

    paper: Paper
    height: float
    caption: str
    alt: str
