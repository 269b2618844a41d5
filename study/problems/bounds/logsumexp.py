"""Bounds on log-sum-exp.

BHH: Blanchard, D. J. Higham and N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*,
IMA J. Numer. Anal. 41 (2021), doi:10.1093/imanum/draa038. R = max x - min x over the finite entries, y = logsumexp(x).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems.bounds.model import elementary, relative, spread, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def exponentials(form: Format, x: Floats, y: Floats) -> Floats:
    """Relative error of sum exp x_i, unshifted: (n - 1 + k) u, while the terms and their sum stay in range."""
    n, k = x.shape[-1], elementary(form)
    with np.errstate(over="ignore", divide="ignore"):
        total = np.exp(y)
        error = strict(n - 1 + k, form.u) + n * k * form.xmins / total
    return np.where((total < form.xmax / 2) & (error < 0.5), error, np.inf)


def shifted_sum(form: Format, x: Floats) -> Floats:
    """Coefficient of u in the relative error of sum exp(x_i - max): R + k + n - 1 (BHH, section 4)."""
    _, range_, n = spread(x)
    k = elementary(form)
    return np.asarray(range_ + k + n - 1 + n * k * form.xmins / form.u)


def logsumexp_unshifted(form: Format, args: Args, reference: Exact) -> Floats:
    """K u + (n - 1 + k) u / |y| (BHH, theorem 3.2)."""
    (x,), y, k = args, reference.to_float(), elementary(form)
    return relative(exponentials(form, x, y) * (1 + k * form.u) * 2 + k * form.u * np.abs(y), y)


def logsumexp_shifted_printed(form: Format, args: Args, reference: Exact) -> Floats:
    """|y + n - xmin| u / |y| (BHH, theorem 4.2 as printed, k = 1): the rounding of the final addition is left out."""
    (x,), y = args, reference.to_float()
    top, range_, n = spread(x)
    return relative(np.abs(y + n - (top - range_)) * form.u, y)


def logsumexp_shifted_absolute(form: Format, x: Floats, y: Floats) -> Floats:
    """Absolute error of max + log(sum exp(x_i - max)): u |y| + (R + n - 1 + k + k log s) u, log s = y - max."""
    top, _, _ = spread(x)
    k = elementary(form)
    log_sum = np.maximum(y - top, 0)
    return (1 + (k + 1) * form.u) * strict(shifted_sum(form, x) + k * log_sum, form.u) + form.u * np.abs(y)


def logsumexp_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(|y| + R + n - 1 + k + k (y - max)) u / |y|: BHH, theorem 4.2, with the final addition's rounding."""
    (x,), y = args, reference.to_float()
    return relative(logsumexp_shifted_absolute(form, x, y), y)


def logsumexp_one_pass(form: Format, args: Args, reference: Exact) -> Floats:
    """(|y| + 2R + (n - 1)(k + 2) + k + k (y - max)) u / |y|: each new maximum costs an exponential and a product."""
    (x,), y, k = args, reference.to_float(), elementary(form)
    return relative(_with_sum(form, x, y, one_pass_sum(form, x), k), y)


def one_pass_sum(form: Format, x: Floats) -> Floats:
    """Coefficient of u in the relative error of sum exp(x_i - max), rescaled whenever the maximum rises."""
    _, range_, n = spread(x)
    k = elementary(form)
    return np.asarray(2 * range_ + (n - 1) * (k + 2) + k + 2 * n * k * form.xmins / form.u)


def logsumexp_compensated(form: Format, args: Args, reference: Exact) -> Floats:
    """(|y| + R + k + 2 + k (y - max)) u / |y| + gamma_(n-1)**2 / |y|: the sum itself costs one rounding."""
    (x,), y, k = args, reference.to_float(), elementary(form)
    _, range_, n = spread(x)
    coefficient = range_ + k + 2 + n * k * form.xmins / form.u + strict(n - 1, form.u) ** 2 / form.u
    return relative(_with_sum(form, x, y, coefficient, k), y)


def _with_sum(form: Format, x: Floats, y: Floats, coefficient: Floats, k: float) -> Floats:
    """Absolute error of max + log s, s within ``coefficient`` u."""
    top, _, _ = spread(x)
    return (1 + (k + 1) * form.u) * strict(coefficient + k * np.maximum(y - top, 0), form.u) + form.u * np.abs(y)


def of_pair(bound: Any) -> Any:
    """A bound for vectors, for a pair of numbers."""

    def of_two(form: Format, args: Args, reference: Exact) -> Floats:
        a, b = np.broadcast_arrays(*args)
        return np.asarray(bound(form, (np.stack([a, b], axis=-1),), reference))

    of_two.__doc__ = bound.__doc__
    return of_two


def logsumexp_shifted_corrected(form: Format, args: Args, reference: Exact) -> Floats:
    """(|y| + |y + n - xmin|) u / |y|: theorem 4.2 with the rounding of the final addition (first order, k = 1)."""
    (x,), y = args, reference.to_float()
    top, range_, n = spread(x)
    return relative((np.abs(y) + np.abs(y + n - (top - range_))) * form.u, y)
