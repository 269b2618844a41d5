"""log Γ in each arithmetic, against mpmath's."""

import mpmath
import numpy as np
import pytest

from study.arithmetic import gamma
from tests.arithmetic.test_normal import ARITHMETICS, off

ERROR = {"binary64": 2.0**-48, "quick": 2.0**-76, "doubledouble": 2.0**-96, "fixedpoint": mpmath.mpf(2) ** -1300}
each = pytest.mark.parametrize("name", ARITHMETICS)


def log_gamma(values):
    return [mpmath.loggamma(v) for v in values.tolist()]


@each
def test_the_log_is_relative_to_itself_near_both_zeros_too(name):
    a = ARITHMETICS[name]
    x = [
        2.0**-40 if name == "fixedpoint" else 2.0**-800,
        1e-3,
        0.3,
        0.5,
        0.75,
        1 - 2.0**-53,
        1 + 2.0**-52,
        1.25,
        1.49,
        1.5,
        1.9,
        2 + 2.0**-51,
        2.4,
        2.5,
        5.1,
    ]
    x = np.array([*x, gamma.start(a) - 0.5, float(gamma.start(a)), gamma.start(a) + 0.25, 1000.0, 1e10])
    with mpmath.workprec(3000):
        tiny = mpmath.mpf(2) ** -50 if name == "fixedpoint" else 0  # absolute: near a zero of 2**-52
        assert off(a, gamma.log_gamma(a, x), log_gamma(x)) < ERROR[name] / (tiny or 1)


@each
def test_stirling_is_what_is_left(name):
    a = ARITHMETICS[name]
    x = gamma.start(a) * np.array([1.0, 1.5, 10.0])
    with mpmath.workprec(3000):
        head = [(v - 0.5) * mpmath.log(v) - v + mpmath.log(2 * mpmath.pi) / 2 for v in map(mpmath.mpf, x.tolist())]
        due = [d - h for d, h in zip(log_gamma(x), head, strict=True)]
        assert off(a, gamma.stirling(a, x), due) < ERROR[name] * 2**10


@pytest.mark.parametrize("name", ["binary64", "quick", "doubledouble"])
def test_fewer_terms_are_seen(name, monkeypatch):
    a = ARITHMETICS[name]
    few = gamma.terms(a.BITS, gamma.start(a)) // 2
    monkeypatch.setattr(gamma, "terms", lambda _bits, _x: few)
    x = np.array([float(gamma.start(a))])
    with mpmath.workprec(3000):
        assert off(a, gamma.log_gamma(a, x), log_gamma(x)) > ERROR[name]
