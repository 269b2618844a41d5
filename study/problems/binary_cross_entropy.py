"""Binary cross entropy from probabilities."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import extended
from study.problems.base import Problem
from study.problems.bounds import losses as bounds
from study.problems.nll_from_probabilities import clip


def _definition(a: Any, p: float, y: float) -> Any:
    if not extended.are_probabilities(p, y):
        return a.nan
    if y in (0, 1):
        return extended.minus_log(a, p) if y else extended.minus_log1m(a, p)
    if p in (0, 1):
        return a.inf
    label = a.exact(y)
    return label * extended.minus_log(a, p) + (1 - label) * extended.minus_log1m(a, p)


binary_cross_entropy = Problem(
    name="binary_cross_entropy",
    formula="−y log p − (1 − y) log(1 − p)",
    shape="(),()->()",
    definition=_definition,
    sensitivity=lambda p, y, value: np.abs(p - y) / (1 - p) + y * np.abs(np.log(p) - np.log1p(-p)),  # noqa: ARG005
    domain="probability",
    engine="binary_cross_entropy",
    code="-(y * np.log(p) + (1 - y) * np.log1p(-p))",
    special=(
        ((0.0, 0.0), 0), ((1.0, 1.0), 0), ((0.0, 1.0), inf), ((1.0, 0.0), inf), ((0.0, 0.5), inf), ((1.0, 0.5), inf),
        ((nan, 0.0), nan), ((0.5, nan), nan), ((2.0, 0.5), nan), ((0.5, -1.0), nan), ((0.5, 2.0), nan),
        ((2.0, 1.0), nan),
    ),
)  # fmt: skip


@binary_cross_entropy.algorithm(bound=bounds.binary_cross_entropy_naive, fails=Outcome.NAN)
def naive(p: Any, y: Any) -> Any:
    """−(y log p + (1 − y) log(1 − p)): 0 log 0 is NaN, and 1 − p rounds."""
    xp = array_namespace(p, y)
    return -(y * xp.log(p) + (1 - y) * xp.log(1 - p))


@binary_cross_entropy.algorithm(bound=bounds.binary_cross_entropy)
def xlogy(p: Any, y: Any) -> Any:
    """The same with log1p(−p), and without a term of weight 0."""
    return _masked(p, y, lambda xp: (xp.log(p), xp.log1p(-p)))


@binary_cross_entropy.algorithm(fails=Outcome.MISSED)
def clamped_log(p: Any, y: Any) -> Any:
    """Each log at least −100, as PyTorch does."""
    return _masked(p, y, lambda xp: (_at_least(xp.log(p), -100), _at_least(xp.log1p(-p), -100)))


@binary_cross_entropy.algorithm(fails=Outcome.MISSED)
def clipped_1e_7(p: Any, y: Any) -> Any:
    """The naive formula with p clipped to [1e-7, 1 − 1e-7], as Keras does."""
    return naive.function(clip(p, 1e-7), y)


def _masked(p: Any, y: Any, logs: Any) -> Any:
    xp = array_namespace(p, y)
    log, log1m = logs(xp)
    zero = xp.zeros_like(p * y)
    return -(xp.where(y == 0, zero, y * log) + xp.where(y == 1, zero, (1 - y) * log1m))


def _at_least(x: Any, low: float) -> Any:
    xp = array_namespace(x)
    return xp.where(x < low, xp.asarray(low, dtype=x.dtype), x)


def _faithful(a: Any, p: Any, y: Any) -> Any:
    """−y log p − (1 − y) log1p(−p): two terms of one sign."""
    p, y = extended.checked(p, y)
    zero, one = a.number(0.0), a.number(1.0)
    first = a.where(y == 0, zero, a.number(y) * a.log(a.number(p)))
    return -(first + a.where(y == 1, zero, (one - a.number(y)) * a.log1p(-a.number(p))))


binary_cross_entropy.faithful(_faithful)
