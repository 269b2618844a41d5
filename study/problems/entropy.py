"""Entropy of a distribution: its cross entropy with itself, the least that any model can reach."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import cross_entropy as cross
from study.problems.base import Problem
from study.problems.bounds import distributions as bounds


def _sensitivity(p: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    return np.sum(np.abs(p * (np.log(np.where(p == 0, 1, p)) + 1)), axis=-1)


entropy = Problem(
    name="entropy",
    formula="−Σ pᵢ log pᵢ",
    shape="(n)->()",
    definition=lambda a, p: cross.definition(a, p, p),
    sensitivity=_sensitivity,
    domain="probability",
    engine="entropy",
    code="-(p * np.log(p)).sum(axis=-1)",
    special=(
        (([],), 0), (([1.0, 0.0, -0.0],), 0), (([nan, 1.0],), nan), (([2.0],), nan), (([-0.5],), nan), (([inf],), nan),
    ),
)  # fmt: skip


@entropy.algorithm(bound=bounds.entropy, fails=Outcome.NAN)
def naive(p: Any) -> Any:
    """−Σ pᵢ log pᵢ: 0 log 0 is NaN."""
    return -reductions.sequential_sum(p * array_namespace(p).log(p))


@entropy.algorithm(bound=bounds.entropy)
def xlogy(p: Any) -> Any:
    """The same sum without the terms where pᵢ = 0."""
    return cross.xlogy.function(p, p)


entropy.faithful(lambda a, p: cross.value(a, p, p))
