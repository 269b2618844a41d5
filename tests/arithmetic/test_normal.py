"""The tail of the normal distribution in each arithmetic, against mpmath's erfc."""

import mpmath
import numpy as np
import pytest

from study.arithmetic import binary64, doubledouble, fixedpoint, normal, quick
from study.problems.log_ndtr import formula

ARITHMETICS = {a.__name__.rpartition(".")[2]: a for a in (binary64, quick, doubledouble, fixedpoint)}
ERROR = {"binary64": 2.0**-45, "quick": 2.0**-72, "doubledouble": 2.0**-94, "fixedpoint": 2.0**-800}
"""Beyond what cancels in 1/2 less the integral: 2**-5, in fixed point 2**-50 and e**(-t**2/2)."""
each = pytest.mark.parametrize("name", ARITHMETICS)


def numbers(a, value):
    """What an arithmetic holds, as mpf."""
    if a is fixedpoint:
        return [mpmath.ldexp(mpmath.mpf(int(units)), -fixedpoint.BITS) for units in value.units]
    words = value if isinstance(value, np.ndarray) else value.hi
    lows = np.zeros_like(words) if a is binary64 else value.low if a is quick else value.lo
    scale = value.exponent if a is doubledouble else np.zeros(len(words), int)
    return [
        mpmath.ldexp(mpmath.mpf(float(h)) + mpmath.mpf(float(low)), int(e))
        for h, low, e in zip(words, lows, scale, strict=True)
    ]


def off(a, value, due):
    return max(abs(v / d - 1) for v, d in zip(numbers(a, value), due, strict=True))


@each
def test_the_fraction_is_the_density_over_the_tail(name):
    a = ARITHMETICS[name]
    t = normal.switch(a) * np.array([1.0, 1.0001, 1.5, 2.0, 4.0])
    with mpmath.workprec(3000):
        due = [mpmath.npdf(v) / (mpmath.erfc(mpmath.mpf(v) / mpmath.sqrt(2)) / 2) for v in t.tolist()]
        assert off(a, normal.fraction(a, t), due) < ERROR[name]


@each
def test_the_integral_is_that_of_the_density(name):
    a = ARITHMETICS[name]
    t = normal.switch(a) * np.array([2.0**-30, 0.1, 0.5, 0.99, 1.0])
    with mpmath.workprec(3000):
        due = [mpmath.erf(mpmath.mpf(v) / mpmath.sqrt(2)) / 2 for v in t.tolist()]
        assert off(a, normal.integral(a, t), due) < ERROR[name]


@pytest.mark.parametrize("name", ["binary64", "quick", "doubledouble"])
def test_a_part_less_is_seen(name, monkeypatch):
    """Far fewer parts and terms leave more than the error that is granted."""
    a = ARITHMETICS[name]
    fewer, few = normal.parts(a.BITS, 3.0) // 3, normal.terms(a.BITS, 3.0) // 2
    monkeypatch.setattr(normal, "parts", lambda _bits, _t: fewer)
    monkeypatch.setattr(normal, "terms", lambda _bits, _t: few)
    monkeypatch.setattr(normal, "switch", lambda _a: 3.0)
    t = np.array([3.0])
    with mpmath.workprec(3000):
        tail = mpmath.erfc(3 / mpmath.sqrt(2)) / 2
        assert off(a, normal.fraction(a, t), [mpmath.npdf(3) / tail]) > ERROR[name]
        assert off(a, normal.integral(a, t), [mpmath.mpf(0.5) - tail]) > ERROR[name]


@pytest.mark.parametrize("x", [-39.0, -9.0, -8.0, -2.0, -1e-9, 0.0, 0.5, 2.0, 8.0, 20.0])
def test_fixed_point_finds_the_log_too(x):
    """Which no input of a format comes down to."""
    value, _ = formula(fixedpoint, np.array([x]))
    with mpmath.workprec(3000):
        tail = mpmath.erfc(abs(mpmath.mpf(x)) / mpmath.sqrt(2)) / 2
        assert off(fixedpoint, value, [mpmath.log1p(-tail) if x > 0 else mpmath.log(tail)]) < ERROR["fixedpoint"]
