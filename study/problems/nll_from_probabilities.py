"""The negative log likelihood of one observation, from probabilities, with and without the clipping of libraries."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import likelihood as bounds


def _definition(a: Any, p: list[float], target: int) -> Any:
    value = p[target]
    if not value >= 0:
        return a.nan
    if value in (0, 1, a.inf):
        return 0.0 if value == 1 else a.inf if value == 0 else -a.inf
    return -a.log(a.exact(value))


nll_from_probabilities = Problem(
    name="nll_from_probabilities",
    formula="−log p_target",
    shape="(n),i->()",
    definition=_definition,
    sensitivity=lambda p, target, value: np.ones_like(value),  # noqa: ARG005 - one call for all
    domain="probability",
    engine="nll_from_probabilities",
    code="-np.log(np.take_along_axis(p, target[..., None], axis=-1)[..., 0])",
    special=(
        (([0.0, 1.0], 1), 0), (([0.0, 1.0], 0), inf), (([-0.0], 0), inf), (([inf], 0), -inf), (([-1.0], 0), nan),
        (([nan, 1.0], 1), 0), (([nan, 1.0], 0), nan),
    ),
)  # fmt: skip


def chosen(p: Any, target: Any) -> Any:
    """The probability of the target, of each vector of a stack."""
    xp = array_namespace(p)
    target = xp.asarray(target)
    batch = np.broadcast_shapes(tuple(p.shape[:-1]), tuple(target.shape))
    p, target = xp.broadcast_to(p, (*batch, p.shape[-1])), xp.broadcast_to(target, batch)
    return xp.take_along_axis(p, target[..., None], axis=-1)[..., 0]


def clip(p: Any, eps: float) -> Any:
    """P moved into [eps, 1 - eps], both rounded to its format."""
    xp = array_namespace(p)
    low, high = (xp.asarray(v, dtype=p.dtype) for v in (eps, 1 - eps))
    return xp.where(p < low, low, xp.where(p > high, high, p))


@nll_from_probabilities.algorithm(bound=bounds.minus_log, keeps=True)
def plain(p: Any, target: Any) -> Any:
    """−log p_target: ∞ where the probability has been rounded to 0."""
    return -array_namespace(p).log(chosen(p, target))


@nll_from_probabilities.algorithm(fails=Outcome.MISSED)
def clipped_1e_7(p: Any, target: Any) -> Any:
    """−log of p clipped to [1e-7, 1 − 1e-7], as Keras does: at most about 16.1; never 0 in float32 and float64."""
    return -array_namespace(p).log(clip(chosen(p, target), 1e-7))


@nll_from_probabilities.algorithm(fails=Outcome.MISSED, formats=("bfloat16", "float32", "float64"))
def clipped_1e_12(p: Any, target: Any) -> Any:
    """−log of p clipped to [1e-12, 1 − 1e-12]: at most 27.631; the upper end is 1 in all but binary64."""
    return -array_namespace(p).log(clip(chosen(p, target), 1e-12))


@nll_from_probabilities.algorithm(fails=Outcome.MISSED, formats=("bfloat16", "float32", "float64"))
def clipped_1e_15(p: Any, target: Any) -> Any:
    """−log of p clipped to [1e-15, 1 − 1e-15], as scikit-learn did: at most 34.539; only binary64 clips below 1."""
    return -array_namespace(p).log(clip(chosen(p, target), 1e-15))


def _faithful(a: Any, p: Any) -> Any:
    """−log p_target."""
    return -a.log(a.number(p))


nll_from_probabilities.faithful(_faithful, chosen=chosen)
