"""Worst error against the swept parameter: what holds, until where, and what becomes of the rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from study.formats import FORMATS
from study.report import outcome
from study.report.columns import COLUMNS, axis
from study.report.drawing import Drawing
from study.report.figures import scale
from study.report.figures.labels import GAP, Label, at_ends, width_of
from study.report.figures.panel import Panel
from study.report.figures.paper import SMALL, WIDTH, Paper
from study.report.style import QUIET, SHADE_DEEP, Hand, hand, marker
from study.report.text import measure, number, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

FLOOR = 0.1
"""Smaller errors are drawn here: all are below half an ulp, that is, correctly rounded."""
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
            _failures(panel, part)
            panel.put(paper, LEFT + k * WIDTH / 2, upper + strip)
        upper += strip + HEIGHT + 46
    return Drawing(paper, upper, _caption(rows, look), _alt(rows, look.metric))


def _panel(rows: pd.DataFrame, top: float, look: Look) -> Panel:
    """Errors of all algorithms in one format."""
    form = str(rows["format"].iloc[0])
    x = np.asarray(sorted(rows["value"].unique()), dtype=float)
    panel = Panel(scale.swept(list(x), ACROSS), scale.log(FLOOR, top, HEIGHT))
    out = outcome.range_ends(rows)
    _grounds(panel, rows, x, math.log(FORMATS[form].xmax) if look.overflow_of_exp else None, out)
    panel.frame()
    if look.beyond:
        _last_digit(panel, outcome.NO_DIGIT[form])
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


def _grounds(panel: Panel, rows: pd.DataFrame, x: Any, overflow: float | None, out: float) -> None:
    """Condition number under the curves, and the regions that the format cannot hold, or not in full."""
    cond = rows.groupby("value")["max_cond"].max().reindex(x).astype(float)
    panel.ground(x, np.clip(1 + cond, FLOOR, 1e300))
    if overflow is not None:
        _region(panel, overflow, f"exp overflows above {number(overflow, 4)}")
        return
    partly = float(rows[rows["subnormal"] > 0]["value"].min())
    _region(panel, out, "out of range")
    if partly < out:
        panel.band(partly, min(out, panel.x.high))
        panel.border(partly)
        panel.remark(min(out, panel.x.high), "subnormal", anchor="end")


def _region(panel: Panel, start: float, words: str) -> None:
    """Shade what lies right of a parameter, and say above the panel what it is."""
    if start >= panel.x.high:
        return
    panel.band(start, panel.x.high, SHADE_DEEP)
    panel.border(start, "a")
    fits = ACROSS - panel.x(start) > width_of(words, SMALL) or panel.x(start) < width_of(words, SMALL)
    panel.remark(start if fits else panel.x.high, words, anchor="start" if fits else "end")


def _last_digit(panel: Panel, limit: float) -> None:
    """The error from which on no digit is right."""
    y = panel.height - panel.y(limit)
    if y > 0:
        panel.over.rules([((0, y), (panel.width, y))], "q")
        panel.over.text(panel.width - 4, y - 4, "no digit right", QUIET, size=SMALL, anchor="end", kind="o")


def _failures(panel: Panel, rows: pd.DataFrame) -> None:
    """The strip above a panel: a line for each algorithm that fails, a mark at each parameter where it does."""
    lost = rows[rows["lost"]].sort_values("value", kind="stable")
    names = [name for name in rows["algorithm"].unique() if (lost["algorithm"] == name).any()]
    for k, name in enumerate(reversed(names)):
        part, ink, y = lost[lost["algorithm"] == name], hand(name).ink, -24 - GAP * k
        x = [panel.x(float(v)) for v in part["value"]]
        panel.over.line([(x[0], y), (x[-1], y)], Hand(ink, ""), width=1)
        panel.over.marks([(at, y) for at in x], marker(str(part["format"].iloc[0])), ink, radius=2.2)
        words, before = _fitting(name, outcome.words(part), x[0] - 10, NAMES + ACROSS - x[-1] - 12)
        at, anchor = (x[0] - 7, "end") if before else (x[-1] + 8, "")
        panel.over.text(at, y + 4, words, ink, size=SMALL, anchor=anchor)


def _fitting(name: str, failures: str, left: float, right: float) -> tuple[str, bool]:
    """As much of a label as there is room for, and whether it stands left of its line."""
    for words in (f"{name}: {failures}", f"{name}: {failures.split(',', maxsplit=1)[0]} …"):
        for room in (left, right):
            if width_of(words, SMALL) < room:
                return words, room == left
    return name, width_of(name, SMALL) < left


def _caption(rows: pd.DataFrame, look: Look) -> str:
    problem, family, parameter = (str(rows[c].iloc[0]) for c in ("problem", "inputs", "parameter"))
    said = [f"{COLUMNS[look.metric].title} of {problem} against the {axis(parameter)}; inputs {family}."]
    if look.bounds and np.isfinite(rows["bound_u"]).any():
        said.append("Dotted: proven bounds.")
    said.append("Grey: 1 + condition number.")
    if rows["lost"].any():
        said.append(
            f"Above the frame: where some value is {'no number' if look.beyond else 'lost, no digit of it right'}."
        )
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
