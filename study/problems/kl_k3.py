"""The estimator k3 of a Kullback-Leibler divergence, from one log-ratio of probabilities: never negative.

Schulman, *Approximating KL divergence* (2020): exp r − 1 − r, r = log p − log q of a sample from q, has the mean
KL(q, p). The penalty of a policy that is trained beside a reference (PPO, GRPO).
"""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic.sizes import power
from study.certified.errors import Outcome
from study.formats import get_format
from study.problems.base import Problem
from study.problems.bounds import ratios as bounds

NEAR = 1.0
"""Below it the series serves: exp r − 1 and r cancel."""
CLOSE, TERMS = 2.0**-4, 16
"""Up to where ``faithful`` takes the series, and how many terms of it: the rest is below 2^-115."""


def _definition(a: Any, r: float) -> Any:
    if not -a.inf < r < a.inf:
        return abs(r)
    return 0.0 if r == 0 else a.expm1(a.exact(r)) - a.exact(r)


kl_k3 = Problem(
    name="kl_k3",
    formula="exp r − 1 − r",
    shape="()->()",
    definition=_definition,
    sensitivity=lambda r, value: np.abs(r * np.where(r > 0, value + r, np.expm1(np.minimum(r, 0)))),
    engine="kl_k3",
    code="np.expm1(r) - r",
    special=(((0.0,), 0), ((-0.0,), 0), ((inf,), inf), ((-inf,), inf), ((nan,), nan)),
)


@kl_k3.algorithm(bound=bounds.k3_naive, fails=Outcome.UNDERFLOW)
def naive(r: Any) -> Any:
    """exp r − r − 1, as in TRL's trainer: nothing but its rounding errors near 0, negative ones too."""
    return array_namespace(r).exp(r) - r - 1


@kl_k3.algorithm(bound=bounds.k3_from_ratio, fails=Outcome.OVERFLOW)
def from_ratio(r: Any) -> Any:
    """(q − 1) − log q, q = exp r: as it is published, of a ratio; ∞ where q underflows."""
    xp = array_namespace(r)
    q = xp.exp(r)
    return (q - 1) - xp.log(q)


@kl_k3.algorithm(bound=bounds.k3_expm1, fails=Outcome.UNDERFLOW)
def expm1(r: Any) -> Any:
    """expm1 r − r: half of the digits near 0, none where r² / 2 is less than r rounds by."""
    return array_namespace(r).expm1(r) - r


@kl_k3.algorithm(bound=bounds.k3_series, keeps=True)
def series(r: Any) -> Any:
    """(r² / 2) (1 + (r/3) (1 + (r/4) (…))) for |r| < 1, expm1 r − r elsewhere."""
    xp = array_namespace(r)
    near = xp.abs(r) < NEAR
    x = xp.where(near, r, xp.zeros_like(r))
    total = xp.ones_like(r)
    for j in range(degree(get_format(str(r.dtype).rpartition(".")[2]).p), 2, -1):
        total = 1 + x * total / j
    far = xp.expm1(r)
    return xp.where(near, (x / 2) * (x * total), xp.where(far == xp.inf, far, far - r))


def degree(p: int) -> int:
    """Last power of r that counts to p bits for |r| < NEAR: the ones left out are below 2^-p of r² / 2 together."""
    return next(n for n in range(3, 60) if 3 * 2.0 ** (p + 1) < math.factorial(n + 1))


def _faithful(a: Any, r: Any) -> Any:
    """(r² / 2) (1 + (r/3) (1 + …)) near 0, exp r − (1 + r) elsewhere: they cancel by nine bits at most."""
    near, infinite = np.abs(r) < CLOSE, r == np.inf
    x, total = a.number(np.where(near, r, 0.0)), a.number(np.ones_like(r))
    for j in range(TERMS + 2, 2, -1):
        total = a.number(np.ones_like(r)) + x * total / a.number(np.full_like(r, j))
    far = np.where(near | infinite, 1.0, r)
    value = a.exp(a.number(far)) - (a.number(np.ones_like(r)) + a.number(far))
    size = np.where(near | ~np.isfinite(r), -np.inf, np.log2(np.maximum(np.abs(far), 1)) + 1)
    value = a.where(near, x * (x * total) / a.number(np.full_like(r, 2)), value)
    return a.where(infinite, a.number(np.full_like(r, np.inf)), value), power(a, size)


kl_k3.faithful(_faithful)
