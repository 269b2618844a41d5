"""Worst error against the swept parameter: what holds, until where, and what becomes of the rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from study.formats import FORMATS
from study.report import outcome
from study.report.columns import COLUMNS, axis
from study.report.drawing import Drawing
from study.report.figures import grounds, scale
from study.report.figures.grounds import FLOOR
from study.report.figures.labels import GAP, Label, at_ends
from study.report.figures.panel import Panel
from study.report.figures.paper import WIDTH, Paper
from study.report.style import Hand, hand, marker
from study.report.text import measure, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

KEYS = ["problem", "algorithm", "format", "inputs", "parameter", "value", "count", "lost", "limit", "subnormal",
        "max_relative", "max_cond", "bound_u"]  # fmt: skip
LEFT, ACROSS, HEIGHT = 56.0, 218.0, 170.0
NAMES = WIDTH / 2 - LEFT - ACROSS
"""Room right of a panel for the names of its curves."""


def chosen(
    table: pd.DataFrame,
    problem: str,
    family: str,
    algorithms: Sequence[str] | None,
    formats: Sequence[str] | None,
) -> pd.DataFrame:
    """The rows to draw.

    Raises:
        ValueError: there are none.
    """
    rows = table[(table["problem"] == problem) & (table["inputs"] == family)]
    rows = rows[rows["algorithm"].isin(algorithms if algorithms is not None else rows["algorithm"].unique())]
    wanted = formats if formats is not None else [f for f in rows["format"].unique() if FORMATS[f].computes]
    rows = rows[rows["format"].isin(list(wanted))]
    if rows.empty:
        raise ValueError(f"no rows for problem {problem!r} and inputs {family!r}")
    return rows


class Look(NamedTuple):
    """What to draw: the column of the error; whether bounds, log xmax, and errors beyond the last digit."""

    metric: str
    bounds: bool
    overflow_of_exp: bool
    beyond: bool


def draw(rows: pd.DataFrame, look: Look) -> Drawing:
    """One panel a format, two abreast; see ``figures.error_against``."""
    lost = outcome.failed(rows) if look.beyond else outcome.lost(rows)
    rows = rows.assign(lost=lost)[[*KEYS, *outcome.FAILURES, look.metric]]
    parts = [rows[rows["format"] == form] for form in rows["format"].unique()]
    top = _top(rows[~rows["lost"]], look)
    paper, upper = Paper(), 14.0
    for pair in (parts[k : k + 2] for k in range(0, len(parts), 2)):
        strip = 22 + GAP * max(part[part["lost"]]["algorithm"].nunique() for part in pair)
        for k, part in enumerate(pair):
            panel = _panel(part, top, look)
            panel.titles(
                str(part["format"].iloc[0]),
                axis(str(part["parameter"].iloc[0])) if part is parts[-1] or part is parts[-2] else "",
                "" if k else f"worst error ({COLUMNS[look.metric].unit})",
                lift=strip,
            )
            grounds.failures(panel, part, NAMES)
            panel.put(paper, LEFT + k * WIDTH / 2, upper + strip)
        upper += strip + HEIGHT + 46
    return Drawing(paper, upper, _caption(rows, look), _alt(rows, look.metric))


def _panel(rows: pd.DataFrame, top: float, look: Look) -> Panel:
    """Errors of all algorithms in one format."""
    form = str(rows["format"].iloc[0])
    x = np.asarray(sorted(rows["value"].unique()), dtype=float)
    panel = Panel(scale.swept(list(x), ACROSS), scale.log(FLOOR, top, HEIGHT))
    out = outcome.range_ends(rows)
    grounds.shade(panel, rows, x, math.log(FORMATS[form].xmax) if look.overflow_of_exp else None, out)
    panel.frame()
    if look.beyond:
        at_end = rows[~rows["lost"] & (rows["value"] == x[-1])][look.metric].max()
        grounds.last_digit(panel, outcome.NO_DIGIT[form], crowded=at_end > outcome.NO_DIGIT[form])
    labels = []
    for name, part in rows.groupby("algorithm", sort=False):
        here, held = hand(str(name)), part[~part["lost"] & (part["value"] < out)]
        at = np.searchsorted(x, held["value"].to_numpy(dtype=float))
        drawn, bound = np.full(len(x), np.nan), np.full(len(x), np.nan)
        drawn[at] = np.maximum(held[look.metric].to_numpy(dtype=float), FLOOR)
        if look.bounds:
            known = held["bound_u"].to_numpy(dtype=float)
            bound[at] = np.where(known * FORMATS[form].u < 1, known, np.nan)
            panel.line(x, bound, Hand(here.ink, "1 3"), width=1.2, passing=False)
        panel.line(x, drawn, here)
        panel.marks(x, drawn, marker(form), here.ink)
        seen = np.flatnonzero(np.isfinite(drawn))
        if seen.size and not part["lost"].any():
            labels.append(Label(*panel.at(x[seen[-1]], float(drawn[seen[-1]])), str(name), here.ink))
    at_ends(panel.over, labels, HEIGHT)
    return panel


def _top(held: pd.DataFrame, look: Look) -> float:
    """Upper end of the axis: above every error, and above the bounds as far as they are of that order."""
    top = max(float(held[look.metric].max()), 10.0)
    if look.bounds:
        telling = held["bound_u"][held["bound_u"] < 1e3 * top]
        top = max(top, float(telling.max()) if len(telling) else top)
    return 2.5 * top


def _caption(rows: pd.DataFrame, look: Look) -> str:
    problem, family, parameter = (str(rows[c].iloc[0]) for c in ("problem", "inputs", "parameter"))
    said = [f"{COLUMNS[look.metric].title} of {problem} against the {axis(parameter)}; inputs {family}."]
    if look.bounds and np.isfinite(rows["bound_u"]).any():
        said.append("Dotted: proven bounds.")
    said.append("Grey: 1 + condition number.")
    if rows["lost"].any():
        words = "is no number" if look.beyond else "has no digit right"
        said.append(f"Above the frame: where some value {words}.")
    return " ".join(said)


def _alt(rows: pd.DataFrame, metric: str) -> str:
    """Per format, what each algorithm comes to at the end, or where it first fails."""
    problem, parameter = str(rows["problem"].iloc[0]), str(rows["parameter"].iloc[0])
    said = []
    for form, part in rows.groupby("format", sort=False):
        each, ends = [], outcome.range_ends(part)
        for name, curve in part.groupby("algorithm", sort=False):
            lost, held = curve[curve["lost"]], curve[~curve["lost"] & (curve["value"] < ends)]
            worst = f"at most {measure(held[metric].max(), COLUMNS[metric].unit)}" if len(held) else "nowhere right"
            fails = f", {outcome.words(lost)} from {plain(lost['value'].min())}" if len(lost) else ""
            each.append(f"{name} {worst}{fails}")
        said.append(f"{form}: {'; '.join(each)}")
    return f"Worst error of {problem} against {parameter}. {'. '.join(said)}."
