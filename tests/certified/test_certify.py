"""Certification: precision rises until the enclosure is narrow, and nothing else is let through."""

import math

import mpmath
import pytest

from study.certified import certify
from study.certified.certify import UncertifiedError, certified


def test_a_cancellation_is_overcome_by_rising_precision():
    precs = []

    def definition(a, x):
        precs.append(a.prec)
        return (a.exact(1.0) + a.exact(x)) - a.exact(1.0)

    x = 2.0**-1000 * (1 + 2.0**-52)
    assert certified(definition, (x,), 53) == [x]
    assert precs == [93, 186, 372, 744, 1488]


def test_an_enclosure_that_stays_wide_is_never_certified(monkeypatch):
    monkeypatch.setattr(certify, "MAX_PREC", 1000)
    with pytest.raises(UncertifiedError, match="not certified to 20 bits within 1000 bits"):
        certified(lambda a: a._iv.mpf([1, 1.001]), (), 20)


@pytest.mark.parametrize(
    "ends", [(-1e-300, 1e-300), (0, 1e-300), (-1e-300, 0), (1, math.inf), (-math.inf, math.inf), (math.nan, math.nan)]
)
def test_an_enclosure_with_a_zero_or_without_an_end_is_never_certified(monkeypatch, ends):
    monkeypatch.setattr(certify, "MAX_PREC", 200)
    low, high = (mpmath.mpf(end)._mpf_ for end in ends)
    with pytest.raises(UncertifiedError):
        certified(lambda a: a._iv.make_mpf((low, high)), (), 20)


@pytest.mark.parametrize("prec", [20, 53, 200])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_relative_width_that_passes_is_two_to_minus_prec(monkeypatch, prec, sign):
    monkeypatch.setattr(certify, "MAX_PREC", 300)

    def enclosure(width_bits):
        def definition(a):
            with mpmath.workprec(500):
                ends = sorted([mpmath.mpf(sign), sign * (1 + mpmath.mpf(2) ** -width_bits)])
            return a._iv.make_mpf(tuple(end._mpf_ for end in ends))

        return definition

    with mpmath.workprec(500):
        assert certified(enclosure(prec + 1), (), prec) == [sign * (1 + mpmath.mpf(2) ** (-prec - 2))]
    with pytest.raises(UncertifiedError):
        certified(enclosure(prec - 1), (), prec)


def test_ends_that_lie_2_to_the_1000_binades_apart_are_no_trouble():
    """exp of 1e308, known to 41 bits; its exponent takes a thousand."""
    (value,) = certified(lambda a, x: a.exp(a.exact(-x) - a.exact(0.1)), (1e308,), 1)
    (again,) = certified(lambda a, x: a.exp(a.exact(-x) - a.exact(0.1)), (1e308,), 60)
    with mpmath.workprec(100):
        assert abs(value / again - 1) <= 0.5


def test_floats_are_taken_as_exact_whatever_mpmaths_precision():
    with mpmath.workprec(5):
        (value,) = certified(lambda _a: 0.1, (), 20)
    assert value == 0.1
    zero, infinite, undefined = certified(lambda a: (0.0, -a.inf, a.nan).__getitem__, (), 20, components=[0, 1, 2])
    assert zero == 0
    assert infinite == -mpmath.inf
    assert mpmath.isnan(undefined)


def test_every_component_has_to_pass():
    precs = []

    def definition(a):
        precs.append(a.prec)
        return lambda j: a.exp(a.exact(1.0)) if j == 4 else a.exp(a.exact(2.0**-200)) - 1

    first, second = certified(definition, (), 30, components=[4, 7])
    assert len(precs) > 1
    with mpmath.workprec(200):
        assert abs(first / mpmath.e - 1) < mpmath.mpf(2) ** -30
        assert abs(second * mpmath.mpf(2) ** 200 - 1) < mpmath.mpf(2) ** -30


def test_the_message_does_not_write_out_a_thousand_arguments(monkeypatch):
    monkeypatch.setattr(certify, "MAX_PREC", 10)
    with pytest.raises(UncertifiedError) as caught:
        certified(lambda a, x: a.exact(x[0]), ([1.0] * 1000,), 20)
    assert len(str(caught.value)) < 200
