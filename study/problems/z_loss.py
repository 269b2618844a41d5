"""The z-loss: the square of the log normaliser, which keeps logits from drifting (PaLM, 2022, with a factor 1e-4)."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np

from study.certified.errors import Outcome
from study.problems import logsumexp as lse
from study.problems.base import Problem
from study.problems.bounds import logsumexp as of_logsumexp
from study.problems.bounds import z_loss as bounds
from study.problems.logsumexp import largest

FAR = 2.0**12
"""Distance below the maximum at which a logit still says on which side of the maximum's square the z-loss is."""


def _definition(a: Any, x: Any) -> Any:
    """The square of logsumexp.

    The square of a maximum below 1 may be where rounding turns to zero; logits FAR below the maximum, or further, then
    count as FAR below: a change of less than 2**-4800 that keeps what exp(-1e30) is there for, the side.
    """
    if x.size and 0 < abs(x.max()) < 1:
        x = np.where(x > -np.inf, np.maximum(x, x.max() - FAR), x)
    value = lse.definition(a, x)
    return value * value


z_loss = Problem(
    name="z_loss",
    formula="(log Σ exp xᵢ)²",
    shape="(n)->()",
    definition=_definition,
    sensitivity=lambda x, value: 2 * np.sqrt(value) * largest(x),
    engine="z_loss",
    code="""
top = x.max(axis=-1)
(top + np.log(np.exp(x - top[..., None]).sum(axis=-1))) ** 2
""",
    special=(
        (([],), inf), (([0.0],), 0), (([-0.0],), 0), (([4.0],), 16), (([-2.0],), 4), (([-inf],), inf),
        (([-inf, -inf],), inf), (([inf, 0.0],), inf), (([inf, -inf],), inf), (([-inf, 2.0],), 4), (([nan, 0.0],), nan),
    ),
)  # fmt: skip


@z_loss.algorithm(bound=bounds.squared(bounds.logsumexp_unshifted_absolute), fails=Outcome.OVERFLOW)
def naive(x: Any) -> Any:
    """(log Σ exp xᵢ)², unshifted: ∞ above log xmax, and where all exp xᵢ are 0."""
    return _squared(lse.naive.function(x))


@z_loss.algorithm(bound=bounds.squared(of_logsumexp.logsumexp_shifted_absolute), keeps=True)
def shifted(x: Any) -> Any:
    """(max + log Σ exp(xᵢ − max))²."""
    return _squared(lse.shifted.function(x))


@z_loss.algorithm(bound=bounds.squared(of_logsumexp.logsumexp_shifted_absolute), keeps=True)
def log1p(x: Any) -> Any:
    """(max + log1p s)², s = Σ exp(xᵢ − max) over the others."""
    return _squared(lse.log1p.function(x))


def _squared(y: Any) -> Any:
    return y * y


def normaliser(a: Any, x: Any) -> tuple[Any, Any, Any]:
    """logsumexp in an arithmetic ``a``, log2 of the larger of its two terms, and where its maximum is finite."""
    top, rest = lse.others(a, x)
    finite = np.isfinite(top)
    top = np.where(finite, top, 0.0)
    tail = a.log1p(a.where(finite, rest, a.number(np.zeros_like(top))))
    return a.number(top) + tail, np.maximum(np.log2(np.abs(top)), a.log2(tail)), finite


def _faithful(a: Any, x: Any) -> Any:
    """(max + log1p(Σ exp(xᵢ − max) over the others))²; near 0 these cancel."""
    top = np.max(x, axis=-1, keepdims=True, initial=-np.inf)
    beside = (np.abs(top) < 1) & (top != 0) & (x > -np.inf)  # 2**-1154 is enough to tell the side of a tie
    y, cancelling, finite = normaliser(a, np.where(beside, np.maximum(x, top - 800), x))
    special = a.number(np.where(np.isnan(top[..., 0]), np.nan, np.inf))
    return a.where(finite, y * y, special), a.power(np.where(finite, 1 + a.log2(y) + cancelling, -np.inf))


z_loss.faithful(_faithful)
