"""Bounds on gradients that are quotients of sums: of the loss of a count, and of a density with respect to sigma.

Each operation's share, to first order; a = 1/sigma and b = d**2/sigma**3, d = |x - mean|, are the terms of the latter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.problems.bounds.gamma import OFFSET
from study.problems.bounds.model import relative, strict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def _of_shares(form: Format, shares: Floats, lost: Floats | float, value: Floats) -> Floats:
    """So many u, and what is lost to underflow, absolutely."""
    absolute = strict(1, form.u) * shares * (1 + 8 * form.u) + lost
    return relative(np.where(np.abs(value) < form.xmax / 2, absolute, np.inf), value)


def poisson_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """(k/λ + |value|) u / |value|."""
    (k, rate), value = args, reference.to_float()
    with np.errstate(all="ignore"):
        share = k / rate
        return _of_shares(form, np.where(share < form.xmax / 2, share + np.abs(value), np.inf), form.xmins, value)


def poisson_offset(form: Format, args: Args, reference: Exact) -> Floats:
    """k/λ ε/(λ + ε) / |value|, ε = 1e-8, that the formula is off by, and (2 k/λ + |value|) u / |value|."""
    (k, rate), value = args, reference.to_float()
    with np.errstate(all="ignore"):
        share = k / rate
        missing = share * OFFSET / (rate + OFFSET) * (1 + 4 * form.u) + form.xmins
        shares = np.where(share < form.xmax / 2, 2 * share + np.abs(value), np.inf)
        return _of_shares(form, shares, missing, value)


def poisson_difference(form: Format, args: Args, reference: Exact) -> Floats:
    """2 u: a difference and a quotient."""
    (_, rate), value = args, reference.to_float()
    held = np.where(np.isfinite(rate) & (rate > 0), 2 * np.abs(value), np.inf)
    return _of_shares(form, held, form.xmins, value)


def _terms(args: Args) -> tuple[Floats, Floats, Floats]:
    """a, b and d in binary64."""
    x, mean, sigma = args
    apart = np.abs(x - mean)
    return 1 / sigma, (apart / sigma) ** 2 / sigma, apart


def _normal(form: Format, *numbers: Floats) -> NDArray[np.bool_]:
    """Where all are normal numbers, and none near the end of the range."""
    inside = [(n >= 2 * form.xmin) & (n < form.xmax / 4) for n in numbers]
    return np.asarray(np.logical_and.reduce(inside))


def sigma_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """(a + 6 b + |value|) u / |value| while sigma cubed is normal."""
    value, sigma = reference.to_float(), args[2]
    with np.errstate(all="ignore"):
        a, b, apart = _terms(args)
        held = _normal(form, sigma, sigma**2, sigma**3, a) & (apart**2 < form.xmax / 4) & (b < form.xmax / 4)
        lost = 2 * form.xmins / sigma**3 + 4 * form.xmins
        return _of_shares(form, np.where(held, a + 6 * b + np.abs(value), np.inf), lost, value)


def sigma_of_variance(form: Format, args: Args, reference: Exact) -> Floats:
    """(2 a + 7 b + 2 |value|) u / |value| while the fourth power of sigma is normal."""
    value, sigma = reference.to_float(), args[2]
    with np.errstate(all="ignore"):
        a, b, apart = _terms(args)
        held = _normal(form, sigma, sigma**2, sigma**4, a, a**2)
        held = held & (apart**2 < form.xmax / 4) & (b / sigma < form.xmax / 4)
        lost = 2 * form.xmins / sigma**3 + 4 * form.xmins * (1 + sigma)
        return _of_shares(form, np.where(held, 2 * a + 7 * b + 2 * np.abs(value), np.inf), lost, value)


def sigma_squares(form: Format, args: Args, reference: Exact) -> Floats:
    """(5 b + 2 |value|) u / |value|."""
    value, sigma = reference.to_float(), args[2]
    with np.errstate(all="ignore"):
        a, b, apart = _terms(args)
        held = (sigma > 0) & (apart < form.xmax / 4) & (b * sigma < form.xmax / 4)
        lost = 4 * form.xmins * (a + a * apart / sigma + 1)
        return _of_shares(form, np.where(held, 5 * b + 2 * np.abs(value), np.inf), lost, value)


def sigma_factored(form: Format, args: Args, reference: Exact) -> Floats:
    """7 u, and d/|sigma - d| u where d is rounded."""
    (x, mean, sigma), value = args, reference.to_float()
    with np.errstate(all="ignore"):
        a, _, apart = _terms(args)
        held = (sigma > 0) & (np.maximum(apart, sigma) < form.xmax / 4) & (apart / sigma < form.xmax / 4)
        z = apart / sigma
        held = held & (z * np.maximum(z, 1) < form.xmax / 4)
        off = np.where(_exact(form, x, mean), 0.0, z * (1 + z) * a)
        lost = 4 * form.xmins * (1 + a * (1 + z))
        return _of_shares(form, np.where(held, 7 * np.abs(value) + off, np.inf), lost, value)


def _exact(form: Format, x: Floats, mean: Floats) -> NDArray[np.bool_]:
    """Where x - mean is a number of the format."""
    apart = x - mean
    back = apart - x
    rest = (x - (apart - back)) - (mean + back)
    return np.asarray((rest == 0) & (form.round(apart).astype(np.float64) == apart))
