"""Ratios of probabilities held as logs, and the estimator k3 of a divergence, which cancels near 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import by_entry
from study.certified.engine.distributions import sums
from study.certified.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats

NEAR = 2.0**-6
TERMS = 14
"""Of the series up to NEAR: the ones left out are below 2^-120 of it."""
LEFT_OUT = 2.0**-120
ONE = Exact.from_float(1.0)


def importance_ratio(p: ArrayLike, q: ArrayLike) -> Exact:
    """exp(sum_i (p_i - q_i)) of each row: (rows, n), (rows, n) -> (rows,)."""
    return sums(op.difference, p, q, op.exp)


def kl_k3(r: ArrayLike) -> Exact:
    """exp(r) - 1 - r."""
    return by_entry(_k3, np.asarray(r, dtype=np.float64))


def kl_k3_gradient(r: ArrayLike) -> Exact:
    """exp(r) - 1."""
    return by_entry(_grown, np.asarray(r, dtype=np.float64))


def _k3(r: Floats) -> Exact:
    def near(x: Floats) -> Exact:
        given = op.exactly(x)
        return op.multiply(op.multiply(given, given), op.multiply(_series(given, 2), Exact.from_float(0.5)))

    def far(x: Floats) -> Exact:
        return op.add(op.exp(op.exactly(x)), op.negative(op.add(ONE, op.exactly(x))))

    return _parted(near, far, r)


def _grown(r: Floats) -> Exact:
    def near(x: Floats) -> Exact:
        given = op.exactly(x)
        return op.multiply(given, _series(given, 1))

    return _parted(near, lambda x: op.add(op.exp(op.exactly(x)), op.negative(ONE)), r)


def _parted(near: Callable[[Floats], Exact], far: Callable[[Floats], Exact], r: Floats) -> Exact:
    """Near 0 the one, elsewhere the other; infinite where r is, since inf - inf would turn up."""
    small, infinite = np.abs(r) < NEAR, r == np.inf
    close, apart = near(np.where(small, r, 0.0)), far(np.where(small | infinite, 1.0, r))
    return op.where(infinite, op.exactly(np.full(r.shape, np.inf)), op.where(small, close, apart))


def _series(x: Exact, first: int) -> Exact:
    """first! (1/first! + x/(first + 1)! + x²/(first + 2)! + …) for |x| < NEAR, by Horner's rule."""
    total = ONE
    for order in range(first + TERMS, first, -1):
        total = op.add(ONE, op.divide(op.multiply(x, total), Exact.from_float(float(order))))
    error = np.where(x.hi == 0, 0.0, total.error + LEFT_OUT)
    return Exact(total.hi, total.lo, total.exponent, error)
