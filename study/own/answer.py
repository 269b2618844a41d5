"""An audit in words: the first ten lines answer, the rest is there on request."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mpmath
import numpy as np

from study.inputs.logits import IGNORED
from study.measurement.written import decimal
from study.own.methods import LOSSES, OURS
from study.own.score import digits

if TYPE_CHECKING:
    import pandas as pd

    from study.certified.exact import Exact
    from study.own.audit import Audit
    from study.own.score import Score

CLEAR = 1.0
"""Digits more that make another call worth naming."""
MOST = 20
"""Digits of an exact value that are shown."""
FIRST = 2
"""Library calls before our formulas, so that these are within the first ten lines."""
FIGURES = ("max_ulp", "max_u", "max_normwise", "overflow", "underflow", "nan", "missed")
LOST = ["overflow", "underflow", "nan", "missed"]
WHAT = {"nll": "loss", "logsumexp": "log Σ exp x"}


def answer(audit: Audit) -> list[str]:
    """The lines that answer: the exact mean, which call to make, the worst token, and every call's mean."""
    return [mean(audit), call(audit), worst(audit), *table(audit)]


def mean(audit: Audit) -> str:
    """The exact mean; perplexity, its exponential."""
    what = WHAT[audit.due]
    exactly = decimal(audit.mean, figures(audit.mean))
    perplexity = f"; perplexity {_perplexity(audit)}" if audit.due == "nll" else ""
    gone = int((~audit.finite).sum())
    if not gone:
        return f"{_done(audit)}: mean {what} {exactly} nats, exactly{perplexity}"
    if gone == len(audit.finite):
        return f"{_done(audit)}: no {what} is a number: {_gone(audit)}"
    return f"{_done(audit)}: {_gone(audit)}; mean {what} of the other {len(audit.finite) - gone:,} {exactly} nats, exactly{perplexity}"


def figures(value: Exact) -> int:
    """Decimal digits that a claimed error leaves, at most MOST."""
    error = float(value.error)
    return max(1, min(MOST, math.floor(-math.log10(error)))) if error else MOST


def _done(audit: Audit) -> str:
    stopped = f", stopped after {len(audit.part.rows):,} of {audit.logits.stored.vectors:,} vectors"
    return audit.name + stopped * audit.interrupted


def _gone(audit: Audit) -> str:
    """What has no finite exact loss, and where first."""
    hi, first = audit.part.reference.hi, lambda of: place(audit, int(np.argmax(of)))
    masked, undefined = np.isinf(hi), np.isnan(hi)
    said = []
    if masked.any():
        said.append(f"{int(masked.sum()):,} infinite, the target masked (first: {first(masked)})")
    if undefined.any():
        said.append(f"{int(undefined.sum()):,} undefined, every logit masked (first: {first(undefined)})")
    return ", ".join(said)


def _perplexity(audit: Audit) -> str:
    with mpmath.workprec(120):
        value = mpmath.exp(audit.mean.to_mpf()[()])
        return str(mpmath.nstr(value, 10, min_fixed=-5, max_fixed=12))


def own_format(audit: Audit) -> str:
    """The format to speak of: that in which the logits are stored, where it is measured, else one that is."""
    formats = list(dict.fromkeys(score.method.form for score in audit.scores))
    stored = audit.logits.stored.dtype.name
    return stored if stored in formats else next((f for f in ("float32", "float64") if f in formats), formats[0])


def call(audit: Audit) -> str:
    """The call that loses least and is the most accurate, in the format of the logits; the kernel where it is better."""
    form = own_format(audit)
    said = f"call {_said(best(audit, form))}"
    if form != "float32" and any(score.method.form == "float32" for score in audit.scores):
        wide = best(audit, "float32")
        said += f"; {_said(wide)}" if wide.digits > best(audit, form).digits + CLEAR else ""
    return said


def best(audit: Audit, form: str) -> Score:
    """The least lost, then a library's call or the kernel ``faithful``, whichever is clearly better."""
    mine = [s for s in audit.scores if s.method.form == form]
    offered = [s for s in mine if s.method.backend != OURS] or mine
    library = min(offered, key=rank)
    kernel = [s for s in mine if s.method.function == "faithful" and s.method.backend == OURS]
    better = [k for k in kernel if k.lost < library.lost or k.token_digits > library.token_digits + CLEAR]
    return better[0] if better else library


def rank(score: Score) -> tuple[int, float, float]:
    """What is lost, then the digits of the worst token, then of the mean."""
    return score.lost, -score.token_digits, -score.digits


def _said(score: Score) -> str:
    name = score.method.label
    if score.method.backend == OURS:
        name = f"study.kernels.{score.method.due}" if score.method.function == "faithful" else name
    lost = f", {score.lost:,} lost" if score.lost else ""
    return (
        f"{name} in {score.method.form}: {score.digits:.1f} decimal digits of the mean right, "
        f"{score.token_digits:.1f} of the worst token{lost}"
    )


def worst(audit: Audit) -> str:
    """The token that some method does worst on, in the format of the logits."""
    form = own_format(audit)
    score = max((s for s in audit.scores if s.method.form == form), key=lambda s: s.error)
    exactly = decimal(audit.part.reference[score.worst], 10)
    off = f", off by {score.error:.2g} nats" if math.isfinite(score.error) else ""
    return f"worst in {form}: {place(audit, score.worst)}, where {score.method.label} gives {score.value:.9g}, exactly {exactly}{off}"


def place(audit: Audit, index: int) -> str:
    """Where a vector is in the file, and its target."""
    row = int(audit.part.rows[index])
    at = audit.logits.stored.position(row)
    where = f"token {at[0] if len(at) == 1 else at}"
    return where if audit.logits.targets is None else f"{where}, target {audit.logits.targets[row]}"


def table(audit: Audit) -> list[str]:
    """A line for each method: in every format its mean, decimal digits right, and how many are lost."""
    formats = list(dict.fromkeys(score.method.form for score in audit.scores))
    cells = {(s.method.label, s.method.form): cell(s) for s in audit.scores}
    labels = order(audit)
    wide = max(map(len, labels))
    columns = {f: max(len(f), *(len(c) for (_, form), c in cells.items() if form == f)) for f in formats}
    head = "mean, digits right".ljust(wide) + "".join(f"  {f:{columns[f]}}" for f in formats)
    lines = (
        f"{label:{wide}}" + "".join(f"  {cells.get((label, f), '–'):{columns[f]}}" for f in formats)
        for label in labels
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
    lost = f" {score.lost:,} lost" if score.lost else ""
    right = f" {score.digits:.1f}" if math.isfinite(score.mean) else ""
    return f"{score.mean:.6g}{right}{lost}"


def notes(audit: Audit) -> list[str]:
    """What was measured, and what else there is to know of it."""
    logits, stored = audit.logits, audit.logits.stored
    left_out = 0 if logits.targets is None else int((logits.targets == IGNORED).sum())
    masked = f"{logits.masked:,} masked" if logits.masked else "none masked"
    shape = " × ".join(f"{n:,}" for n in stored.shape)
    said = [
        f"{shape} logits in {stored.dtype.name}, {stored.vectors:,} vectors of {stored.length:,}, {logits.least:.4g} to "
        f"{logits.largest:.4g}, {masked}" + f"; {left_out:,} targets ignored" * bool(left_out)
    ]
    said += [f"means are of the losses in each format, added without error; {line}" for line in summed(audit)]
    said += [f"{m.label} in {m.form}: {words}" for m, words in audit.part.refused.items()]
    return said


def summed(audit: Audit) -> list[str]:
    """Where adding even the most accurate losses in their own format costs digits of the mean."""
    exact = float(audit.mean.to_float())
    kernels = [s for s in audit.scores if s.method.function == "faithful"]
    right = {s.method.form: digits(abs(s.in_format - exact), exact) for s in kernels}
    costs = [
        f"{s.in_format:.6g} in {s.method.form} ({right[s.method.form]:.1f} digits)"
        for s in kernels
        if right[s.method.form] < s.digits - CLEAR
    ]
    return [f"added one by one in their format, those of faithful average {', '.join(costs)}"] if costs else []


def safe(figures: pd.DataFrame) -> list[str]:
    """A line for each problem and format: what loses no value, the least worst error first."""
    lines = []
    for (problem, form), part in figures.groupby(["problem", "format"], sort=False):
        whole = part[(part[LOST].sum(axis=1) == 0) & part["max_ulp"].notna()].sort_values("max_ulp", kind="stable")
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
