"""The gradient of the estimator k3 with respect to its log-ratio."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import ratios as bounds


def _definition(a: Any, r: float) -> Any:
    if not -a.inf < r < a.inf:
        return -1.0 if r == -a.inf else r
    return 0.0 if r == 0 else a.expm1(a.exact(r))


kl_k3_gradient = Problem(
    name="kl_k3_gradient",
    formula="exp r − 1",
    shape="()->()",
    definition=_definition,
    sensitivity=lambda r, value: np.abs(r) * (value + 1),
    engine="kl_k3_gradient",
    code="np.expm1(r)",
    special=(((0.0,), 0), ((-0.0,), 0), ((inf,), inf), ((-inf,), -1), ((nan,), nan)),
)


@kl_k3_gradient.algorithm(bound=bounds.k3_gradient_naive, fails=Outcome.UNDERFLOW)
def naive(r: Any) -> Any:
    """exp r − 1, as reverse mode has it of exp r − r − 1: 0 where exp r rounds to 1."""
    return array_namespace(r).exp(r) - 1


@kl_k3_gradient.algorithm(bound=bounds.k3_gradient_chained, fails=Outcome.NAN)
def chained(r: Any) -> Any:
    """(1 − 1/q) q, q = exp r, as reverse mode has it of (q − 1) − log q: −∞ · 0 where q underflows, ∞ · 0 beyond."""
    q = array_namespace(r).exp(r)
    return (1 - 1 / q) * q


@kl_k3_gradient.algorithm(bound=bounds.k3_gradient_expm1, keeps=True)
def expm1(r: Any) -> Any:
    """expm1 r."""
    return array_namespace(r).expm1(r)


def _faithful(a: Any, r: Any) -> Any:
    """expm1 r, 0 with its sign."""
    x = a.number(r)
    return a.where(r == 0, x, a.expm1(x))


kl_k3_gradient.faithful(_faithful)
