"""Plain binary64, which serves formats of at most 24 bits wherever nothing cancels; its numbers are float64 arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic import constants
from study.arithmetic.scaled import Scaled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from study.arithmetic.errorfree import Floats

BITS = 53
UNIT = 2.0**-51
"""Bound on the relative error of one operation: NumPy holds its exp and log to 4 ulps."""

exp, expm1, log, log1p, where = np.exp, np.expm1, np.log, np.log1p, np.where


def number(values: ArrayLike) -> Floats:
    """Hold binary64 numbers as they are."""
    return np.asarray(values, dtype=np.float64)


def constant(of: constants.Constant, *orders: int) -> Floats:
    """A constant, rounded to nearest."""
    return np.asarray(constants.words(of, *orders)[0])


def scaled(x: Floats) -> Scaled:
    """The number with its exponent apart."""
    return Scaled.number(x)


def log2(x: Floats) -> Floats:
    """log2 |number|."""
    return np.asarray(np.log2(np.abs(x)))


def argmax(x: Floats) -> Any:
    """Position of the largest number along the last axis."""
    return np.argmax(x, axis=-1)


def total(x: Floats) -> Floats:
    """Sum along the last axis, by NumPy's pairwise summation."""
    return np.asarray(np.sum(np.ascontiguousarray(x), axis=-1))


def log_product(x: Floats) -> Floats:
    """Log of the product along the last axis, as the sum of the logs."""
    return total(np.log(x))
