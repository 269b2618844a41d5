"""Bounds on the log of the gamma function, and on the losses of counts made of it: each operation's share.

A sum or a product rounds by u of what it gives; SciPy's log gamma is within g u of the larger of itself and 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.arithmetic import special as functions
from study.problems.bounds.model import elementary, relative, special, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats

SHIFT = 0.5 * np.log(2 * np.pi)
START, FEW = 8.0, 16.0
"""From where on Stirling's series serves: log gamma, and counts."""
LEFT_OUT = 2.0**-53
"""Of eight terms of the series at START, and of the 26 at 2."""
OFFSET = 1e-8
"""What PyTorch adds to a rate."""


def _log(form: Format, absolute: Floats, value: Floats) -> Floats:
    """Of a log whose argument is off by so much of itself, and that rounds by k u."""
    k = elementary(form)
    return relative(absolute * (1 + k * form.u) + k * form.u * np.abs(value) + 2 * form.xmins, value)


def of_sum(form: Format, shares: Floats, value: Floats) -> Floats:
    """Of a sum whose terms, none above their shares, are off by so many u, absolutely, before the last addition."""
    with np.errstate(all="ignore"):
        absolute = strict(1, form.u) * (shares + np.abs(value)) * (1 + 20 * form.u) + 40 * form.xmins
        return relative(np.where(np.maximum(np.abs(value), shares) < form.xmax / 4, absolute, np.inf), value)


def lgamma_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """g u / |value| + k u while gamma(x) is finite."""
    (_,), value = args, reference.to_float()
    error = strict(special(form, "gamma"), form.u)
    return _log(form, np.where((value < np.log(form.xmax / 2)) & (error < 0.25), error / (1 - error), np.inf), value)


def _stirling(form: Format, x: Floats) -> Floats:
    """Shares of (x - 1/2)(log x - 1) - 1/2 + c + 1/(12 x) - ..., but for the last addition."""
    less, k = np.log(x) - 1, elementary(form)
    head = (x - 0.5) * (k * np.log(x) + 3 * np.abs(less)) + np.abs((x - 0.5) * less - 0.5)
    return np.asarray(head + 2 * SHIFT + 1.2 / x + LEFT_OUT / form.u)


def lgamma_shifted_stirling(form: Format, args: Args, reference: Exact) -> Floats:
    """Stirling's shares at x + 8 and (x + 8) psi(x + 8), 16 and k log of the product below 8; / |value|."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        low = x < START
        top = np.where(low, x + START, x)
        of_top = np.abs(functions.gammaln(top)) + top * functions.digamma(top)
        product = np.abs(functions.gammaln(top) - value)
        shares = _stirling(form, top) + np.where(low, of_top + 17 + k * product, 0)
        return of_sum(form, np.where(low & (product > np.log(form.xmax / 8)), np.inf, shares), value)


def lgamma_near_zeros(form: Format, args: Args, reference: Exact) -> Floats:
    """(2 |e| + 5 + k |log of factors| + |value|) u / |value| below 8, e the distance from 1 or 2; else Stirling's."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        above, small = x >= 1.5, x < 0.5
        e = np.where(above, x - np.maximum(np.floor(x - 1.5), 0) - 2, np.where(small, x, x - 1))
        near = np.abs(functions.gammaln(2 + e))
        factors = np.where(x >= 2.5, k * np.abs(value - functions.gammaln(2 + e)) + 5, 0.0)
        below = k * np.abs(np.log(x)) + np.where(small, k * np.log1p(x) + np.abs(np.log(x)) + np.log1p(x), 0)
        shares = 2 * np.abs(e) + 0.05 * near + np.where(above, factors, below)
        return of_sum(form, np.where(x >= START, _stirling(form, np.maximum(x, START)), shares), value)


def factorial(form: Format, k: Floats) -> Floats:
    """Shares of log k! by SciPy, k + 1 rounded."""
    with np.errstate(all="ignore"):
        one_more = np.where(k + 1 < 1 / form.u, 0, (k + 1) * functions.digamma(k + 1))
        return np.asarray(special(form, "gammaln") * np.maximum(np.abs(functions.gammaln(k + 1)), 1) + one_more)


def poisson_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """((k_e + (k_l + 1) |k log λ| + g + 3) / |value| + k_l) u while every factor and product is normal."""
    (count, rate), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        power = np.where(count > 0, count * np.log(rate), 0)
        error = strict(2 * k + (k + 1) * np.abs(power) + special(form, "gamma") + 3, form.u)
        top, low = np.log(form.xmax / 8), np.log(8 * form.xmin)
        fits = (functions.gammaln(count + 1) < top) & (count + 1 < 1 / form.u) & (np.abs(value) < min(top, -low))
        for exponent in (-rate, power, power - rate):
            fits &= (exponent > low) & (exponent < top)
        return _log(form, np.where(fits & (error < 0.25), error / (1 - error), np.inf), value)


def poisson_logs(form: Format, args: Args, reference: Exact) -> Floats:
    """((k_l + 1) |k log λ| + |λ − k log λ| + g max(log k!, 1) + |value|) u / |value|."""
    (count, rate), value = args, reference.to_float()
    with np.errstate(all="ignore"):
        power = np.where(count > 0, count * np.log(rate), 0)
        return of_sum(form, of_logs(form, power) + np.abs(rate - power) + factorial(form, count), value)


def of_logs(form: Format, power: Floats) -> Floats:
    """Shares of a count times a log."""
    return np.asarray((elementary(form) + 1) * np.abs(power))


def poisson_stirling(form: Format, args: Args, reference: Exact) -> Floats:
    """k log(1 + 1e-8/λ) + 1/(12 k), which the formula leaves out, and its roundings; over |value|."""
    (count, rate), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        many, moved = count > 1, np.log(rate + OFFSET)
        held = np.where(many, count, 1.0)
        missing = count * np.log1p(OFFSET / rate) * (1 + form.u) + np.where(many, 1 / (12 * held), 0)
        scale = np.log(2 * np.pi * held) / 2
        loss = rate - count * moved
        factorial = (2 * k + 2) * held * np.log(held) + held + k * scale + 1 + 2 * (scale + held * np.log(held))
        shares = count * ((k + 1) * np.abs(moved) + 1) + np.abs(loss) + np.where(many, factorial, 0)
        return of_sum(form, shares + missing / form.u, value)


def _log_ratio(form: Format, apart: Floats, count: Floats) -> Floats:
    """Shares of count times log(1 + apart/count): within 1/2 log1p of a quotient, else log of one; and the product."""
    ratio, k = apart / count, elementary(form)
    log = np.log1p(ratio)
    near = np.abs(ratio) < 0.5 * (1 - 4 * form.u)
    far = np.abs(ratio) >= 0.5 * (1 + 4 * form.u)
    either = np.maximum(2 * np.abs(ratio / (1 + ratio)), 1)
    argument = np.where(near, 2 * np.abs(ratio / (1 + ratio)), np.where(far, 1, either))
    return np.asarray(count * (argument + (k + 1) * np.abs(log)))


def poisson_saddle_point(form: Format, args: Args, reference: Exact) -> Floats:
    """(|d| + k (2 |t|/(1 + t) + (k_l + 1) |log(1 + t)|) + height + |value|) u / |value|, t = d/k; of few as logs."""
    (count, rate), value = args, reference.to_float()
    many = count >= FEW
    with np.errstate(all="ignore"):
        held = np.where(many, count, FEW)
        apart, mean = np.where(many, rate, FEW) - held, np.where(many, rate, FEW)
        deviance = np.abs(apart - held * np.log(mean / held))
        shares = np.abs(apart) + _log_ratio(form, apart, held) + deviance + height(form, held)
        shares = np.where(mean / held > 2 * form.xmin, shares, np.inf)
        return np.where(many, of_sum(form, shares, value), poisson_logs(form, args, reference))


def height(form: Format, of: Floats) -> Floats:
    """Shares of log(2 pi)/2 + (log x)/2 and a tail of Stirling's series."""
    return np.asarray(2 * SHIFT + (elementary(form) + 3) * np.abs(np.log(of)) / 2 + 0.05 + LEFT_OUT / form.u)
