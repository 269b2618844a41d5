"""The gradient of binary cross entropy with respect to the logit: sigmoid minus label."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import extended
from study.problems import sigmoid as sig
from study.problems.base import Problem
from study.problems.bounds import losses as bounds


def _definition(a: Any, x: float, y: float) -> Any:
    if x != x or not extended.are_probabilities(y):  # noqa: PLR0124 - NaN is what it is not
        return a.nan
    if (x, y) == (0, 0.5):
        return 0.0
    certain = a.exact(y) * 0 if y == (x > 0) else (1 - a.exact(y) if x > 0 else -a.exact(y))
    if abs(x) == a.inf:
        return 0.0 if y == (x > 0) else certain
    decay = a.exp(-abs(a.exact(x)))
    share = decay / (1 + decay)
    return certain - share if x > 0 else certain + share


binary_cross_entropy_gradient = Problem(
    name="binary_cross_entropy_gradient",
    formula="1 / (1 + exp(−x)) − y",
    shape="(),()->()",
    definition=_definition,
    sensitivity=lambda x, y, value: np.where(np.isfinite(x), np.abs(x) * (value + y) * (1 - value - y), 0) + y,
    domain="real, probability",
    engine="binary_cross_entropy_gradient",
    code="np.exp(-np.logaddexp(0, -x)) - y",
    special=(
        ((0.0, 0.5), 0), ((inf, 1.0), 0), ((-inf, 0.0), 0), ((inf, 0.0), 1), ((-inf, 1.0), -1), ((inf, 0.5), 0.5),
        ((nan, 0.0), nan), ((0.0, nan), nan), ((0.0, 2.0), nan),
    ),
)  # fmt: skip


@binary_cross_entropy_gradient.algorithm(bound=bounds.bce_gradient, fails=Outcome.UNDERFLOW)
def naive(x: Any, y: Any) -> Any:
    """Naive sigmoid minus label: 0 for the right label once the sigmoid rounds to 1."""
    return sig.naive.function(x) - y


@binary_cross_entropy_gradient.algorithm(bound=bounds.bce_gradient_chained, fails=Outcome.NAN)
def chained(x: Any, y: Any) -> Any:
    """(s − y) / (s (1 − s)) · s (1 − s), the chain rule through the probability s: 0/0 once s rounds to 0 or 1."""
    s = sig.two_branch.function(x)
    slope = s * (1 - s)
    return (s - y) / slope * slope


@binary_cross_entropy_gradient.algorithm(bound=bounds.bce_gradient_two_branch)
def two_branch(x: Any, y: Any) -> Any:
    """(1 − y) − s(−|x|) for x > 0, s(−|x|) − y otherwise."""
    xp = array_namespace(x, y)
    decay = xp.exp(-xp.abs(x))
    share = decay / (1 + decay)
    return xp.where(x > 0, (1 - y) - share, share - y)


def _faithful(a: Any, x: Any, y: Any) -> Any:
    """(1 − y) − s(−|x|) for x > 0, s(−|x|) − y otherwise; they cancel where the label is the sigmoid."""
    (y,), right = extended.checked(y), (x > 0).view(np.int8)
    decay = a.exp(a.number(-np.abs(x)))
    share = a.number(1 - 2 * right) * decay / (a.number(1.0) + decay)
    return (a.number(right) - a.number(y)) + share, a.where(x == 0, a.number(0.0), a.number(0.25) * share)


binary_cross_entropy_gradient.faithful(_faithful)
