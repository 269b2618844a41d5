"""Bounds on mixtures of normal densities: logsumexp and softmax of the logs of their components.

A component's log l is within b of itself: then log sum exp l moves by at most log sum r exp b, r the responsibilities,
which is exact; and what follows is bounded as for logits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.exact import Exact
from study.problems.bounds.densities import SHIFT, in_range, of_loss
from study.problems.bounds.logsumexp import logsumexp_shifted_absolute
from study.problems.bounds.model import elementary, relative, strict
from study.problems.bounds.softmax import exact_logsumexp, softmax_from_logsumexp, softmax_shifted

if TYPE_CHECKING:
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def _logs(form: Format, args: Args) -> tuple[Floats, Floats]:
    """The logs of the components, and how far each is off; infinite where a component is none or out of range."""
    x, weights, means, sigmas = args
    with np.errstate(all="ignore"):
        parts = (np.asarray(x)[..., None], means, sigmas)
        loss = np.log(sigmas) + SHIFT + ((parts[0] - means) / sigmas) ** 2 / 2
        log, held = np.log(weights), (weights > 0) & (weights <= 1) & in_range(form, parts)
        logs = log - loss
        own = of_loss(form, parts) * (1 + 4 * form.u) + form.u * (np.abs(loss) + np.abs(logs))
        off = own * (1 + 4 * form.u) + elementary(form) * form.u * np.abs(log) + form.xmins
        return logs, np.where(held & (off < 0.25), off, np.inf)


def _moved(logs: Floats, off: Floats) -> Floats:
    """By how much logsumexp moves."""
    with np.errstate(all="ignore"):
        shares = np.exp(logs - exact_logsumexp(logs)[..., None])
        more, less = (np.log1p(np.sum(shares * np.expm1(side * off), axis=-1)) for side in (1, -1))
    return np.where(np.isfinite(off).all(axis=-1), np.maximum(more, -less) * (1 + 1e-9), np.inf)


def nll_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(log sum r exp b + that of logsumexp shifted) / |value|."""
    value, (logs, off) = reference.to_float(), _logs(form, args)
    if not logs.shape[-1]:
        return np.full(value.shape, np.inf)
    with np.errstate(all="ignore"):
        most = np.max(off, axis=-1)
        after = logsumexp_shifted_absolute(form, logs, -value) + form.u * 4 * most * (1 + elementary(form))
        return relative(_moved(logs, off) * (1 + 4 * form.u) + after, value)


def nll_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """((5 h + k + n + 3) / |value| + k) u while every component's density and exponential is normal."""
    value, k = reference.to_float(), elementary(form)
    error = _density(form, args)
    if not error.shape[-1]:
        return np.full(value.shape, np.inf)
    with np.errstate(all="ignore"):
        whole = np.max(error, axis=-1) + strict(error.shape[-1] - 1, form.u) * 1.01
        inside = (np.abs(value) < np.log(form.xmax / 8)) & (whole < 0.25)
        return relative(np.where(inside, whole / (1 - whole) + k * form.u * np.abs(value), np.inf), value)


def _density(form: Format, args: Args) -> Floats:
    """Relative error of a component's density, infinite where a step on the way is not normal."""
    x, weights, means, sigmas = args
    parts, k = (np.asarray(x)[..., None], means, sigmas), elementary(form)
    with np.errstate(all="ignore"):
        half = ((parts[0] - means) / sigmas) ** 2 / 2
        low, top = np.log(8 * form.xmin), np.log(form.xmax / 8)
        held = in_range(form, parts) & (half < -low) & (weights > 0)
        for exponent in (np.log(sigmas) + SHIFT, -half - np.log(sigmas) - SHIFT):
            held &= (exponent > low) & (exponent < top)
        held &= np.log(weights) - half - np.log(sigmas) - SHIFT > low
        return np.where(held, strict(5 * half + k + 4, form.u), np.inf)


def responsibilities_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """e + max e + n u for densities within e, each of them normal."""
    value, error = reference.to_float(), _density(form, args)
    if not error.shape[-1]:
        return np.full(value.shape, np.inf)
    with np.errstate(all="ignore"):
        total = np.max(error, axis=-1, keepdims=True) + strict(error.shape[-1] + 1, form.u) * 1.01
        bound = (1 + error) * (1 + total) / (1 - total) - 1 + form.xmins / value
        return np.where((total < 0.25) & (value > 0), bound, np.inf)


def _of(softmax: Any) -> Any:
    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        logs, off = _logs(form, args)
        value = reference.to_float()
        if not logs.shape[-1]:
            return np.full(value.shape, np.inf)
        with np.errstate(all="ignore"):
            moved, most = np.expm1(off + _moved(logs, off)[..., None]), np.max(off, axis=-1, keepdims=True)
            after = softmax(form, (logs,), Exact.from_float(value * (1 - np.minimum(moved, 0.5))))
            whole = (1 + moved) * (1 + after * (1 + 8 * most) + 4 * form.u * most) - 1
            return np.where((moved < 0.5) & np.isfinite(whole) & (value > 0), whole, np.inf)

    bound.__doc__ = softmax.__doc__
    return bound


responsibilities_shifted = _of(softmax_shifted)
responsibilities_from_logsumexp = _of(softmax_from_logsumexp)
