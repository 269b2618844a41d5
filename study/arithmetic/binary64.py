"""Plain binary64, which serves formats of at most 24 bits wherever nothing cancels; its numbers are float64 arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.arithmetic.scaled import Scaled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from study.arithmetic.errorfree import Floats

UNIT = 2.0**-51
"""Bound on the relative error of one operation: NumPy holds its exp and log to 4 ulps."""
SUM_ERROR = 2.0**-47
"""Bound on the error of a sum of 2**20 differences, relative to the sum of their sizes: docs/arithmetic.md."""

exp, expm1, log, log1p, where = np.exp, np.expm1, np.log, np.log1p, np.where


def number(values: ArrayLike) -> Floats:
    """Hold binary64 numbers as they are."""
    return np.asarray(values, dtype=np.float64)


def scaled(x: Floats) -> Scaled:
    """The number with its exponent apart."""
    return Scaled.number(x)


def log2(x: Floats) -> Floats:
    """log2 |number|."""
    return np.asarray(np.log2(np.abs(x)))


def total(x: Floats) -> Floats:
    """Sum along the last axis, by NumPy's pairwise summation."""
    return np.asarray(np.sum(np.ascontiguousarray(x), axis=-1))


def log_product(x: Floats) -> Floats:
    """Log of the product along the last axis, as the sum of the logs."""
    return total(np.log(x))
