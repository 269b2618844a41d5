"""Bounds on functions of one logit: sigmoid, its log, softplus, log1mexp.

Each operation's share is added up to first order: k u for exp, log, log1p and expm1, u for arithmetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.problems.bounds.model import elementary, relative, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def _underflow(form: Format, value: Floats, k: float) -> Floats:
    """What exponentials and quotients below xmin add to the relative error."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(value == 0, np.inf, 2 * (k + 1) * form.xmins / np.abs(value))


def sigmoid(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """(2k + 2) u: two exponentials, an addition and a division."""
    value, k = reference.to_float(), elementary(form)
    return strict(2 * k + 2, form.u) + _underflow(form, value, k)


def sigmoid_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """(k + 2) u while exp(-x) is finite."""
    return np.where(reference.to_float() >= 4 / form.xmax, sigmoid(form, args, reference), np.inf)


def sigmoid_ratio(form: Format, args: Args, reference: Exact) -> Floats:
    """(2k + 2) u while exp x is finite."""
    (x,) = args
    return np.where(x < np.log(form.xmax / 2), sigmoid(form, args, reference), np.inf)


def sigmoid_tanh(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """(k |tanh(x/2)| / 2 + s) u / s: the error of tanh is not small beside a small s."""
    value, k = reference.to_float(), elementary(form)
    return relative(strict(k / 2 * np.abs(2 * value - 1) + value, form.u) + form.xmins, value)


def softplus(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """(2k + 3) u: terms of one sign."""
    value, k = reference.to_float(), elementary(form)
    return strict(2 * k + 3, form.u) + _underflow(form, value, k)


def softplus_log1p(form: Format, args: Args, reference: Exact) -> Floats:
    """(2k + 3) u while exp x is finite."""
    (x,) = args
    return np.where(x < np.log(form.xmax / 2), softplus(form, args, reference), np.inf)


def softplus_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """((k s + 1) / |value| + k) u, s the sigmoid, while exp x is finite: 1 + exp x rounds."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    absolute = 2 * strict(k * -np.expm1(-value) + 1, form.u) + k * form.u * value
    return relative(np.where(x < np.log(form.xmax / 2), absolute, np.inf), value)


def log_sigmoid(form: Format, args: Args, reference: Exact) -> Floats:
    """(2k + 3) u: that of softplus(-x)."""
    return softplus(form, args, reference)


def log_sigmoid_log1p(form: Format, args: Args, reference: Exact) -> Floats:
    """(2k + 3) u while exp(-x) is finite."""
    return softplus_log1p(form, (-args[0],), reference)


def log_of_sigmoid(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """((2k + 2) / |value| + k) u while the sigmoid is normal: where it rounds to 1 nothing is left."""
    value, k = reference.to_float(), elementary(form)
    with np.errstate(over="ignore"):
        normal = np.exp(value) >= 4 * form.xmin
    absolute = 2 * strict(2 * k + 2, form.u) + k * form.u * np.abs(value)
    return relative(np.where(normal, absolute, np.inf), value)


def _log_of(form: Format, error: Floats, value: Floats) -> Floats:
    """Log of a number of that relative error, where it is small."""
    k = elementary(form)
    return relative(np.where(error < 0.25, 2 * error + k * form.u * np.abs(value), np.inf), value)


def log1mexp_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """((k e / (1 - e) + 1) / |value| + k) u, e = exp x."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        error = (k / np.expm1(-x) + 1) * form.u
    return _log_of(form, error, value)


def log1mexp_log1p(form: Format, args: Args, reference: Exact) -> Floats:
    """(k e / (1 - e) / |value| + k) u, e = exp x."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        error = k * form.u / np.expm1(-x)
    return np.where(np.isfinite(error), _log_of(form, error, value), np.inf) + _underflow(form, value, k)


def log1mexp_expm1(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """(k / |value| + k) u."""
    value = reference.to_float()
    return _log_of(form, elementary(form) * form.u + 0 * value, value)


def log1mexp(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """(k / log 2 + k) u on either side of -log 2, where both formulas are at their worst."""
    value, k = reference.to_float(), elementary(form)
    return strict(2.6 * k, form.u) + _underflow(form, value, k)
