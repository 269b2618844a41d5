"""Exponential and logarithm of scaled double-doubles, to 2**-95 relative, expm1 and log1p near their zeros too.

Table look-up and a short polynomial (Tang, *Table-driven implementation of the exponential function*, ACM TOMS 15,
1989): the leading coefficients are double-doubles, those that weigh less than 2**-53 are plain. Overflow and underflow
do not exist: the exponent of the result is an integer of its own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import mpmath
import numpy as np

from study.arithmetic import constants, errorfree
from study.arithmetic.scaled import Scaled, argmax, lifted, log2, lowered, normalised, product, size, sure, total, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from study.arithmetic.errorfree import Floats, Pair

__all__ = [
    "BITS",
    "SUM_ERROR",
    "UNIT",
    "argmax",
    "constant",
    "exp",
    "expm1",
    "lifted",
    "log",
    "log1p",
    "log2",
    "log_product",
    "lowered",
    "normalised",
    "number",
    "power",
    "product",
    "scaled",
    "size",
    "sure",
    "total",
    "where",
]

BITS = 106
UNIT = 2.0**-104
"""In which errors are counted: docs/arithmetic.md has how many of them each function here costs."""
SUM_ERROR = 2.0**-100
"""Bound on the error of a sum of 2**20 differences, relative to the sum of their sizes."""

STEPS = 1024
"""exp is tabulated at j log(2) / 1024, so that the polynomial's argument is at most log(2) / 2048."""

_FIRST = 90

SATURATED = 1e15
"""Beyond it exp is 0 or infinite for every purpose; its exponent stays an exact integer."""


number, power = Scaled.number, Scaled.power


def constant(of: constants.Constant, *orders: int) -> Scaled:
    """A constant, within u**2."""
    hi, lo = constants.words(of, *orders)
    return Scaled.of((np.asarray(hi), np.asarray(lo)))


def scaled(x: Scaled) -> Scaled:
    """The number as it is."""
    return x


def _words(values: Iterable[mpmath.mpf]) -> Pair:
    """mpf numbers as a double-double each."""
    hi = [float(v) for v in values]
    return np.array(hi), np.array([float(v - h) for v, h in zip(values, hi, strict=True)])


@cache
def _exp_table() -> tuple[Pair, list[float], Pair]:
    """2**(j/1024); log(2)/1024 in words of 30, 30 and 53 bits; the coefficients 1/(k+1)! of expm1(r)/r."""
    mp = mpmath.MPContext()
    mp.prec = 250
    step, parts = mp.log(2) / STEPS, []
    for bits in (30, 30, 53):
        scale = bits - mp.frexp(step)[1]
        parts.append(float(mp.ldexp(mp.nint(mp.ldexp(step, scale)), -scale)))
        step -= parts[-1]
    return (
        _words([mp.mpf(2) ** (mp.mpf(j) / STEPS) for j in range(STEPS)]),
        parts,
        _words([1 / mp.factorial(k + 1) for k in range(13)]),
    )


@cache
def _log_table() -> tuple[Floats, Pair, Pair, Pair]:
    """For m about j/128, from sqrt(1/2) to sqrt(2): r = 1/m in 9 bits, 1 itself for m near 1; -log r; and log 2;
    the coefficients (-1)**k / (k+1) of log1p(f)/f.
    """
    mp = mpmath.MPContext()
    mp.prec = 250
    reciprocals = [round(256 * 128 / j) / 256 for j in range(_FIRST, 182)]
    return (
        np.array(reciprocals),
        _words([-mp.log(r) for r in reciprocals]),
        _words([mp.log(2)]),
        _words([mp.mpf(-1) ** k / (k + 1) for k in range(18)]),
    )


def _polynomial(coefficients: Pair, r: Pair, paired: int) -> Pair:
    """Horner's rule, the coefficients from the order ``paired`` on in plain binary64."""
    hi, lo = coefficients
    value = np.full_like(r[0], hi[-1])
    for c in hi[-2 : paired - 1 : -1]:
        value = value * r[0] + c
    pair = (value, np.zeros_like(value))
    for k in range(paired - 1, -1, -1):
        pair = errorfree.add(errorfree.multiply(pair, r), (np.broadcast_to(hi[k], value.shape), lo[k]))
    return pair


def _reduced(x: Scaled) -> tuple[Floats, Pair]:
    """k and r with x = k log(2)/1024 + r, |r| <= log(2)/2048 and a little."""
    hi, lo = x.pair()
    beyond = ~(np.abs(hi) < SATURATED)
    hi, lo = np.where(beyond, np.copysign(SATURATED, hi), hi), np.where(beyond, 0.0, lo)
    _, parts, _ = _exp_table()
    k = np.rint(hi / (parts[0] + parts[1]))
    r: Pair = (hi, lo)
    for part in parts:
        r = errorfree.add(r, errorfree.two_product(-k, np.full_like(k, part)))
    return k, r


def _expm1_small(r: Pair, terms: int, paired: int) -> Scaled:
    """R + r**2/2 + …: exp(r) - 1, relative to itself, by that many terms, the first of them double-doubles."""
    hi, lo = _exp_table()[2]
    return Scaled.of(r) * Scaled.of(_polynomial((hi[:terms], lo[:terms]), r, paired))


def exp(x: Scaled) -> Scaled:
    """e**x, within 13 u**2 for |x| <= 2**11."""
    k, r = _reduced(x)
    (hi, lo), _, _ = _exp_table()
    whole = k.astype(np.int64)
    j = whole % STEPS
    power = Scaled(hi[j], lo[j], np.zeros_like(whole))
    out = power + power * _expm1_small(r, 10, 4)
    out = Scaled(out.hi, out.lo, out.exponent + whole // STEPS)
    return _replaced(out, x, np.exp, ~np.isfinite(x.hi))


def expm1(x: Scaled) -> Scaled:
    """e**x - 1, within 1060 u**2, 11 u**2 for |x| < 2**-8."""
    near = x.log2() < -8
    small = _expm1_small(where(near, x, Scaled.number(np.zeros(x.shape))).pair(), 13, 6)
    tiny = x.log2() < -900
    return where(near, where(tiny, x, small), exp(x) - Scaled.number(np.ones(x.shape)))


def log(x: Scaled) -> Scaled:
    """Natural logarithm, within 660 u**2, 14 u**2 for |x - 1| < 1/256; log 0 = -inf, NaN below 0."""
    reciprocals, table, two, coefficients = _log_table()
    ordinary = np.isfinite(x.hi) & (x.hi > 0)
    low = x.hi < np.sqrt(0.5)
    factor = np.where(low, 2.0, 1.0)
    m = (np.where(ordinary, x.hi * factor, 1.0), np.where(ordinary, x.lo * factor, 0.0))
    exponent = np.where(ordinary, x.exponent - low, 0).astype(np.float64)
    j = np.rint(m[0] * 128).astype(np.int64) - _FIRST
    zero = np.zeros_like(exponent)
    f = errorfree.add(errorfree.multiply(m, (reciprocals[j], zero)), (zero - 1, zero))
    near = Scaled.of(f) * Scaled.of(_polynomial(coefficients, f, 8))
    whole = errorfree.multiply((exponent, zero), (zero + two[0], zero + two[1]))
    out = Scaled.of(errorfree.add(whole, (table[0][j], table[1][j]))) + near
    return _replaced(out, x, np.log, ~ordinary)


def log1p(x: Scaled) -> Scaled:
    """log(1 + x), within 1430 u**2 for x >= -1/2, below which 1 + x cancels; 11 u**2 for |x| < 2**-8."""
    near = x.log2() < -8
    f = where(near, x, Scaled.number(np.zeros(x.shape)))
    small = f * Scaled.of(_polynomial(_log_table()[3], f.pair(), 8))
    return where(near, small, log(Scaled.number(np.ones(x.shape)) + x))


def log_product(x: Scaled) -> Scaled:
    """Log of the product along the last axis; near 1, where its error would weigh more, the sum of the logs."""
    out = log(product(x))
    near = out.log2() < -2
    if near.any():
        out[near] = total(log(x[near]))
    return out


def _replaced(out: Scaled, x: Scaled, function: Callable[[Floats], Floats], special: NDArray[np.bool_]) -> Scaled:
    """Binary64's own answer where the argument is infinite, NaN or no number of the function's domain."""
    with np.errstate(all="ignore"):
        values = function(np.where(special, x.hi, 1.0))
    return where(special, Scaled.number(values), out)
