"""Losses: of an observation from logits or probabilities, of a batch, of several labels. Every term is >= 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import ENTRIES, by_rows
from study.certified.engine.bounds import SLACK
from study.certified.engine.distributions import sums
from study.certified.engine.elementwise import label, loss_of_logit
from study.certified.engine.rows import Shifted, labels, matrix, row_sum
from study.certified.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats, Integers


def nll(x: ArrayLike, target: ArrayLike) -> Exact:
    """-log_softmax(x)[target]: (rows, n), (rows,) -> (rows,)."""
    x = matrix(x)
    target = labels(target, x)
    return by_rows(len(x), lambda rows: _of_row(x[rows], target[rows]))


def nll_from_probabilities(p: ArrayLike, target: ArrayLike) -> Exact:
    """-log p[target]: (rows, n), (rows,) -> (rows,)."""
    p = matrix(p)
    chosen = p[np.arange(len(p)), labels(target, p)]
    return by_rows(len(p), lambda rows: op.negative(op.log(op.exactly(chosen[rows]))))


def mean_nll(x: ArrayLike, target: ArrayLike) -> Exact:
    """The mean over b of -log_softmax(x)[target]: (rows, b, n), (rows, b) -> (rows,)."""
    return _of_batches(x, target, _mean)


def perplexity(x: ArrayLike, target: ArrayLike) -> Exact:
    """exp of that mean: (rows, b, n), (rows, b) -> (rows,)."""
    return _of_batches(x, target, lambda losses: op.exp(_mean(losses)))


def sequence_log_likelihood(x: ArrayLike, target: ArrayLike) -> Exact:
    """The sum over b of log_softmax(x)[target]: (rows, b, n), (rows, b) -> (rows,)."""
    return _of_batches(x, target, lambda losses: op.negative(row_sum(losses)))


def _mean(losses: Exact) -> Exact:
    return op.divide(row_sum(losses), op.exactly(np.full(1, float(losses.shape[1]))))


def _of_batches(x: ArrayLike, target: ArrayLike, reduced: Callable[[Exact], Exact]) -> Exact:
    """What the losses of each batch, (rows, b), are reduced to: (rows, b, n), (rows, b) -> (rows,)."""
    x, target = np.asarray(x, dtype=np.float64), np.asarray(target, dtype=np.int64)
    _, size, n = x.shape

    def evaluate(rows: slice) -> Exact:
        flat = matrix(x[rows].reshape(-1, n))
        losses = _of_row(flat, labels(target[rows].reshape(-1), flat))
        return reduced(losses.reshape((-1, size)))

    return by_rows(len(x), evaluate, height=max(1, ENTRIES // max(size, 1)))


def share(values: Exact, count: int) -> Exact:
    """The sum along the last axis of values held already, over a count: (rows, b) -> (rows,).

    A bound relative to the true value is taken for one relative to the held: at most SLACK apart.
    """
    held = Exact(values.hi, values.lo, values.exponent, values.error * SLACK)
    divisor = op.exactly(np.full(1, float(count)))
    return by_rows(values.shape[0], lambda rows: op.divide(row_sum(held[rows]), divisor), height=1)


def multilabel_nll(x: ArrayLike, y: ArrayLike) -> Exact:
    """sum_i y_i softplus(-x_i) + (1 - y_i) softplus(x_i): (rows, n), (rows, n) -> (rows,)."""
    return sums(loss_of_logit, x, label(y))


def _of_row(x: Floats, target: Integers) -> Exact:
    """(m - x_target) + log(1 + S), both terms >= 0."""
    shifted = Shifted.of(x)
    chosen = np.take_along_axis(x, target[:, None], axis=1)[:, 0]
    return op.add(op.difference(shifted.largest, chosen), shifted.excess())
