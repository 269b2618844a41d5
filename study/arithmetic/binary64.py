"""Plain binary64, which serves formats of at most 24 bits wherever little cancels; its numbers are float64 arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic import constants, loops, ties
from study.arithmetic.pieces import one_side

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.arithmetic.errorfree import Floats
    from study.formats import Format

BITS = 53
ERROR = 2.0**-45
"""Bound on the error of a formula, relative to the value or to what cancels in it: NumPy holds its exp and log to 4
ulps. For n <= 2**20; docs/arithmetic.md counts the operations."""
DOUBT = 2.0**-20
"""In ulps of the format: what an error as small as this leaves open matters at the ends of the format alone."""
LEAST = 2.0**-480
"""The product of two as large, or of one and two numbers of a format of 24 bits, is a normal number, 2**20 times."""
HELD = 1000
"""Numbers of [1/2, 1) whose product is a normal number."""
SUM_ERROR = 2.0**-47
"""Bound on the error of a sum of 2**20 differences, relative to the sum of their sizes: docs/arithmetic.md."""

exp, expm1, log, log1p = np.exp, np.expm1, np.log, np.log1p


def number(values: ArrayLike) -> Floats:
    """Hold binary64 numbers as they are."""
    return np.asarray(values, dtype=np.float64)


def constant(of: constants.Constant, *orders: int) -> Floats:
    """A constant, rounded to nearest."""
    return np.asarray(constants.words(of, *orders)[0])


def sure(x: Floats, zero: NDArray[np.bool_]) -> Floats:
    """Numbers >= 0, NaN for what a product may lose: less than LEAST, and not known to be zero."""
    return np.where((x < LEAST) & ~zero, np.nan, x)


def normalised(x: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Products of numbers >= 0, the largest along the last axis led to [1/2, 1), and the exponent that took."""
    exponent = np.frexp(np.max(x, axis=-1))[1].astype(np.int64)
    return sure(np.ldexp(x, -exponent[..., None]), x == 0), exponent


def lowered(x: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """As they are, and no exponents: exp goes as far as formats of 24 bits."""
    return x, np.zeros(x.shape, dtype=np.int64)


def lifted(x: Floats, exponent: NDArray[np.int64]) -> Floats:  # noqa: ARG001 - as every arithmetic has it
    """As it is: there is no exponent."""
    return x


def log2(x: Floats) -> Floats:
    """log2 |x|, roughly; -inf for 0."""
    with np.errstate(divide="ignore"):
        return np.log2(np.abs(x))


def power(exponent: Floats) -> Floats:
    """2**exponent, to tell sizes."""
    with np.errstate(over="ignore"):
        return np.exp2(exponent)


def where(condition: NDArray[np.bool_], a: Floats, b: Floats) -> Floats:
    """A where the condition holds, else b."""
    if (taken := one_side(condition, a, b)) is not None:
        return np.asarray(taken)
    if not np.shape(condition) == a.shape == b.shape:
        return np.where(condition, a, b)
    out = np.empty(a.shape)
    loops.choose(*(np.ascontiguousarray(v).reshape(-1) for v in (condition, a, b)), out.reshape(-1))
    return out


def size(x: Floats) -> Floats:
    """|x|, to tell sizes."""
    return np.abs(x)


def argmax(x: Floats) -> Any:
    """Position of the largest number along the last axis."""
    return np.argmax(x, axis=-1)


def total(x: Floats) -> Floats:
    """Sum along the last axis, by NumPy's pairwise summation."""
    return np.asarray(np.sum(np.ascontiguousarray(x), axis=-1))


def product(x: Floats) -> tuple[Floats, Floats]:
    """Product along the last axis, the exponents added apart; and n times that, since n roundings add up."""
    n, exponent = x.shape[-1], np.zeros(x.shape[:-1], dtype=np.int64)
    while x.shape[-1]:
        x, more = np.frexp(x)
        exponent += more.sum(axis=-1)
        if x.shape[-1] == 1:
            break
        x = np.multiply.reduceat(x, np.arange(0, x.shape[-1], HELD), axis=-1) + 0.0
    value = np.ldexp(x.prod(axis=-1), np.clip(exponent, -2000, 2000).astype(np.int32))
    return value, n * value


def log_product(x: Floats) -> Floats:
    """Log of the product along the last axis, as the sum of the logs."""
    return total(np.log(x))


def decided(form: Format, value: Floats, cancelling: Floats | None) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The value rounded, and where its error leaves open to what: by more than DOUBT, or at an end of the format.

    Args:
        form: the format.
        value: the value of a formula.
        cancelling: a number of the size of what cancels in it, or None.
    """
    value = np.ascontiguousarray(value)
    sizes = value if cancelling is None else np.ascontiguousarray(cancelling)
    open_ = np.empty(value.shape, dtype=bool)
    ties.near(value.reshape(-1), sizes.reshape(-1), ERROR, form.p, form.xmin, open_.reshape(-1))
    if open_.any():
        few, error = value[open_], ERROR * np.maximum(np.abs(value), np.abs(sizes))[open_]
        size = np.abs(few)
        matters = (error > DOUBT * form.ulp(few)) | (size < form.xmins) | (size > form.xmax)
        open_[open_] = np.isfinite(few) & matters & (np.isinf(error) | apart(form, few - error, few + error))
    return form.round(value), open_


def apart(form: Format, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Where two numbers are rounded to different ones."""
    low, high = (form.round(end).astype(np.float64) for end in (low, high))
    return np.asarray((low != high) & ~(np.isnan(low) & np.isnan(high)))
