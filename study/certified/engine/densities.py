"""Normal densities: x, mean and sigma of one shape, or rows of x with a mean and a sigma each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mpmath
import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import ENTRIES, by_entry, by_rows
from study.certified.engine.rows import matrix, row_sum
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats

with mpmath.workprec(200):
    HALF_LOG_TWO_PI = Exact.from_mpf(mpmath.log(2 * mpmath.pi) / 2)
HALF = Exact.from_float(0.5)


def gaussian_nll(x: ArrayLike, mean: ArrayLike, sigma: ArrayLike) -> Exact:
    """log sigma + log(2 pi)/2 + ((x - mean)/sigma)**2/2."""
    return by_entry(lambda x, m, s: op.add(log_scale(s), half_square(x, m, s)), *_floats(x, mean, sigma))


def gaussian_nll_gradient(x: ArrayLike, mean: ArrayLike, sigma: ArrayLike) -> Exact:
    """(mean - x)/sigma**2."""
    return by_entry(_slope, *_floats(x, mean, sigma))


def gaussian_nll_sigma_gradient(x: ArrayLike, mean: ArrayLike, sigma: ArrayLike) -> Exact:
    """(sigma - d) (sigma + d) / sigma**3, d = |x - mean|; NaN for sigma < 0."""
    return by_entry(_slope_of_sigma, *_floats(x, mean, sigma))


def gaussian_log_likelihood(x: ArrayLike, mean: ArrayLike, sigma: ArrayLike) -> Exact:
    """Minus the sum of the losses of each row: (rows, n), (rows,), (rows,) -> (rows,)."""
    x, (mean, sigma) = matrix(x), (np.atleast_1d(a) for a in _floats(mean, sigma))
    height = max(1, ENTRIES // max(x.shape[1], 1))
    return by_rows(len(x), lambda rows: _log_likelihood(x[rows], mean[rows], sigma[rows]), height=height)


def gaussian_likelihood(x: ArrayLike, mean: ArrayLike, sigma: ArrayLike) -> Exact:
    """Product of the densities of each row, as exp of its log: (rows, n), (rows,), (rows,) -> (rows,)."""
    x, (mean, sigma) = matrix(x), (np.atleast_1d(a) for a in _floats(mean, sigma))
    height = max(1, ENTRIES // max(x.shape[1], 1))
    return by_rows(len(x), lambda rows: op.exp(_log_likelihood(x[rows], mean[rows], sigma[rows])), height=height)


def _floats(*arrays: ArrayLike) -> list[Floats]:
    return [np.asarray(a, dtype=np.float64) for a in arrays]


def log_scale(sigma: Floats) -> Exact:
    """log sigma + log(2 pi)/2; NaN for sigma <= 0."""
    return op.add(op.log(op.exactly(np.where(sigma > 0, sigma, np.nan))), HALF_LOG_TWO_PI)


def half_square(x: Floats, mean: Floats, sigma: Floats) -> Exact:
    """((x - mean)/sigma)**2/2."""
    z = op.divide(op.difference(x, mean), op.exactly(sigma))
    return op.multiply(op.multiply(z, z), HALF)


def _slope(x: Floats, mean: Floats, sigma: Floats) -> Exact:
    scale = op.exactly(np.abs(sigma))
    return op.divide(op.divide(op.difference(mean, x), scale), scale)


def _slope_of_sigma(x: Floats, mean: Floats, sigma: Floats) -> Exact:
    finite = np.isfinite(x) & np.isfinite(mean) & np.isfinite(sigma) & (sigma > 0)
    with np.errstate(all="ignore"):
        infinite = np.isinf(x - mean) & ~(np.isfinite(x) & np.isfinite(mean))
        away = (infinite & (sigma >= 0) & (sigma < np.inf)) | ((sigma == 0) & (np.abs(x - mean) > 0))
        none = (sigma == np.inf) & np.isfinite(x) & np.isfinite(mean)
    limit = np.where(away, -np.inf, np.where(none, 0.0, np.nan))
    x, mean, held = (np.where(finite, v, w) for v, w in ((x, 0.0), (mean, 0.0), (sigma, 1.0)))
    scale, apart = op.exactly(held), op.difference(np.maximum(x, mean), np.minimum(x, mean))
    value = op.multiply(op.add(scale, op.negative(apart)), op.add(scale, apart))
    for _ in range(3):
        value = op.divide(value, scale)
    return op.where(finite, value, op.exactly(limit))


def _log_likelihood(x: Floats, mean: Floats, sigma: Floats) -> Exact:
    """-(n (log sigma + log(2 pi)/2) + sum of half squares), the sum in pieces."""
    n = x.shape[1]
    total = op.multiply(Exact.from_float(float(n)), log_scale(sigma))
    for start in range(0, n, ENTRIES):
        piece = x[:, start : start + ENTRIES]
        total = op.add(total, row_sum(half_square(piece, mean[:, None], sigma[:, None])))
    return op.negative(total)
