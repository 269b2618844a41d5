"""The tail of the normal distribution, Φ(−t), in any of the arithmetics of ``study.arithmetic.faithful``.

φ(t)/Φ(−t) = t + 1/(t + 2/(t + 3/…)) (Laplace), all terms positive; where t is small that converges slowly, and
1/2 − φ(t) (t + t³/3 + t⁵/15 + …), which cancels the more the larger t is, takes its place.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

SPARE = 4
"""Bits beyond those of an arithmetic that neither leaves out."""


def inverse_root_two_pi(mp: Any) -> Any:
    """1/√2π: the density at 0."""
    return 1 / mp.sqrt(2 * mp.pi)


def term(mp: Any, k: int, t: int) -> Any:
    """t²ᵏ/(1 · 3 · 5 … (2k + 1)): what the series has at t."""
    return mp.mpf(t) ** (2 * k) / mp.fac2(2 * k + 1)


def switch(a: Any) -> float:
    """From which t on the fraction serves: fixed point can afford to cancel, and would need many parts."""
    return 3.0 if a.BITS < 200 else 8.0


@cache
def parts(bits: int, t: float) -> int:
    """How many parts of the fraction give so many bits: n of them leave about exp(t²/2 − 2 t √n)."""
    return math.ceil((((bits + SPARE) * math.log(2) + t * t / 2) / (2 * t)) ** 2)


@cache
def terms(bits: int, t: float) -> int:
    """How many terms of the series give so many bits, absolutely."""
    left, count = t, 0
    while left > 2.0 ** -(bits + SPARE) or count < t * t:
        count += 1
        left *= t * t / (2 * count + 1)
    return count


def fraction(a: Any, t: Any) -> Any:
    """φ(t)/Φ(−t) for t >= switch(a)."""
    held = a.number(t)
    out = held
    for k in range(parts(a.BITS, switch(a)), 0, -1):
        out = held + a.number(float(k)) / out
    return out


def integral(a: Any, t: Any) -> Any:
    """φ(t) (t + t³/3 + t⁵/15 + …), the integral of the density from 0 to t, |t| <= switch(a)."""
    near = switch(a)
    square, count = a.number(t) * a.number(t), terms(a.BITS, near)
    part, out = square / a.number(near * near), a.constant(term, count, int(near))
    for k in range(count - 1, -1, -1):
        out = part * out + a.constant(term, k, int(near))
    density = a.exp(-square * a.number(0.5)) * a.constant(inverse_root_two_pi)
    return density * (a.number(t) * out)
