"""Quick references: binary64 values in two words and a bound, for formats of at most 24 bits.

A kernel writes ``hi``, ``lo`` and ``bound``: the exact value is within ``bound`` of hi + lo, as in max(x, 0) +
log1p(exp(-|x|)), whose first term is exact. What the bound leaves open, the engine decides
(``study.exhaustive.settle``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.engine.compiled import Floats, fma, inline, kernel
from study.exhaustive import quick_ratios as ratios
from study.exhaustive import quick_vectors as vectors
from study.exhaustive.elementary import exp, log, log1mexp, log1p
from study.exhaustive.two_words import NEAR, decided, near_half, share_of, sum_of

if TYPE_CHECKING:
    from collections.abc import Callable


@inline
def softplus_of(x: float) -> tuple[float, float]:
    """max(x, 0) and log1p(exp(-|x|))."""
    return (max(x, 0.0) if x == x else x), log1p(exp(-abs(x)))  # noqa: PLR0124 - NaN is what it is not


@inline
def weighted_of(x: float, y: float) -> tuple[float, float]:
    """|x| w exactly, w = 1 - y for x > 0 and y below, 0 <= y <= 1; and its low word + log1p(exp(-|x|))."""
    tail = log1p(exp(-abs(x)))
    weight = 1.0 - y if x > 0.0 else y
    if weight == 0.0 or x == 0.0:
        return 0.0, tail
    if x > 0.0 and 1.0 - weight != y:
        return abs(x), tail - abs(x) * y
    linear = abs(x) * weight
    return linear, tail + (fma(abs(x), weight, -linear) if linear < np.inf else 0.0)


@kernel
def exp_kernel(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """exp(x)."""
    for i in range(x.size):
        hi[i], lo[i], bound[i] = decided(exp(x[i]))


@kernel
def log_kernel(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log(x)."""
    for i in range(x.size):
        hi[i], lo[i], bound[i] = decided(log(x[i]))


@kernel
def sigmoid(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """1 / (1 + exp(-x))."""
    for i in range(x.size):
        decay = exp(-abs(x[i]))
        value = share_of(decay) if x[i] >= 0.0 else decided(decay / (1.0 + decay))
        hi[i], lo[i], bound[i] = near_half(x[i]) if abs(x[i]) < NEAR else value


@kernel
def softplus(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log(1 + exp(x))."""
    for i in range(x.size):
        hi[i], lo[i], bound[i] = sum_of(*softplus_of(x[i]))


@kernel
def log_sigmoid(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """-log(1 + exp(-x))."""
    for i in range(x.size):
        top, tail = softplus_of(-x[i])
        hi[i], lo[i], bound[i] = sum_of(-top, -tail)


@kernel
def log1mexp_kernel(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log(1 - exp(x))."""
    for i in range(x.size):
        hi[i], lo[i], bound[i] = decided(log1mexp(x[i]))


@kernel
def binary_cross_entropy_with_logits(x: Floats, y: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """softplus(x) - x y for 0 <= y <= 1."""
    for i in range(x.size):
        linear, tail = weighted_of(x[i], y[i])
        hi[i], lo[i], bound[i] = sum_of(linear, tail)


KERNELS: dict[str, Callable[..., Any]] = {
    "exp": exp_kernel,
    "log": log_kernel,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "log_sigmoid": log_sigmoid,
    "log1mexp": log1mexp_kernel,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "kl_k3": ratios.kl_k3,
    "kl_k3_gradient": ratios.kl_k3_gradient,
    "logaddexp": vectors.logaddexp,
    "logsumexp": vectors.logsumexp,
    "softmax": vectors.softmax,
    "log_softmax": vectors.log_softmax,
}
"""By problem; vectors are short, and held entry by entry."""
