"""The log-likelihood of a sequence: the sum of the log-probabilities of its tokens, from their logits."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import log_softmax as logs
from study.problems import nll as losses
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import sequences as bounds
from study.problems.bounds import softmax as of_token
from study.problems.logsumexp import largest


def minus_log(a: Any, logits: Any, target: Any) -> Any:
    """The sum of (max - x_target) + log(1 + the sum of exp(x_i - max) over the others); 0 for no tokens."""
    if not len(logits):
        return 0.0
    rows = np.arange(len(logits))
    top, chosen = logits.max(axis=1), logits[rows, target]
    if not (top > -a.inf).all() or (chosen == a.inf).any():
        return a.nan
    if np.isinf(top).any() or np.isinf(chosen).any():
        return a.inf
    others = logits[np.arange(logits.shape[1]) != logits.argmax(axis=1)[:, None]].reshape(len(rows), -1)
    return a.sum(a.difference(top, chosen)) + a.sum_log1p(a.sums_of_exponentials(others, top))


def sensitivity(logits: Any, target: Any) -> Any:
    """Condition number times |result|, of each token."""
    loss = losses.nll.algorithms["shifted"].function(logits, target)
    return -2 * largest(logits) * np.expm1(-loss)


sequence_log_likelihood = Problem(
    name="sequence_log_likelihood",
    formula="Σ log softmax(logitsₜ)[targetₜ]",
    shape="(b,n),(b)->()",
    definition=lambda a, logits, target: -minus_log(a, logits, target),
    sensitivity=lambda logits, target, value: np.sum(sensitivity(logits, target), axis=-1),  # noqa: ARG005
    engine="sequence_log_likelihood",
    code="""
z = logits - np.take_along_axis(logits, target[..., None], axis=-1)
top = z.max(axis=-1)
-(top + np.log(np.exp(z - top[..., None]).sum(axis=-1))).sum(axis=-1)
""",
    special=(
        (([[7.0], [1.0]], [0, 0]), 0), (([[-inf, 0.0], [0.0, -inf]], [1, 0]), 0), (([[-inf, 0.0]], [0]), -inf),
        (([[nan, 0.0], [0.0, -inf]], [0, 0]), nan), (([[inf, 0.0], [0.0, -inf]], [0, 0]), nan),
        (([[-inf, 0.0], [inf, 0.0]], [0, 1]), -inf),
    ),
)  # fmt: skip


@sequence_log_likelihood.algorithm(bound=bounds.log_of_product, fails=Outcome.OVERFLOW)
def naive(logits: Any, target: Any) -> Any:
    """log ∏ softmax(logitsₜ)[targetₜ]: −∞ once the product underflows."""
    each = losses.at_target(soft.shifted, logits, target)
    return array_namespace(each).log(reductions.sequential_product(each))


@sequence_log_likelihood.algorithm(
    bound=bounds.log_sum(lambda b: b - 1, of=of_token.log_of_softmax_shifted), fails=Outcome.OVERFLOW
)
def log_of_softmax(logits: Any, target: Any) -> Any:
    """Σ log softmax, left to right: −∞ where the softmax of one token underflows."""
    each = losses.at_target(soft.shifted, logits, target)
    return reductions.sequential_sum(array_namespace(each).log(each))


@sequence_log_likelihood.algorithm(bound=bounds.log_sum(lambda b: b - 1))
def sequential(logits: Any, target: Any) -> Any:
    """Σ log-softmax, shifted, left to right: in a narrow format the sum stops growing."""
    return reductions.sequential_sum(losses.at_target(logs.shifted, logits, target))


@sequence_log_likelihood.algorithm(bound=bounds.log_sum(lambda b: np.ceil(np.log2(max(b, 1)))))
def pairwise(logits: Any, target: Any) -> Any:
    """Σ log-softmax, shifted, by halves."""
    return reductions.pairwise_sum(losses.at_target(logs.shifted, logits, target))


@sequence_log_likelihood.algorithm(bound=bounds.compensated_log_sum)
def compensated(logits: Any, target: Any) -> Any:
    """Σ log-softmax, shifted, with the sum's rounding errors."""
    return reductions.compensated_sum(losses.at_target(logs.shifted, logits, target))


@sequence_log_likelihood.algorithm(bound=bounds.log_sum(lambda _b: 1, wide=True), formats=tuple(reductions.WIDER))
def wide(logits: Any, target: Any) -> Any:
    """Σ log-softmax, shifted, rounded to the format, summed in the next wider one."""
    return reductions.wide_sum(losses.at_target(logs.shifted, logits, target))


def _faithful(a: Any, logits: Any, target: Any) -> Any:
    """−Σ (max − x_target) + log1p(Σ exp(xᵢ − max) over the others), no term negative."""
    return -a.total(losses.loss(a, logits, target))


sequence_log_likelihood.faithful(_faithful)
