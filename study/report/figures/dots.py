"""The worst error of each formula in each format, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.report import outcome
from study.report.columns import COLUMNS
from study.report.drawing import Drawing
from study.report.figures import canvas
from study.report.figures.errors import FLOOR
from study.report.style import QUIET, applied, hand, marker
from study.report.text import measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

ROW, HEAD, LEFT, MIDDLE, LOST = 19.0, 30.0, 150.0, 362.0, 24.0


def draw(table: pd.DataFrame, problems: Sequence[str] | None, metric: str, equal: Mapping[str, Any]) -> Drawing:
    """A panel a problem, a line an algorithm; see ``figures.worst_errors``."""
    rows = table.assign(lost=outcome.lost(table))
    for column, value in equal.items():
        rows = rows[rows[column] == value]
    names = list(problems if problems is not None else rows["problem"].unique())
    forms = list(rows["format"].unique())
    counts = [rows[rows["problem"] == name]["algorithm"].nunique() for name in names]
    top = 2 * max(float(rows[~rows["lost"]][metric].max()), 10.0)
    with applied():
        fig = canvas.figure(sum(counts) * ROW + len(names) * HEAD + 66)
        upper = HEAD
        for name, count in zip(names, counts, strict=True):
            axes = canvas.place(fig, LEFT, upper, MIDDLE, count * ROW)
            _panel(axes, rows[rows["problem"] == name], forms, metric, top)
            axes.set_title(name, pad=4)
            upper += count * ROW + HEAD
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(f"worst error ({COLUMNS[metric].unit})")
        _key(fig, forms)
    caption = f"{COLUMNS[metric].title} of each formula, a mark a format; grey band: half an ulp (rounding) to one."
    return Drawing(fig, caption, _alt(rows, names, metric))


def _panel(axes: Axes, rows: pd.DataFrame, forms: Sequence[str], metric: str, top: float) -> None:
    names = list(rows["algorithm"].unique())
    canvas.log_axis(axes.xaxis, FLOOR, top)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(left=False, labelbottom=False)
    for text, name in zip(axes.get_yticklabels(), names, strict=True):
        text.set_color(hand(name).ink.light)
    axes.axvspan(0.5, 1, color=QUIET.light, alpha=0.12, linewidth=0, zorder=0)
    for k, name in enumerate(names):
        gone = []
        for j, form in enumerate(forms):
            part = rows[(rows["algorithm"] == name) & (rows["format"] == form)]
            if part.empty:
                continue
            if part["lost"].any():
                gone.append(f"{form}: {outcome.words(part[part['lost']])}")
                continue
            at = max(float(part[metric].max()), FLOOR)
            shift = (j - (len(forms) - 1) / 2) * 0.12
            axes.plot(
                [at], [k + shift], marker(form), color=hand(name).ink.light, markersize=5.5, clip_on=False,
                markerfacecolor="none" if j % 2 else hand(name).ink.light,
            )  # fmt: skip
        axes.annotate(
            _merged(gone), (1, k), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=8, color=hand(name).ink.light, annotation_clip=False,
        )  # fmt: skip


def _merged(gone: Sequence[str]) -> str:
    """Formats that end alike, said once."""
    by_word: dict[str, list[str]] = {}
    for entry in gone:
        form, _, word = entry.partition(": ")
        by_word.setdefault(word, []).append(form)
    return "; ".join(f"{word} in {', '.join(forms)}" for word, forms in by_word.items())


def _key(fig: Any, forms: Sequence[str]) -> None:
    axes = canvas.place(fig, LEFT, fig.get_figheight() * 72 - 20, MIDDLE, 14, frameon=False)
    axes.set(xlim=(0, MIDDLE), ylim=(0, 14), xticks=[], yticks=[])
    for j, form in enumerate(forms):
        at = 6 + j * (MIDDLE / max(len(forms), 4))
        face = "none" if j % 2 else QUIET.light
        axes.plot([at], [8], marker(form), color=QUIET.light, markersize=5.5, markerfacecolor=face, clip_on=False)
        axes.annotate(form, (at + 7, 7.5), va="center", fontsize=8.5, color=QUIET.light, annotation_clip=False)


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
