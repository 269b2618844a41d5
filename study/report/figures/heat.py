"""Heat maps of outcomes over two parameters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from study.report import outcome
from study.report.drawing import Drawing
from study.report.figures.labels import width_of
from study.report.figures.paper import SMALL, Paper
from study.report.style import HEAT, QUIET, TEXT
from study.report.text import listed, number, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from study.report.style import Ink

STEPS = (1.0, 10.0, 100.0, math.inf)
"""Upper ends of the classes of errors in ulps; what has no digit right is a class of its own."""
CLASSES = ("within 1 ulp", "within 10", "within 100", "more", "no digit right")
GLYPHS = {"NaN": "?", "overflow": "∞", "underflow": "0", "wrong": "!", "no digit right": "×"}
LEFT, TOP, GUTTER, ABOVE = 74.0, 26.0, 16.0, 30.0


def outcomes(table: pd.DataFrame, problem: str, algorithms: Sequence[str], x: str, y: str) -> Drawing:
    """A row of maps an algorithm, a column a format; see ``figures.outcome_map``."""
    rows = table[(table["problem"] == problem) & table["algorithm"].isin(list(algorithms))]
    rows = rows.assign(lost=outcome.lost(rows))
    forms = list(rows["format"].unique())
    across, up = sorted(rows[x].unique()), sorted(rows[y].unique(), reverse=True)
    side = 184.0
    paper = Paper()
    for i, name in enumerate(algorithms):
        for j, form in enumerate(forms):
            part = rows[(rows["algorithm"] == name) & (rows["format"] == form)]
            here = _map(part, (x, across), (y, up), side)
            here.text(0, -8, f"{name}, {form}", TEXT, kind="b")
            for k, value in enumerate(up if j == 0 else ()):
                here.text(-7, side / len(up) * (k + 0.5) + 4, plain(value), QUIET, size=SMALL, anchor="end")
            for k, value in enumerate(across if i == len(algorithms) - 1 else ()):
                if k % 2 == 0:
                    at = side / len(across) * (k + 0.5)
                    here.text(at, side + 15, plain(value), QUIET, size=SMALL, anchor="middle")
            paper.put(here, LEFT + j * (side + GUTTER), TOP + i * (side + ABOVE))
        paper.turned(24, TOP + i * (side + ABOVE) + side / 2, y)
    bottom = TOP + len(algorithms) * (side + ABOVE)
    paper.text(LEFT, bottom + 8, f"{x} →", TEXT)
    key(paper, LEFT, bottom + 36, GLYPHS)
    caption = f"What becomes of {problem} over {x} and {y} of the inputs: the worst error of each cell."
    return Drawing(paper, bottom + 48, caption, _told(rows, problem, algorithms))


def _map(
    part: pd.DataFrame, horizontal: tuple[str, list[float]], vertical: tuple[str, list[float]], side: float
) -> Paper:
    (x, across), (y, up) = horizontal, vertical
    wide, high = side / len(across), side / len(up)
    squares: dict[Ink, list[tuple[float, float]]] = {}
    letters: dict[float, list[tuple[float, str]]] = {}
    for row in part.to_dict("records"):
        left, top = wide * across.index(row[x]), high * up.index(row[y])
        squares.setdefault(colour(row["max_ulp"], lost=row["lost"]), []).append((left, top))
        if row["lost"]:
            words = next((said for column, said in outcome.FAILURES.items() if row[column] > 0), "no digit right")
            letters.setdefault(top + high / 2 + 4, []).append((left + wide / 2, GLYPHS[words]))
    paper = Paper()
    for ink, corners in squares.items():
        paper.boxes(corners, wide - 1, high - 1, ink)
    for level, line in letters.items():
        paper.letters([(at, level) for at, _ in line], "".join(glyph for _, glyph in line))
    return paper


def colour(worst: float, *, lost: bool) -> Ink:
    """Of a cell."""
    return HEAT[-1] if lost else next(ink for step, ink in zip(STEPS, HEAT, strict=False) if worst <= step)


def key(paper: Paper, left: float, y: float, glyphs: Mapping[str, str]) -> None:
    """The classes and signs, in a line."""
    for ink, name in zip(HEAT, CLASSES, strict=True):
        paper.boxes([(left, y - 10)], 12, 12, ink)
        paper.text(left + 17, y, name, QUIET, size=SMALL)
        left += 34 + width_of(name, SMALL)
    for name, glyph in glyphs.items():
        if name not in CLASSES:
            paper.text(left, y, glyph, TEXT)
            paper.text(left + 13, y, name, QUIET, size=SMALL)
            left += 28 + width_of(name, SMALL)


def _told(rows: pd.DataFrame, problem: str, algorithms: Sequence[str]) -> str:
    said = []
    for name in algorithms:
        each = []
        for form, part in rows[rows["algorithm"] == name].groupby("format", sort=False):
            each.append(f"{number(int(part['lost'].sum()))} of {number(len(part))} in {form}")
        said.append(f"{name} has no digit right in {listed(each)}")
    return f"Maps of {problem}; cells lost: {'; '.join(said)}."
