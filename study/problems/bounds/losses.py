"""Bounds on binary losses, batches, sums over labels, and gradients: each operation's share, to first order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems.bounds.model import elementary, relative, strict
from study.problems.bounds.softmax import log_softmax_shifted, softmax_shifted
from study.problems.bounds.softmax import nll as loss_of

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def binary_cross_entropy(form: Format, args: Args, reference: Exact) -> Floats:
    """(k + 3) u: two terms of one sign."""
    (p, y), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        bound = strict(k + 3, form.u) + 4 * k * form.xmins / value
    return np.where(np.isfinite(bound) & (p > 0) & (p < 1) & (y >= 0) & (y <= 1), bound, np.inf)


def binary_cross_entropy_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """(k + 3 + 2 (1 - y) / |value|) u: 1 - p rounds, in units of itself."""
    (_, y), value = args, reference.to_float()
    with np.errstate(all="ignore"):
        return binary_cross_entropy(form, args, reference) + 2 * (1 - y) * form.u / value


def _tail(x: Floats) -> Floats:
    return np.asarray(np.log1p(np.exp(-np.abs(x))))


def bce_weighted(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """(2k + 3) u: no term is negative."""
    value, k = reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        return np.where(value > 0, strict(2 * k + 3, form.u) + 4 * (k + 1) * form.xmins / value, np.inf)


def bce_log_sigmoid(form: Format, args: Args, reference: Exact) -> Floats:
    """(2k + 6) u: terms of one sign, each of log-sigmoid's error."""
    return bce_weighted(form, args, reference) + strict(3, form.u)


def bce_stable(form: Format, args: Args, reference: Exact) -> Floats:
    """(|x y| + |max(x, 0) - x y| + 2k tail + |value|) u / |value|, tail = log1p(exp(-|x|))."""
    (x, y), value, k = args, reference.to_float(), elementary(form)
    linear = np.abs(x * y) + np.abs(np.maximum(x, 0) - x * y) + 2 * k * _tail(x) + value
    absolute = linear * strict(1.0, form.u) * (1 + 4 * k * form.u) + 4 * (k + 1) * form.xmins
    return relative(np.where(np.abs(x * y) < form.xmax, absolute, np.inf), value)


def multilabel(bound: Any, additions: Any, *, wide: bool = False) -> Any:
    """The sum of losses of one sign, each of that bound, with so many additions on the way of each."""

    def of_sum(form: Format, args: Args, reference: Exact) -> Floats:
        from study.certified.exact import Exact

        x, y = np.broadcast_arrays(*args)
        each = np.abs(x) * np.where(x > 0, 1 - y, y) + _tail(x)
        with np.errstate(all="ignore"):
            worst = np.max(bound(form, (x, y), Exact.from_float(each)), axis=-1, initial=0)
        total = reference.to_float()
        roundings = strict(additions(x.shape[-1]), form.u) + (strict(x.shape[-1], 2.0**-24) if wide else 0)
        return np.where((total > 0) & (total < form.xmax / 2), worst * (1 + roundings) + roundings, np.inf)

    of_sum.__doc__ = bound.__doc__
    return of_sum


def mean_nll(additions: Any, *, scaled: bool = False, wide: bool = False) -> Any:
    """The mean of losses of one sign: the worst of their own bounds, the additions on the way of each, one division."""

    def of_mean(form: Format, args: Args, reference: Exact) -> Floats:
        from study.certified.exact import Exact

        x, target = args
        with np.errstate(all="ignore"):
            bound = loss_of(log_softmax_shifted)(form, (x, target), Exact.from_float(losses_of(x, target)))
            worst = np.max(bound, axis=-1, initial=0)
            count, mean = x.shape[-2], reference.to_float()
            roundings = strict(additions(count) + 1, form.u) + (strict(count, 2.0**-24) if wide else 0)
            lost = count * form.xmins / mean if scaled else form.xmins / mean
        safe = (mean < form.xmax / 2) if scaled or wide else (mean * count < form.xmax / 2)
        return np.where(safe & (count <= form.xmax), worst * (1 + roundings) + roundings + lost, np.inf)

    return of_mean


def losses_of(x: Floats, target: Any) -> Floats:
    """The losses of the vectors of batches in binary64: enough to tell sizes."""
    chosen = np.take_along_axis(x, target[..., None], -1)
    with np.errstate(all="ignore"):
        top = np.max(x, axis=-1, keepdims=True)
        first = np.arange(x.shape[-1]) == np.argmax(x, axis=-1)[..., None]
        return np.asarray((top - chosen)[..., 0] + np.log1p(np.sum(np.where(first, 0, np.exp(x - top)), axis=-1)))


def nll_gradient(softmax_bound: Any) -> Any:
    """That of softmax g; at the target, where g - 1 is wanted, g / (1 - g) times that, and u."""

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        from study.certified.exact import Exact

        x, target = args
        value = reference.to_float()
        at = np.arange(x.shape[-1]) == target[..., None]
        g = np.where(at, 1 + value, value)
        every = softmax_bound(form, (x,), Exact.from_float(g))
        with np.errstate(all="ignore"):
            here = every * g / np.abs(value) + form.u
        return np.where(at, np.where(np.isfinite(here), here, np.inf), every)

    bound.__doc__ = softmax_bound.__doc__
    return bound


def nll_gradient_expm1(form: Format, args: Args, reference: Exact) -> Floats:
    """That of shifted softmax; at the target (absolute error of log-softmax) g / (1 - g) + k u."""
    from study.certified.exact import Exact

    x, target = args
    value, k = reference.to_float(), elementary(form)
    at = np.arange(x.shape[-1]) == target[..., None]
    with np.errstate(all="ignore"):
        log = np.log1p(np.where(at, value, -0.5))
        inner = log_softmax_shifted(form, (x,), Exact.from_float(np.where(at, log, x - x[..., :1])))
        absolute = inner * np.abs(log)
        here = 2 * absolute * (1 + value) / np.abs(value) + 2 * k * form.u + form.xmins / np.abs(value)
        usable = (absolute < 0.25) & (value > -0.999)
    others = softmax_shifted(form, (x,), Exact.from_float(np.where(at, 0.5, value)))
    return np.where(at, np.where(usable & np.isfinite(here), here, np.inf), others)


def bce_gradient(form: Format, args: Args, reference: Exact) -> Floats:
    """((2k + 2) s + |s - y|) u / |s - y|, s the sigmoid."""
    (_, y), value, k = args, reference.to_float(), elementary(form)
    s = value + y
    return relative(s * strict(2 * k + 2, form.u) + form.u * np.abs(value) + 4 * (k + 1) / form.xmax, value)


def bce_gradient_chained(form: Format, args: Args, reference: Exact) -> Floats:
    """((2k + 4) s + 3 |s - y|) u / |s - y|: as ``bce_gradient``, and what is divided by is multiplied by again.

    Infinite where s or 1 - s may round to 0, or the quotient by s (1 - s) overflow.
    """
    (_, y), value, k = args, reference.to_float(), elementary(form)
    s = value + y
    fails = (1 - s <= strict(2 * k + 4, form.u)) | (s <= 8 / form.xmax)
    absolute = s * strict(2 * k + 4, form.u) + np.abs(value) * strict(3, form.u) + 4 * (k + 1) / form.xmax
    return np.where(fails, np.inf, relative(absolute, value))


def bce_gradient_two_branch(form: Format, args: Args, reference: Exact) -> Floats:
    """((2k + 2) t + (1 - y) + |s - y|) u / |s - y| for x > 0, t = 1 - s; without 1 - y and with t = s below."""
    (x, y), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(over="ignore"):
        share = 1 / (1 + np.exp(np.abs(x)))
    certain = np.where(x > 0, np.where(y == 1, 0, 1 - y), 0)
    absolute = share * strict(2 * k + 2, form.u) + form.u * (np.abs(value) + certain) + 4 * (k + 1) * form.xmins
    return relative(absolute * (1 + 2 * form.u), value)
