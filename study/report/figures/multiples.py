"""Small multiples of lines: one column against another, a panel for each value of a third."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from study.report.drawing import Drawing
from study.report.figures import canvas
from study.report.style import HANDS, Hand, applied, hand
from study.report.text import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

DECADES = 1e-6
"""Values smaller than this beside the largest are drawn at the foot of the panel."""
LEFT, PANEL, GUTTER, HEIGHT = 50.0, 212.0, 112.0, 140.0


class Line(NamedTuple):
    """One line of a panel: its name and its points, those that are no finite number left out."""

    name: str
    x: np.ndarray[tuple[int], np.dtype[np.float64]]
    y: np.ndarray[tuple[int], np.dtype[np.float64]]

    @property
    def ends_early(self) -> bool:
        """Whether its last values are no finite numbers."""
        return not bool(np.isfinite(self.y[-1]))


def split(rows: pd.DataFrame, x: str, columns: Mapping[str, str], by: str | None) -> list[Line]:
    """The lines of one panel: a line a column, or, for one column, a line for each value of ``by``."""
    parts = [("", rows)] if by is None else [(str(name), part) for name, part in rows.groupby(by, sort=False)]
    return [
        Line(
            name or title,
            part.sort_values(x)[x].to_numpy(dtype=float),
            part.sort_values(x)[column].to_numpy(dtype=float),
        )
        for name, part in parts
        for column, title in columns.items()
    ]


def draw(panels: Mapping[str, Sequence[Line]], labels: tuple[str, str], caption: str) -> Drawing:
    """Logarithmic axes where all values are positive; see ``figures.lines``."""
    across, down = min(2, len(panels)), -(-len(panels) // 2)
    every = [line for lines in panels.values() for line in lines]
    values = np.concatenate([line.y[np.isfinite(line.y)] for line in every])
    with applied():
        fig = canvas.figure(40 + down * (HEIGHT + 56))
        for k, (title, lines) in enumerate(panels.items()):
            left, top = LEFT + (k % across) * (PANEL + GUTTER + 36), 24 + (k // across) * (HEIGHT + 56)
            axes = canvas.place(fig, left, top, PANEL, HEIGHT)
            _panel(axes, lines, values)
            axes.set_title(title, pad=6)
            axes.set_xlabel(labels[0])
            if k % across == 0:
                axes.set_ylabel(labels[1])
    return Drawing(fig, caption, _alt(panels, labels))


def _panel(axes: Axes, lines: Sequence[Line], values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    canvas.swept_axis(axes.xaxis, [float(x) for line in lines for x in line.x])
    positive = values[values > 0]
    top = float(positive.max())
    floor = max(float(positive.min()), DECADES * top)
    canvas.log_axis(axes.yaxis, floor / 1.5, top * 1.5)
    ends = []
    for line, style in zip(lines, _hands(lines), strict=True):
        axes.plot(line.x, np.maximum(line.y, floor), color=style.ink.light, linestyle=style.dash, clip_on=False)
        finite = np.flatnonzero(np.isfinite(line.y) & (line.y > 0))
        if not finite.size:
            continue
        last = finite[-1]
        if line.ends_early:
            axes.plot(line.x[last], line.y[last], "x", color=style.ink.light, markersize=7, clip_on=False)
            axes.annotate(f"{line.name} ends", (line.x[last], line.y[last]), xytext=(2, -16),
                          textcoords="offset points", fontsize=8.5, color=style.ink.light)  # fmt: skip
        else:
            ends.append((float(line.x[last]), max(float(line.y[last]), floor), line.name, style.ink.light))
    canvas.end_labels(axes, ends)


def _hands(lines: Sequence[Line]) -> list[Hand]:
    """Algorithms as everywhere; other lines in the order they come."""
    from study.problems import PROBLEMS

    known = {name for problem in PROBLEMS.values() for name in problem.algorithms}
    return [hand(line.name) if line.name in known else HANDS[k] for k, line in enumerate(lines)]


def _alt(panels: Mapping[str, Sequence[Line]], labels: tuple[str, str]) -> str:
    said = []
    for title, lines in panels.items():
        each = []
        for line in lines:
            held = line.y[np.isfinite(line.y)]
            stop = ", then nothing finite" if line.ends_early else ""
            each.append(
                f"{line.name} from {number(held[0])} to {number(held[-1])}{stop}" if held.size else f"{line.name}: none"
            )
        said.append(f"{title}: {'; '.join(each)}")
    return f"{labels[1][:1].upper()}{labels[1][1:]} against {labels[0]}. {'. '.join(said)}."
