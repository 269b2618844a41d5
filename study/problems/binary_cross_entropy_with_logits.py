"""Binary cross entropy from logits."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import binary_cross_entropy as from_probabilities
from study.problems import extended
from study.problems import log_sigmoid as logs
from study.problems import sigmoid as sig
from study.problems import softplus as soft
from study.problems.base import Problem
from study.problems.bounds import losses as bounds


def definition(a: Any, x: float, y: float) -> Any:
    """-y log s - (1 - y) log(1 - s), s = 1 / (1 + exp(-x)), as |x| w + log1p(exp(-|x|)), w the weight of the worse."""
    if x != x or not extended.are_probabilities(y):  # noqa: PLR0124 - NaN is what it is not
        return a.nan
    tail = soft.definition(a, -abs(x))
    if x == 0 or y == (x > 0):
        return tail
    if abs(x) == a.inf:
        return a.inf
    return abs(a.exact(x)) * (1 - a.exact(y) if x > 0 else a.exact(y)) + tail


def sensitivity(x: Any, y: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    """|x (s - y)| + |x y|."""
    return np.abs(x) * (np.abs(sig.two_branch.function(np.asarray(x, dtype=np.float64)) - y) + y)


binary_cross_entropy_with_logits = Problem(
    name="binary_cross_entropy_with_logits",
    formula="softplus(x) − x y",
    shape="(),()->()",
    definition=definition,
    sensitivity=sensitivity,
    domain="real, probability",
    engine="binary_cross_entropy_with_logits",
    code="np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))",
    special=(
        ((inf, 1.0), 0), ((-inf, 0.0), 0), ((-inf, -0.0), 0), ((inf, 0.0), inf), ((-inf, 1.0), inf), ((inf, 0.5), inf),
        ((-inf, 0.5), inf),
        ((nan, 0.0), nan), ((0.0, nan), nan), ((0.0, 2.0), nan), ((1.0, -1.0), nan),
    ),
)  # fmt: skip


@binary_cross_entropy_with_logits.algorithm(fails=Outcome.NAN)
def naive(x: Any, y: Any) -> Any:
    """Naive binary cross entropy of the naive sigmoid."""
    return from_probabilities.naive.function(sig.naive.function(x), y)


@binary_cross_entropy_with_logits.algorithm(bound=bounds.bce_log_sigmoid)
def log_sigmoid(x: Any, y: Any) -> Any:
    """−(y s(x) + (1 − y) s(−x)), s being log-sigmoid in two branches."""
    return -(y * logs.two_branch.function(x) + (1 - y) * logs.two_branch.function(-x))


@binary_cross_entropy_with_logits.algorithm(bound=bounds.bce_stable)
def stable(x: Any, y: Any) -> Any:
    """max(x, 0) − x y + log1p(exp(−|x|)), as TensorFlow documents it: cancels for soft labels near 1."""
    xp = array_namespace(x, y)
    return (xp.where(x > 0, x, xp.zeros_like(x)) - x * y) + xp.log1p(xp.exp(-xp.abs(x)))


@binary_cross_entropy_with_logits.algorithm(bound=bounds.bce_weighted)
def weighted(x: Any, y: Any) -> Any:
    """|x| w + log1p(exp(−|x|)), w = 1 − y for x > 0, y otherwise: no term is negative."""
    xp = array_namespace(x, y)
    return xp.abs(x) * xp.where(x > 0, 1 - y, y) + xp.log1p(xp.exp(-xp.abs(x)))


def value(a: Any, x: Any, y: Any) -> Any:
    """x ([x > 0] − y) + log1p(exp(−|x|)): no term is negative."""
    (y,), right = extended.checked(y), np.asarray(x > 0, dtype=np.float64)
    linear = a.where(y == right, a.number(0.0), (a.number(right) - a.number(y)) * a.number(x))
    return linear + a.log1p(a.exp(a.number(-np.abs(x))))


binary_cross_entropy_with_logits.faithful(value)
