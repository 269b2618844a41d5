"""Worst error against the swept parameter: what holds, until where, and what becomes of the rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from study.formats import FORMATS
from study.report import outcome
from study.report.columns import COLUMNS
from study.report.drawing import Drawing
from study.report.figures import canvas
from study.report.style import QUIET, SHADE, SHADE_DEEP, applied, hand, marker
from study.report.text import measure, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

FLOOR = 0.1
"""Smaller errors are drawn here: all are below half an ulp, that is, correctly rounded."""
LEFT, PANEL, GUTTER, HEIGHT = 46.0, 208.0, 124.0, 150.0


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
    """What to draw: the column of the error, whether a-priori bounds, whether log xmax."""

    metric: str
    bounds: bool
    overflow_of_exp: bool


def draw(rows: pd.DataFrame, look: Look) -> Drawing:
    """One panel a format; see ``figures.error_against``."""
    forms = list(rows["format"].unique())
    lost = outcome.lost(rows)
    metric = look.metric
    top = _top(rows[~lost], look)
    failing = {name for name, part in rows[lost].groupby("algorithm") if len(part)}
    strip = 13.0 * len(failing) + 12
    across, down = min(2, len(forms)), -(-len(forms) // 2)
    pitch = HEIGHT + strip + 46
    with applied():
        fig = canvas.figure(26 + down * pitch + 10)
        for k, form in enumerate(forms):
            left, upper = LEFT + (k % across) * (PANEL + GUTTER + 20), 26 + (k // across) * pitch
            axes = canvas.place(fig, left, upper + strip, PANEL, HEIGHT)
            panel(axes, rows[rows["format"] == form], top, look)
            above = canvas.place(fig, left, upper, PANEL, max(strip - 12, 0.1), sharex=axes)
            failures(above, rows[rows["format"] == form], [a for a in rows["algorithm"].unique() if a in failing])
            above.set_title(form, pad=5)
            if k % across == 0:
                axes.set_ylabel(f"worst error ({COLUMNS[metric].unit})" if metric != "median_ulp" else "error (ulps)")
            if k >= len(forms) - across:
                axes.set_xlabel(str(rows["parameter"].iloc[0]))
        canvas.note(fig, _key(rows, bounds=look.bounds))
    return Drawing(fig, _caption(rows, metric), _alt(rows, metric))


def panel(axes: Axes, rows: pd.DataFrame, top: float, look: Look) -> None:
    """Errors of all algorithms in one format."""
    form = str(rows["format"].iloc[0])
    x = np.asarray(sorted(rows["value"].unique()), dtype=float)
    canvas.swept_axis(axes.xaxis, list(x))
    canvas.log_axis(axes.yaxis, FLOOR, top)
    _grounds(axes, rows, x, overflow_of_exp=look.overflow_of_exp)
    ends = []
    out = outcome.range_ends(rows)
    for name, part in rows.groupby("algorithm", sort=False):
        colour, dash = hand(str(name)).ink.light, hand(str(name)).dash
        held = part[~outcome.lost(part) & (part["value"] < out)].set_index("value").reindex(x)
        drawn = held[look.metric].astype(float).clip(lower=FLOOR)
        if look.bounds:
            limit = held["bound_u"].where(held["bound_u"] * FORMATS[form].u < 1)
            axes.plot(x, limit, color=colour, linewidth=0.9, linestyle=(0, (1, 2)))
        axes.plot(x, drawn, color=colour, linestyle=dash, marker=marker(form), clip_on=False)
        if drawn.notna().any() and not outcome.lost(part).any():
            last = int(np.flatnonzero(drawn.notna())[-1])
            ends.append((float(x[last]), float(drawn.iloc[last]), str(name), colour))
    canvas.end_labels(axes, ends)


def _top(held: pd.DataFrame, look: Look) -> float:
    """Upper end of the axis: above every error, and above the bounds as far as they are of that order."""
    top = max(float(held[look.metric].max()), 10.0)
    if look.bounds:
        telling = held["bound_u"][held["bound_u"] < 1e3 * top]
        top = max(top, float(telling.max()) if len(telling) else top)
    return 2.5 * top


def _grounds(axes: Axes, rows: pd.DataFrame, x: Any, *, overflow_of_exp: bool) -> None:
    """Condition number under the scatter, and the regions that the format cannot hold, or hold in full."""
    cond = rows.groupby("value")["max_cond"].max().reindex(x).astype(float)
    axes.fill_between(x, FLOOR, np.clip(1 + cond, FLOOR, 1e300), color=SHADE.light, linewidth=0, zorder=0)
    limit = math.log(FORMATS[str(rows["format"].iloc[0])].xmax)
    if overflow_of_exp:
        _region(axes, limit, f"exp overflows above {number(limit, 4)}")
        return
    out, partly = outcome.range_ends(rows), float(rows[rows["subnormal"] > 0]["value"].min())
    _region(axes, out, "out of range")
    if partly < out:
        axes.axvspan(partly, min(out, x[-1]), color=SHADE.light, linewidth=0, zorder=0.1)
        axes.axvline(partly, color=QUIET.light, linewidth=0.7, linestyle=(0, (3, 3)), zorder=0.5)
        _above(axes, min(out, x[-1]), "subnormal", "right")


def _region(axes: Axes, start: float, words: str) -> None:
    """Shade what lies right of a parameter, and say above the panel what it is."""
    end = axes.get_xlim()[1]
    if start < end:
        axes.axvspan(start, end, color=SHADE_DEEP.light, linewidth=0, zorder=0.2)
        axes.axvline(start, color=QUIET.light, linewidth=0.7, zorder=0.3)
        fits = canvas.to_points(axes, end, FLOOR)[0] - canvas.to_points(axes, start, FLOOR)[0] > 4.2 * len(words)
        _above(axes, start if fits else end, words, "left" if fits else "right")


def _above(axes: Axes, x: float, words: str, side: str) -> None:
    axes.annotate(
        words, (x, 1), xycoords=("data", "axes fraction"), xytext=(1 if side == "left" else -5, 3), ha=side,
        textcoords="offset points", fontsize=7.5, color=QUIET.light, annotation_clip=False,
    )  # fmt: skip


def failures(axes: Axes, rows: pd.DataFrame, algorithms: Sequence[str]) -> None:
    """The strip above a panel: a line for each algorithm, a mark at each parameter where it fails."""
    axes.set_ylim(len(algorithms) - 0.4, -0.6)
    axes.grid(visible=False)
    axes.tick_params(left=False, labelleft=False, bottom=False, labelbottom=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    form = str(rows["format"].iloc[0])
    for k, name in enumerate(algorithms):
        part = rows[(rows["algorithm"] == name) & outcome.lost(rows)].sort_values("value")
        if part.empty:
            continue
        colour, words = hand(name).ink.light, f"{name}: {outcome.words(part)}"
        x = part["value"].astype(float)
        axes.plot(x, [k] * len(x), color=colour, marker=marker(form), markersize=3.4, linewidth=1, clip_on=False)
        start, _ = canvas.to_points(axes, float(x.iloc[0]), k)
        before = start > 4.6 * len(words)
        if not before and 4.6 * len(words) > GUTTER - 10:
            words = name
        axes.annotate(
            words, (float(x.iloc[0 if before else -1]), k), xytext=(-7 if before else 7, 0), va="center",
            ha="right" if before else "left", textcoords="offset points", fontsize=7.5, color=colour,
            annotation_clip=False,
        )  # fmt: skip


def _key(rows: pd.DataFrame, *, bounds: bool) -> str:
    parts = ["marks above a panel: some value has no digit right", "grey ground: 1 + condition number"]
    if bounds and np.isfinite(rows["bound_u"]).any():
        parts.insert(1, "dotted: a-priori bound")
    return "   ·   ".join(parts)


def _caption(rows: pd.DataFrame, metric: str) -> str:
    problem, family, parameter = (str(rows[c].iloc[0]) for c in ("problem", "inputs", "parameter"))
    return f"{COLUMNS[metric].title} of {problem} against {parameter}, for inputs {family}, in each format."


def _alt(rows: pd.DataFrame, metric: str) -> str:
    """Per format, what each algorithm comes to at the end, or where it first fails."""
    problem, parameter = str(rows["problem"].iloc[0]), str(rows["parameter"].iloc[0])
    said = []
    for form, part in rows.groupby("format", sort=False):
        each = []
        for name, curve in part.groupby("algorithm", sort=False):
            lost = curve[outcome.lost(curve)]
            held = curve[~outcome.lost(curve) & (curve["value"] < outcome.range_ends(part))]
            worst = f"at most {measure(held[metric].max(), COLUMNS[metric].unit)}" if len(held) else "nowhere right"
            fails = f", {outcome.words(lost)} from {number(lost['value'].min())}" if len(lost) else ""
            each.append(f"{name} {worst}{fails}")
        said.append(f"{form}: {'; '.join(each)}")
    return f"Worst error of {problem} against {parameter}. {'. '.join(said)}."
