"""An audit in words: the first ten lines answer, the rest is there on request."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mpmath

from study.inputs.logits import IGNORED
from study.measurement.written import decimal
from study.own.methods import LOSSES, OURS
from study.own.score import digits
from study.own.tables import table

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.own.audit import Audit
    from study.own.score import Score

CLEAR = 1.0
"""Digits more that make another call worth naming."""
LARGE = 700.0
"""A mean loss whose perplexity is written as an exponential."""
MOST = 20
"""Digits of an exact value that are shown."""
WHAT = {"nll": "loss", "logsumexp": "log Σ exp x"}


def answer(audit: Audit) -> list[str]:
    """The lines that answer: the exact mean, which call to make, the worst token, and every call's mean."""
    if not audit.part.reference.finite:
        return [mean(audit)]
    return [mean(audit), call(audit), worst(audit), *table(audit)]


def mean(audit: Audit) -> str:
    """The exact mean; perplexity, its exponential."""
    what, kept = WHAT[audit.due], audit.part.reference.finite
    gone = f"{_gone(audit)}; " if kept < audit.part.count else ""
    if not kept:
        return f"{_done(audit)}: {gone}no {what} is a number"
    others = f" of the other {kept:,}" if gone else ""
    exactly = f"{decimal(audit.mean, figures(audit.mean))} nats, exactly"
    perplexity = f"; perplexity {_perplexity(audit)}" if audit.due == "nll" else ""
    return f"{_done(audit)}: {gone}mean {what}{others} {exactly}{perplexity}"


def figures(value: Exact) -> int:
    """Decimal digits that a claimed error leaves, at most MOST."""
    error = float(value.error)
    return max(1, min(MOST, math.floor(-math.log10(error)))) if error else MOST


def _done(audit: Audit) -> str:
    stopped = f", stopped after {audit.part.count:,} of {audit.logits.stored.vectors:,} vectors"
    return audit.name + stopped * audit.interrupted


def _gone(audit: Audit) -> str:
    """What has no finite exact loss, and where first."""
    held = audit.part.reference
    words = ("infinite, where the target is masked", "undefined, where every logit is")
    if audit.due == "logsumexp":
        words = ("−inf, where every logit is masked", "")
    kinds = zip((held.infinite, held.undefined), words, held.first, strict=True)
    return ", ".join(f"{count:,} {said} (first: {place(audit, first)})" for count, said, first in kinds if count)


def _perplexity(audit: Audit) -> str:
    if (mean := float(audit.mean.to_float())) > LARGE:
        return f"exp({mean:.6g})"
    with mpmath.workprec(120):
        value = mpmath.exp(audit.mean.to_mpf()[()])
        return str(mpmath.nstr(value, 10, min_fixed=-5, max_fixed=12))


def own_format(audit: Audit) -> str:
    """The format to speak of: that in which the logits are stored, where it is measured, else one that is."""
    formats = list(dict.fromkeys(score.method.form for score in audit.scores))
    stored = audit.logits.stored.dtype.name
    return stored if stored in formats else next((f for f in ("float32", "float64") if f in formats), formats[0])


def call(audit: Audit) -> str:
    """The call that loses least and is the most accurate, in the format of the logits."""
    form = own_format(audit)
    said = f"call {_said(best(audit, form))}"
    if form != "float32" and any(score.method.form == "float32" for score in audit.scores):
        wide = best(audit, "float32")
        said += f"; {_said(wide)}" if wide.digits > best(audit, form).digits + CLEAR else ""
    return said


def best(audit: Audit, form: str) -> Score:
    """The most direct library call of those that lose least and are about as accurate as any; or a better kernel."""
    mine = [s for s in audit.scores if s.method.form == form]
    offered = [s for s in mine if s.method.backend != OURS] or mine
    least = min(score.lost for score in offered)
    near = max(s.token_digits for s in offered if s.lost == least) - CLEAR / 2
    alike = [s for s in offered if s.lost == least and s.token_digits >= near]
    chosen = min(alike, key=lambda s: (list(LOSSES).index(s.method.problem), -s.token_digits))
    for kernel in (s for s in mine if s.method.function == "faithful"):
        if kernel.lost < chosen.lost or kernel.token_digits > chosen.token_digits + CLEAR:
            return kernel
    return chosen


def _said(score: Score) -> str:
    name = score.method.label
    if score.method.backend == OURS:
        name = f"study.kernels.{score.method.due}" if score.method.function == "faithful" else name
    lost = f", {score.gone}" if score.lost else ""
    return (
        f"{name} in {score.method.form}: {score.digits:.1f} decimal digits of the mean right, "
        f"{score.token_digits:.1f} of the worst token{lost}"
    )


def worst(audit: Audit) -> str:
    """The token that some method does worst on, in the format of the logits."""
    form = own_format(audit)
    score = max((s for s in audit.scores if s.method.form == form), key=lambda s: s.tally.error)
    tally = score.tally
    off = f", off by {tally.error:.2g} nats" if math.isfinite(tally.error) else ""
    gives = f"{score.method.label} gives {tally.value:.9g}, exactly {_short(tally.exact)}{off}"
    return f"worst in {form}: {place(audit, tally.row)}, where {gives}"


def _short(exact: str) -> str:
    """An exact value to ten digits."""
    return f"{float(exact):.10g}"


def place(audit: Audit, row: int) -> str:
    """Where a vector is in the file, by its number, and its target."""
    at = audit.logits.stored.position(row)
    where = f"token {at[0] if len(at) == 1 else at}" if at else "the only token"
    return where if audit.logits.targets is None else f"{where}, target {audit.logits.targets[row]}"


def notes(audit: Audit) -> list[str]:
    """What was measured, and what else there is to know of it."""
    logits, stored = audit.logits, audit.logits.stored
    left_out = 0 if logits.targets is None else int((logits.targets == IGNORED).sum())
    masked = f"{logits.masked:,} masked" if logits.masked else "none masked"
    shape = " × ".join(f"{n:,}" for n in stored.shape)
    plain = len(stored.shape) == 2 and stored.axis % 2
    vectors = "" if plain else f", vectors of {stored.length:,} along axis {stored.axis % len(stored.shape)}"
    span = f"{logits.least:.4g} to {logits.largest:.4g}, {masked}"
    said = [f"{shape} logits in {stored.dtype.name}{vectors}, {span}" + f"; ignored: {left_out:,}" * bool(left_out)]
    if audit.part.reference.finite:
        said += [f"means are of the losses in each format, added in binary64; {line}" for line in summed(audit)]
    said += [f"{m.label} in {m.form}: {words}" for m, words in audit.part.refused.items()]
    return said


def summed(audit: Audit) -> list[str]:
    """Where adding even the most accurate losses in their own format costs digits of the mean."""
    kernels = [s for s in audit.scores if s.method in audit.part.kept]
    right = {s.method.form: digits(s.in_format, audit.mean) for s in kernels}
    costs = [
        f"{s.in_format:.6g} in {s.method.form} ({right[s.method.form]:.1f} digits)"
        for s in kernels
        if right[s.method.form] < s.digits - CLEAR
    ]
    return [f"added one by one in their format, those of faithful average {', '.join(costs)}"] if costs else []
