"""What lies around the curves of an error: the regions of a panel, and the strip of failures above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.report import outcome
from study.report.figures.labels import GAP, width_of
from study.report.figures.paper import SMALL
from study.report.style import QUIET, SHADE_DEEP, Hand, hand, marker
from study.report.text import number

if TYPE_CHECKING:
    import pandas as pd

    from study.report.figures.panel import Panel

FLOOR = 0.1
"""Smaller errors are drawn here: all are below half an ulp, that is, correctly rounded."""


def shade(panel: Panel, rows: pd.DataFrame, x: Any, overflow: float | None, out: float) -> None:
    """Condition number under the curves, and the regions that the format cannot hold, or not in full."""
    cond = rows.groupby("value")["max_cond"].max().reindex(x).astype(float)
    panel.ground(x, np.clip(1 + cond, FLOOR, 1e300))
    if overflow is not None:
        _region(panel, overflow, f"exp overflows above {number(overflow, 4)}")
        return
    partly = float(rows[rows["subnormal"] > 0]["value"].min())
    beside = _region(panel, out, "out of range")
    if partly < out:
        panel.band(partly, min(out, panel.x.high))
        panel.border(partly)
        panel.over.text(
            min(panel.x(min(out, panel.x.high)), beside) - 4, -4, "subnormal", QUIET, size=SMALL, anchor="end"
        )


def _region(panel: Panel, start: float, words: str) -> float:
    """Shade what lies right of a parameter, and say above the panel what it is; returns where the words begin."""
    if start >= panel.x.high:
        return panel.width
    panel.band(start, panel.x.high, SHADE_DEEP)
    panel.border(start, "a")
    fits = panel.width - panel.x(start) > width_of(words, SMALL) or panel.x(start) < width_of(words, SMALL)
    panel.remark(start if fits else panel.x.high, words, anchor="start" if fits else "end")
    return panel.x(start) if fits else panel.width - width_of(words, SMALL)


def last_digit(panel: Panel, limit: float, *, crowded: bool) -> None:
    """The error from which on no digit is right, named below its line where curves are above it."""
    y = panel.height - panel.y(limit)
    if y > 0:
        panel.over.rules([((0, y), (panel.width, y))], "q")
        panel.over.text(
            panel.width - 4,
            y + (12 if crowded else -4),
            "above: no digit right",
            QUIET,
            size=SMALL,
            anchor="end",
            kind="o",
        )


def failures(panel: Panel, rows: pd.DataFrame, beside: float) -> None:
    """The strip above a panel: a line for each algorithm that fails, a mark at each parameter where it does.

    Args:
        panel: with its room for the strip above.
        rows: with a column ``lost``.
        beside: pixels right of the panel.
    """
    lost = rows[rows["lost"]].sort_values("value", kind="stable")
    names = [name for name in rows["algorithm"].unique() if (lost["algorithm"] == name).any()]
    for k, name in enumerate(reversed(names)):
        part, ink, y = lost[lost["algorithm"] == name], hand(name).ink, -24 - GAP * k
        x = [panel.x(float(v)) for v in part["value"]]
        panel.over.line([(x[0], y), (x[-1], y)], Hand(ink, ""), width=1)
        panel.over.marks([(at, y) for at in x], marker(str(part["format"].iloc[0])), ink, radius=2.2)
        words, before = _fitting(name, outcome.words(part), x[0] - 10, beside + panel.width - x[-1] - 12)
        at, anchor = (x[0] - 7, "end") if before else (x[-1] + 8, "")
        panel.over.text(at, y + 4, words, ink, size=SMALL, anchor=anchor)


def _fitting(name: str, failures: str, left: float, right: float) -> tuple[str, bool]:
    """As much of a label as there is room for, and whether it stands left of its line."""
    for words in (f"{name}: {failures}", f"{name}: {failures.split(',', maxsplit=1)[0]} …"):
        for room in (left, right):
            if width_of(words, SMALL) < room:
                return words, room == left
    return name, width_of(name, SMALL) < left
