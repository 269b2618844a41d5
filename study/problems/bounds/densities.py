"""Bounds on the losses and likelihoods of normal distributions: each operation's share, to first order.

z = (x - mean)/sigma is within 2 u, z**2/2 within 5 u, log sigma within k u of itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems.bounds.model import elementary, relative, strict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats

SHIFT = 0.5 * np.log(2 * np.pi)


def _parts(args: Args) -> tuple[Floats, Floats]:
    """log sigma and z**2/2 in binary64, of rows as of numbers."""
    x, mean, sigma = args
    if np.ndim(x) > np.ndim(sigma):
        mean, sigma = np.expand_dims(mean, -1), np.expand_dims(sigma, -1)
    with np.errstate(all="ignore"):
        return np.log(sigma), ((x - mean) / sigma) ** 2 / 2


def in_range(form: Format, args: Args) -> NDArray[np.bool_]:
    """Whether sigma is a positive number, and neither x - mean nor z**2 leaves the range of the format."""
    (log, half), (x, mean, _) = _parts(args), args
    with np.errstate(all="ignore"):
        apart = np.abs(x - (np.expand_dims(mean, -1) if np.ndim(x) > np.ndim(mean) else mean))
        return np.asarray(np.isfinite(log) & (apart < form.xmax / 2) & (half < form.xmax / 8))


def of_loss(form: Format, args: Args) -> Floats:
    """That of log sigma + log(2 pi)/2 + z**2/2, but for the last sum: k l + c + |l + c| + 5 z**2/2, in u."""
    log, half = _parts(args)
    scale = elementary(form) * np.abs(log) + SHIFT + np.abs(log + SHIFT)
    return np.where(in_range(form, args), strict(scale + 5 * half, form.u) + 8 * form.xmins, np.inf)


def gaussian_sum_of_logs(form: Format, args: Args, reference: Exact) -> Floats:
    """(k |l| + c + |l + c| + 5 h + |value|) u / |value|, l = log sigma, c = log(2 pi)/2, h = z**2/2."""
    value = reference.to_float()
    return relative(of_loss(form, args) * (1 + 4 * form.u) + form.u * np.abs(value), value)


def gaussian_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """((5 h + k + 3) / |value| + k) u while the density, its exponential and its divisor are normal."""
    (_, half), value, k = _parts(args), reference.to_float(), elementary(form)
    top, low = np.log(form.xmax / 8), np.log(4 * form.xmin)
    divisor = np.log(np.where(args[2] > 0, args[2], np.nan)) + SHIFT
    normal = (np.abs(value) < min(top, -low)) & (half < -low) & (divisor > low) & (divisor < top)
    error = strict(5 * half + k + 3, form.u)
    return relative(np.where(normal & (error < 0.25), 2 * error + k * form.u * np.abs(value), np.inf), value)


def gaussian_variance(form: Format, args: Args, reference: Exact) -> Floats:
    """((k + 1) |l| + 1/2 + 5 h + |l + h| + c + |value|) u / |value| while the squares are in range."""
    (log, half), value = _parts(args), reference.to_float()
    x, mean, sigma = args
    with np.errstate(all="ignore"):
        squares, lost = (x - mean) ** 2, form.xmins / sigma**2
        normal = (2 * log > np.log(2 * form.xmin)) & (2 * log < np.log(form.xmax / 2)) & (squares < form.xmax / 2)
    terms = (elementary(form) + 1) * np.abs(log) + 0.5 + 5 * half + np.abs(log + half) + SHIFT
    absolute = strict(terms, form.u) * (1 + 4 * form.u) + form.u * np.abs(value) + lost + 8 * form.xmins
    return relative(np.where(normal & in_range(form, args), absolute, np.inf), value)


def gaussian_gradient(form: Format, args: Args, reference: Exact) -> Floats:
    """3 u: a difference and two quotients."""
    (x, mean, sigma), value = args, np.abs(reference.to_float())
    with np.errstate(all="ignore"):
        lost = (form.xmins / sigma + form.xmins) / value
        safe = np.maximum(np.abs(x - mean), np.maximum(value * sigma, value)) < form.xmax / 2
    return np.where(safe & (value > 0) & (sigma > 0), strict(3, form.u) + lost, np.inf)


def gaussian_gradient_of_variance(form: Format, args: Args, reference: Exact) -> Floats:
    """3 u while the variance is normal."""
    _, _, sigma = args
    with np.errstate(all="ignore"):
        normal = (sigma**2 >= 2 * form.xmin) & (sigma**2 < form.xmax / 2)
    return np.where(normal, gaussian_gradient(form, args, reference), np.inf)


def gaussian_sum(additions: Any) -> Any:
    """The absolute errors of the losses, summed, and gamma of so many additions times the sum of their sizes."""

    def of_sum(form: Format, args: Args, reference: Exact) -> Floats:
        value = reference.to_float()
        log, half = _parts(args)
        with np.errstate(all="ignore"):
            each = log + SHIFT + half
            own = of_loss(form, args) + form.u * np.abs(each)
            sizes = np.sum(np.abs(each), axis=-1)
            gamma = strict(additions(args[0].shape[-1]), form.u)
            absolute = np.sum(own, axis=-1) * (1 + gamma) + gamma * sizes
        return relative(np.where(sizes < form.xmax / 2, absolute, np.inf), value)

    return of_sum


def _product(form: Format, args: Args) -> Floats:
    """n (5 h + k + 3) + n - 1 in u, infinite where a density or a product on the way may leave the normal range."""
    (log, half), k, n = _parts(args), elementary(form), args[0].shape[-1]
    top, low = np.log(form.xmax / 8), np.log(4 * form.xmin)
    with np.errstate(all="ignore"):
        each = -(log + SHIFT + half)
        way = np.cumsum(each, axis=-1)
        normal = (half < -low) & (log + SHIFT > low) & (log + SHIFT < top) & (np.abs(each) < min(top, -low))
        normal &= (way > low) & (way < top) & in_range(form, args)
        return np.where(np.all(normal, axis=-1), np.sum(5 * half + k + 3, axis=-1) + n - 1, np.inf)


def gaussian_product(form: Format, args: Args, reference: Exact) -> Floats:
    """(sum (5 h + k + 3) + n - 1) u while densities and partial products are normal."""
    return strict(_product(form, args), form.u) + 0 * reference.to_float()


def gaussian_log_of_product(form: Format, args: Args, reference: Exact) -> Floats:
    """That of the product, over |value|, and k u."""
    value, error = reference.to_float(), strict(_product(form, args), form.u)
    absolute = np.where(error < 0.25, 2 * error + elementary(form) * form.u * np.abs(value), np.inf)
    return relative(absolute, value)
