"""Problems on rows: x of shape (rows, n), one distribution, one vector of logits or one sample a row.

Each function takes binary64 arrays and returns ``Exact``. Special values follow the definition in the extended reals:
exp(-inf) = 0, log 0 = -inf, and inf - inf, inf / inf, 0 inf are NaN, as is what depends on a NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import ENTRIES, by_matrix, by_rows
from study.certified.engine.exponential_sums import sums_of_exponentials
from study.certified.engine.row_products import row_products
from study.certified.engine.row_sums import row_sums
from study.certified.engine.softmax_rows import log_softmax_rows, softmax_rows
from study.certified.engine.tables import POWERS
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.certified.engine.compiled import Floats, Integers


LARGE = 2**20
"""Factors multiplied at once."""
FINE = 2.0**-96
"""A log of a product with a larger bound than this is summed instead."""


def matrix(x: ArrayLike) -> Floats:
    """Binary64, two-dimensional, C-contiguous; a vector is one row."""
    return np.atleast_2d(np.ascontiguousarray(x, dtype=np.float64))


def labels(target: ArrayLike, x: Floats) -> Integers:
    """One class a row; ValueError for another number of them, or one that x does not have."""
    target = np.atleast_1d(np.asarray(target, dtype=np.int64))
    if target.shape != x.shape[:1] or ((target < 0) | (target >= x.shape[1])).any():
        raise ValueError(f"{len(x)} targets from 0 to {x.shape[1] - 1} wanted")
    return target


def exponentials_of_others(x: Floats, left_out: Integers) -> tuple[Exact, Floats]:
    """(T, s): s the largest x_j with j != left_out, T the sum of exp(x_j - s) over them."""
    shift = np.empty(len(x))
    total = op.blank((len(x),))
    sums_of_exponentials(x, left_out, shift, *op.parts(total), POWERS)
    return total, shift


class Shifted(NamedTuple):
    """m = max x_j and S = sum of exp(x_j - m) over the others, so that logsumexp(x) = m + log(1 + S)."""

    largest: Floats
    others: Exact

    @classmethod
    def of(cls, x: Floats) -> Shifted:
        """The two of each row; S = 0 where m is not finite."""
        top = x.argmax(axis=1)
        largest = x[np.arange(len(x)), top]
        total, second = exponentials_of_others(x, top)
        others = op.multiply(op.exp(op.difference(second, largest)), total)
        return cls(largest, op.where(np.isfinite(largest), others, Exact.from_float(np.zeros(len(x)))))

    def excess(self) -> Exact:
        """log(1 + S)."""
        return op.log1p(self.others)

    def logsumexp(self) -> Exact:
        """m + log(1 + S)."""
        return op.add(op.exactly(self.largest), self.excess())

    def reciprocal(self) -> Exact:
        """1/(1 + S)."""
        one = Exact.from_float(1.0)
        return op.divide(one, op.add(one, self.others))


def logsumexp(x: ArrayLike) -> Exact:
    """log sum_j exp(x_j) of each row: (rows, n) -> (rows,)."""
    x = matrix(x)

    return by_rows(len(x), lambda rows: Shifted.of(x[rows]).logsumexp())


def softmax(x: ArrayLike) -> Exact:
    """exp(x_i) / sum_j exp(x_j): (rows, n) -> (rows, n)."""
    x = matrix(x)

    def fill(rows: slice, out: Exact) -> None:
        shifted = Shifted.of(x[rows])
        softmax_rows(x[rows], shifted.largest, *op.parts(shifted.reciprocal()), *op.parts(out), POWERS)

    return by_matrix(x.shape, fill)


def log_softmax(x: ArrayLike) -> Exact:
    """x_i - logsumexp(x) = -((m - x_i) + log(1 + S)), both terms >= 0: (rows, n) -> (rows, n)."""
    x = matrix(x)

    def fill(rows: slice, out: Exact) -> None:
        shifted = Shifted.of(x[rows])
        log_softmax_rows(x[rows], shifted.largest, *op.parts(shifted.excess()), *op.parts(out))

    return by_matrix(x.shape, fill)


def nll_gradient(x: ArrayLike, target: ArrayLike) -> Exact:
    """softmax(x) - onehot(target), at the target -(sum of the others)/(sum of all): (rows, n), (rows,) -> (rows, n)."""
    x = matrix(x)
    target = labels(target, x)
    out = softmax(x)
    chosen = np.take_along_axis(x, target[:, None], axis=1)[:, 0]

    def evaluate(rows: slice) -> Exact:
        others, shift = exponentials_of_others(x[rows], target[rows])
        above = chosen[rows] > shift
        smaller = op.exp(op.difference(np.minimum(chosen[rows], shift), np.maximum(chosen[rows], shift)))
        others = op.where(above, op.multiply(others, smaller), others)
        own = op.where(above, Exact.from_float(1.0), smaller)
        share = op.negative(op.divide(others, op.add(others, own)))
        undefined = (chosen[rows] == np.inf) | np.isnan(x[rows]).any(axis=1)
        return op.where(undefined, Exact.from_float(np.full(share.shape, np.nan)), share)

    at_target = by_rows(len(x), evaluate)
    for part, value in zip(op.parts(out), op.parts(at_target), strict=True):
        np.put_along_axis(part, target[:, None], value[:, None], axis=1)
    return out


def likelihood(p: ArrayLike) -> Exact:
    """prod_i p_i of each row: (rows, n) -> (rows,)."""
    p = matrix(p)
    return by_rows(len(p), lambda rows: product(p[rows]), height=LARGE // max(p.shape[1], 1))


def log_likelihood(p: ArrayLike) -> Exact:
    """sum_i log p_i of each row, as the logarithm of the product; of rows near 1, as the sum: (rows, n) -> (rows,)."""
    p = matrix(p)

    def evaluate(rows: slice) -> Exact:
        value = op.log(product(p[rows]))
        defined = (p[rows] >= 0).all(axis=1)
        again = ~(value.error <= FINE) | ~defined
        if again.any():
            for part, better in zip(op.parts(value), op.parts(sums_of_logs(p[rows][again])), strict=True):
                part[again] = better
        return value

    return by_rows(len(p), evaluate, height=LARGE // max(p.shape[1], 1))


def row_sum(terms: Exact) -> Exact:
    """Sum along the rows."""
    out = op.blank((len(terms.hi),))
    row_sums(*op.parts(terms), *op.parts(out))
    return out


def sums_of_logs(p: Floats) -> Exact:
    """sum log p_i of each row, logarithm by logarithm."""
    n = p.shape[1]

    def evaluate(rows: slice) -> Exact:
        total = Exact.from_float(np.zeros(len(p[rows])))
        for start in range(0, n, ENTRIES):
            total = op.add(total, row_sum(op.log(op.exactly(p[rows, start : start + ENTRIES]))))
        return total

    return by_rows(len(p), evaluate, height=max(1, ENTRIES // max(n, 1)))


def product(p: Floats) -> Exact:
    """Products along the rows; of rows that are not finite, the limit of IEEE multiplication."""
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(p).all(axis=1))
    out = op.blank((len(p),))
    row_products(p if finite.all() else np.where(finite[:, None], p, 1.0), *op.parts(out))
    if finite.all():
        return out
    with np.errstate(all="ignore"):
        limit = np.where(np.isinf(p), p, np.sign(p)).prod(axis=1)
    return op.where(finite, out, op.exactly(limit))
