"""Figures of measurements, by matplotlib: each function takes a table and, where one panel is wanted, axes.

    study.plots.worst(study.measure(mine, "softmax", "float32")).savefig("mine.pdf")

A figure without axes of one's own is made in the style of ``study/plots/study.mplstyle``, and no pyplot keeps it: no
global state is read or changed. ``ax=`` draws one panel on axes that are there, in whatever style these have. Nothing
of matplotlib is imported before something is drawn.
"""

from __future__ import annotations

from study.plots._costs import costs
from study.plots._digits import digits
from study.plots._errors import errors, worst
from study.plots._lines import curve, lines
from study.plots._outcomes import outcomes
from study.plots._tails import tails
from study.plots._values import values

__all__ = ["costs", "curve", "digits", "errors", "lines", "outcomes", "tails", "values", "worst"]
