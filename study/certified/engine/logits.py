"""Of rows of logits x: the entropy of softmax, the z-loss, their gradients, and softmax at a temperature.

m is the largest of a row, d_j = m - x_j, e_j = exp(-d_j), S the sum of the others' e_j.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import ENTRIES, by_matrix, by_rows
from study.certified.engine.rows import Shifted, matrix, row_sum
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats

NOTHING, ONE, UNDEFINED = (Exact.from_float(value) for value in (0.0, 1.0, np.nan))


def entropy_from_logits(x: ArrayLike) -> Exact:
    """log(1 + S) + sum_j e_j d_j / (1 + S), both terms >= 0: (rows, n) -> (rows,)."""
    x = matrix(x)

    def evaluate(rows: slice) -> Exact:
        row = Row(x[rows])
        return row.defined(op.add(row.shifted.excess(), row.mean_distance()))

    return by_rows(len(x), evaluate, height=height(x))


def entropy_from_logits_gradient(x: ArrayLike) -> Exact:
    """e_j / (1 + S) (d_j - the mean of d): (rows, n) -> (rows, n)."""
    x = matrix(x)

    def fill(rows: slice, out: Exact) -> None:
        row = Row(x[rows])
        mean = row.mean_distance()[:, None]
        pushed = op.add(row.far, op.negative(mean))
        out.put(slice(None), row.defined(op.multiply(op.divide(row.terms, row.total[:, None]), pushed)))

    return by_matrix(x.shape, fill)


def temperature_softmax(x: ArrayLike, temperature: ArrayLike) -> Exact:
    """exp(-d_j / T) over their sum: (rows, n), (rows,) -> (rows, n); NaN for T <= 0, and where x_j / T is."""
    x, warmth = matrix(x), np.asarray(temperature, dtype=np.float64)

    def fill(rows: slice, out: Exact) -> None:
        row, t = Row(x[rows]), warmth[rows]
        cold = (t > 0) & np.isfinite(t)
        held, plain = cold[:, None], (row.used.all(axis=1) & (t == np.inf))[:, None]
        far = op.where(held, op.divide(row.far, op.exactly(np.where(cold, t, 1.0))[:, None]), NOTHING)
        terms = op.where(row.used, op.exp(op.negative(far)), NOTHING)
        value = op.divide(terms, row_sum(terms)[:, None])
        limit = Exact.from_float(np.where(row.above & held, 0.0, np.nan))
        out.put(slice(None), op.where(row.finite & (held | plain), value, limit))

    return by_matrix(x.shape, fill)


def z_loss(x: ArrayLike) -> Exact:
    """(m + log(1 + S))**2: (rows, n) -> (rows,)."""
    x = matrix(x)

    def evaluate(rows: slice) -> Exact:
        y = Shifted.of(x[rows]).logsumexp()
        return op.multiply(y, y)

    return by_rows(len(x), evaluate)


def z_loss_gradient(x: ArrayLike) -> Exact:
    """2 (m + log(1 + S)) e_j / (1 + S): (rows, n) -> (rows, n)."""
    x = matrix(x)
    two = Exact.from_float(2.0)

    def fill(rows: slice, out: Exact) -> None:
        row = Row(x[rows])
        scale = op.divide(op.multiply(two, row.shifted.logsumexp()), row.total)[:, None]
        out.put(slice(None), row.defined(op.multiply(row.terms, scale)))

    return by_matrix(x.shape, fill)


class Row:
    """Rows, and what their entries are beside the maximum.

    Attributes:
        shifted: the maximum and the sum over the others.
        above: where beside a maximum that is infinite, and not infinite itself.
        used: where neither masked nor beside a maximum that is not finite.
        far: d_j, 0 where not used.
        terms: exp(-d_j).
        total: 1 + S.
    """

    def __init__(self, x: Floats) -> None:
        self.x, self.shifted = x, Shifted.of(x)
        top = self.shifted.largest[:, None]
        self.finite = np.isfinite(top)
        self.above = (top == np.inf) & (x < np.inf)
        self.used = self.finite & (x > -np.inf)
        self.far = op.difference(np.where(self.used, top, 0.0), np.where(self.used, x, 0.0))
        self.terms = op.where(self.used, op.exp(op.negative(self.far)), NOTHING)
        self.total = op.add(ONE, self.shifted.others)

    def mean_distance(self) -> Exact:
        """The mean of d under softmax."""
        return op.divide(row_sum(op.multiply(self.terms, self.far)), self.total)

    def defined(self, value: Exact) -> Exact:
        """A value of each row, or of each entry, NaN for rows whose maximum is not finite."""
        finite = self.finite if value.hi.ndim > 1 else self.finite[:, 0]
        return op.where(finite, value, UNDEFINED)


def height(x: Floats) -> int:
    """Rows of a length to evaluate at once."""
    return max(1, ENTRIES // max(int(x.shape[1]), 1))
