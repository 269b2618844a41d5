"""Tables of an audit as text: what every call makes of the mean loss, and everything that was measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from study.measurement.outcome import FAILURES
from study.own.methods import LOSSES, OURS

if TYPE_CHECKING:
    import pandas as pd

    from study.own.audit import Audit
    from study.own.score import Score

FIRST = 2
"""Library calls before our formulas, so that these are within the first ten lines."""
FIGURES = ("max_ulp", "max_u", "max_normwise", "overflow", "underflow", "nan", "missed")


def table(audit: Audit) -> list[str]:
    """A line for each method: in every format its mean, decimal digits right, and how many are lost."""
    formats = list(dict.fromkeys(score.method.form for score in audit.scores))
    cells = {(s.method.label, s.method.form): cell(s) for s in audit.scores}
    labels = order(audit)
    wide = max(map(len, labels))
    columns = {f: max(len(f), *(len(c) for (_, form), c in cells.items() if form == f)) for f in formats}
    head = "mean, digits right".ljust(wide) + "".join(f"  {f:{columns[f]}}" for f in formats)
    lines = (
        f"{label:{wide}}" + "".join(f"  {cells.get((label, f), '–'):{columns[f]}}" for f in formats) for label in labels
    )
    return [line.rstrip() for line in (head, *lines)]


def order(audit: Audit) -> list[str]:
    """The most direct calls of two libraries, our formulas, then the other calls."""
    methods = {score.method.label: score.method for score in audit.scores}
    calls = sorted((m for m in methods.values() if m.backend != OURS), key=lambda m: list(LOSSES).index(m.problem))
    direct = list({m.backend: next(c.label for c in calls if c.backend == m.backend) for m in calls}.values())[:FIRST]
    ours = [label for label, method in methods.items() if method.backend == OURS]
    return list(dict.fromkeys((*direct, *ours, *(m.label for m in calls))))


def cell(score: Score) -> str:
    """A mean and its digits right, or what is lost."""
    right = f" {score.digits:.1f}" if math.isfinite(score.mean) else ""
    return f"{score.mean:.6g}{right} {score.gone}".rstrip()


def safe(figures: pd.DataFrame) -> list[str]:
    """A line for each problem and format: what loses no value, the least worst error first."""
    lines = []
    for (problem, form), part in figures.groupby(["problem", "format"], sort=False):
        kept = part[list(FAILURES)].sum(axis=1) == 0
        whole = part[kept & part["max_ulp"].notna()].sort_values("max_ulp", kind="stable")
        names = [f"{row['algorithm']} ({row['max_ulp']:.3g} ulp)" for _, row in whole.iterrows()]
        lines.append(f"- {problem} in {form}: {', '.join(names) or 'none: every formula loses some value'}")
    return lines


def full(audit: Audit) -> list[str]:
    """Everything that was measured, in tables."""
    shown = ["problem", "format", "backend", "algorithm", "count", *FIGURES]
    return [
        "## What loses no value here, the most accurate first\n", *safe(audit.figures),
        "\n## Vector by vector: the algorithms of Blanchard, Higham and Higham (2021)\n", text(audit.part.published),
        "\n## What softmax sums to\n", text(audit.sums),
        "\n## Errors against the exact values of the logits in each format\n", text(audit.figures[shown]),
    ]  # fmt: skip


def text(table: pd.DataFrame | None) -> str:
    """A table as text."""
    return "" if table is None else str(table.to_string(index=False, float_format=lambda v: f"{v:.6g}"))
