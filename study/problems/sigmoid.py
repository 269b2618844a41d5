"""The logistic sigmoid: the probability of the first of two classes, from its logit."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import binary as bounds


def definition(a: Any, x: float) -> Any:
    """1 / (1 + exp(-x)), for x < 0 as exp(x) / (1 + exp(x))."""
    if x != x or abs(x) == a.inf:  # noqa: PLR0124 - NaN is what it is not
        return x if x != x else float(x > 0)  # noqa: PLR0124 - as above
    decay = a.exp(-abs(a.exact(x)))
    return (1 if x >= 0 else decay) / (1 + decay)


sigmoid = Problem(
    name="sigmoid",
    formula="1 / (1 + exp(−x))",
    shape="()->()",
    definition=definition,
    sensitivity=lambda x, value: np.abs(x) * value * (1 - value),
    engine="sigmoid",
    code="np.exp(-np.logaddexp(0, -x))",
    special=(((0.0,), 0.5), ((-0.0,), 0.5), ((inf,), 1), ((-inf,), 0), ((nan,), nan)),
)


@sigmoid.algorithm(bound=bounds.sigmoid_naive, fails=Outcome.UNDERFLOW)
def naive(x: Any) -> Any:
    """1 / (1 + exp(−x)): 0 once exp(−x) overflows, though subnormal numbers are left."""
    return 1 / (1 + array_namespace(x).exp(-x))


@sigmoid.algorithm(bound=bounds.sigmoid_ratio, fails=Outcome.NAN)
def ratio(x: Any) -> Any:
    """Exp x / (1 + exp x): ∞/∞ above log xmax."""
    e = array_namespace(x).exp(x)
    return e / (1 + e)


@sigmoid.algorithm(bound=bounds.sigmoid_tanh, fails=Outcome.UNDERFLOW)
def half_tanh(x: Any) -> Any:
    """(1 + tanh(x/2)) / 2: cancels for x < 0, and is 0 from x = −2p log 2 or so on."""
    return (1 + array_namespace(x).tanh(x / 2)) / 2


@sigmoid.algorithm(bound=bounds.sigmoid, keeps=True)
def two_branch(x: Any) -> Any:
    """1 / (1 + exp(−x)) for x ≥ 0, exp x / (1 + exp x) below."""
    xp = array_namespace(x)
    decay = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, xp.ones_like(x), decay) / (1 + decay)


def value(a: Any, x: Any) -> Any:
    """1 / (1 + exp(−x)): nothing cancels."""
    one = a.number(1.0)
    return one / (one + a.exp(a.number(-x)))


sigmoid.faithful(value)
