"""A curve, some points of it marked with their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.report.drawing import Drawing
from study.report.figures import canvas
from study.report.style import GROUND, HANDS, applied
from study.report.text import listed, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def draw(table: pd.DataFrame, x: str, y: str, labels: tuple[str, str], marked: Sequence[float]) -> Drawing:
    """One column against another; see ``figures.curve``."""
    across, up = table[x].to_numpy(dtype=float), table[y].to_numpy(dtype=float)
    places = [int(np.argmin(np.abs(across - at))) for at in marked]
    colour = HANDS[1].ink.light
    with applied():
        fig = canvas.figure(300)
        axes = canvas.place(fig, 52, 20, 560, 226)
        axes.plot(across, up, color=colour)
        axes.plot(across[places], up[places], "o", color=colour, markersize=6, markeredgecolor=GROUND.light)
        axes.set(xlabel=labels[0], ylabel=labels[1], xlim=(0, None), ylim=(0, None))
        for i in places:
            axes.annotate(
                f"{labels[0].partition(',')[0]} = {number(across[i])}: {number(up[i])}", (across[i], up[i]),
                xytext=(8, 6), textcoords="offset points", color=colour,
            )  # fmt: skip
    ends = f"from {number(up[0])} at {number(across[0])} to {number(up[-1])} at {number(across[-1])}"
    points = listed(f"{number(up[i])} at {number(across[i])}" for i in places)
    alt = f"Curve of {labels[1]} against {labels[0]}: {ends}" + (f"; marked: {points}." if places else ".")
    return Drawing(fig, f"{labels[1][:1].upper()}{labels[1][1:]} against {labels[0]}.", alt)
