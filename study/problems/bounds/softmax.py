"""Bounds on softmax, log-softmax and the loss of one observation.

BHH: Blanchard, D. J. Higham and N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*,
IMA J. Numer. Anal. 41 (2021), doi:10.1093/imanum/draa038. R = max x - min x over the finite entries, y = logsumexp(x).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems.bounds.logsumexp import exponentials, logsumexp_shifted_absolute, one_pass_sum, shifted_sum
from study.problems.bounds.model import elementary, relative, spread, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def softmax_unshifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(n + 2k) u (BHH, theorem 3.3, n + 3 for k = 1), plus what underflow costs the component."""
    (x,), g, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        y = np.max(x, axis=-1) + np.log(np.sum(np.exp(x - np.max(x, axis=-1, keepdims=True)), axis=-1))
        numerator = (k + 1) * form.u + k * form.xmins / np.exp(x) + form.xmins / g
    return np.where(np.isnan(numerator), np.inf, 2 * exponentials(form, x, y)[..., None] + numerator)


def softmax_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(n + 2k + 2R) u (BHH, theorem 4.3), plus what underflow costs the component."""
    (x,), g, k = args, reference.to_float(), elementary(form)
    _, range_, _ = spread(x)
    with np.errstate(all="ignore"):
        c = shifted_sum(form, x) + range_ + k + 1
        bound = strict(c, form.u)[..., None] + (k + 1) * form.xmins / g
    return np.where(np.isnan(bound), np.inf, bound)


def log_of_softmax_unshifted(form: Format, args: Args, reference: Exact) -> Floats:
    """K u + (error of the unshifted softmax) / |log g|, while g is a normal number."""
    return _log_of_softmax(form, args, reference, softmax_unshifted)


def log_of_softmax_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """K u + (n + 2k + 2R) u / |log g|, while g is a normal number."""
    return _log_of_softmax(form, args, reference, softmax_shifted)


def _log_of_softmax(form: Format, args: Args, reference: Exact, softmax: Any) -> Floats:
    from study.certified.exact import Exact

    value, k = reference.to_float(), elementary(form)
    with np.errstate(over="ignore", under="ignore"):
        g = np.exp(value)
    inner = softmax(form, args, Exact.from_float(g))
    usable = (g >= 2 * form.xmin) & (inner < 0.25)
    return relative(np.where(usable, 2 * inner * (1 + k * form.u) + k * form.u * np.abs(value), np.inf), value)


def log_softmax_from_logsumexp(form: Format, args: Args, reference: Exact) -> Floats:
    """(error of the shifted logsumexp + u |x_j - y|) / |x_j - y|."""
    (x,), value = args, reference.to_float()
    with np.errstate(invalid="ignore"):
        y = np.max(x - value, axis=-1)
    absolute = logsumexp_shifted_absolute(form, x, y)[..., None] * (1 + form.u) + form.u * np.abs(value)
    return relative(absolute, value)


def log_softmax_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(|x_j - max| + R + n - 1 + k + k log s + |x_j - y|) u / |x_j - y|, log s = y - max: each operation's share."""
    (x,), value = args, reference.to_float()
    absolute = log_softmax_shifted_absolute(form, x, value)
    return relative(np.where(np.isfinite(absolute), absolute, np.inf), value)


def log_softmax_shifted_absolute(form: Format, x: Floats, value: Floats) -> Floats:
    """The same, absolutely."""
    top, _, _ = spread(x)
    k = elementary(form)
    with np.errstate(invalid="ignore"):
        distance = top[..., None] - x
        log_sum = np.max(-distance - value, axis=-1)
    coefficient = (shifted_sum(form, x) + k * np.maximum(log_sum, 0))[..., None]
    return (1 + (k + 2) * form.u) * (strict(coefficient, form.u) + form.u * distance) + form.u * np.abs(value)


def nll(log_softmax_bound: Any) -> Any:
    """The bound of a component of log-softmax is that of the loss, minus that component."""

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        x, target = args
        y = reference.to_float()
        values = x - (np.take_along_axis(x, target[..., None], -1) + y[..., None])
        np.put_along_axis(values, target[..., None], -y[..., None], -1)  # itself, not a difference that cancels
        from study.certified.exact import Exact

        every = log_softmax_bound(form, (x,), Exact.from_float(values))
        return np.take_along_axis(every, target[..., None], -1)[..., 0]

    bound.__doc__ = log_softmax_bound.__doc__
    return bound


def softmax_one_pass(form: Format, args: Args, reference: Exact) -> Floats:
    """(error of the one-pass sum + R + k + 1) u, plus what underflow costs the component."""
    (x,), g, k = args, reference.to_float(), elementary(form)
    _, range_, _ = spread(x)
    with np.errstate(all="ignore"):
        bound = strict(one_pass_sum(form, x) + range_ + k + 1, form.u)[..., None] + (k + 1) * form.xmins / g
    return np.where(np.isnan(bound), np.inf, bound)


def softmax_from_logsumexp_printed(form: Format, args: Args, reference: Exact) -> Floats:
    """(1 + max_j |x_j - y| + |y + n - xmin|) u (BHH, theorem 4.4 as printed, k = 1)."""
    return _softmax_from_logsumexp(form, args, reference, lambda x, y, low: 1 + np.abs(y + x.shape[-1] - low))


def softmax_from_logsumexp_corrected(form: Format, args: Args, reference: Exact) -> Floats:
    """expm1(c u), c = 1 + max_j |x_j - y| + |y + n - xmin| + |y|: theorem 4.4 with the final addition (k = 1)."""
    corrected = _softmax_from_logsumexp(
        form, args, reference, lambda x, y, low: 1 + np.abs(y + x.shape[-1] - low) + np.abs(y)
    )
    with np.errstate(over="ignore"):
        return np.expm1(corrected)


def _softmax_from_logsumexp(form: Format, args: Args, reference: Exact, constant: Any) -> Floats:
    (x,), g = args, reference.to_float()
    y = exact_logsumexp(x)
    top, range_, _ = spread(x)
    distance = np.maximum(np.abs(top - y), np.abs(top - range_ - y))
    bound = ((constant(x, y, top - range_) + distance) * form.u)[..., None] + 0 * g
    return np.where(g >= form.xmin, bound, np.inf)


def softmax_from_logsumexp_unshifted(form: Format, args: Args, reference: Exact) -> Floats:
    """expm1 of the absolute error of x_j - y (BHH, theorem 3.4), plus what underflow costs the component."""
    (x,) = args
    y, k = exact_logsumexp(x), elementary(form)
    absolute = exponentials(form, x, y) * (1 + k * form.u) * 2 + k * form.u * np.abs(y)
    return _exp_of_difference(form, x, y, absolute, reference.to_float())


def softmax_from_logsumexp(form: Format, args: Args, reference: Exact) -> Floats:
    """expm1 of the absolute error of x_j - y, as theorem 4.4 with the final addition, plus what underflow costs."""
    (x,) = args
    y = exact_logsumexp(x)
    return _exp_of_difference(form, x, y, logsumexp_shifted_absolute(form, x, y), reference.to_float())


def _exp_of_difference(form: Format, x: Floats, y: Floats, absolute: Floats, g: Floats) -> Floats:
    k = elementary(form)
    with np.errstate(all="ignore"):
        error = absolute[..., None] * (1 + form.u) + form.u * np.abs(x - y[..., None])
        bound = np.expm1(error) * (1 + k * form.u) + k * form.u + k * form.xmins / g
    return np.where(np.isnan(bound), np.inf, bound)


def exact_logsumexp(x: Floats) -> Floats:
    """logsumexp in binary64: enough to tell sizes."""
    top = np.max(x, axis=-1, keepdims=True, initial=-np.inf)
    with np.errstate(all="ignore"):
        return np.asarray(top[..., 0] + np.log(np.sum(np.exp(x - top), axis=-1)))
