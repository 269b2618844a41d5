"""The log of a sum of two exponentials: addition for numbers held as logs."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems import logsumexp as lse
from study.problems.base import Problem
from study.problems.bounds import logsumexp as bounds

logaddexp = Problem(
    name="logaddexp",
    formula="log(exp a + exp b)",
    shape="(),()->()",
    definition=lambda arithmetic, a, b: lse.definition(arithmetic, np.array([a, b])),
    sensitivity=lambda a, b, value: lse.largest(np.stack(np.broadcast_arrays(a, b), axis=-1)),  # noqa: ARG005
    engine="logaddexp",
    code="np.maximum(a, b) + np.log1p(np.exp(-np.abs(a - b)))",
    special=(
        ((-inf, -inf), -inf), ((-inf, 2.0), 2), ((2.0, -inf), 2), ((inf, -inf), inf), ((inf, inf), inf),
        ((inf, 0.0), inf), ((nan, 0.0), nan), ((0.0, nan), nan), ((nan, inf), nan),
    ),
)  # fmt: skip


@logaddexp.algorithm(bound=bounds.of_pair(bounds.logsumexp_unshifted), fails=Outcome.OVERFLOW)
def naive(a: Any, b: Any) -> Any:
    """log(exp a + exp b): ∞ above log xmax."""
    xp = array_namespace(a, b)
    return xp.log(xp.exp(a) + xp.exp(b))


@logaddexp.algorithm(bound=bounds.of_pair(bounds.logsumexp_shifted))
def shifted(a: Any, b: Any) -> Any:
    """Max + log(1 + exp(min − max)): loses a small second term."""
    top, decay = _apart(a, b)
    return top + array_namespace(a, b).log(1 + decay)


@logaddexp.algorithm(bound=bounds.of_pair(bounds.logsumexp_shifted), keeps=True)
def log1p(a: Any, b: Any) -> Any:
    """Max + log1p e, e = exp(min − max)."""
    top, decay = _apart(a, b)
    return top + array_namespace(a, b).log1p(decay)


def _apart(a: Any, b: Any) -> tuple[Any, Any]:
    xp = array_namespace(a, b)
    top, low = xp.where(a >= b, a, b), xp.where(a >= b, b, a)
    return top, xp.exp(low - lse.finite(top))


def _faithful(arithmetic: Any, a: Any, b: Any) -> Any:
    """max + log1p(exp(min − max)), which cancel where the result is near 0."""
    top, low = np.maximum(a, b), np.minimum(a, b)
    tail = arithmetic.log1p(arithmetic.exp(arithmetic.number(low) - arithmetic.number(lse.finite(top))))
    return arithmetic.number(top) + tail, arithmetic.number(top)


logaddexp.faithful(_faithful)
