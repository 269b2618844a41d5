"""The log of the normal distribution function: the likelihood of a probit model."""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import normal, special
from study.arithmetic.constants import half_log_two_pi
from study.arithmetic.pieces import piecewise
from study.certified.errors import Outcome
from study.problems.base import Problem
from study.problems.bounds import tails as bounds
from study.problems.gaussian_nll import LOG_SCALE, constant

FAR = 4096.0
"""Beyond it the series in 1/x² tells any number of bits that is asked for."""
LOWEST = {"float64": -20.0}
"""Where TensorFlow Probability turns to the series; −10 in other formats."""
PARTS = 56
"""Of the fraction: as many as float64 needs at 3, where it takes over."""


def _definition(a: Any, x: float) -> Any:
    if not math.isfinite(x):
        return {inf: 0.0, -inf: -inf}.get(x, nan)
    if abs(x) > FAR:
        log = _log_tail(a, abs(a.exact(x)))
        return log if x < 0 else a.log1p(-a.exp(log))
    tail = a.erfc(abs(a.exact(x)) / a.exp(a.log(a.exact(2.0)) / 2)) / 2
    return a.log1p(-tail) if x > 0 else a.log(tail)


def _log_tail(a: Any, t: Any) -> Any:
    """−t²/2 − log t − ½ log 2π + log(1 − 1/t² + 3/t⁴ − 15/t⁶ …), between any two partial sums of that series."""
    square, term = t * t, a.exact(1.0)
    total = a.exact(0.0)
    for odd in range(1, 2 * (a.prec // 24 + 3), 2):
        before, term = total, -term * odd / square
        total = total + term
    return a.log1p(a.hull(before, total)) - (square / 2 + a.log(t) + a.log(a.pi * 2) / 2)


log_ndtr = Problem(
    name="log_ndtr",
    formula="log Φ(x)",
    shape="()->()",
    definition=_definition,
    sensitivity=lambda x, value: np.abs(x) * np.exp(-x * x / 2 - value) / math.sqrt(2 * math.pi),
    engine="log_ndtr",
    code="""
from scipy.special import erfc, erfcx
t = x / np.sqrt(2)
np.where(x < -1, np.log(erfcx(-t) / 2) - t * t, np.log1p(-erfc(t) / 2))
""",
    special=(((inf,), 0), ((-inf,), -inf), ((nan,), nan)),
)


@log_ndtr.algorithm(bound=bounds.naive, fails=Outcome.OVERFLOW)
def naive(x: Any) -> Any:
    """log(erfc(−x/√2)/2): −∞ once erfc underflows, and 0 where it rounds to 2."""
    return array_namespace(x).log(_half_erfc(-x))


@log_ndtr.algorithm(bound=bounds.log1p, fails=Outcome.OVERFLOW)
def log1p(x: Any) -> Any:
    """log1p(−erfc(x/√2)/2) for x > 0, the naive formula below: −∞ once erfc underflows."""
    xp = array_namespace(x)
    tail = _half_erfc(xp.abs(x))
    return xp.where(x > 0, xp.log1p(-tail), xp.log(tail))


@log_ndtr.algorithm(bound=bounds.series)
def series(x: Any) -> Any:
    """−x²/2 − log(−x) − ½ log 2π + log(1 − 1/x² + 3/x⁴ − 15/x⁶) below −20, −10 in 32 bits and less, as TFP has it."""
    xp = array_namespace(x)
    far = x < constant(LOWEST.get(str(x.dtype), -10.0), x)
    t = xp.where(far, -x, xp.ones_like(x))
    square = t * t
    head = -square / 2 - xp.log(t) - constant(LOG_SCALE, x)
    tail = xp.log(1 - (1 - (3 - 15 / square) / square) / square)
    return xp.where(far, head + tail, log1p.function(x))


@log_ndtr.algorithm(bound=bounds.erfcx, keeps=True)
def erfcx(x: Any) -> Any:
    """log(erfcx(−x/√2)/2) − x²/2 below −1, log1p(−erfc(x/√2)/2) above, as SciPy has it."""
    xp = array_namespace(x)
    left = x < -1
    t = xp.where(left, -x, xp.ones_like(x))
    scaled = special.erfcx(t * constant(math.sqrt(0.5), x)) / 2
    return xp.where(left, xp.log(scaled) - t * (t / 2), xp.log1p(-_half_erfc(x)))


@log_ndtr.algorithm(bound=bounds.fraction, keeps=True)
def fraction(x: Any) -> Any:
    """log of φ(t)/(t + 1/(t + 2/(t + …))), t = |x|, beyond ±3, or log1p of minus it; as ``log1p`` between."""
    xp = array_namespace(x)
    far = xp.abs(x) > 3
    t = xp.where(far, xp.abs(x), constant(3.0, x))
    out = t
    for k in range(PARTS, 0, -1):
        out = t + k / out
    density = -(t * (t / 2) + constant(LOG_SCALE, x))
    tail = xp.where(x > 0, xp.log1p(-(xp.exp(density) / out)), density - xp.log(out))
    return xp.where(far, tail, log1p.function(x))


def _half_erfc(x: Any) -> Any:
    """erfc(x/√2)/2, the tail beyond x, each step rounded."""
    return special.erfc(x * constant(math.sqrt(0.5), x)) / 2


def formula(a: Any, x: Any) -> Any:
    """log of 1/2 and the integral of the density from 0 to x, which cancel; far away, of the tail Φ(−|x|)."""
    return piecewise(a, np.abs(x) < normal.switch(a), _central, _outer, x)


def _central(a: Any, x: Any) -> Any:
    share = a.number(0.5) + normal.integral(a, np.clip(x, -normal.switch(a), normal.switch(a)))
    return a.log(share), a.number(1 / a.size(share))


def _outer(a: Any, x: Any) -> Any:
    """log of the tail, or log1p of minus it."""
    finite, near = np.isfinite(x), normal.switch(a)
    t = np.where(finite, np.maximum(np.abs(x), near), near)
    divisor = normal.fraction(a, t)
    half_square = a.number(t) * a.number(t) * a.number(0.5)
    tail = a.exp(-half_square) * a.constant(normal.inverse_root_two_pi) / divisor
    log_tail = -(half_square + a.constant(half_log_two_pi) + a.log(divisor))
    value = a.where(x > 0, a.log1p(-tail), log_tail)
    return a.where(finite, value, a.number(np.where(x > 0, 0.0, x))), a.number(np.zeros(x.shape))


log_ndtr.faithful(formula)
