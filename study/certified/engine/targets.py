"""Losses of rows of logits x with a target and a number beside them: label smoothing, focal loss, and their gradients.

m is the largest of a row, d_j = m - x_j, e_j = exp(-d_j), S the sum of the others' e_j. No term of a loss is negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import by_matrix, by_rows
from study.certified.engine.logits import NOTHING, ONE, UNDEFINED, Row, height
from study.certified.engine.rows import labels, matrix, row_sum
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats, Integers


def cross_entropy_label_smoothing(x: ArrayLike, target: ArrayLike, smoothing: ArrayLike) -> Exact:
    """log(1 + S) + (1 - eps) d_target + (eps / n) sum_j d_j, no term < 0: (rows, n), (rows,), (rows,) -> (rows,)."""
    x, share = matrix(x), np.asarray(smoothing, dtype=np.float64)
    target, count = labels(target, x), Exact.from_float(float(x.shape[1]))

    def evaluate(rows: slice) -> Exact:
        row, eps = Row(x[rows]), share[rows]
        chosen = np.take_along_axis(x[rows], target[rows, None], axis=1)[:, 0]
        mean = op.divide(row_sum(row.far), count)
        value = op.multiply(op.difference(np.ones(len(eps)), eps), op.difference(row.shifted.largest, chosen))
        value = op.add(row.shifted.excess(), op.add(value, op.multiply(op.exactly(eps), mean)))
        return op.where((eps > 0) & (eps <= 1) & row.used.all(axis=1), value, _unsmoothed(chosen, eps, row))

    return by_rows(len(x), evaluate, height=height(x))


def _unsmoothed(chosen: Floats, eps: Floats, row: Row) -> Exact:
    """The loss for eps = 0; infinite for eps > 0 where a logit is masked, NaN for another eps."""
    top = row.shifted.largest
    plain = op.add(op.difference(top, chosen), row.shifted.excess())
    inside = (eps > 0) & (eps <= 1) & np.isfinite(top)
    return op.where(eps == 0, plain, Exact.from_float(np.where(inside, np.inf, np.nan)))


def cross_entropy_label_smoothing_gradient(x: ArrayLike, target: ArrayLike, smoothing: ArrayLike) -> Exact:
    """(n e_j - eps T) / (n T), T = 1 + S, at the target ((n - 1) eps T - n (T less its own)) / (n T): -> (rows, n)."""
    x, share = matrix(x), np.asarray(smoothing, dtype=np.float64)
    target, (count, less) = labels(target, x), (Exact.from_float(float(x.shape[1] - k)) for k in (0, 1))

    def fill(rows: slice, out: Exact) -> None:
        row, eps = Row(x[rows]), op.exactly(share[rows])[:, None]
        at = np.arange(x.shape[1]) == target[rows, None]
        total, others = row.total[:, None], row_sum(op.where(at, NOTHING, row.terms))[:, None]
        spread, whole = op.multiply(eps, total), op.multiply(count, total)
        here = op.add(op.multiply(less, spread), op.negative(op.multiply(count, others)))
        there = op.add(op.multiply(count, row.terms), op.negative(spread))
        value = op.divide(op.where(at, here, there), whole)
        label = op.where(at, op.add(count, op.negative(op.multiply(less, eps))), eps)
        limit = op.where(row.above, op.negative(op.divide(label, count)), UNDEFINED)
        inside = ((share[rows] >= 0) & (share[rows] <= 1))[:, None]
        out.put(slice(None), op.where(inside, op.where(row.finite, value, limit), UNDEFINED))

    return by_matrix(x.shape, fill)


def temperature_nll_gradient(x: ArrayLike, target: ArrayLike, temperature: ArrayLike) -> Exact:
    """exp(-d_j / T) over their sum and T, at the target minus the sum of the others': -> (rows, n); NaN for T <= 0."""
    x, warmth = matrix(x), np.asarray(temperature, dtype=np.float64)
    target = labels(target, x)

    def fill(rows: slice, out: Exact) -> None:
        row, t, at = Row(x[rows]), warmth[rows][:, None], np.arange(x.shape[1]) == target[rows, None]
        cold = (t > 0) & np.isfinite(t)
        held = op.exactly(np.where(cold, t, 1.0))
        terms = op.where(row.used, op.exp(op.negative(op.divide(row.far, held))), NOTHING)
        others = row_sum(op.where(at, NOTHING, terms))[:, None]
        value = op.divide(op.divide(op.where(at, op.negative(others), terms), row_sum(terms)[:, None]), held)
        even = (t == np.inf) & row.used.all(axis=1, keepdims=True)
        label = op.where(at, op.divide(Exact.from_float(-1.0), held), NOTHING)
        limit = op.where(row.above & cold, label, op.where(even, NOTHING, UNDEFINED))
        out.put(slice(None), op.where(row.finite & cold, value, limit))

    return by_matrix(x.shape, fill)


def focal_loss(x: ArrayLike, target: ArrayLike, gamma: ArrayLike) -> Exact:
    """exp(gamma log(1 - p)) (-log p), p that of the target: (rows, n), (rows,), (rows,) -> (rows,)."""
    x, power = matrix(x), np.asarray(gamma, dtype=np.float64)
    target = labels(target, x)

    def evaluate(rows: slice) -> Exact:
        chosen = Target(x[rows], target[rows], power[rows])
        return chosen.special(op.multiply(chosen.power, chosen.loss))

    return by_rows(len(x), evaluate, height=height(x))


def focal_loss_gradient(x: ArrayLike, target: ArrayLike, gamma: ArrayLike) -> Exact:
    """-G at the target, e_j / (the others' sum) G elsewhere, G = (1 - p)**gamma ((1 - p) + gamma p (-log p))."""
    x, power = matrix(x), np.asarray(gamma, dtype=np.float64)
    target = labels(target, x)

    def fill(rows: slice, out: Exact) -> None:
        chosen = Target(x[rows], target[rows], power[rows])
        row, at = chosen.row, np.arange(x.shape[1]) == target[rows, None]
        others = op.where(chosen.alone, ONE, chosen.others)[:, None]
        share = op.where(at, Exact.from_float(-1.0), op.divide(row.terms, others))
        value = op.multiply(share, op.where(chosen.alone, NOTHING, chosen.whole())[:, None])
        limit = op.where(at, Exact.from_float(-1.0), op.where(row.above, NOTHING, UNDEFINED))
        value = op.where(row.finite, value, limit)
        defined = (power[rows] >= 0) & (power[rows] < np.inf) & chosen.defined
        out.put(slice(None), op.where(defined[:, None], value, UNDEFINED))

    return by_matrix(x.shape, fill)


class Target:
    """Rows, and what their target and an exponent make of them.

    Attributes:
        row: the rows.
        chosen: the logit of the target.
        own: exp(x_target - m).
        others: the sum of the other e_j.
        defined: where p is.
        alone: where p is 1, or the target masked among the masked.
        loss: -log p.
        power: (1 - p)**gamma.
    """

    def __init__(self, x: Floats, target: Integers, gamma: Floats) -> None:
        self.row, self.gamma = Row(x), gamma
        at = np.arange(x.shape[1]) == target[:, None]
        self.chosen = x[at]
        self.own = row_sum(op.where(at, self.row.terms, NOTHING))
        self.others = row_sum(op.where(at, NOTHING, self.row.terms))
        self.defined = (self.row.shifted.largest > -np.inf) & (self.chosen < np.inf)
        self.alone = self.others.hi == 0
        self.loss = op.add(op.difference(self.row.shifted.largest, self.chosen), self.row.shifted.excess())
        rest = op.negative(op.log1p(op.divide(self.own, op.where(self.alone, ONE, self.others))))
        held = np.where((gamma >= 0) & (gamma < np.inf), gamma, 0.0)
        self.power = op.exp(op.multiply(op.exactly(held), rest))

    def whole(self) -> Exact:
        """(1 - p)**gamma ((1 - p) + gamma p (-log p)); of a masked target 1."""
        total, masked = op.add(self.own, self.others), self.chosen == -np.inf
        rest = op.divide(self.others, total)
        gain = op.multiply(op.exactly(self.gamma), op.multiply(op.divide(self.own, total), self.loss))
        return op.multiply(self.power, op.add(rest, op.where(masked, NOTHING, gain)))

    def special(self, value: Exact) -> Exact:
        """A loss, or what it is where p is 0, 1 or undefined, or gamma no number."""
        top = self.row.shifted.largest
        zero = np.isfinite(self.chosen) & np.isfinite(top) & (self.alone | (self.gamma == np.inf))
        undefined = ~(self.gamma >= 0) | ~self.defined
        infinite = (top == np.inf) | (self.chosen == -np.inf)
        value = op.where(zero, NOTHING, op.where(infinite, Exact.from_float(np.inf), value))
        return op.where(undefined, UNDEFINED, value)
