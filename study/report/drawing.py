"""What a figure function returns: the drawing, and the words that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawing:
    """A figure with its words, all computed from the same table.

    Attributes:
        figure: the matplotlib figure, drawn inside ``style.applied()``.
        caption: what is drawn, and how to read it.
        alt: what is to be seen in it, for those who do not see it.
    """

    figure: Figure
    caption: str
    alt: str
