"""Tables of ``study.arithmetic.loops``: powers of two in small steps, and logs of numbers from 1 to 2, in two words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.arithmetic import loops

if TYPE_CHECKING:
    from study.arithmetic.errorfree import Floats


@cache
def _context() -> Any:
    mp = mpmath.MPContext()
    mp.prec = 250
    return mp


def _grid(value: Any, bits: int) -> float:
    """The nearest multiple of 2**-bits."""
    mp = _context()
    return float(mp.ldexp(mp.nint(mp.ldexp(value, bits)), -bits))


@cache
def _powers() -> Floats:
    return np.asarray(np.ldexp(1.0, np.arange(-900, 901)))


@cache
def for_exp() -> tuple[Floats, ...]:
    """EXP_STEPS/log(2), and log(2)/EXP_STEPS on grids of 2**-42 and 2**-72, and the rest; 2**(j/EXP_STEPS); 2**k."""
    mp, step, parts = _context(), _context().log(2) / loops.EXP_STEPS, [float(loops.EXP_STEPS / _context().log(2))]
    rest = step
    for bits in (42, 72):
        parts.append(_grid(rest, bits))
        rest -= parts[-1]
    values = [mp.mpf(2) ** (mp.mpf(j) / loops.EXP_STEPS) for j in range(loops.EXP_STEPS)]
    hi = [float(v) for v in values]
    low = [float(v - h) for v, h in zip(values, hi, strict=True)]
    return np.array([*parts, float(rest)]), np.array(hi), np.array(low), _powers()


@cache
def for_log() -> tuple[Floats, ...]:
    """log(2) on a grid of 2**-42, and the rest; 1/m in 24 bits for m about 1 + (j + 1/2)/LOG_STEPS, near 1 itself;
    the logs of m, of m/2 above sqrt(2), on that grid, and the rest; 2**k.
    """
    mp = _context()
    two = _grid(mp.log(2), 42)
    inverse, high, low = [], [], []
    for j in range(loops.LOG_STEPS):
        m = 1 + (j + 0.5) / loops.LOG_STEPS
        r = 1.0 if j == 0 else 0.5 if j == loops.LOG_STEPS - 1 else float(np.float32(1 / m))
        value = -mp.log(r) - (mp.log(2) if r < 0.7071 else 0)
        inverse.append(r)
        high.append(_grid(value, 42))
        low.append(float(value - high[-1]))
    return np.array([two, float(mp.log(2) - two)]), np.array(inverse), np.array(high), np.array(low), _powers()
