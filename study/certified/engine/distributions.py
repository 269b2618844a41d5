"""Entropies of rows: p and q of shape (rows, n), one distribution a row, neither assumed to sum to one.

0 log 0 = 0, whatever stands beside a p of 0; p log 0 = -inf otherwise; the logarithm of a negative number is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import ENTRIES, by_rows
from study.certified.engine.rows import matrix, row_sum, softmax
from study.certified.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats


def cross_entropy(p: ArrayLike, q: ArrayLike) -> Exact:
    """-sum_i p_i log q_i of each row: (rows, n), (rows, n) -> (rows,)."""
    return sums(lambda p, q: op.negative(weighted(p, op.log(op.exactly(q)))), p, q)


def entropy(p: ArrayLike) -> Exact:
    """-sum_i p_i log p_i of each row: (rows, n) -> (rows,)."""
    return cross_entropy(p, p)


def kl_divergence(p: ArrayLike, q: ArrayLike) -> Exact:
    """sum_i p_i log(p_i / q_i) of each row: (rows, n), (rows, n) -> (rows,)."""
    return sums(lambda p, q: weighted(p, log_ratio(p, q)), p, q)


def weighted_mean(x: ArrayLike, v: ArrayLike) -> Exact:
    """sum_i g_i v_i of each row, g its softmax: (rows, n), (rows, n) -> (rows,)."""
    x, v = np.broadcast_arrays(matrix(x), matrix(v))
    n = x.shape[1]

    def evaluate(rows: slice) -> Exact:
        weights = softmax(x[rows])
        total = Exact.from_float(np.zeros(len(x[rows])))
        for start in range(0, n, ENTRIES):
            piece = (slice(None), slice(start, start + ENTRIES))
            with np.errstate(all="ignore"):
                total = op.add(total, row_sum(op.multiply(weights[piece], op.exactly(v[rows][piece]))))
        return total

    return by_rows(len(x), evaluate, height=max(1, ENTRIES // max(n, 1)))


def weighted(weight: Floats, value: Exact) -> Exact:
    """weight times value, zero where the weight is and the value no NaN."""
    zero = (weight == 0) & ~np.isnan(value.hi)
    return op.where(zero, Exact.from_float(np.zeros(weight.shape)), op.multiply(op.exactly(weight), value))


def log_ratio(p: Floats, q: Floats) -> Exact:
    """log(p / q): log1p((p - q)/q) where p/2 <= q <= 2p, so that it stays exact near 1. Negative numbers have none."""
    ratio = op.log(op.divide(op.exactly(p), op.exactly(q + 0.0)))  # + 0.0: a divisor of -0 is 0
    near = (p > 0) & (p / 2 <= q) & (q / 2 <= p) & np.isfinite(p) & np.isfinite(q)
    safe_p, safe_q = np.where(near, p, 1.0), np.where(near, q, 1.0)
    close = op.log1p(op.divide(op.difference(safe_p, safe_q), op.exactly(safe_q)))
    empty = op.exactly(np.where((p == 0) & (q >= 0), 0.0, np.nan))
    return op.where((p < 0) | (q < 0) | (p == 0), empty, op.where(near, close, ratio))


def sums(
    term: Callable[[Floats, Floats], Exact],
    p: ArrayLike,
    q: ArrayLike,
    function: Callable[[Exact], Exact] = lambda total: total,
) -> Exact:
    """The sum over each row of a term of two numbers, or a function of it."""
    p, q = np.broadcast_arrays(matrix(p), matrix(q))
    n = p.shape[1]

    def evaluate(rows: slice) -> Exact:
        total = Exact.from_float(np.zeros(len(p[rows])))
        for start in range(0, n, ENTRIES):
            piece = slice(start, start + ENTRIES)
            with np.errstate(all="ignore"):
                total = op.add(total, row_sum(term(p[rows, piece], q[rows, piece])))
        return function(total)

    return by_rows(len(p), evaluate, height=max(1, ENTRIES // max(n, 1)))
