"""The log of a sum of exponentials: the normaliser of softmax, and addition for numbers held as logs."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import logsumexp as bounds

FEW = 8
"""Positions so few that looking for those where a maximum rises takes longer than to take each for one."""


def log_others(a: Any, x: Any) -> Any:
    """log(1 + the sum of exp(x_i - max) over the others), for a finite maximum."""
    others = np.arange(len(x)) != x.argmax()
    return a.log1p(a.sum(a.exponentials(x)[others]))


def definition(a: Any, x: Any) -> Any:
    """max + log(1 + the sum of exp(x_i - max) over the others)."""
    top = float(x.max(initial=-a.inf))
    return a.exact(top) + log_others(a, x) if np.isfinite(top) else top


def largest(x: Any) -> Any:
    """The largest |x_i| of each vector, entries of -inf left out."""
    return np.max(np.where(np.isfinite(x), np.abs(x), 0), axis=-1, initial=0)


logsumexp = Problem(
    name="logsumexp",
    formula="log Σ exp xᵢ",
    shape="(n)->()",
    definition=definition,
    sensitivity=lambda x, value: largest(x),  # noqa: ARG005 - one call for all
    engine="logsumexp",
    code="""
top = x.max(axis=-1)
top + np.log(np.exp(x - top[..., None]).sum(axis=-1))
""",
    special=(
        (([],), -inf), (([0.0],), 0), (([-0.0],), 0), (([3.5],), 3.5), (([-inf],), -inf), (([-inf, -inf],), -inf),
        (([inf],), inf), (([inf, inf, -inf],), inf), (([inf, 0.0],), inf), (([-inf, 2.0],), 2), (([nan, 0.0],), nan),
        (([nan, inf],), nan),
    ),
)  # fmt: skip


@logsumexp.algorithm(bound=bounds.logsumexp_unshifted, fails=Outcome.OVERFLOW)
def naive(x: Any) -> Any:
    """log(Σ exp xᵢ) (Blanchard, Higham and Higham, algorithm 3.1): overflows above log xmax."""
    xp = array_namespace(x)
    return xp.log(reductions.sequential_sum(xp.exp(x)))


@logsumexp.algorithm(bound=bounds.logsumexp_shifted, keeps=True)
def shifted(x: Any) -> Any:
    """max + log(Σ exp(xᵢ − max)) (Blanchard, Higham and Higham, algorithm 4.1 without log1p)."""
    xp = array_namespace(x)
    if x.shape[-1] == 0:
        return xp.full(x.shape[:-1], -xp.inf, dtype=x.dtype)
    top = xp.max(x, axis=-1, keepdims=True)
    total = reductions.sequential_sum(xp.exp(x - finite(top)))
    return top[..., 0] + xp.log(total)


def finite(top: Any) -> Any:
    """The shift: the maximum, or 0 where that is infinite, so that inf - inf does not turn up."""
    xp = array_namespace(top)
    return xp.where(xp.isfinite(top), top, xp.zeros_like(top))


@logsumexp.algorithm(bound=bounds.logsumexp_shifted, keeps=True)
def log1p(x: Any) -> Any:
    """Max + log1p s, s = Σ exp(xᵢ − max) over the others (Blanchard, Higham and Higham, algorithm 4.1)."""
    xp = array_namespace(x)
    if x.shape[-1] == 0:
        return xp.full(x.shape[:-1], -xp.inf, dtype=x.dtype)
    top, total = sum_of_others(x)
    return top + xp.log1p(total)


def sum_of_others(x: Any) -> tuple[Any, Any]:
    """The maximum of each vector, and the sum of exp(x_i - max) over the other entries, left to right."""
    xp = array_namespace(x)
    top = xp.max(x, axis=-1, keepdims=True)
    first = xp.arange(x.shape[-1]) == xp.argmax(x, axis=-1, keepdims=True)
    terms = xp.exp(x - finite(top))
    return top[..., 0], reductions.sequential_sum(xp.where(first, xp.zeros_like(terms), terms))


@logsumexp.algorithm(bound=bounds.logsumexp_one_pass, keeps=True)
def one_pass(x: Any) -> Any:
    """Max + log s, s rescaled whenever a new maximum comes by (Milakov and Gimelshein, *Online softmax*, 2018)."""
    top, total = online(x)
    return top + array_namespace(x).log(total)


def online(x: Any) -> tuple[Any, Any]:
    """The maximum of each vector and the sum of exp(x_i - max), in one pass from left to right.

    The sum is rescaled by exp(top - raised), which is 1 where the maximum stays: between the positions at which that of
    some vector rises, terms are only added.
    """
    xp = array_namespace(x)
    top = xp.full(x.shape[:-1], -xp.inf, dtype=x.dtype)
    total = xp.zeros(x.shape[:-1], dtype=x.dtype)
    for start, end in pairwise([*_rises(x), x.shape[-1]]):
        entry = x[..., start]
        raised = xp.where((entry > top) | (entry != entry), entry, top)  # noqa: PLR0124 - NaN stays
        shift = finite(raised)
        total = total * xp.exp(top - shift) + xp.exp(entry - shift)
        top = raised
        if end > start + 1:
            terms = xp.exp(x[..., start + 1 : end] - shift[..., None])
            total = reductions.sequential_sum(xp.concat([total[..., None], terms], axis=-1))
    return top, total


def _rises(x: Any) -> list[int]:
    """The first position, and those at which the running maximum of some vector rises or becomes NaN.

    Of a few numbers, and of what is no array but follows one, all positions.
    """
    if x.shape[-1] <= FEW or not hasattr(x, "__array__"):
        return list(range(x.shape[-1]))
    top = np.maximum.accumulate(np.asarray(x, dtype=np.float64), axis=-1)
    before, after = top[..., :-1], top[..., 1:]
    rises = (after > before) | (np.isnan(after) & ~np.isnan(before))
    somewhere = rises.any(axis=tuple(range(rises.ndim - 1)))
    return [0, *(np.flatnonzero(somewhere) + 1).tolist()]


@logsumexp.algorithm(bound=bounds.logsumexp_compensated, keeps=True)
def compensated(x: Any) -> Any:
    """Max + log(Σ exp(xᵢ − max)), summed with its rounding errors."""
    xp = array_namespace(x)
    if x.shape[-1] == 0:
        return xp.full(x.shape[:-1], -xp.inf, dtype=x.dtype)
    top = xp.max(x, axis=-1, keepdims=True)
    return top[..., 0] + xp.log(reductions.compensated_sum(xp.exp(x - finite(top))))


def others(a: Any, x: Any) -> tuple[Any, Any]:
    """The maximum of each vector, and the sum of exp(x_i - max) over the other entries, in an arithmetic ``a``."""
    top, rest, _ = exponentials(a, x)
    return top, rest


def exponentials(a: Any, x: Any) -> tuple[Any, Any, Any]:
    """The same, and exp(x_i - max) of every entry."""
    if not x.shape[-1]:
        return np.full(x.shape[:-1], -np.inf), a.number(np.zeros(x.shape[:-1])), a.number(np.zeros_like(x))
    first = np.arange(x.shape[-1]) == np.argmax(x, axis=-1)[..., None]
    top = np.max(x, axis=-1, keepdims=True)
    terms = a.exp(a.number(x) - a.number(finite(top)))
    return top[..., 0], a.total(a.where(first, a.number(np.zeros_like(x)), terms)), terms


def _faithful(a: Any, x: Any) -> Any:
    """max + log1p(Σ exp(xᵢ − max) over the others), which cancel where the result is near 0."""
    top, rest = others(a, x)
    tail = a.log1p(rest)
    return a.number(top) + tail, a.number(top)


logsumexp.faithful(_faithful)
