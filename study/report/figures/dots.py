"""The worst error of each formula in each format, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.report import outcome
from study.report.columns import COLUMNS
from study.report.drawing import Drawing
from study.report.figures import scale
from study.report.figures.grounds import FLOOR
from study.report.figures.labels import width_of
from study.report.figures.panel import Panel
from study.report.figures.paper import SMALL, Paper
from study.report.style import QUIET, SHADE_DEEP, hand, marker
from study.report.text import measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

ROW, HEAD, ACROSS = 21.0, 40.0, 440.0


def draw(table: pd.DataFrame, problems: Sequence[str] | None, metric: str, equal: Mapping[str, Any]) -> Drawing:
    """A panel a problem, a line an algorithm; see ``figures.worst_errors``."""
    rows = table.assign(lost=outcome.lost(table))
    for column, value in equal.items():
        rows = rows[rows[column] == value]
    names = list(problems if problems is not None else rows["problem"].unique())
    parts = [rows[rows["problem"] == name] for name in names]
    forms = list(rows["format"].unique())
    left = 20 + max(width_of(name) for name in rows["algorithm"].unique())
    top = 2 * max(float(rows[~rows["lost"]][metric].max()), 10.0)
    paper, upper = Paper(), 0.0
    for name, part in zip(names, parts, strict=True):
        panel = _panel(part, forms, metric, top)
        last = name == names[-1]
        panel.titles(name, f"worst error ({COLUMNS[metric].unit})" if last else "")
        panel.frame(below=last, left=False, across=False)
        panel.put(paper, left, upper + HEAD)
        upper += HEAD + panel.height
    key(paper, forms, left, upper + 62)
    caption = f"{COLUMNS[metric].title} of each formula, a mark a format. Grey band: half an ulp (rounding) to one."
    return Drawing(paper, upper + 70, caption, _alt(rows, names, metric))


def _panel(rows: pd.DataFrame, forms: Sequence[str], metric: str, top: float) -> Panel:
    names = list(rows["algorithm"].unique())
    height = ROW * len(names)
    panel = Panel(scale.log(FLOOR, top, ACROSS), scale.linear(0, len(names), height))
    panel.band(0.5, 1, SHADE_DEEP)
    for k, name in enumerate(names):
        part, ink = rows[rows["algorithm"] == name], hand(name).ink
        gone: dict[str, list[str]] = {}
        panel.over.text(-10, ROW * (k + 0.5) + 4, name, ink, anchor="end")
        for j, form in enumerate(forms):
            here = part[part["format"] == form]
            if here["lost"].any():
                gone.setdefault(outcome.words(here[here["lost"]]), []).append(form)
            elif len(here):
                at = panel.x(max(float(here[metric].max()), FLOOR))
                y = ROW * (k + 0.5) + (j - (len(forms) - 1) / 2) * 2.5
                panel.over.marks([(at, y)], marker(form), ink, radius=3.6, hollow=j % 2 == 1)
        said = "; ".join(f"{words} in {', '.join(where)}" for words, where in gone.items())
        if said:
            panel.over.text(ACROSS + 10, ROW * (k + 0.5) + 4, said, ink, size=SMALL)
    return panel


def key(paper: Paper, forms: Sequence[str], left: float, y: float) -> None:
    """The markers of the formats, in a line."""
    for j, form in enumerate(forms):
        paper.marks([(left + 110 * j, y - 4)], marker(form), QUIET, radius=3.6, hollow=j % 2 == 1)
        paper.text(left + 110 * j + 9, y, form, QUIET)


def _alt(rows: pd.DataFrame, names: Sequence[str], metric: str) -> str:
    said = []
    for name in names:
        each = []
        for algorithm, part in rows[rows["problem"] == name].groupby("algorithm", sort=False):
            held = part[~part["lost"]][metric]
            lost = f"; {outcome.words(part[part['lost']])} in {', '.join(part[part['lost']]['format'].unique())}"
            worst = float(held.max())
            best = f"at most {measure(worst, COLUMNS[metric].unit)}" if len(held) else "nowhere right"
            each.append(f"{algorithm} {best}{lost if part['lost'].any() else ''}")
        said.append(f"{name}: {', '.join(each)}")
    return f"Worst errors. {'. '.join(said)}."
