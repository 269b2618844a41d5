"""What is to be seen in a figure, in words, for those who do not see it: read from what was drawn."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from study.plots.text import listed, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


def told(figure: Figure) -> str:
    """The axes, and of each panel where every line starts and ends, or what is written in it."""
    lowest = [axes for axes in figure.axes if axes.get_xlabel()]
    up = next((axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()), "")
    across = lowest[0].get_xlabel() if lowest else ""
    head = f"{up} against {across}. " if up else f"{across}. " * bool(across)
    return head[:1].upper() + head[1:] + " ".join(f"{_panel(axes)}." for axes in figure.axes)


def _panel(axes: Axes) -> str:
    named = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    lines = [(line.get_label(), np.atleast_1d(np.asarray(line.get_ydata(), dtype=float))) for line in named]
    said = [f"{name} {_course(axes, values)}" for name, values in lines if len(values) > 1]
    if not said:
        written = Counter(text.get_text() for text in axes.texts)
        said = [words if times == 1 else f"{words} {times} times" for words, times in written.items()]
    title = axes.get_title(loc="left") or axes.get_title(loc="right")
    return f"{title}: {'; '.join(said)}" if title else "; ".join(said)


def _course(axes: Axes, values: NDArray[np.float64]) -> str:
    """Where a line starts and where it ends, its range where that is wider."""
    finite = [float(y) for y in values if math.isfinite(y)]
    if not finite:
        return "nowhere finite"
    ends = [finite[0], finite[-1]]
    inner = [y for y in (min(finite), max(finite)) if y not in ends]
    between = f" by way of {listed(_said(axes, y) for y in inner)}" if inner else ""
    stop = "" if math.isfinite(values[-1]) else ", then nothing finite"
    return f"from {_said(axes, ends[0])}{between} to {_said(axes, ends[1])}{stop}"


def _said(axes: Axes, y: float) -> str:
    """A value, or the words of its tick, where that stands for more than a number."""
    for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        if label.get_text() and math.isclose(place, y, rel_tol=1e-9):
            return str(label.get_text())
    return number(y)
