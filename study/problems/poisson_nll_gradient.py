"""The gradient of the loss of a count with respect to the rate of its Poisson distribution."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np

from study.problems.base import Problem
from study.problems.bounds import slopes as bounds
from study.problems.gaussian_nll import constant
from study.problems.poisson_nll import EPSILON


def _definition(a: Any, k: float, rate: float) -> Any:
    limit = float(_at_limits(k, rate))
    if limit != 0 or k == rate:
        return limit
    return (a.exact(rate) - a.exact(k)) / a.exact(rate)


def _at_limits(k: Any, rate: Any) -> Any:
    """NaN where k is no count or the rate negative; 1 without a count or of an infinite rate, −∞ of none; else 0."""
    with np.errstate(invalid="ignore"):
        count = np.isfinite(k) & np.equal(k, np.floor(k)) & np.greater_equal(k, 0) & np.greater_equal(rate, 0)
    ends = np.where(np.equal(k, 0) | np.isinf(rate), 1.0, np.where(np.equal(rate, 0), -inf, 0.0))
    return np.where(count, ends, nan)


poisson_nll_gradient = Problem(
    name="poisson_nll_gradient",
    formula="1 − k/λ",
    shape="(),()->()",
    definition=_definition,
    sensitivity=lambda k, rate, value: np.where(k == 0, 0, 2 * np.abs(k / rate)),  # noqa: ARG005 - one call for all
    domain="count, positive",
    engine="poisson_nll_gradient",
    code="(rate - k) / rate",
    special=(
        ((0.0, 0.0), 1), ((0.0, 2.5), 1), ((2.0, 2.0), 0), ((1.0, 2.0), 0.5), ((3.0, 2.0), -0.5), ((0.0, inf), 1),
        ((1.0, inf), 1), ((1.0, 0.0), -inf), ((2.0, -0.0), -inf), ((-1.0, 1.0), nan), ((0.5, 1.0), nan),
        ((inf, 1.0), nan), ((1.0, -1.0), nan), ((nan, 1.0), nan), ((1.0, nan), nan),
    ),
)  # fmt: skip


@poisson_nll_gradient.algorithm(bound=bounds.poisson_naive)
def naive(k: Any, rate: Any) -> Any:
    """1 − k/λ, as reverse mode has it of λ − k log λ: cancels where the rate is near the count."""
    return 1 - k / rate


@poisson_nll_gradient.algorithm(bound=bounds.poisson_offset)
def offset(k: Any, rate: Any) -> Any:
    """1 − k/(λ + 1e-8), that of PyTorch's poisson_nll_loss: another one where λ is small."""
    return 1 - k / (rate + constant(EPSILON, rate))


@poisson_nll_gradient.algorithm(bound=bounds.poisson_difference)
def difference(k: Any, rate: Any) -> Any:
    """(λ − k)/λ: nothing rounds before it cancels."""
    return (rate - k) / rate


def _faithful(a: Any, k: Any, rate: Any) -> Any:
    """(λ − k)/λ: one quotient, exact where that is a number of any format."""
    limit = _at_limits(k, rate)
    ordinary = (limit == 0) & (k != rate)
    k, rate = np.where(ordinary, k, 1.0), np.where(ordinary, rate, 2.0)
    return a.where(ordinary, (a.number(rate) - a.number(k)) / a.number(rate), a.number(limit))


poisson_nll_gradient.faithful(_faithful)
