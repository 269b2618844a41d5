"""Constants of the engine, computed from mpmath at 400 bits and split into binary64 words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PREC = 400


def words(value: Any, count: int) -> tuple[float, ...]:
    """The first ``count`` binary64 words of an mpmath number, each rounded to nearest."""
    out = []
    with mpmath.workprec(PREC):
        for _ in range(count):
            out.append(float(value))
            value = value - out[-1]
    return tuple(out)


def table(values: list[Any]) -> NDArray[np.float64]:
    """mpmath numbers in two words each: shape (2, len(values))."""
    return np.array([words(value, 2) for value in values]).T.copy()


with mpmath.workprec(PREC):
    LN2_HI, LN2_LO = words(mpmath.log(2), 2)

    STEPS = 256
    STEP_1, STEP_2, STEP_3 = words(mpmath.log(2) / STEPS, 3)
    """log(2)/256 to 159 bits."""
    STEP_INVERSE = float(STEPS / mpmath.log(2))
    POWERS = table([mpmath.mpf(2) ** (mpmath.mpf(j) / STEPS) for j in range(STEPS)])
    """2**(j/256), 0 <= j < 256."""

    EXP = [words(1 / mpmath.factorial(n), 2) for n in range(10)]
    """1/n!, the coefficients of exp."""
    LOG = [(0.0, 0.0)] + [words(mpmath.mpf((-1) ** (n + 1)) / n, 2) for n in range(1, 14)]
    """±1/n, the coefficients of log(1 + z)."""

    CENTRE = 128
    RECIPROCALS = np.array([round(2048 * STEPS / (STEPS + j)) / 2048 for j in range(-CENTRE, CENTRE)], dtype=np.float64)
    """c_j = 1/(1 + j/256) rounded to a multiple of 2**-11, -128 <= j < 128; c_0 = 1."""
    LOGARITHMS = table([-mpmath.log(mpmath.mpf(c)) for c in RECIPROCALS])
    """-log(c_j)."""
