"""The mean of values under softmax weights: a row of attention, softmax(x) · v."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.formats import KNOWN
from study.problems.base import Problem
from study.problems.gaussian_nll import constant
from study.problems.logsumexp import finite, largest
from study.problems.softmax import exponentials

TILE = 128
"""Columns of a tile of FlashAttention."""
MASKED = {name: -0.7 * form.xmax for name, form in KNOWN.items()}
"""What JAX's dot_product_attention holds a masked logit at."""


def _definition(a: Any, x: Any, v: Any) -> Any:
    if not x.size or np.isnan(x).any() or np.isnan(v).any() or not np.isfinite(x.max()):
        return a.nan
    used = x > -np.inf
    if np.isinf(v).any():
        infinite = np.unique(v[used & np.isinf(v)])
        return float(infinite[0]) if len(infinite) == 1 and not np.isinf(v[~used]).any() else a.nan
    x, v = x[used], v[used]
    if vanishes(x, v):
        return 0.0
    terms = a.exponentials(x)
    return a.sum(terms * a.exact(v)) / a.sum(terms)


def vanishes(x: Any, v: Any) -> bool:
    """Whether Σ exp(xᵢ) vᵢ is exactly 0: exponentials of different rationals are independent (Lindemann, 1882)."""
    x, v = x[v != 0], v[v != 0]
    if np.all(v > 0) or np.all(v < 0):
        return not v.size
    order = np.argsort(x)
    x, v = x[order], v[order]
    ends = [0, *(np.flatnonzero(x[1:] != x[:-1]) + 1).tolist(), len(x)]
    return all(_sum_is_zero(v[start:stop]) for start, stop in pairwise(ends))


def _sum_is_zero(v: Any) -> bool:
    """Whether numbers add up to exactly 0, in whole numbers of their last bit: math.fsum overflows on the way."""
    fraction, exponent = np.frexp(v)
    whole, shift = np.ldexp(fraction, 53).astype(np.int64), exponent - exponent.min()
    return not sum(m << s for m, s in zip(whole.tolist(), shift.tolist(), strict=True))


def _sensitivity(x: Any, v: Any, value: Any) -> Any:
    weights = np.exp(x - finite(np.max(x, axis=-1, keepdims=True, initial=-np.inf)))
    weights = weights / np.sum(weights, axis=-1, keepdims=True)
    far = np.where(weights > 0, np.abs(x) * np.abs(v - value[..., None]), 0)
    return np.sum(weights * far + np.where(weights > 0, weights * np.abs(v), 0), axis=-1)


weighted_mean = Problem(
    name="weighted_mean",
    formula="Σ exp(xᵢ) vᵢ / Σ exp xᵢ",
    shape="(n),(n)->()",
    definition=_definition,
    sensitivity=_sensitivity,
    engine="weighted_mean",
    code="""
e = np.exp(x - x.max(axis=-1, keepdims=True))
(e * v).sum(axis=-1) / e.sum(axis=-1)
""",
    special=(
        (([], []), nan), (([7.0], [3.0]), 3), (([-inf, 0.0], [5.0, 2.0]), 2), (([0.0, 0.0], [1.0, -1.0]), 0),
        (([-inf, -inf], [1.0, 1.0]), nan), (([inf, 0.0], [1.0, 1.0]), nan), (([nan, 0.0], [1.0, 1.0]), nan),
        (([0.0, 0.0], [inf, 1.0]), inf), (([0.0, 0.0], [inf, -inf]), nan), (([-inf, 0.0], [inf, 1.0]), nan),
        (([0.0, 0.0], [nan, 1.0]), nan),
    ),
)  # fmt: skip


@weighted_mean.algorithm(fails=Outcome.NAN)
def naive(x: Any, v: Any) -> Any:
    """Σ exp(xᵢ) vᵢ / Σ exp xᵢ: ∞/∞ above log xmax."""
    terms = array_namespace(x).exp(x)
    return reductions.weighted_sum(terms, v) / reductions.sequential_sum(terms)


@weighted_mean.algorithm()
def shifted(x: Any, v: Any) -> Any:
    """Σ exp(xᵢ − max) vᵢ / Σ exp(xᵢ − max): one division."""
    terms = _shifted(x)
    return reductions.weighted_sum(terms, v) / reductions.sequential_sum(terms)


@weighted_mean.algorithm()
def divided(x: Any, v: Any) -> Any:
    """Softmax first, each weight divided by the sum, then the weighted sum."""
    terms = _shifted(x)
    return reductions.weighted_sum(terms / reductions.sequential_sum(terms)[..., None], v)


@weighted_mean.algorithm()
def online(x: Any, v: Any) -> Any:
    """Tile by tile, rescaled whenever the maximum rises (Dao et al., *FlashAttention*, 2022, algorithm 1)."""
    return _tiled(x, v)


@weighted_mean.algorithm()
def scaled(x: Any, v: Any) -> Any:
    """As ``online``, weights times the largest number of their own format, where a recipe gives them one."""
    return _tiled(x, v, scaled=True)


@weighted_mean.algorithm()
def zero_if_masked(x: Any, v: Any) -> Any:
    """As ``online``, a sum of 0 taken for 1: a fully masked row is 0, as in FlashAttention and PyTorch's SDPA."""
    return _tiled(x, v, guarded=True)


@weighted_mean.algorithm()
def finite_mask(x: Any, v: Any) -> Any:
    """As ``shifted``, −∞ held at −0.7 xmax: a fully masked row is the mean of its values, as in JAX."""
    xp = array_namespace(x)
    held = constant(MASKED[str(x.dtype).rpartition(".")[2]], x)
    return shifted.function(xp.where(x == -xp.inf, held, x), v)


def _tiled(x: Any, v: Any, *, scaled: bool = False, guarded: bool = False) -> Any:
    xp = array_namespace(x)
    shape = np.broadcast_shapes(x.shape[:-1], v.shape[:-1])
    top, total = xp.full(shape, -xp.inf, dtype=x.dtype), xp.zeros(shape, dtype=x.dtype)
    mean = xp.zeros_like(total)
    for start in range(0, x.shape[-1], TILE):
        tile = x[..., start : start + TILE]
        raised = xp.maximum(top, xp.max(tile, axis=-1))
        shift = finite(raised)
        terms, before = xp.exp(tile - shift[..., None]), xp.exp(top - shift)
        total = total * before + reductions.sequential_sum(terms)
        mean = mean * before + reductions.weighted_sum(terms, v[..., start : start + TILE], scaled=scaled)
        top = raised
    return mean / (xp.where(total == 0, xp.ones_like(total), total) if guarded else total)


def _shifted(x: Any) -> Any:
    xp = array_namespace(x)
    return xp.exp(x - finite(xp.max(x, axis=-1, keepdims=True))) if x.shape[-1] else x


def _faithful(a: Any, x: Any, v: Any) -> Any:
    """Σ exp(xᵢ − max) vᵢ / Σ exp(xᵢ − max); values of both signs cancel."""
    special = _special(x, v)
    ordinary = np.isfinite(special)
    x = np.where(ordinary[..., None], x, 0.0)
    v = np.where(ordinary[..., None] & (x > -np.inf), v, 0.0)
    terms, total = exponentials(a, x)
    value = a.total(terms * a.number(v)) / total
    return a.where(ordinary, value, a.number(special)), a.total(terms * a.number(np.abs(v))) / total


def _special(x: Any, v: Any) -> Any:
    """0 for an instance whose result is a number; else the infinity or NaN that it is."""
    top = largest(x) if x.shape[-1] else np.full(x.shape[:-1], np.nan)
    undefined = ~np.isfinite(np.max(x, axis=-1, initial=-np.inf)) | np.isnan(x).any(axis=-1) | np.isnan(top)
    with np.errstate(invalid="ignore"):
        reached = np.sum(np.where(np.isinf(v), np.where(x > -np.inf, v, np.nan), 0.0), axis=-1)
    return np.where(undefined | np.isnan(v).any(axis=-1), np.nan, reached)


weighted_mean.faithful(_faithful)
