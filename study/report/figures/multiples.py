"""Small multiples of lines: one column against another, a panel for each value of a third."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from study.report.drawing import Drawing
from study.report.figures import scale
from study.report.figures.labels import Label, at_ends
from study.report.figures.panel import Panel
from study.report.figures.paper import WIDTH, Paper
from study.report.style import HANDS, Hand, hand
from study.report.text import number, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]

DECADES = 1e-6
"""Values smaller than this beside the largest are drawn at the foot of the panel."""
LEFT, ACROSS, HEIGHT, PITCH = 56.0, 260.0, 160.0, 236.0


class Line(NamedTuple):
    """One line of a panel: its name and its points, those that are no finite number left out."""

    name: str
    x: Numbers
    y: Numbers

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


def panels(
    rows: pd.DataFrame, columns: Sequence[str], x: str, y: Mapping[str, str], by: str | None
) -> dict[str, list[Line]]:
    """The lines of each panel, by its title: the values of the columns that have a panel each."""

    def named(column: str, value: Any) -> str:
        return str(value) if column == "format" else f"{column} {plain(value) if isinstance(value, float) else value}"

    return {
        ", ".join(map(named, columns, values)): split(part, x, y, by)
        for values, part in rows.groupby(list(columns), sort=False)
    }


def draw(panels: Mapping[str, Sequence[Line]], labels: tuple[str, str], caption: str) -> Drawing:
    """Logarithmic axes where all values are positive; see ``figures.lines``."""
    values = np.concatenate([line.y[np.isfinite(line.y)] for lines in panels.values() for line in lines])
    paper, rows = Paper(), -(-len(panels) // 2)
    for k, (title, lines) in enumerate(panels.items()):
        panel = _panel(lines, values)
        panel.titles(title, labels[0] if k >= len(panels) - 2 else "", labels[1] if k % 2 == 0 else "")
        panel.put(paper, LEFT + k % 2 * WIDTH / 2, 28 + k // 2 * PITCH)
    return Drawing(paper, 28 + rows * PITCH - 30, caption, _alt(panels, labels))


def _panel(lines: Sequence[Line], values: Numbers) -> Panel:
    positive = values[values > 0]
    top = float(positive.max())
    floor = max(float(positive.min()), DECADES * top)
    panel = Panel(
        scale.swept([float(x) for line in lines for x in line.x], ACROSS), scale.log(floor / 1.5, top * 1.5, HEIGHT)
    )
    panel.frame()
    ends = []
    for line, look in zip(lines, _hands(lines), strict=True):
        y = np.maximum(line.y, floor)
        panel.line(line.x, y, look)
        held = np.flatnonzero(np.isfinite(line.y))
        if held.size:
            at = panel.at(float(line.x[held[-1]]), float(y[held[-1]]))
            if line.ends_early:
                panel.over.marks([at], "x", look.ink, radius=4)
                panel.over.text(at[0] + 4, at[1] + 18, f"{line.name} ends", look.ink)
            else:
                ends.append(Label(*at, line.name, look.ink))
    at_ends(panel.over, ends, HEIGHT)
    return panel


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
