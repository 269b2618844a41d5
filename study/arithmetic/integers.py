"""Large integers as double-doubles: what is too small for the second word keeps its sign there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from mpmath import libmp

from study.arithmetic import errorfree
from study.arithmetic.scaled import NO_EXPONENT, Scaled

Integer = libmp.MPZ
"""GMP's integers where gmpy2 is installed, else Python's."""


def _split(units: Any, noise: int) -> tuple[float, float, int]:
    """Words and exponent of an integer, |hi| about 1; a lo that underflows keeps its sign."""
    length = units.bit_length()
    shift = max(length - 64, 0)
    hi = float(units >> shift)
    rest = units - (Integer(int(hi)) << shift)
    below = rest.bit_length()
    if below <= noise:
        return math.ldexp(hi, shift - length), 0.0, length
    cut = max(below - 64, 0)
    lo = math.ldexp(float(rest >> cut), max(cut - length, -1200))
    return math.ldexp(hi, shift - length), lo or (-5e-324 if rest < 0 else 5e-324), length


_split_each = np.frompyfunc(_split, 2, 3)


def nearest(units: Any, exponent: int, noise: int) -> Scaled:
    """Integers times 2**exponent as double-doubles, their exponents apart.

    Args:
        units: object array of ``Integer``.
        exponent: of their unit.
        noise: a second word of no more than that many bits is left out.
    """
    hi, lo, length = (np.asarray(part) for part in _split_each(np.asarray(units, dtype=object), noise))
    pair = errorfree.fast_two_sum(hi.astype(np.float64), lo.astype(np.float64))
    return Scaled.of(pair, np.where(units == 0, NO_EXPONENT, length).astype(np.int64) + exponent)
