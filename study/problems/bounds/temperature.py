"""Bounds on softmax at a temperature T: each operation's share, to first order. R = max x - min x, finite entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.exact import Exact
from study.problems.bounds.model import elementary, spread, strict
from study.problems.bounds.softmax import softmax_unshifted

if TYPE_CHECKING:
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def softmax_at_temperature(form: Format, args: Args, reference: Exact) -> Floats:
    """(n + 2k + 4R/T) u: a difference and a quotient round on the way to each exponent; plus what underflows."""
    x, temperature = args
    _, range_, _ = spread(x)
    with np.errstate(all="ignore"):
        held = range_ < form.xmax / 2
        return np.where(held[..., None], _of_exponents(form, x, 2 * range_ / temperature, reference), np.inf)


def softmax_of_quotients(form: Format, args: Args, reference: Exact) -> Floats:
    """(n + 2k + 4R/T + 4 max |x|/T) u: each quotient rounds in units of itself; plus what underflows."""
    x, temperature = args
    _, range_, _ = spread(x)
    with np.errstate(all="ignore"):
        largest = np.max(np.where(np.isfinite(x), np.abs(x), 0), axis=-1) / temperature
        held = (largest < form.xmax / 4) & (2 * form.xmin < 1 / temperature) & (1 / temperature < form.xmax / 2)
        shift = 2 * range_ / temperature + 2 * largest
        return np.where(held[..., None], _of_exponents(form, x, shift, reference), np.inf)


def _of_exponents(form: Format, x: Floats, shift: Floats, reference: Exact) -> Floats:
    """Softmax of exponents that are each off by at most shift u."""
    n, k, g = x.shape[-1], elementary(form), reference.to_float()
    coefficient = n + 2 * k + 2 * shift + (n * k + 4) * form.xmins / form.u
    bound = strict(coefficient, form.u)[..., None] + (k + 1) * form.xmins / g
    return np.where(np.isnan(bound) | ~(g > 0), np.inf, bound)


def softmax_at_temperature_unshifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(n + 2k + 2 max |x|/T) u: each quotient rounds in units of itself; plus what underflow costs the component."""
    x, temperature = args
    with np.errstate(all="ignore"):
        y = x / temperature[..., None]
        largest = np.max(np.where(np.isfinite(y), np.abs(y), 0), axis=-1, keepdims=True)
        plain, moved = softmax_unshifted(form, (y,), reference), strict(2 * largest, form.u) + 4 * form.xmins
        return np.where(largest < form.xmax / 2, plain + moved + plain * moved, np.inf)


def slope(gradient: Any, *, shifted: bool = True) -> Any:
    """That of the gradient at the exponents, which are off by at most 2 u R/T, or u max |x|/T, and a quotient's u."""

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        x, target, temperature = args
        value = reference.to_float()
        with np.errstate(all="ignore"):
            t, top = temperature[..., None], np.max(x, axis=-1, keepdims=True)
            y = (x - top if shifted else x) / t
            reach = np.max(np.where(np.isfinite(y), np.abs(y), 0), axis=-1)
            off = strict((2 if shifted else 1) * reach, form.u) + form.xmins
            moved = np.expm1(2 * off)[..., None]
            after = gradient(form, (y, target), Exact.from_float(value * t)) * (1 + 4 * moved) + 4 * form.u * moved
            whole = (1 + moved) * (1 + after) * (1 + form.u) - 1 + form.xmins / np.abs(value)
            _, range_, _ = spread(x)
            held = (t > 0) & np.isfinite(t) & (np.maximum(reach, range_) < form.xmax / 4)[..., None] & (moved < 0.25)
            held = held & (value != 0) & (np.abs(value) < form.xmax / 4)
            return np.where(held & np.isfinite(whole), whole, np.inf)

    bound.__doc__ = gradient.__doc__
    return bound
