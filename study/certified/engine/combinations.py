"""Sums, products, quotients and exact differences over arrays of scaled double-doubles."""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import (
    ADD_ERROR,
    DIVIDE_ERROR,
    MULTIPLY_ERROR,
    add,
    divide,
    multiply,
    normalise,
    power_of_two,
    two_sum,
)
from study.certified.engine.bounds import FAR, SLACK, TINY, share
from study.certified.engine.compiled import Floats, Integers, kernel

LARGE = 2.0**900
SMALL = 2.0**-900
UP = 100


@kernel
def sums(
    ah: Floats,
    al: Floats,
    ae: Integers,
    aerr: Floats,
    bh: Floats,
    bl: Floats,
    be: Integers,
    berr: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """a + b, aligned to the larger exponent."""
    for i in range(ah.size):
        e = ae[i] if ah[i] != 0.0 else be[i]
        f = be[i] if bh[i] != 0.0 else e
        common = max(e, f)
        u, v = power_of_two(max(e - common, FAR)), power_of_two(max(f - common, FAR))
        xh, xl, yh, yl = ah[i] * u, al[i] * u, bh[i] * v, bl[i] * v
        s, t = add(xh, xl, yh, yl)
        absolute = (abs(xh) * aerr[i] if aerr[i] != 0.0 else 0.0) + (abs(yh) * berr[i] if berr[i] != 0.0 else 0.0)
        own = ADD_ERROR if xh != 0.0 and yh != 0.0 and s != 0.0 else 0.0
        bound = (share(absolute, s) + own) * SLACK
        plain = ah[i] + bh[i]
        finite = abs(plain) < np.inf
        s, t, k = normalise(s, t, common)
        out_hi[i] = s if finite else plain
        out_lo[i] = t if finite else 0.0
        out_exponent[i] = k if finite else 0
        out_error[i] = bound if finite else 0.0


@kernel
def products(
    ah: Floats,
    al: Floats,
    ae: Integers,
    aerr: Floats,
    bh: Floats,
    bl: Floats,
    be: Integers,
    berr: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """a b."""
    for i in range(ah.size):
        s, t = multiply(ah[i], al[i], bh[i], bl[i])
        plain = ah[i] * bh[i]
        finite = abs(plain) < np.inf
        own = MULTIPLY_ERROR if plain != 0.0 else 0.0
        s, t, k = normalise(s, t, ae[i] + be[i])
        out_hi[i] = s if finite else plain
        out_lo[i] = t if finite else 0.0
        out_exponent[i] = k if finite else 0
        out_error[i] = (aerr[i] + berr[i] + aerr[i] * berr[i] + own) * SLACK if finite else 0.0


@kernel
def quotients(
    ah: Floats,
    al: Floats,
    ae: Integers,
    aerr: Floats,
    bh: Floats,
    bl: Floats,
    be: Integers,
    berr: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """a / b."""
    for i in range(ah.size):
        plain = ah[i] / bh[i]
        finite = abs(plain) < np.inf and plain != 0.0
        s, t = divide(ah[i] if finite else 0.0, al[i], bh[i] if finite else 1.0, bl[i])
        s, t, k = normalise(s, t, ae[i] - be[i])
        bound = (aerr[i] + berr[i]) / (1.0 - berr[i]) + DIVIDE_ERROR if berr[i] < 0.5 else np.inf
        out_hi[i] = s if finite else plain
        out_lo[i] = t if finite else 0.0
        out_exponent[i] = k if finite else 0
        out_error[i] = bound * SLACK if finite else (aerr[i] + berr[i] if bh[i] == 0.0 or ah[i] == 0.0 else 0.0)


@kernel
def differences(
    a: Floats, b: Floats, out_hi: Floats, out_lo: Floats, out_exponent: Integers, out_error: Floats
) -> None:
    """a - b, scaled on the way where overflow or subnormal numbers are near."""
    for i in range(a.size):
        plain = a[i] * 0.5 - b[i] * 0.5
        down = abs(plain) > LARGE
        unit = 0.25 if down else 1.0
        s, t = two_sum(a[i] * unit, -b[i] * unit)
        up = abs(s) < SMALL
        unit = power_of_two(UP) if up else 1.0
        finite = abs(plain) < np.inf
        shift = 2 if down else (-UP if up else 0)
        s, t, k = normalise(s * unit, t * unit, shift)
        out_hi[i] = s if finite else plain
        out_lo[i] = t if finite else 0.0
        out_exponent[i] = k if finite else 0
        out_error[i] = TINY if finite and t != 0.0 else 0.0
