"""The estimator k3 of a Kullback-Leibler divergence, from one log-ratio of probabilities: never negative.

Schulman, *Approximating KL divergence* (2020): exp r − 1 − r, r = log p − log q of a sample from q, has the mean
KL(q, p). The penalty of a policy that is trained beside a reference (PPO, GRPO).
"""

from __future__ import annotations

import math
from functools import cache
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic.pieces import held, piecewise
from study.certified.errors import Outcome
from study.formats import get_format
from study.problems.base import Problem
from study.problems.bounds import ratios as bounds

NEAR = 1.0
"""Below it the series serves: exp r − 1 and r cancel."""
CLOSE, SPARE = 2.0**-6, 4
"""Up to where ``faithful`` takes the series, and bits beyond those of an arithmetic that it does not leave out."""


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
    """(r² / 2) (1 + (r/3) (1 + …)) near 0; expm1 r − r elsewhere, which cancel by seven bits at most."""
    return piecewise(a, np.abs(r) < CLOSE, _near, _far, r)


def _near(a: Any, r: Any) -> Any:
    x, one = a.number(r), a.number(1.0)
    total = one
    for j in range(terms(a.BITS) + 2, 2, -1):
        total = one + x * total / a.number(float(j))
    return x * (x * total) * a.number(0.5), a.number(np.zeros_like(r))


def _far(a: Any, r: Any) -> Any:
    ordinary, size = np.isfinite(r), np.abs(r)
    (x,) = map(a.number, held(ordinary, r))
    return a.where(ordinary, a.expm1(x) - x, a.number(size)), a.number(size)


@cache
def terms(bits: int) -> int:
    """How many terms of the series below CLOSE give so many bits."""
    left, count = float(bits + SPARE), 0
    while left > 0:
        count += 1
        left -= math.log2((count + 2) / CLOSE)
    return count


kl_k3.faithful(_faithful)
