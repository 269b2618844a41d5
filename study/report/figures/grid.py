"""The worst error of each function on each problem, format by format: the numbers, on their colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.report import outcome
from study.report.columns import COLUMNS
from study.report.drawing import Drawing
from study.report.figures.heat import CLASSES, GLYPHS, colour, key
from study.report.figures.labels import width_of
from study.report.figures.paper import SMALL, WIDTH, Paper
from study.report.style import QUIET, TEXT
from study.report.text import SUPERSCRIPTS, measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from study.report.style import Ink

HEIGHT, TOP, GUTTER, WIDEST = 21.0, 44.0, 10.0, 64.0


def draw(table: pd.DataFrame, rows: str, columns: str, metric: str, equal: Mapping[str, Any]) -> Drawing:
    """A line a value of one column, a block a value of another, in it a cell a format; see ``figures.matrix``."""
    part = table.assign(lost=outcome.lost(table))
    for column, value in equal.items():
        part = part[part[column] == value]
    down, blocks, forms = (list(part[name].unique()) for name in (rows, columns, "format"))
    left = 12 + max(width_of(str(name)) for name in down)
    wide = min(WIDEST, ((WIDTH - left) / len(blocks) - GUTTER) / len(forms))
    block = wide * len(forms) + GUTTER
    paper = Paper()
    for i, name in enumerate(blocks):
        paper.text(left + i * block, 14, str(name), TEXT, kind="b")
        for j, form in enumerate(forms):
            words = form.replace("float", "f").replace("bf", "bf")
            paper.text(left + i * block + (j + 0.5) * wide, 34, words, QUIET, size=SMALL, anchor="middle")
    for k, name in enumerate(down):
        paper.text(left - 8, TOP + HEIGHT * k + 15, str(name), TEXT, anchor="end")
    squares: dict[Ink, list[tuple[float, float]]] = {}
    for (a, b, form), here in part.groupby([rows, columns, "format"]):
        lost, worst = here[here["lost"]], float(here[metric].max())
        x, y = left + blocks.index(b) * block + forms.index(form) * wide, TOP + HEIGHT * down.index(a)
        squares.setdefault(colour(worst, lost=bool(len(lost))), []).append((x, y))
        said = GLYPHS[outcome.words(lost).split(",")[0]] if len(lost) else brief(worst)
        paper.text(x + wide / 2, y + 15, said, TEXT, size=SMALL, anchor="middle")
    ground = Paper()
    for ink, corners in squares.items():
        ground.boxes(corners, wide - 1, HEIGHT - 1, ink)
    ground.put(paper, 0, 0)
    bottom = TOP + HEIGHT * len(down)
    key(ground, 8, bottom + 26, GLYPHS)
    ground.text(8, bottom + 46, f"× {CLASSES[-1]}, though finite; f16 is float16, bf16 bfloat16.", QUIET, size=SMALL)
    caption = f"{COLUMNS[metric].title} ({COLUMNS[metric].unit}) of each {rows}, by {columns} and format."
    return Drawing(ground, bottom + 56, caption, _alt(part, rows, columns, metric))


def brief(value: float) -> str:
    """An error in a narrow cell: two digits, or a power of ten that is not below it."""
    if value < 10:
        return f"{value:.1f}" if value >= 1 else f"{value:.2f}"
    digits = len(f"{value:.0f}")
    return f"{value:.0f}" if digits <= 3 else f"10{str(digits).translate(SUPERSCRIPTS)}"


def _alt(part: pd.DataFrame, rows: str, columns: str, metric: str) -> str:
    """The worst over the formats of each."""
    said = []
    for name, line in part.groupby(rows, sort=False):
        each = []
        for column, here in line.groupby(columns, sort=False):
            lost = outcome.words(here[here["lost"]]) if here["lost"].any() else ""
            each.append(f"{column} {lost or measure(float(here[metric].max()), COLUMNS[metric].unit)}")
        said.append(f"{name}: {', '.join(each)}")
    return f"Worst errors over all formats. {'. '.join(said)}."
