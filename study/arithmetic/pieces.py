"""Formulas in pieces, in any arithmetic of ``study.arithmetic.faithful``: each is evaluated where it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FEW = 8
"""One in so many numbers, and fewer, are written over what another formula makes of all."""


def piecewise(a: Any, condition: NDArray[np.bool_], one: Callable[..., Any], other: Callable[..., Any], *x: Any) -> Any:
    """``one(a, *x)`` where the condition holds, ``other(a, *x)`` elsewhere.

    Args:
        a: the arithmetic.
        condition: of the shape of the arguments.
        one: a formula: a new number, or several in a tuple. What it makes of arguments that it is not for is not kept.
        other: as ``one``.
        *x: arrays, or numbers of the arithmetic.
    """
    count = np.count_nonzero(condition)
    if 2 * count > condition.size:
        condition, one, other, count = ~condition, other, one, condition.size - count
    if not count:
        return other(a, *x)
    places = np.nonzero(condition)
    parts = [(places, one(a, *(v[places] for v in x)))]
    if FEW * count > condition.size:
        rest = np.nonzero(~condition)
        parts.append((rest, other(a, *(v[rest] for v in x))))
        made = None
    else:
        made = other(a, *x)
    if not isinstance(parts[0][1], tuple):
        return _joined(a, condition.shape, made, parts)
    several = range(len(parts[0][1]))
    return tuple(_joined(a, condition.shape, made and made[k], [(at, part[k]) for at, part in parts]) for k in several)


def _joined(a: Any, shape: tuple[int, ...], out: Any, parts: list[Any]) -> Any:
    """Parts in their places, of what there is."""
    out = a.number(np.zeros(shape)) if out is None else out
    for at, part in parts:
        out[at] = part
    return out


def held(ordinary: NDArray[np.bool_], *args: Any) -> Any:
    """The arguments where they are in order, and 1 elsewhere."""
    return args if ordinary.all() else [np.where(ordinary, v, 1.0) for v in args]


def known(a: Any, value: Any, size: Any) -> tuple[Any, Any]:
    """A value and the size of what cancels in it; for NaN, which stands for any number, 0 and an infinite size."""
    unknown = np.isnan(a.size(value))
    zero = a.number(np.zeros(unknown.shape))
    return a.where(unknown, zero, value), a.where(unknown, a.number(np.full(unknown.shape, np.inf)), size)


def one_side(condition: Any, a: Any, b: Any) -> Any:
    """What a choice takes everywhere; None where it takes of both, or that is not of its shape."""
    shape = np.broadcast_shapes(np.shape(condition), a.shape, b.shape)
    if a.shape == shape and np.all(condition):
        return a
    return b if b.shape == shape and not np.any(condition) else None
