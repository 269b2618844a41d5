"""How many of all inputs are how far off: the share of results whose error exceeds a number of ulps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.report.drawing import Drawing
from study.report.figures import scale
from study.report.figures.labels import Label, at_ends, short
from study.report.figures.panel import Panel
from study.report.figures.paper import HEAD, SMALL, WIDTH, Paper
from study.report.style import QUIET, TEXT, hand
from study.report.text import measure, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

FORMATS = ("float16", "bfloat16", "float32")
LEFT, ACROSS, HEIGHT, PITCH = 56.0, 112.0, 104.0, 172.0
COLUMN = (WIDTH - LEFT - ACROSS - 120) / 2
"""From panel to panel: between them lie the labels of the lines; those of float32, the last, are short."""
START, END = 0.5, 2.0**12
"""Ends of the axis of errors, in ulps; larger errors are drawn at its end."""
DRAWN = 0.501
"""The worst error from which on a formula is drawn, in ulps."""


def draw(whole: pd.DataFrame, histograms: Mapping[str, pd.DataFrame], kind: str) -> Drawing:
    """A row a problem, a panel a format, a line a formula or function, as ``kind`` calls it."""
    names = [(str(p), int(n)) for p, n in dict.fromkeys(zip(whole["problem"], whole["length"], strict=True))]
    forms = [form for form in FORMATS if (whole["format"] == form).any()]
    paper = Paper()
    for i, (name, length) in enumerate(names):
        top = 44 + i * PITCH
        title = name if length == 1 else f"{name} of {length} numbers"
        paper.text(LEFT, top - 26, title, TEXT, size=HEAD, kind="b")
        for j, form in enumerate(forms):
            rows = whole[(whole["problem"] == name) & (whole["length"] == length) & (whole["format"] == form)]
            left = LEFT + j * COLUMN
            if rows.empty:
                paper.text(left, top + HEIGHT / 2, f"{form}: not swept", QUIET, size=SMALL)
                continue
            panel = _panel(rows, histograms[str(rows["sweep"].iloc[0])])
            panel.titles("", "error greater than (ulps)" if i == len(names) - 1 else "", "" if j else "share of inputs")
            panel.over.text(0, -8, form, QUIET)
            panel.put(paper, left, top)
    height = 44 + len(names) * PITCH - 18
    caption = (
        f"Share of the results on all inputs that is off by more than so many ulps, by {kind}. A line that starts low "
        f"is nearly always correctly rounded; one that ends at the right edge is somewhere off by {END:,.0f} ulps or "
        f"more. Not drawn: each {kind} that is within {DRAWN} ulp on every input."
    )
    return Drawing(paper, height, caption, _alt(whole))


def exceeding(histogram: pd.DataFrame, count: int) -> list[tuple[float, float]]:
    """At each edge of the bins, from half an ulp on: the share of results whose error is greater."""
    edges = sorted({START, *histogram["above_ulp"][histogram["above_ulp"] >= START]})
    shares = [(edge, float(histogram["count"][histogram["above_ulp"] >= edge].sum()) / count) for edge in edges]
    return [(edge, share) for edge, share in shares if share > 0]


def _panel(rows: pd.DataFrame, histogram: pd.DataFrame) -> Panel:
    panel = Panel(scale.log(START, END, ACROSS, 4), scale.log(1 / float(rows["count"].max()), 1, HEIGHT, 4))
    panel.frame()
    ends = []
    for row in rows.to_dict("records"):
        look, name = hand(row["algorithm"]), str(row["algorithm"])
        if row["max_ulp"] <= DRAWN:
            continue
        points = exceeding(histogram[histogram["algorithm"] == name], int(row["count"]))
        inside = [(edge, share) for edge, share in points if edge < END]
        ends_at = min(float(row["max_ulp"]), END)
        steps: list[tuple[float, float]] = []
        for (edge, share), (after, _) in zip(inside, [*inside[1:], (ends_at, 0)], strict=True):
            steps += [(edge, share), (after, share)]
        panel.line([x for x, _ in steps], [y for _, y in steps], look)
        ends.append(Label(*panel.at(*steps[-1]), short(name), look.ink))
    if not ends:
        panel.over.text(6, HEIGHT / 2, f"all within {DRAWN} ulp", QUIET, size=SMALL)
    at_ends(panel.over, ends, HEIGHT, ACROSS)
    return panel


def _alt(whole: pd.DataFrame) -> str:
    said = []
    for (problem, form), rows in whole.groupby(["problem", "format"], sort=False):
        each = [
            f"{r['algorithm']} {percent(r['not_correctly_rounded'] / r['count'])}, "
            f"at worst {measure(r['max_ulp'], 'ulps')}"
            for r in rows.to_dict("records")
        ]
        said.append(f"{problem} in {form}: {'; '.join(each)}")
    return f"Share of all inputs that are not correctly rounded, and the worst error. {'. '.join(said)}."
