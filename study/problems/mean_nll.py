"""The loss of a batch: the mean of its negative log likelihoods, from logits."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import nll as losses
from study.problems.base import Problem
from study.problems.bounds import losses as bounds
from study.problems.sequence_log_likelihood import minus_log, sensitivity


def _definition(a: Any, logits: Any, target: Any) -> Any:
    return minus_log(a, logits, target) / len(logits) if len(logits) else a.nan


mean_nll = Problem(
    name="mean_nll",
    formula="(1/b) Σ nll(logitsₖ, targetₖ)",
    shape="(b,n),(b)->()",
    definition=_definition,
    sensitivity=lambda logits, target, value: np.mean(sensitivity(logits, target), axis=-1),  # noqa: ARG005
    engine="mean_nll",
    code="""
z = logits - np.take_along_axis(logits, target[..., None], axis=-1)
top = z.max(axis=-1)
(top + np.log(np.exp(z - top[..., None]).sum(axis=-1))).mean(axis=-1)
""",
    special=(
        (([[7.0], [1.0]], [0, 0]), 0), (([[-inf, 0.0], [0.0, -inf]], [1, 0]), 0), (([[-inf, 0.0]], [0]), inf),
        (([[nan, 0.0], [0.0, -inf]], [0, 0]), nan), (([[inf, 0.0], [0.0, -inf]], [0, 0]), nan),
    ),
)  # fmt: skip


def _mean(loss: str, total: Any) -> Any:
    def formula(logits: Any, target: Any) -> Any:
        each = losses.nll.algorithms[loss].function(logits, target)
        count = array_namespace(each).asarray(each.shape[-1], dtype=each.dtype)
        return total(each) / count

    return formula


def _scaled(logits: Any, target: Any) -> Any:
    each = losses.nll.algorithms["shifted"].function(logits, target)
    return reductions.sequential_sum(each / array_namespace(each).asarray(each.shape[-1], dtype=each.dtype))


def _declare(name: str, doc: str, formula: Any, **promises: Any) -> None:
    formula.__name__, formula.__doc__ = name, doc
    mean_nll.algorithm(**promises)(formula)


_declare(
    "naive", "Naive losses, summed left to right, over b.", _mean("naive", reductions.sequential_sum), fails=Outcome.NAN
)
_declare(
    "sequential",
    "Shifted losses, summed left to right, over b: the sum may overflow, or stop growing.",
    _mean("shifted", reductions.sequential_sum),
    bound=bounds.mean_nll(lambda b: b - 1),
)
_declare(
    "pairwise",
    "Shifted losses, summed by halves, over b: the sum may overflow.",
    _mean("shifted", reductions.pairwise_sum),
    bound=bounds.mean_nll(lambda b: np.ceil(np.log2(max(b, 1)))),
)
_declare(
    "scaled_terms",
    "Each shifted loss over b, then summed left to right: cannot overflow, and may underflow.",
    _scaled,
    bound=bounds.mean_nll(lambda b: b, scaled=True),
)
_declare(
    "wide",
    "Shifted losses, rounded to the format, summed and divided in the next wider one.",
    lambda logits, target: reductions.wide_mean(losses.nll.algorithms["shifted"].function(logits, target)),
    bound=bounds.mean_nll(lambda _b: 1, wide=True),
    formats=tuple(reductions.WIDER),
)


def _faithful(a: Any, logits: Any, target: Any) -> Any:
    """The mean of the losses (max − x_target) + log1p(Σ exp(xᵢ − max) over the others), none of them negative."""
    count = np.full(logits.shape[0], float(logits.shape[1]))
    return a.total(losses.loss(a, logits, target)) / a.number(count)


mean_nll.faithful(_faithful)
