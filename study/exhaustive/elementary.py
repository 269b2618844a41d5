"""exp, log and log1p near to binary64's own precision, in one loop each: what quick references are made of.

The engine's tables and reductions, with the leading words alone. ``docs/scale.md`` bounds the errors; every bound is
claimed with room of a factor of two and more.
"""

from __future__ import annotations

import numpy as np

from study.certified.engine.compiled import Whole, bits, fma, from_bits, inline
from study.certified.engine.tables import LN2_HI, LN2_LO, LOGARITHMS, POWERS, RECIPROCALS, STEP_1, STEP_2, STEP_INVERSE

ERROR = 2.0**-50
"""Relative, of each function here."""
EDGE = 300.0
"""exp is held at exp(-EDGE) below it, where of formats of at most 24 bits only its sign matters; infinite above."""
ROUND = 1.5 * 2.0**52
STEPS = 256
POWERS_HI, POWERS_LO = POWERS
LOGARITHMS_HI, LOGARITHMS_LO = LOGARITHMS
CENTRE = len(RECIPROCALS) // 2
LN2 = 0.6931471805599453
FRACTION = (1 << 52) - 1
UNIT = 1023 << 52


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
def one_less_exp(x: float) -> tuple[float, float]:
    """1 - exp(x), relative for -log 2 <= x <= 0; and -exp(x), for -EDGE <= x <= 0."""
    q, k = reduced(x)
    j = k & (STEPS - 1)
    scale = from_bits(((k >> 8) + 1023) << 52)
    t = POWERS_HI[j]
    rest = fma(t, q, POWERS_LO[j])
    return (1.0 - t * scale) - rest * scale, -((t + rest) * scale)


@inline
def around_one(s: float) -> tuple[float, float, float]:
    """log1p(z) and -log c in two words, z = (1 + s) c - 1, for -1/2 <= s <= 0.4142."""
    j = (np.int64((s * STEPS + ROUND) - ROUND) + CENTRE) & (STEPS - 1)
    c = RECIPROCALS[j]
    z = fma(s, c, c - 1.0)
    tail = fma(z, fma(z, fma(z, fma(z, fma(z, -1.0 / 8.0, 1.0 / 7.0), -1.0 / 6.0), 0.2), -0.25), 1.0 / 3.0)
    return fma(z * z, fma(z, tail, -0.5), z), LOGARITHMS_HI[j], LOGARITHMS_LO[j]


@inline
def scaled_log(s: float, k: float) -> float:
    """log((1 + s) 2**k) for -1/2 <= s <= 0.4142, k log 2 at most twice the result."""
    near, hi, lo = around_one(s)
    value: float = fma(k, LN2_HI, hi) + (near + fma(k, LN2_LO, lo))
    return value


@inline
def log1p(t: float) -> float:
    """log(1 + t) for -1/2 <= t <= 4."""
    scale = 0.25 if t > 1.8284 else (0.5 if t > 0.4142 else 1.0)
    k = 2.0 if t > 1.8284 else (1.0 if t > 0.4142 else 0.0)
    return scaled_log(t * scale - (1.0 - scale), k)


@inline
def split(y: float) -> tuple[float, float]:
    """s and k of a normal number y = (1 + s) 2**k > 0, -0.2929 <= s <= 0.4142."""
    pattern = bits(y)
    significand = from_bits(pattern & FRACTION | UNIT)
    upper = significand > 1.4142
    k = float((pattern >> 52) - 1023)
    return (0.5 * significand - 1.0 if upper else significand - 1.0), (k + 1.0 if upper else k)


@inline
def log(y: float) -> float:
    """log(y) of a normal number, 0, infinity or NaN; NaN below 0."""
    inside = (y > 0.0) & (y < np.inf)
    s, k = split(y if inside else 1.0)
    value = scaled_log(s, k)
    return value if inside else (-np.inf if y == 0.0 else (y if y > 0.0 else np.nan))


@inline
def log1mexp(x: float) -> float:
    """log(1 - exp x); -inf at 0, NaN above."""
    inside = x < 0.0
    near, far = one_less_exp(max(x, -EDGE) if inside else -1.0)
    s, k = split(near)
    beyond = x <= -LN2
    value = scaled_log(far if beyond else s, 0.0 if beyond else k)
    value = value if x > -np.inf else 0.0
    return value if inside else (-np.inf if x == 0.0 else np.nan)
