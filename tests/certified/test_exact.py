"""Scaled double-doubles: what goes in comes out, within the error that they claim."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath.libmp import from_man_exp, to_rational

from study.certified.exact import MAX_EXPONENT, REPRESENTATION_ERROR, Exact

finite = st.floats(allow_nan=False, allow_infinity=False)


def mpf(man, exp=0):
    return mpmath.mp.make_mpf(from_man_exp(man, exp))


def fraction(value):
    return Fraction(*to_rational(value._mpf_))


@given(finite)
def test_a_binary64_number_is_held_as_it_is(value):
    held = Exact.from_float(value)
    assert held.to_float() == value
    assert fraction(held.to_mpf()[()]) == Fraction(value)
    assert held.error == 0


@given(st.integers(-(2**106), 2**106), st.integers(-5000, 5000))
def test_106_bits_are_held_without_error(man, exp):
    held = Exact.from_mpf(mpf(man, exp))
    assert held.to_mpf()[()] == mpf(man, exp)
    assert held.error == 0


@given(st.integers(-(2**400), 2**400).filter(bool), st.integers(-5000, 5000))
def test_more_bits_are_held_within_the_error_that_is_claimed(man, exp):
    held, value = Exact.from_mpf(mpf(man, exp)), Fraction(man)
    with mpmath.workprec(10):  # nothing may hang on it
        kept = fraction(held.to_mpf()[()]) / (Fraction(2) ** exp)
    assert abs(kept / value - 1) <= Fraction(float(held.error)) <= Fraction(REPRESENTATION_ERROR)


@given(st.integers(-(2**300), 2**300).filter(bool), st.integers(-(2**70), 2**70))
def test_the_words_are_normalised(man, exp):
    held = Exact.from_mpf(mpf(man, exp))
    assert 1 <= abs(held.hi) < 2
    assert abs(held.lo) <= 2.0**-53
    assert held.hi + held.lo == held.hi


def test_a_number_that_rounds_up_to_the_next_binade_has_a_negative_trailing_word():
    held = Exact.from_mpf(mpf(2**80 - 1, -80))
    assert (float(held.hi), float(held.lo), int(held.exponent)) == (1.0, -(2.0**-80), 0)


@given(st.integers(2, 200), st.integers(1, 2**100))
def test_mpmaths_global_precision_does_not_matter(prec, man):
    with mpmath.workprec(prec):
        held = Exact.from_mpf(mpf(man, -50))
        assert fraction(held.to_mpf()[()]) == Fraction(man, 2**50)


def test_special_values_stand_in_the_leading_word_alone():
    for held in (
        Exact.from_mpf([mpmath.mpf(0), mpmath.inf, -mpmath.inf, mpmath.nan]),
        Exact.from_float([0.0, np.inf, -np.inf, np.nan]),
    ):
        assert np.array_equal(held.hi, [0, np.inf, -np.inf, np.nan], equal_nan=True)
        assert not held.lo.any()
        assert not held.exponent.any()
        assert not held.error.any()
        assert np.array_equal(held.to_float(), held.hi, equal_nan=True)
        back = held.to_mpf()
        assert back[0] == 0
        assert (back[1], back[2]) == (mpmath.inf, -mpmath.inf)
        assert mpmath.isnan(back[3])


@pytest.mark.parametrize("sign", [1, -1])
def test_the_exponent_saturates_and_nothing_is_claimed_any_more(sign):
    held = Exact.from_mpf([mpf(3, sign * 2**62), mpf(3, sign * (2**60 - 2)), mpf(3, sign * 2**200)])
    assert held.exponent.tolist() == [sign * MAX_EXPONENT, sign * 2**60 - 2 * sign + 1, sign * MAX_EXPONENT]
    assert held.error.tolist() == [np.inf, 0, np.inf]
    assert held.to_float().tolist() == [math.inf if sign > 0 else 0.0] * 3


def test_an_error_given_is_carried_and_added_to():
    held = Exact.from_mpf([mpf(1), mpf(2**200 + 2**100 + 1, -200)], error=2.0**-100)
    assert held.error.tolist() == [2.0**-100, 2.0**-100 + REPRESENTATION_ERROR]


def test_subnormal_and_overflowing_values_have_a_size_in_binary64():
    held = Exact.from_mpf([mpf(3, -1075), mpf(1, -3000), mpf(-1, 3000)])
    assert held.to_float().tolist() == [2 * 5e-324, 0.0, -math.inf]


def test_shape_indexing_and_reshape_go_through_every_component():
    held = Exact.from_mpf(np.array([[mpf(2**90 + i, i)] for i in range(6)]).reshape(2, 3))
    assert held.shape == (2, 3)
    assert held[1].shape == (3,)
    assert held.reshape((6,))[4].to_mpf()[()] == held[1, 1].to_mpf()[()] == mpf(2**90 + 4, 4)
    assert Exact.from_mpf([]).shape == (0,)


def test_what_is_no_real_number_is_refused():
    with pytest.raises(TypeError, match="an exact value is a real number, not 1j"):
        Exact.from_mpf([1j])
