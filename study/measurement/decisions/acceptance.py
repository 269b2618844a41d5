"""Speculative decoding: a token drawn from a draft's q is accepted with probability min(1, p/q), p the target's.

Leviathan, Kalman and Matias, *Fast inference from Transformers via speculative decoding*, ICML 2023, algorithm 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.engine import operations as op
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.certified.exact import Exact


def ratio(target: NDArray[Any], draft: NDArray[Any]) -> NDArray[Any]:
    """min(1, p/q), both by the shifted softmax: 0/0 where both underflow."""
    p, q = (get_problem("softmax").algorithms["shifted"](logits) for logits in (target, draft))
    with np.errstate(all="ignore"):
        return np.asarray(np.minimum(p / q, p.dtype.type(1)))


def logs(target: NDArray[Any], draft: NDArray[Any]) -> NDArray[Any]:
    """exp(min(0, log p − log q)), both by the shifted log-softmax."""
    p, q = (get_problem("log_softmax").algorithms["shifted"](logits) for logits in (target, draft))
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(np.minimum(p - q, p.dtype.type(0))))


FORMULAS: dict[str, Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]] = {"ratio": ratio, "logs": logs}
"""The formulas by their names: of rows of logits of the target and the draft, of one format."""


def due(p: Exact, q: Exact) -> NDArray[np.float64]:
    """min(1, p/q) of exact probabilities, rounded to binary64."""
    return np.minimum(op.divide(p, q).to_float(), 1.0)
