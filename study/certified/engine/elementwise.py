"""Problems entry by entry, over binary64 arrays of any shape; arguments broadcast.

Special values follow the definition in the extended reals; a weight of 0 contributes 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import operations as op
from study.certified.engine.blocks import by_entry
from study.certified.engine.distributions import weighted
from study.certified.exact import Exact

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from study.certified.engine.compiled import Floats

LN2 = 0.6931471805599453
ONE = Exact.from_float(1.0)


def _array(x: ArrayLike) -> Floats:
    return np.asarray(x, dtype=np.float64)


def exp(x: ArrayLike) -> Exact:
    """exp(x)."""
    return by_entry(lambda x: op.exp(op.exactly(x)), _array(x))


def log(x: ArrayLike) -> Exact:
    """log(x); NaN for x < 0."""
    return by_entry(lambda x: op.log(op.exactly(x)), _array(x))


def sigmoid(x: ArrayLike) -> Exact:
    """1/(1 + exp(-x)) = exp(min(x, 0))/(1 + exp(-|x|))."""
    return by_entry(_sigmoid, _array(x))


def softplus(x: ArrayLike) -> Exact:
    """log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))."""
    return by_entry(_softplus, _array(x))


def log_sigmoid(x: ArrayLike) -> Exact:
    """log(sigmoid(x)) = -softplus(-x)."""
    return by_entry(lambda x: op.negative(_softplus(-x)), _array(x))


def log1mexp(x: ArrayLike) -> Exact:
    """log(1 - exp(x)), x <= 0: log(-expm1(x)) above -log 2, log1p(-exp(x)) below; NaN for x > 0."""
    return by_entry(_log1mexp, _array(x))


def logaddexp(a: ArrayLike, b: ArrayLike) -> Exact:
    """log(exp(a) + exp(b)) = max(a, b) + log1p(exp(-|a - b|))."""
    return by_entry(_logaddexp, _array(a), _array(b))


def binary_cross_entropy_with_logits(x: ArrayLike, y: ArrayLike) -> Exact:
    """y softplus(-x) + (1 - y) softplus(x), 0 <= y <= 1: both terms >= 0."""
    return by_entry(loss_of_logit, _array(x), label(y))


def binary_cross_entropy(p: ArrayLike, y: ArrayLike) -> Exact:
    """-(y log p + (1 - y) log(1 - p)), 0 <= y <= 1: both terms >= 0 for 0 <= p <= 1."""
    return by_entry(
        lambda p, y: op.negative(
            op.add(weighted(y, op.log(op.exactly(p))), _times(_rest(y), op.log1p(op.exactly(-p))))
        ),
        _array(p),
        label(y),
    )


def binary_cross_entropy_gradient(x: ArrayLike, y: ArrayLike) -> Exact:
    """sigmoid(x) - y, as -sigmoid(-x) for y = 1."""
    return by_entry(_gradient, _array(x), label(y))


def label(y: ArrayLike) -> Floats:
    """A probability; what lies outside [0, 1] is none, and a loss of it is undefined."""
    y = _array(y)
    return np.where((y >= 0) & (y <= 1), y, np.nan)


def loss_of_logit(x: Floats, y: Floats) -> Exact:
    """y softplus(-x) + (1 - y) softplus(x)."""
    return op.add(_times(op.exactly(y), _softplus(-x)), _times(_rest(y), _softplus(x)))


def _sigmoid(x: Floats) -> Exact:
    tail = op.exp(op.exactly(-np.abs(x)))
    value = op.divide(op.where(x < 0, tail, ONE), op.add(ONE, tail))
    return op.where(x == 0, Exact.from_float(0.5), value) if (x == 0).any() else value


def _softplus(x: Floats) -> Exact:
    return op.add(op.exactly(np.maximum(x, 0.0)), op.log1p(op.exp(op.exactly(-np.abs(x)))))


def _log1mexp(x: Floats) -> Exact:
    near = (x < 0) & (x > -LN2)
    close = op.log(op.one_less_exp(np.where(near, x, -0.5)))
    far = op.log1p(op.negative(op.exp(op.exactly(np.where(near | (x > 0), np.nan, x)))))
    return op.where(near, close, far)


def _logaddexp(a: Floats, b: Floats) -> Exact:
    largest, least = np.maximum(a, b), np.minimum(a, b)
    finite = np.isfinite(largest)
    excess = op.log1p(op.exp(op.difference(np.where(finite, least, 0.0), np.where(finite, largest, 0.0))))
    value = op.add(op.exactly(largest), excess)
    return op.where(finite, value, op.exactly(largest))


def _rest(y: Floats) -> Exact:
    return op.difference(np.ones(y.shape), y)


def _times(weight: Exact, value: Exact) -> Exact:
    zero = (weight.hi == 0) & ~np.isnan(value.hi)
    return op.where(zero, Exact.from_float(0.0), op.multiply(weight, value))


def _gradient(x: Floats, y: Floats) -> Exact:
    ones = y == 1
    value = _sigmoid(np.where(ones, -x, x))
    moved = op.add(value, op.exactly(np.where(ones, 0.0, -y)))
    return op.where(ones, op.negative(moved), moved)
