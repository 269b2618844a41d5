"""Chains: the likelihood of observations of a hidden Markov chain, and the loss of connectionist classification.

What is no finite number >= 0, or no number at all, and logits 2**31 apart are left to the definition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import by_rows
from study.certified.engine.chain_sums import alignments, forward
from study.certified.engine.rows import row_sum
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.certified.engine.compiled import Floats

NUMBERS = 2**16
"""Numbers of chains evaluated at once."""


def hmm_forward(start: ArrayLike, transition: ArrayLike, likelihoods: ArrayLike) -> Exact:
    """log of the sum of start b_1 A b_2 ... A b_T: (rows, n), (rows, n, n), (rows, T, n) -> (rows,)."""
    given = [np.asarray(x, dtype=np.float64) for x in (start, transition, likelihoods)]

    def evaluate(rows: slice) -> Exact:
        held = [x[rows] for x in given]
        fine = np.logical_and.reduce([_all(np.isfinite(x) & (x >= 0)) for x in held])
        out = op.blank(fine.shape)
        a, b, c = (np.where(_column(fine, x.ndim), x, 0.0) for x in held)
        forward(a, b, c, *op.parts(out))
        return _claimed(fine, op.log(out))

    return by_rows(len(given[0]), evaluate, height=NUMBERS // max(1, given[2][:1].size))


def ctc_loss(x: ArrayLike, labels: ArrayLike) -> Exact:
    """log(1 + R/S), S the sum over the paths that read as the labels, R over all others: (rows, T, n), (rows, l)."""
    x, labels = np.asarray(x, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    count = labels.shape[1]

    def evaluate(rows: slice) -> Exact:
        top = x[rows].max(axis=-1, keepdims=True)
        fine = _all(np.isfinite(top)) & _all(~np.isnan(x[rows]))
        e = op.exp(op.difference(np.where(_column(fine, 3), x[rows], 0.0), np.where(_column(fine, 3), top, 0.0)))
        ends = op.blank((len(fine), 2 * count + 2))
        worst = e.error.reshape(len(fine), -1).max(axis=1)
        alignments(e.hi, e.lo, e.exponent, worst, np.ascontiguousarray(labels[rows]), *op.parts(ends))
        accepted = np.isin(np.arange(2 * count + 2), (2 * count - 1, 2 * count))
        ratio = op.divide(row_sum(ends[:, ~accepted]), row_sum(ends[:, accepted]))
        return _claimed(fine & (worst < op.UNDECIDED), op.log1p(ratio))

    return by_rows(len(x), evaluate, height=NUMBERS // max(1, x[:1].size))


def _all(condition: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(condition.reshape(len(condition), -1).all(axis=1))


def _column(condition: NDArray[np.bool_], ndim: int) -> NDArray[np.bool_]:
    return condition.reshape(-1, *[1] * (ndim - 1))


def _claimed(where: NDArray[np.bool_], value: Exact) -> Exact:
    """Values whose bound is infinite elsewhere."""
    error: Floats = np.where(where, value.error, np.inf)
    return Exact(value.hi, value.lo, value.exponent, error)
