"""exp, log and log1p near to binary64's own precision, in one loop each: what quick references are made of.

The engine's tables and reductions, with the leading words alone. ``docs/scale.md`` bounds the errors; every bound is
claimed with room of a factor of two and more.
"""

from __future__ import annotations

import numpy as np

from study.reference.engine.compiled import Whole, fma, from_bits, inline
from study.reference.engine.tables import LN2_HI, LN2_LO, LOGARITHMS, POWERS, RECIPROCALS, STEP_1, STEP_2, STEP_INVERSE

ERROR = 2.0**-50
"""Relative, of each function here."""
EDGE = 700.0
"""exp is held at exp(-EDGE) below it, where of formats of at most 24 bits only its sign matters; infinite above."""
ROUND = 1.5 * 2.0**52
STEPS = 256
POWERS_HI, POWERS_LO = POWERS
LOGARITHMS_HI, LOGARITHMS_LO = LOGARITHMS
CENTRE = len(RECIPROCALS) // 2
LN2 = 0.6931471805599453


@inline
def reduced(x: float) -> tuple[float, Whole]:
    """expm1(r) and the whole number k of x = k log(2)/256 + r, |r| <= 2**-9.5."""
    k = (x * STEP_INVERSE + ROUND) - ROUND
    r = fma(-k, STEP_2, fma(-k, STEP_1, x))
    tail = fma(r, fma(r, fma(r, 1.0 / 120.0, 1.0 / 24.0), 1.0 / 6.0), 0.5)
    return fma(r * r, tail, r), np.int64(k)


@inline
def exp(x: float) -> float:
    """exp(x); NaN stays."""
    bounded = min(max(x, -EDGE), EDGE)
    q, k = reduced(bounded)
    j = k & (STEPS - 1)
    t = POWERS_HI[j]
    scale = from_bits(((k >> 8) + 1023) << 52)
    value: float = (t + fma(t, q, POWERS_LO[j])) * scale
    if x > EDGE:
        return np.inf
    return 0.0 if x == -np.inf else (value if x == x else x)  # noqa: PLR0124 - NaN is what it is not


@inline
def one_less_exp(x: float) -> float:
    """1 - exp(x) for -log 2 <= x <= 0, relative."""
    q, k = reduced(x)
    j = k & (STEPS - 1)
    scale = from_bits(((k >> 8) + 1023) << 52)
    t = POWERS_HI[j] * scale
    value: float = (1.0 - t) - fma(t, q, POWERS_LO[j] * scale)
    return value


@inline
def around_one(s: float) -> tuple[float, float, float]:
    """log1p(z) and -log c in two words, z = (1 + s) c - 1, for -1/2 <= s <= 0.4142."""
    j = np.int64((s * STEPS + ROUND) - ROUND) + CENTRE
    c = RECIPROCALS[j]
    z = fma(s, c, c - 1.0)
    tail = fma(z, fma(z, fma(z, fma(z, fma(z, -1.0 / 8.0, 1.0 / 7.0), -1.0 / 6.0), 0.2), -0.25), 1.0 / 3.0)
    return fma(z * z, fma(z, tail, -0.5), z), LOGARITHMS_HI[j], LOGARITHMS_LO[j]


@inline
def log1p(t: float) -> float:
    """log(1 + t) for -1/2 <= t <= 1."""
    upper = t > 0.4142
    near, hi, lo = around_one(0.5 * t - 0.5 if upper else t)
    k = 1.0 if upper else 0.0
    value: float = fma(k, LN2_HI, hi) + (near + fma(k, LN2_LO, lo))
    return value


@inline
def log(y: float, exponent: int, significand: float) -> float:
    """log(y) of y = significand 2**exponent > 0, 1 <= significand < 2; infinite and NaN for 0, infinity and NaN."""
    upper = significand > 1.4142
    near, hi, lo = around_one(0.5 * significand - 1.0 if upper else significand - 1.0)
    k = float(exponent + 1 if upper else exponent)
    value: float = fma(k, LN2_HI, hi) + (near + fma(k, LN2_LO, lo))
    if y > 0.0 and y < np.inf:
        return value
    return -np.inf if y == 0.0 else (y if y > 0.0 else np.nan)
