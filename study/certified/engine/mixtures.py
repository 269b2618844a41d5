"""Mixtures of normal densities: x of shape (rows,), and weights, means and sigmas of shape (rows, n).

Weights lie in [0, 1]. A component counts by its log, log w - log sigma - z**2/2, from the largest of which the others
are told apart, however small all of them are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import ENTRIES, by_matrix, by_rows
from study.certified.engine.densities import half_square, log_scale
from study.certified.engine.rows import matrix, row_sum
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats

ONE = Exact.from_float(1.0)
OFFSET = 64
"""Exponents below minus it are not told apart where the largest log is looked for."""


class Shares(NamedTuple):
    """The log of the largest component, exp of all logs less it, and the sum of these over the others."""

    largest: Exact
    shares: Exact
    others: Exact

    @classmethod
    def of(cls, x: Floats, weights: Floats, means: Floats, sigmas: Floats) -> Shares:
        """Of each row; NaN where every component vanishes."""
        logs = op.add(op.log(op.exactly(weights)), op.negative(log_scale(sigmas)))
        logs = op.add(logs, op.negative(half_square(x[:, None], means, sigmas)))
        rows, top = np.arange(len(x)), _order(logs).argmax(axis=1)
        largest = logs[rows, top]
        shares = op.exp(op.add(logs, op.negative(largest.reshape((-1, 1)))))
        first = (np.arange(weights.shape[1]) == top[:, None]) & ~np.isnan(shares.hi)
        shares = op.where(first, ONE, shares)
        return cls(largest, shares, row_sum(op.where(first, Exact.from_float(0.0), shares)))


def _order(logs: Exact) -> Floats:
    """Numbers in binary64 that rise with the logs, or nearly."""
    size = np.maximum(logs.exponent, -OFFSET) + OFFSET + np.abs(logs.hi) / 2
    return np.where(np.isnan(logs.hi), np.inf, np.where(logs.hi == 0, 0.0, np.sign(logs.hi) * size) + _infinite(logs))


def _infinite(logs: Exact) -> Floats:
    return np.where(np.isinf(logs.hi), logs.hi, 0.0)


def gaussian_mixture_nll(x: ArrayLike, weights: ArrayLike, means: ArrayLike, sigmas: ArrayLike) -> Exact:
    """-log sum_i w_i N(x; mean_i, sigma_i): (rows,), (rows, n) three times -> (rows,)."""
    x, parts = _arguments(x, weights, means, sigmas)

    def evaluate(rows: slice) -> Exact:
        found = Shares.of(x[rows], *(part[rows] for part in parts))
        vanished = found.largest.hi == -np.inf
        value = op.negative(op.add(found.largest, op.log1p(found.others)))
        return op.where(vanished, Exact.from_float(np.inf), value)

    return by_rows(len(x), evaluate, height=_height(parts[0]))


def gaussian_responsibilities(x: ArrayLike, weights: ArrayLike, means: ArrayLike, sigmas: ArrayLike) -> Exact:
    """w_j N(x; mean_j, sigma_j) over the sum of all: (rows,), (rows, n) three times -> (rows, n)."""
    x, parts = _arguments(x, weights, means, sigmas)

    def fill(rows: slice, out: Exact) -> None:
        height = _height(parts[0])
        for start in range(rows.start, min(rows.stop, len(x)), height):
            some = slice(start, min(start + height, rows.stop))
            found = Shares.of(x[some], *(part[some] for part in parts))
            whole = op.add(ONE, found.others).reshape((-1, 1))
            out.put(slice(start - rows.start, start - rows.start + len(x[some])), op.divide(found.shares, whole))

    return by_matrix(parts[0].shape, fill)


def _arguments(x: ArrayLike, *parts: ArrayLike) -> tuple[Floats, list[Floats]]:
    return np.atleast_1d(np.asarray(x, dtype=np.float64)), [matrix(part) for part in parts]


def _height(part: Floats) -> int:
    return max(1, ENTRIES // max(int(part.shape[1]), 1))
