"""The log of the gamma function, in any of the arithmetics of ``study.arithmetic.faithful``.

From ``start(a)`` on Stirling's series; below it the recurrence leads to [3/2, 5/2], and a series in x − 2 that keeps
the zero there (Abramowitz and Stegun, 6.1.33 and 6.1.40).
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from study.arithmetic.constants import half_log_two_pi
from study.arithmetic.pieces import piecewise

SPARE = 6
"""Bits beyond those of an arithmetic that no series leaves out."""


def euler(mp: Any) -> Any:
    """1 − γ, the slope of log Γ at 2."""
    return 1 - mp.euler


def zeta(mp: Any, order: int) -> Any:
    """(ζ(k) − 1)/k (−1)ᵏ: the coefficients of log Γ(2 + e) from e² on."""
    return (mp.zeta(order) - 1) / order * (-1) ** order


def bernoulli(mp: Any, order: int) -> Any:
    """B₂ₖ/(2k (2k − 1)): the coefficients of Stirling's series."""
    return mp.bernoulli(2 * order) / (2 * order * (2 * order - 1))


def start(a: Any) -> int:
    """From which number on Stirling's series gives the bits of an arithmetic: its least term is about exp(−2 π x)."""
    bits: int = a.BITS + SPARE
    return math.ceil(bits * math.log(2) / (2 * math.pi)) + 6


@cache
def terms(bits: int, x: int) -> int:
    """How many terms of Stirling's series at x give so many bits: what is left out is below the next one."""
    for k in range(1, 10**4):
        size = math.log(2) + math.lgamma(2 * k - 1) - 2 * k * math.log(2 * math.pi) - (2 * k - 1) * math.log(x)
        if size < -(bits + SPARE) * math.log(2):
            return k
    raise AssertionError


def stirling(a: Any, x: Any) -> Any:
    """log Γ(x) − (x − 1/2) log x + x − ½ log 2π = 1/(12 x) − 1/(360 x³) + …, for x >= start(a)."""
    inverse = a.number(1.0) / a.number(x)
    square, count = inverse * inverse, terms(a.BITS, start(a))
    out = a.constant(bernoulli, count) * square
    for k in range(count - 1, 1, -1):
        out = (out + a.constant(bernoulli, k)) * square
    return (out + a.constant(bernoulli, 1)) * inverse


def near_two(a: Any, e: Any) -> Any:
    """log Γ(2 + e) for |e| <= 1/2, relative to itself: e (1 − γ + (ζ(2) − 1) e/2 − (ζ(3) − 1) e²/3 + …)."""
    held, count = a.number(e), (a.BITS + SPARE) // 2 + 1
    out = a.constant(zeta, count) * held
    for k in range(count - 1, 1, -1):
        out = (out + a.constant(zeta, k)) * held
    return (out + a.constant(euler)) * held


def factors(a: Any, x: Any) -> Any:
    """(x − 1)(x − 2) … as far as the last factor is at least 3/2, for x < start(a); 1 for x < 5/2."""
    out, last = a.number(np.ones_like(x)), min(np.max(x, initial=0.0), start(a)) - 1.5
    for j in range(1, int(last) + 1):
        out = out * a.number(np.where(x - j >= 1.5, x - j, 1.0))
    return out


def log_gamma(a: Any, x: Any) -> Any:
    """log Γ(x) of positive numbers: a sum whose terms cancel by no more than a factor of four."""
    return piecewise(a, x < start(a), _below, _beyond, x)


def _beyond(a: Any, x: Any) -> Any:
    """Stirling's formula: (x − 1/2) log x − x + ½ log 2π and the series."""
    large = np.maximum(x, start(a))
    held = a.number(large)
    return (held - a.number(0.5)) * a.log(held) - held + (a.constant(half_log_two_pi) + stirling(a, large))


def _below(a: Any, x: Any) -> Any:
    """The series at 2 and the log of what the recurrence multiplies, or divides, by."""
    low = np.minimum(x, start(a))
    e = np.where(low >= 1.5, low - np.maximum(np.floor(low - 1.5), 0) - 2, np.where(low < 0.5, low, low - 1))
    return near_two(a, e) + piecewise(a, low >= 1.5, _log_of_factors, _log_of_rising, low)


def _log_of_factors(a: Any, x: Any) -> Any:
    return a.log(factors(a, x))


def _log_of_rising(a: Any, x: Any) -> Any:
    """−log x, or −log x (x + 1) below 1/2."""
    held, one = a.number(x), a.number(np.ones_like(x))
    return -a.log(held * a.where(x < 0.5, one + held, one))
