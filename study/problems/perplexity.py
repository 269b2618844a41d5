"""The perplexity of a sequence: how many tokens, all as likely, a model is left to choose from, from their logits."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import mean_nll as means
from study.problems import nll as losses
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import sequences as bounds
from study.problems.sequence_log_likelihood import minus_log, sensitivity

LARGEST = 11
"""log2 of a mean whose exponential is infinite in every format."""


def _definition(a: Any, logits: Any, target: Any) -> Any:
    total = minus_log(a, logits, target) if len(logits) else a.nan
    return total if isinstance(total, float) else a.exp(total / len(logits))


perplexity = Problem(
    name="perplexity",
    formula="exp((1/b) Σ nll(logitsₜ, targetₜ))",
    shape="(b,n),(b)->()",
    definition=_definition,
    sensitivity=lambda logits, target, value: value * np.mean(sensitivity(logits, target), axis=-1),
    engine="perplexity",
    code="""
z = logits - np.take_along_axis(logits, target[..., None], axis=-1)
top = z.max(axis=-1)
np.exp((top + np.log(np.exp(z - top[..., None]).sum(axis=-1))).mean(axis=-1))
""",
    special=(
        (([[7.0], [1.0]], [0, 0]), 1), (([[-inf, 0.0], [0.0, -inf]], [1, 0]), 1), (([[0.0, 0.0]], [0]), 2),
        (([[-inf, 0.0]], [0]), inf), (([[nan, 0.0], [0.0, -inf]], [0, 0]), nan),
        (([[inf, 0.0], [0.0, -inf]], [0, 0]), nan),
    ),
)  # fmt: skip


def _count(each: Any) -> Any:
    return array_namespace(each).asarray(each.shape[-1], dtype=each.dtype)


@perplexity.algorithm(bound=bounds.root_of_product, fails=Outcome.OVERFLOW)
def naive(logits: Any, target: Any) -> Any:
    """(∏ softmax(logitsₜ)[targetₜ])^(−1/b): ∞ once the product underflows."""
    each = losses.at_target(soft.shifted, logits, target)
    return reductions.sequential_product(each) ** (-1 / _count(each))


@perplexity.algorithm(bound=bounds.product_of_roots)
def roots(logits: Any, target: Any) -> Any:
    """∏ softmax(logitsₜ)[targetₜ]^(−1/b): the root of each, whose product stays in range and rounds b times."""
    each = losses.at_target(soft.shifted, logits, target)
    return reductions.sequential_product(each ** (-1 / _count(each)))


def _exp_of(mean: str, doc: str, bound: Any) -> None:
    """exp of an algorithm of the mean loss, under its name."""
    inner = means.mean_nll.algorithms[mean]

    def formula(logits: Any, target: Any) -> Any:
        loss = inner.function(logits, target)
        return array_namespace(loss).exp(loss)

    formula.__name__, formula.__doc__ = mean, doc
    perplexity.algorithm(bound=bound, formats=inner.formats)(formula)


_exp_of("sequential", "exp of the mean of shifted losses, summed left to right.", bounds.exp_of_mean("sequential"))
_exp_of("pairwise", "exp of the mean of shifted losses, summed by halves.", bounds.exp_of_mean("pairwise"))
_exp_of(
    "wide", "exp of the mean of shifted losses, summed and divided in the next wider format, rounded to this one.",
    bounds.exp_of_mean("wide"),
)  # fmt: skip


def _faithful(a: Any, logits: Any, target: Any) -> Any:
    """exp of the mean of the losses: what that is off by, absolutely, the result is off by of itself."""
    count = np.full(logits.shape[0], float(logits.shape[1]))
    mean = a.total(losses.loss(a, logits, target)) / a.number(count)
    value = a.exp(mean)
    return value, a.power(a.log2(value) + np.clip(a.log2(mean), 0, LARGEST))


perplexity.faithful(_faithful)
