"""Bounds on cross entropy with label smoothing: each operation's share, to first order.

l is log-softmax, g softmax, q the smoothed label, eps its share for all n classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.exact import Exact
from study.problems.bounds.logits import Shares
from study.problems.bounds.logsumexp import logsumexp_shifted_absolute, shifted_sum
from study.problems.bounds.losses import nll_gradient_expm1
from study.problems.bounds.model import elementary, relative, spread, strict
from study.problems.bounds.softmax import exact_logsumexp, log_of_softmax_unshifted, log_softmax_shifted_absolute

if TYPE_CHECKING:
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def smoothed_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """(1 - eps) a_t + (eps/n) sum a_j + (n + 5) u |value|, a the absolute errors of the unshifted log-softmax."""

    def log(form: Format, x: Floats, value: Floats) -> Floats:
        return log_of_softmax_unshifted(form, (x,), Exact.from_float(value)) * np.abs(value)

    return _smoothed(form, args, reference, log)


def smoothed_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """The same of the shifted log-softmax, while the sum does not overflow."""
    return _smoothed(form, args, reference, log_softmax_shifted_absolute)


def _smoothed(form: Format, args: Args, reference: Exact, absolute: Any) -> Floats:
    x, target, smoothing = args
    fall, value, n = Shares.of(form, x).fall, reference.to_float(), x.shape[-1]
    with np.errstate(all="ignore"):
        off = absolute(form, x, -fall)
        chosen = np.take_along_axis(off, target[..., None], -1)[..., 0]
        own = (1 - smoothing) * chosen + smoothing * np.mean(off, axis=-1)
        held = (np.sum(fall, axis=-1) < form.xmax / 2) & np.isfinite(x).all(axis=-1)
    return _mixed(form, own, held, value, value, n)


def _mixed(form: Format, own: Floats, held: Any, sizes: Floats, value: Floats, n: int) -> Floats:
    """Own errors, and n + 5 roundings of a sum of these sizes, as long as n is a number of the format."""
    with np.errstate(all="ignore"):
        absolute = own * (1 + strict(n + 5, form.u)) + strict(n + 5, form.u) * sizes + (n + 2) * form.xmins
    return relative(np.where(held & np.isfinite(absolute) & (n < form.xmax), absolute, np.inf), value)


def smoothed_logsumexp(form: Format, args: Args, reference: Exact) -> Floats:
    """Error of logsumexp + (n + 5) u ((1 - eps) |x_t| + (eps/n) sum |x_j| + |value|), while no sum overflows."""
    x, target, smoothing = args
    value = reference.to_float()
    with np.errstate(all="ignore"):
        chosen = np.abs(np.take_along_axis(x, target[..., None], -1)[..., 0])
        sizes = (1 - smoothing) * chosen + smoothing * np.mean(np.abs(x), axis=-1) + value
        own = logsumexp_shifted_absolute(form, x, exact_logsumexp(x))
        held = (np.sum(np.abs(x), axis=-1) < form.xmax / 2) & np.isfinite(x).all(axis=-1)
    return _mixed(form, own, held, sizes, value, x.shape[-1])


def smoothed_distances(form: Format, args: Args, reference: Exact) -> Floats:
    """(R + k + n + k log(1 + S)) u + (n + 5) u |value|: no distance from the maximum is negative."""
    (x, _, _), value, k = args, reference.to_float(), elementary(form)
    top, range_, _ = spread(x)
    with np.errstate(all="ignore"):
        tail = np.maximum(exact_logsumexp(x) - top, 0)
        own = strict(shifted_sum(form, x) + k * tail, form.u)
        held = (range_ < form.xmax / 2) & np.isfinite(x).all(axis=-1)
    return _mixed(form, own, held, value, value, x.shape[-1])


def smoothed_gradient(softmax: Any) -> Any:
    """(g e + 4u q + u |value|) / |value|, e the relative error of softmax, q the label."""

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        x, target, smoothing = args
        g = Shares.of(form, x).g
        with np.errstate(all="ignore"):
            share = softmax(form, (x,), Exact.from_float(np.where(g > 0, g, 1)))
            error = np.where(g > 0, share * g, np.where(np.isfinite(share), form.xmins, np.inf))
        at = np.arange(x.shape[-1]) == target[..., None]
        label = np.where(at, 1 - smoothing[..., None], 0) + smoothing[..., None] / x.shape[-1]
        return _minus_label(form, x, error, label, reference)

    bound.__doc__ = smoothed_gradient.__doc__
    return bound


def _minus_label(form: Format, x: Floats, error: Floats, label: Floats, reference: Exact) -> Floats:
    value = reference.to_float()
    absolute = error + strict(4.0, form.u) * label + form.u * (np.abs(value) + error) + 2 * form.xmins
    top, _, _ = spread(x)
    held = np.isfinite(absolute) & (x.shape[-1] < form.xmax) & (np.max(x, axis=-1) == top)[..., None]
    return relative(np.where(held, absolute, np.inf), value)


def smoothed_gradient_expm1(form: Format, args: Args, reference: Exact) -> Floats:
    """That of ``smoothed_gradient``, at the target with the error of expm1 of log-softmax, and ε alone to add."""
    x, target, smoothing = args
    g, error, fall = Shares.of(form, x)
    at = np.arange(x.shape[-1]) == target[..., None]
    with np.errstate(all="ignore"):
        sure = np.where(at, np.expm1(-fall), g)
        off = nll_gradient_expm1(form, (x, target), Exact.from_float(sure)) * np.abs(sure)
    return _minus_label(form, x, np.where(at, off, error + form.xmins), smoothing[..., None] + 0 * g, reference)
