"""The log of the sigmoid: the log-probability of the first of two classes, from its logit."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import sigmoid as sig
from study.problems import softplus as soft
from study.problems.base import Problem
from study.problems.bounds import binary as bounds

log_sigmoid = Problem(
    name="log_sigmoid",
    formula="−log(1 + exp(−x))",
    shape="()->()",
    definition=lambda a, x: -soft.definition(a, -x),
    sensitivity=lambda x, value: -np.abs(x) * np.expm1(value),
    engine="log_sigmoid",
    code="-np.logaddexp(0, -x)",
    special=(((inf,), 0), ((-inf,), -inf), ((nan,), nan)),
)


@log_sigmoid.algorithm(bound=bounds.log_of_sigmoid, fails=Outcome.OVERFLOW)
def naive(x: Any) -> Any:
    """log(1 / (1 + exp(−x))): −∞ once exp(−x) overflows, 0 once 1 + exp(−x) is 1."""
    return array_namespace(x).log(sig.naive.function(x))


@log_sigmoid.algorithm(bound=bounds.log_of_sigmoid, fails=Outcome.OVERFLOW)
def log_of_two_branch(x: Any) -> Any:
    """Log of the two-branch sigmoid: −∞ once that underflows."""
    return array_namespace(x).log(sig.two_branch.function(x))


@log_sigmoid.algorithm(bound=bounds.log_sigmoid_log1p, fails=Outcome.OVERFLOW)
def log1p(x: Any) -> Any:
    """−log1p of exp(−x): −∞ once that overflows."""
    xp = array_namespace(x)
    return -xp.log1p(xp.exp(-x))


@log_sigmoid.algorithm(bound=bounds.log_sigmoid, keeps=True)
def two_branch(x: Any) -> Any:
    """min(x, 0) − log1p(exp(−|x|))."""
    return -soft.stable(-x)


log_sigmoid.faithful(lambda a, x: -soft.value(a, -x))
