"""Quick references: binary64 values in two words and a bound, for formats of at most 24 bits.

A kernel writes ``hi``, ``lo`` and ``bound``: the exact value is within ``bound`` of hi + lo. The two words are for
results such as max(x, 0) + log1p(exp(-|x|)), whose first term is exact: a rounding decision then stays decided however
small the second term is. What the bound leaves open, the engine decides (``study.sweep.settle``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.reference.engine.compiled import Floats, bits, fma, from_bits, inline, kernel
from study.sweep.elementary import ERROR, LN2, exp, log, log1p, one_less_exp

if TYPE_CHECKING:
    from collections.abc import Callable

FRACTION = (1 << 52) - 1
UNIT = 1023 << 52


@inline
def log_of(y: float) -> float:
    """log(y) of a normal number, 0, infinity or NaN; NaN below 0."""
    pattern = bits(y)
    return log(y, (pattern >> 52 & 2047) - 1023, from_bits(pattern & FRACTION | UNIT))


@inline
def decided(value: float) -> tuple[float, float, float]:
    """A value of one word with the relative error 2**-49, twice that of what it is made of."""
    return value, 0.0, 2.0 * ERROR * abs(value)


@inline
def sum_of(hi: float, lo: float) -> tuple[float, float, float]:
    """A value whose first word is exact; infinities and NaN are one word."""
    return (hi, lo, 4.0 * ERROR * abs(lo)) if abs(hi) < np.inf else (hi, 0.0, 0.0)


@inline
def share_of(others: float) -> tuple[float, float, float]:
    """1/(1 + S), S >= 0: for small S as 1 - S/(1 + S), so that it stays below 1; exact for S = 1."""
    if others == 1.0:
        return 0.5, 0.0, 0.0
    if others < 0.5:
        return sum_of(1.0, -others / (1.0 + others))
    return decided(1.0 / (1.0 + others))


@inline
def softplus_of(x: float) -> tuple[float, float]:
    """max(x, 0) and log1p(exp(-|x|))."""
    return (max(x, 0.0) if x == x else x), log1p(exp(-abs(x)))  # noqa: PLR0124 - NaN is what it is not


@inline
def log1mexp_of(x: float) -> float:
    """log(1 - exp x); -inf at 0, NaN above."""
    if x > -LN2:
        return log_of(one_less_exp(x)) if x < 0.0 else (-np.inf if x == 0.0 else np.nan)
    return log1p(-exp(x)) if x == x else x  # noqa: PLR0124 - NaN is what it is not


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


@inline
def gap_of(top: float, x: float) -> tuple[float, float, float]:
    """top - x in two words, and exp(x - top), for x <= top; 0, 0 and 1 where they are equal."""
    if x == top:
        return 0.0, 0.0, 1.0
    gap = top - x
    back = gap - top
    rest = (top - (gap - back)) - (x + back)
    rest = rest if abs(rest) < np.inf else 0.0
    decay = exp(-gap)
    return gap, rest, decay - decay * rest


@inline
def log_one_more(others: float) -> float:
    """log(1 + S), S >= 0."""
    return log1p(others) if others <= 1.0 else log_of(1.0 + others)


@inline
def top_of(x: Floats) -> tuple[int, bool]:
    """Where the largest entry is, and whether all entries are numbers or infinite."""
    top, defined = 0, True
    for j in range(x.size):
        defined = defined and x[j] == x[j]
        top = j if x[j] > x[top] else top
    return top, defined


@inline
def others_of(x: Floats, top: int) -> float:
    """The sum of exp(x_j - max) over the others."""
    total = 0.0
    for j in range(x.size):
        total += gap_of(x[top], x[j])[2] if j != top else 0.0
    return total


@kernel
def exp_kernel(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """exp(x)."""
    for i in range(x.size):
        hi[i], lo[i], bound[i] = decided(exp(x[i]))


@kernel
def log_kernel(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log(x)."""
    for i in range(x.size):
        hi[i], lo[i], bound[i] = decided(log_of(x[i]))


@kernel
def sigmoid(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """1 / (1 + exp(-x))."""
    for i in range(x.size):
        decay = exp(-abs(x[i]))
        hi[i], lo[i], bound[i] = share_of(decay) if x[i] >= 0.0 else decided(decay / (1.0 + decay))


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
def log1mexp(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log(1 - exp(x))."""
    for i in range(x.size):
        hi[i], lo[i], bound[i] = decided(log1mexp_of(x[i]))


@kernel
def binary_cross_entropy_with_logits(x: Floats, y: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """softplus(x) - x y for 0 <= y <= 1."""
    for i in range(x.size):
        linear, tail = weighted_of(x[i], y[i])
        hi[i], lo[i], bound[i] = sum_of(linear, tail)


@kernel
def logaddexp(a: Floats, b: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log(exp a + exp b) = max + log1p(exp(min - max))."""
    for i in range(a.size):
        defined = a[i] == a[i] and b[i] == b[i]
        top, low = max(a[i], b[i]), min(a[i], b[i])
        hi[i], lo[i], bound[i] = sum_of(top if defined else np.nan, log1p(gap_of(top, low)[2]))


@kernel
def logsumexp(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """log of the sum of exp x_j = max + log(1 + S)."""
    for i in range(x.shape[0]):
        top, defined = top_of(x[i])
        hi[i], lo[i], bound[i] = sum_of(x[i, top] if defined else np.nan, log_one_more(others_of(x[i], top)))


@kernel
def softmax(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """exp(x_j - max) / (1 + S)."""
    for i in range(x.shape[0]):
        top, defined = top_of(x[i])
        defined = defined and x[i, top] > -np.inf
        others = others_of(x[i], top)
        for j in range(x.shape[1]):
            if not defined or x[i, j] == np.inf:
                hi[i, j], lo[i, j], bound[i, j] = np.nan, 0.0, 0.0
            elif x[i, j] == x[i, top]:
                hi[i, j], lo[i, j], bound[i, j] = share_of(others)
            else:
                hi[i, j], lo[i, j], bound[i, j] = decided(gap_of(x[i, top], x[i, j])[2] / (1.0 + others))


@kernel
def log_softmax(x: Floats, hi: Floats, lo: Floats, bound: Floats) -> None:
    """-(max - x_j) - log(1 + S)."""
    for i in range(x.shape[0]):
        top, defined = top_of(x[i])
        defined = defined and x[i, top] > -np.inf
        tail = log_one_more(others_of(x[i], top))
        for j in range(x.shape[1]):
            gap, rest, _ = gap_of(x[i, top], x[i, j])
            undefined = not defined or x[i, j] == np.inf
            hi[i, j], lo[i, j], bound[i, j] = sum_of(np.nan if undefined else -gap, -rest - tail)


KERNELS: dict[str, Callable[..., Any]] = {
    "exp": exp_kernel,
    "log": log_kernel,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "log_sigmoid": log_sigmoid,
    "log1mexp": log1mexp,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "logaddexp": logaddexp,
    "logsumexp": logsumexp,
    "softmax": softmax,
    "log_softmax": log_softmax,
}
"""By problem; vectors are short."""
