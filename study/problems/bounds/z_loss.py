"""Bounds on the square of logsumexp, and on its gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.exact import Exact
from study.problems.bounds.logsumexp import exponentials
from study.problems.bounds.model import elementary, relative
from study.problems.bounds.softmax import exact_logsumexp

if TYPE_CHECKING:
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def logsumexp_unshifted_absolute(form: Format, x: Floats, y: Floats) -> Floats:
    """Absolute error of log(sum exp x_i), as ``logsumexp_unshifted``."""
    k = elementary(form)
    return exponentials(form, x, y) * (1 + k * form.u) * 2 + k * form.u * np.abs(y)


def squared(logsumexp: Any) -> Any:
    """(1 + b)**2 (1 + u) - 1 with b the relative error of logsumexp, plus what underflow costs."""

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        (x,), value = args, reference.to_float()
        with np.errstate(all="ignore"):
            own = relative(logsumexp(form, x, exact_logsumexp(x)), np.sqrt(value))
            total = own * (2 + own) * (1 + form.u) + form.u + form.xmins / value
        return np.where(np.isfinite(total), total, np.inf)

    bound.__doc__ = squared.__doc__
    return bound


def z_loss_gradient(logsumexp: Any, softmax: Any, *, doubled: bool = False) -> Any:
    """(1 + b)(1 + e)(1 + u) - 1, b and e the relative errors of logsumexp and of softmax, plus what underflow costs.

    Args:
        logsumexp: bound on its absolute error.
        softmax: bound on its relative error.
        doubled: whether it is logsumexp that is doubled, so that it may not be more than xmax/2.
    """

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        (x,), value = args, reference.to_float()
        with np.errstate(all="ignore"):
            y = exact_logsumexp(x)[..., None]
            g = np.exp(x - y)
            own = logsumexp(form, x, y[..., 0])[..., None] * 2 * g / np.abs(value)
            share = softmax(form, (x,), Exact.from_float(g))
            total = (own + share + own * share) * (1 + form.u) + form.u + form.xmins / np.abs(value)
            held = np.isfinite(total) & (not doubled or np.abs(y) < form.xmax / 4)
        return np.where(held, total, np.inf)

    bound.__doc__ = z_loss_gradient.__doc__
    return bound
