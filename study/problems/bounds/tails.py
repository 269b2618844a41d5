"""Bounds on the log of the normal distribution function: each operation's share.

The slope of log Phi is the ratio h of the density to Phi, and it changes by less than 1 a unit. sqrt(1/2) x is within
2 u of itself, and moves the log of a tail by at most 2 u x h + (2 u x)**2/2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.problems.bounds.model import elementary, relative, special, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats

SHIFT = 0.5 * np.log(2 * np.pi)
LEFT_OUT = 105.0
"""Over x**8: what the series to 15/x**6 leaves out, at most."""
LOWEST = {53: -20.0}
"""Where the series takes over, -10 in other formats."""
PARTS, FRACTION = 56, 2.0**-56
"""Of the continued fraction, and what it leaves out from 3 on."""


def _moved(form: Format, x: Floats, log_tail: Floats) -> Floats:
    """By how much the log of erfc(sqrt(1/2) x)/2 is off, x of either sign and the tail that beyond it."""
    with np.errstate(all="ignore"):
        hazard = np.abs(x) * np.exp(-x * x / 2 - log_tail) / np.sqrt(2 * np.pi)
        own = 2.01 * form.u * hazard + (2.01 * form.u * x) ** 2 / 2 + strict(special(form, "erfc"), form.u)
        held = (log_tail > np.log(8 * form.xmin)) & (own < 0.25)
    return np.where(held, own / (1 - own), np.inf)


def _log(form: Format, absolute: Floats, value: Floats) -> Floats:
    """Of a log that was off by so much before it was rounded."""
    k = elementary(form)
    return relative(absolute * (1 + k * form.u) + k * form.u * np.abs(value) + 2 * form.xmins, value)


def _log1p(form: Format, off: Floats, value: Floats) -> Floats:
    """Of log1p(-q), q within ``off`` of itself: q off/(1 - q), and k u."""
    q = -np.expm1(value)
    with np.errstate(all="ignore"):
        absolute = np.where(off < 0.25, q * off / (1 - q * (1 + off)), np.inf)
    return _log(form, np.where(absolute >= 0, absolute, np.inf), value)


def _tail(form: Format, x: Floats, value: Floats) -> Floats:
    """log1p(-tail beyond x)."""
    with np.errstate(all="ignore"):
        return _log1p(form, np.expm1(_moved(form, x, np.log(-np.expm1(value)))), value)


def naive(form: Format, args: Args, reference: Exact) -> Floats:
    """(e + 2 u |x| h) / |value| + k u, e of erfc, while the tail is normal."""
    (x,), value = args, reference.to_float()
    return _log(form, _moved(form, -x, value), value)


def log1p(form: Format, args: Args, reference: Exact) -> Floats:
    """The same for x <= 0; (e + 2 u x h) q / (1 - q) / |value| + k u beyond, q the tail."""
    (x,), value = args, reference.to_float()
    return np.where(x > 0, _tail(form, x, value), naive(form, args, reference))


def series(form: Format, args: Args, reference: Exact) -> Floats:
    """(x**2/2 + k log|x| + 2 |value| + 3) u + 106/x**8 over |value| far out; else as ``log1p``."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    t = np.where(x < LOWEST.get(form.p, -10.0), -x, 10.0)
    with np.errstate(all="ignore"):
        half, log = t * t / 2, np.log(t)
        shares = half + k * log + 2 * (half + log) + 2 * SHIFT + 1.3 + 0.02 * k + np.abs(value)
        absolute = strict(1, form.u) * shares * (1 + 4 * form.u) + (LEFT_OUT + 1) / t**8
        far = relative(np.where(half < form.xmax / 8, absolute, np.inf), value)
    return np.where(x < LOWEST.get(form.p, -10.0), far, log1p(form, args, reference))


def erfcx(form: Format, args: Args, reference: Exact) -> Floats:
    """(2 + e + k |l| + x**2/2 + |value|) u / |value| below -1, l the log of erfcx/2; else log1p of the tail."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        half = np.where(x < -1, x * x / 2, 0.5)
        off = strict(2.1 + special(form, "erfcx"), form.u)
        shares = k * np.abs(value + half) + half + np.abs(value)
        absolute = off * 1.01 + strict(1, form.u) * shares * (1 + 2 * k * form.u)
        left = relative(np.where((half < form.xmax / 8) & (off < 0.01), absolute, np.inf), value)
    return np.where(x < -1, left, _tail(form, x, value))


def fraction(form: Format, args: Args, reference: Exact) -> Floats:
    """(e + k log c + 2 x**2/2 + 2 c + |value|) u / |value| below -3, c the fraction within e u; log1p of it above 3."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    t = np.where(np.abs(x) > 3, np.abs(x), 3.0)
    with np.errstate(all="ignore"):
        out, own = t, np.zeros_like(t)
        for part in range(PARTS, 0, -1):
            share = part / out
            out = t + share
            own = share / out * (own + 1.01) + 1.01
        half = t * t / 2
        off = strict(own, form.u) + FRACTION
        density = strict(2 * half + 2 * SHIFT, form.u)
        log = off * 1.01 + density + strict(1, form.u) * (k * np.log(out) + np.abs(value)) * (1 + k * form.u)
        left = relative(np.where(half < form.xmax / 8, log, np.inf), value)
        q = np.expm1(density * (1 + k * form.u) + strict(k + own + 1, form.u) + FRACTION)
        normal = -half - SHIFT - np.log(out) > np.log(8 * form.xmin)
        right = _log1p(form, np.where(normal, q, np.inf), value)
    return np.where(x < -3, left, np.where(x > 3, right, log1p(form, args, reference)))
