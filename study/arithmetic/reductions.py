"""Sums and products along the last axis, each a stated order of operations and width of accumulator.

NumPy's own ``sum`` and ``prod`` are no such thing: along a contiguous axis of float16 they accumulate in float32.
Here every step is rounded to the array's dtype unless the name says otherwise. The empty sum is 0, the product 1.
Terms that are under a recipe (``study.arithmetic.recipe``) are summed, or multiplied, in its accumulator.
"""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic.held import Held, bare, hold
from study.formats import FORMATS, format_of, get_format

if TYPE_CHECKING:
    from collections.abc import Callable

WIDER = {
    name: next(wide.name for wide in FORMATS.values() if wide.bits > form.bits)
    for name, form in FORMATS.items()
    if form.computes and form.p < 53
}
"""The accumulator of a wide sum; binary64 has none that every machine shares."""
BLOCK = 2**16
"""Numbers of a row summed at a time, so that long rows need no running sums of that length."""


def accumulated(reduction: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A reduction in the accumulator of the recipe that its terms are under, if they are; its result in their dtype."""

    @wraps(reduction)
    def within(x: Any) -> Any:
        if not isinstance(x, Held) or (form := get_format(x.recipe.accumulate)).dtype == x.dtype:
            return reduction(x)
        return like(reduction(hold(form.round(bare(x).astype(np.float64)), x.recipe)), x)

    return within


@accumulated
def sequential_sum(x: Any) -> Any:
    """Recursive summation, left to right (Higham, algorithm 4.1): error at most gamma_(n-1) sum |x_i|."""
    xp = array_namespace(x)
    total = _last(running_sum(x[..., :BLOCK]), x, 0)
    for start in range(BLOCK, x.shape[-1], BLOCK):
        total = _last(running_sum(xp.concat([total[..., None], x[..., start : start + BLOCK]], axis=-1)), x, 0)
    return total


@accumulated
def sequential_product(x: Any) -> Any:
    """Left to right: relative error at most gamma_(n-1) while nothing underflows (Higham, section 3.1)."""
    return _last(_running(x, "cumulative_prod", np.multiply), x, 1)


@accumulated
def pairwise_sum(x: Any) -> Any:
    """Halves added to each other until one value is left: error at most gamma_ceil(log2 n) sum |x_i| (Higham, 4.2)."""
    return _halved(x, lambda a, b: a + b, 0)


@accumulated
def pairwise_product(x: Any) -> Any:
    """Halves multiplied with each other until one value is left: the same n - 1 roundings as sequentially."""
    return _halved(x, lambda a, b: a * b, 1)


@accumulated
def compensated_sum(x: Any) -> Any:
    """Recursive summation plus the sum of its rounding errors, each by TwoSum.

    Ogita, Rump and Oishi, *Accurate sum and dot product* (2005), algorithm 4.4 (Sum2), in effect Neumaier's: error at
    most u |sum x_i| + gamma_(n-1)**2 sum |x_i|. Where the plain sum is not finite, that is the result.
    """
    xp = array_namespace(x)
    partial = running_sum(x)
    before, after, term = partial[..., :-1], partial[..., 1:], x[..., 1:]
    virtual = after - before
    error = (before - (after - virtual)) + (term - virtual)
    plain = _last(partial, x, 0)
    corrected = plain + sequential_sum(error)
    return xp.where(xp.isfinite(plain), corrected, plain)


def wide_sum(x: Any) -> Any:
    """Recursive summation in the next wider format, rounded once at the end."""
    return like(sequential_sum(_widened(x)), x)


def increasing_sum(x: Any) -> Any:
    """Recursive summation from the smallest |x_i| to the largest: best for terms of one sign (Higham, 4.2)."""
    return sequential_sum(_by_size(x, 1))


def decreasing_sum(x: Any) -> Any:
    """Recursive summation from the largest |x_i| to the smallest: the better order where terms cancel (Higham, 4.2)."""
    return sequential_sum(_by_size(x, -1))


def contiguous_sum(x: Any) -> Any:
    """NumPy's own sum along an axis that is contiguous in memory: blocks, pairwise; float16 in float32."""
    return np.ascontiguousarray(x).sum(axis=-1)


def strided_sum(x: Any) -> Any:
    """NumPy's own sum along an axis that is not: one row after the other, each step rounded to the dtype."""
    return np.ascontiguousarray(np.moveaxis(x, -1, 0)).sum(axis=0)


SUMS = {
    "sequential": sequential_sum,
    "increasing": increasing_sum,
    "decreasing": decreasing_sum,
    "pairwise": pairwise_sum,
    "compensated": compensated_sum,
    "wide": wide_sum,
    "contiguous": contiguous_sum,
    "strided": strided_sum,
}
"""Every sum by its order, accumulator and, for NumPy's own, layout in memory."""


def weighted_sum(weights: Any, values: Any, *, scaled: bool = False) -> Any:
    """The products of weights and values, summed left to right.

    Args:
        weights: rounded first to the format that the recipe has for weights, if they are under one.
        values: an array of their dtype, which broadcasts with them.
        scaled: whether they are multiplied by that format's largest number before, and the sum divided by it.
    """
    if not (isinstance(weights, Held) and weights.recipe.weights):
        return sequential_sum(weights * values)
    form, scale = get_format(weights.recipe.weights), 1.0
    if scaled:
        scale = form.xmax
    narrow = hold(form.round(bare(weights).astype(np.float64) * scale).astype(weights.dtype), weights.recipe)
    return sequential_sum(narrow * values) / weights.dtype.type(scale)


def wide_mean(x: Any) -> Any:
    """The wide sum over n, rounded once at the end."""
    wide = _widened(x)
    return like(sequential_sum(wide) / array_namespace(wide).asarray(x.shape[-1], dtype=wide.dtype), x)


def scaled_product(x: Any) -> tuple[Any, Any]:
    """Product as mantissa and exponent: relative error at most gamma_(n-1), whatever its size.

    Mantissas in [1/2, 1) are multiplied by halves and brought back into that range each time; their exponents, exact
    integers, are added.

    Returns:
        The mantissa in the dtype of x, and the exponent in int64.
    """
    mantissa, exponent = frexp(x)
    while mantissa.shape[-1] > 1:
        mantissa, more = frexp(_halved_once(mantissa, lambda a, b: a * b))
        exponent = _halved_once(exponent, lambda a, b: a + b) + more
    if mantissa.shape[-1] == 0:
        xp = array_namespace(x)
        return xp.ones(x.shape[:-1], dtype=x.dtype), xp.zeros(x.shape[:-1], dtype=xp.int64)
    return mantissa[..., 0], exponent[..., 0]


def frexp(x: Any) -> tuple[Any, Any]:
    """Mantissa in [1/2, 1) and exponent, exactly; the array-API standard has no frexp, so NumPy computes it."""
    mantissa, exponent = np.frexp(np.asarray(x, dtype=np.float64))
    xp = array_namespace(x)
    return like(xp.asarray(mantissa), x), xp.asarray(exponent.astype(np.int64))


def ldexp(mantissa: Any, exponent: Any) -> Any:
    """Mantissa times 2**exponent, rounded once where that is subnormal."""
    wide = np.asarray(mantissa, dtype=np.float64)
    scaled = np.ldexp(wide, np.clip(np.asarray(exponent), -3000, 3000).astype(np.int32))
    held = np.asarray(mantissa)
    return array_namespace(mantissa).asarray(format_of(held).round(scaled))


def running_sum(x: Any) -> Any:
    """The partial sums, left to right."""
    return _running(x, "cumulative_sum", np.add)


def _running(x: Any, function: str, step: np.ufunc) -> Any:
    """The partial results of a function of the array's namespace; step by step where a recipe rounds otherwise."""
    if type(x) is np.ndarray:  # which a namespace does too, five times slower where a recursion sums a few numbers
        return step.accumulate(x, axis=-1)
    if not isinstance(x, Held):
        return getattr(array_namespace(x), function)(x, axis=-1)
    if not (x.recipe.steps and x.shape[-1]):
        return hold(step.accumulate(bare(x), axis=-1), x.recipe)
    partial = [x[..., 0]]
    for place in range(1, x.shape[-1]):
        partial.append(step(partial[-1], x[..., place]))
    return np.stack(partial, axis=-1)


def like(x: Any, model: Any) -> Any:
    """X, rounded to the dtype of a model."""
    if isinstance(model, Held):
        return hold(format_of(model).round(bare(x).astype(np.float64)), model.recipe)
    if isinstance(model, np.ndarray):
        return np.asarray(x).astype(model.dtype)
    return array_namespace(model).astype(x, model.dtype)


def _by_size(x: Any, sign: int) -> Any:
    return np.take_along_axis(x, np.argsort(sign * np.abs(x.astype(np.float64)), axis=-1, kind="stable"), axis=-1)


def _widened(x: Any) -> Any:
    name = WIDER[str(x.dtype).rpartition(".")[2]]
    if isinstance(x, Held):
        return hold(bare(x).astype(name), replace(x.recipe, accumulate=name))
    if isinstance(x, np.ndarray):
        return x.astype(name)
    return array_namespace(x).astype(x, getattr(array_namespace(x), name))


def _last(partial: Any, x: Any, empty: int) -> Any:
    if x.shape[-1] == 0:
        return array_namespace(x).full(x.shape[:-1], empty, dtype=x.dtype)
    return partial[..., -1]


def _halved(x: Any, combine: Any, empty: int) -> Any:
    if x.shape[-1] == 0:
        return array_namespace(x).full(x.shape[:-1], empty, dtype=x.dtype)
    while x.shape[-1] > 1:
        x = _halved_once(x, combine)
    return x[..., 0]


def _halved_once(x: Any, combine: Any) -> Any:
    half = x.shape[-1] // 2
    paired = combine(x[..., : 2 * half : 2], x[..., 1 : 2 * half : 2])
    return array_namespace(x).concat([paired, x[..., 2 * half :]], axis=-1)
