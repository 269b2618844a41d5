"""Quick references of the estimator k3 and of its gradient, which is r + k3."""

from __future__ import annotations

import numpy as np

from study.certified.engine.compiled import Floats, fma, inline, kernel
from study.exhaustive.elementary import exp
from study.exhaustive.two_words import decided, sum_of

NEAR = 2.0
"""Below it the series serves; its 22 terms leave out 2^-58 of it."""
LAST = 24
RECIPROCALS = np.array([0.0] + [1.0 / j for j in range(1, LAST + 1)])


@inline
def near_zero(r: float) -> float:
    """exp(r) - 1 - r = (r²/2) (1 + (r/3) (1 + (r/4) (…))) for |r| < NEAR, within 2^-50."""
    total = 1.0
    for j in range(LAST, 2, -1):
        total = fma(r * total, RECIPROCALS[j], 1.0)
    return (0.5 * r) * (r * total)


@kernel
def kl_k3(r: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """exp(r) - 1 - r; -r and exp(r) - 1 where r is negative and not near 0."""
    for i in range(r.size):
        x = r[i]
        grown = exp(x)
        if abs(x) < NEAR:
            hi[i], lo[i], bound[i] = decided(near_zero(x))
        elif x > 0.0:
            hi[i], lo[i], bound[i] = decided((grown - 1.0) - x if grown < np.inf else grown)
        else:
            hi[i], lo[i], bound[i] = sum_of(-x, grown - 1.0)


@kernel
def kl_k3_gradient(r: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """exp(r) - 1; r and k3 near 0."""
    for i in range(r.size):
        x = r[i]
        grown = exp(x)
        if abs(x) < NEAR:
            hi[i], lo[i], bound[i] = sum_of(x, near_zero(x))
        elif x > 0.0:
            hi[i], lo[i], bound[i] = decided(grown - 1.0)
        else:
            hi[i], lo[i], bound[i] = sum_of(-1.0 if x < 0.0 else x, grown)
