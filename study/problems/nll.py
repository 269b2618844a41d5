"""The negative log likelihood of one observation, from logits: the loss of classification (cross entropy)."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.problems import log_softmax as logs
from study.problems.base import Algorithm, Problem
from study.problems.bounds import softmax as bounds
from study.problems.logsumexp import largest, others

nll = Problem(
    name="nll",
    formula="log Σ exp xᵢ − x_target",
    shape="(n),i->()",
    definition=lambda a, x, target: -logs.definition(a, x)(target),
    sensitivity=lambda x, target, value: -2 * largest(x) * np.expm1(-value),  # noqa: ARG005 - one call for all
    engine="nll",
    code="""
z = logits - np.take_along_axis(logits, target[..., None], axis=-1)
top = z.max(axis=-1)
top + np.log(np.exp(z - top[..., None]).sum(axis=-1))
""",
    special=(
        (([7.0], 0), 0), (([-inf, 0.0], 1), 0), (([-inf, 0.0], 0), inf), (([inf, 0.0], 1), inf), (([inf, 0.0], 0), nan),
        (([-inf, -inf], 0), nan), (([nan, 0.0], 1), nan),
    ),
)  # fmt: skip


def _through(log_softmax: Algorithm) -> Any:
    def loss(logits: Any, target: Any) -> Any:
        return -at_target(log_softmax, logits, target)

    loss.__name__ = log_softmax.name
    loss.__doc__ = f"−log_softmax(logits)[target], log-softmax as {log_softmax.__doc__}"
    return loss


def at_target(algorithm: Algorithm, logits: Any, target: Any) -> Any:
    """The component at the target of a function of vectors, logits and targets broadcast against each other."""
    xp = array_namespace(logits)
    target = xp.asarray(target)
    batch = np.broadcast_shapes(tuple(logits.shape[:-1]), tuple(target.shape))
    values = algorithm.function(xp.broadcast_to(logits, (*batch, logits.shape[-1])))
    return picked(values, xp.broadcast_to(target, batch))


def picked(values: Any, target: Any) -> Any:
    """The entry at the target of each vector."""
    return array_namespace(values).take_along_axis(values, target[..., None], axis=-1)[..., 0]


for _algorithm in logs.FORMULAS:
    nll.algorithm(bound=bounds.nll(_algorithm.bound), fails=_algorithm.fails)(_through(_algorithm))


def loss(a: Any, logits: Any, target: Any) -> Any:
    """(max − x_target) + log1p(Σ exp(xᵢ − max) over the others): two terms of one sign."""
    top, rest = others(a, logits)
    chosen = np.take_along_axis(logits, target[..., None], -1)[..., 0]
    return (a.number(top) - a.number(chosen)) + a.log1p(rest)


nll.faithful(loss)
