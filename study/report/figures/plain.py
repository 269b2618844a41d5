"""A curve, some points of it marked with their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.report.drawing import Drawing
from study.report.figures import scale
from study.report.figures.panel import Panel
from study.report.figures.paper import Paper
from study.report.style import HANDS
from study.report.text import listed, number, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

LEFT, TOP, ACROSS, HEIGHT = 56.0, 16.0, 640.0, 260.0


def draw(table: pd.DataFrame, x: str, y: str, labels: tuple[str, str], marked: Sequence[float]) -> Drawing:
    """One column against another; see ``figures.curve``."""
    across, up = table[x].to_numpy(dtype=float), table[y].to_numpy(dtype=float)
    places = [int(np.argmin(np.abs(across - at))) for at in marked]
    right, top = float(across.max()), float(up.max())
    panel = Panel(
        scale.linear(0, right, ACROSS, [right * k / 5 for k in range(6)]),
        scale.linear(0, top, HEIGHT, range(int(top) + 1)),
    )
    panel.frame()
    panel.titles("", *labels)
    panel.line(across, up, HANDS[1])
    panel.marks(across[places], up[places], "o", HANDS[1].ink, radius=4)
    for i in places:
        px, py = panel.at(across[i], up[i])
        words = f"{labels[0].partition(',')[0]} = {plain(round(across[i], 6))}: {number(up[i])}"
        panel.over.text(px + 8, py - 10, words, HANDS[1].ink)
    paper = Paper()
    panel.put(paper, LEFT, TOP)
    ends = f"from {number(up[0])} at {plain(across[0])} to {number(up[-1])} at {plain(across[-1])}"
    points = listed(f"{number(up[i])} at {plain(across[i])}" for i in places)
    alt = f"Curve of {labels[1]} against {labels[0]}: {ends}" + (f"; marked: {points}." if places else ".")
    return Drawing(paper, TOP + HEIGHT + 44, f"{labels[1][:1].upper()}{labels[1][1:]} against {labels[0]}.", alt)
