"""Interval arithmetic encloses what Arb, an independent implementation, encloses."""

import math
from fractions import Fraction

import flint
import gmpy2
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath.libmp import from_float, from_man_exp, to_rational

from study.certified.directed import DirectedArithmetic
from study.certified.enclosure import Enclosure
from study.certified.interval import Arithmetic, magnitude

PRECS = [8, 24, 53, 113, 300, 700]
every_prec = pytest.mark.parametrize("prec", PRECS)
both = pytest.mark.parametrize("make", [Arithmetic, DirectedArithmetic])
FUNCTIONS = ["exp", "log", "log1p", "expm1"]


def ball(value, bits):
    """A number as an exact Arb ball; ``bits`` is the precision of what follows."""
    flint.ctx.prec = bits
    return flint.arb(value)


def ends(enclosure):
    """The ends of an Arb ball as fractions."""
    lower, upper = enclosure.lower().man_exp(), enclosure.upper().man_exp()
    return tuple(Fraction(int(man)) * Fraction(2) ** int(exp) for man, exp in (lower, upper))


def encloses(interval, enclosure):
    """Whether the whole of Arb's much narrower ball lies in the interval."""
    low, high = (Fraction(*to_rational(end)) for end in interval._mpi_)
    lower, upper = ends(enclosure)
    return low <= lower and upper <= high


def between(arithmetic, low, high):
    """The interval of two numbers, which may be infinite."""
    if isinstance(arithmetic, Arithmetic):
        return arithmetic._iv.make_mpf((from_float(low), from_float(high)))
    return Enclosure(gmpy2.mpfr(low), gmpy2.mpfr(high), arithmetic)


@pytest.fixture(autouse=True)
def _arb_precision():
    before = flint.ctx.prec
    yield
    flint.ctx.prec = before


def sizes(largest):
    """Numbers of every size, 2**-1000 to that, of either sign."""
    mantissas, exponents = st.floats(1, 2, exclude_max=True), st.integers(-1000, math.frexp(largest)[1] - 2)
    made = st.builds(lambda m, e, s: s * math.ldexp(m, e), mantissas, exponents, st.sampled_from([1, -1]))
    near_one = st.builds(lambda k, e: 1 + k * 2.0**-e, st.integers(-3, 3), st.integers(40, 52))
    return st.one_of(made, near_one, st.just(1.0))


DOMAIN = {
    "exp": sizes(2000.0),
    "expm1": sizes(2000.0),
    "log": sizes(1e300).map(abs),
    "log1p": sizes(1e300).filter(lambda x: x > -0.49),
}


@both
@every_prec
@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_function_of_a_number_encloses_it(make, name, prec, data):
    x = data.draw(DOMAIN[name])
    arithmetic = make(prec)
    interval = getattr(arithmetic, name)(arithmetic.exact(x))
    assert encloses(interval, getattr(ball(x, prec + 3200), name)())


@both
@every_prec
@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_function_of_a_number_is_narrow(make, name, prec, data):
    x = data.draw(DOMAIN[name])
    arithmetic = make(prec)
    low, high = (Fraction(*to_rational(end)) for end in getattr(arithmetic, name)(arithmetic.exact(x))._mpi_)
    if name == "log" and x == 1:
        assert low == high == 0
    else:
        # Each end is widened by 2 * 2**-prec, and |x| may be half of the power of two that measures the cancellation.
        assert high - low <= min(abs(low), abs(high)) * 2 * (2 * 2 + 1) * Fraction(2) ** -prec


@both
@every_prec
@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_function_of_an_interval_encloses_it_at_both_ends_and_between(make, name, prec, data):
    a, b = sorted(data.draw(st.tuples(DOMAIN[name], DOMAIN[name])))
    arithmetic = make(prec)
    x = between(arithmetic, a, b)
    interval = getattr(arithmetic, name)(x)
    for point in (a, a / 2 + b / 2, b):
        assert encloses(interval, getattr(ball(point, prec + 3200), name)())


@both
@every_prec
@given(values=st.lists(st.floats(0.25, 4), max_size=6), data=st.data())
def test_the_log_of_a_product_encloses_it(make, prec, values, data):
    if values and data.draw(st.booleans()):
        values = [*values, 1 / math.prod(values)]  # a product near 1
    arithmetic = make(prec)
    due = flint.arb(1)
    for value in values:
        due = due * ball(value, prec + 3200)
    assert encloses(arithmetic.log_product(arithmetic.exact(np.array(values))), due.log())


@both
@every_prec
def test_the_log_of_a_product_that_is_exactly_one_is_exactly_zero(make, prec):
    arithmetic = make(prec)
    for factors in ([0.5, 2.0], [0.75, 2.0**1000, 2.0**-1000, 1 / 0.75 * 3, 0.25, 1.0], []):
        product = math.prod(map(Fraction, factors))
        value = arithmetic.log_product(arithmetic.exact(np.array(factors)))._mpi_
        assert (value == arithmetic.exact(0)._mpi_) == (product == 1)


@both
@every_prec
@given(value=st.floats(allow_nan=False))
def test_a_binary64_number_is_an_interval_without_width(make, prec, value):
    low, high = make(prec).exact(value)._mpi_
    assert low == high
    assert mpmath.mp.make_mpf(low) == value


@both
@every_prec
@given(values=st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=6))
def test_sums_and_products_enclose(make, prec, values):
    arithmetic = make(prec)
    held = arithmetic.exact(np.array(values))
    for interval, due in (
        (arithmetic.sum(held), sum(map(Fraction, values))),
        (arithmetic.product(held), math.prod(map(Fraction, values))),
    ):
        low, high = (Fraction(*to_rational(end)) for end in interval._mpi_)
        assert low <= due <= high


@both
@pytest.mark.parametrize("name", ["log", "log1p", "exp", "expm1"])
def test_the_whole_line_goes_in_and_nothing_narrow_comes_out(make, name):
    arithmetic = make(60)
    low, high = map(mpmath.mp.make_mpf, getattr(arithmetic, name)(between(arithmetic, -math.inf, math.inf))._mpi_)
    assert high == math.inf
    assert low <= -1 or name == "exp"


@both
def test_an_interval_that_reaches_zero_has_no_logarithm(make):
    arithmetic = make(60)
    for low in (0.0, -1.0):
        assert arithmetic.log(between(arithmetic, low, 1.0))._mpi_ == between(arithmetic, -math.inf, math.inf)._mpi_


def test_magnitude_bounds_an_interval_by_a_power_of_two():
    arithmetic = Arithmetic(60)
    assert magnitude(arithmetic.exact(3.0)) == 2
    assert magnitude(arithmetic._iv.mpf([-9, 1])) == 4
    assert magnitude(arithmetic.exact(0.0)) < -(10**8)
    assert magnitude(arithmetic._iv.mpf([1, arithmetic.inf])) > 10**8


def test_more_bits_are_given_back_even_after_an_error():
    arithmetic = Arithmetic(60)

    def fail():
        with arithmetic.more_bits(10):
            raise RuntimeError(arithmetic.prec)

    with pytest.raises(RuntimeError, match="70"):
        fail()
    assert arithmetic.prec == 60
    low, high = (Fraction(*to_rational(end)) for end in arithmetic.exp(arithmetic.exact(1.0))._mpi_)
    assert high - low > Fraction(2) ** -61


@every_prec
def test_an_end_is_widened_by_a_whole_unit_also_at_the_bottom_of_its_binade(prec):
    """exp(5e-324), held as 1, may be off by as much as a unit in the last place, 2**(1 - prec), and 2**-12 of one."""
    arithmetic = Arithmetic(prec)
    low, high = (Fraction(*to_rational(end)) for end in arithmetic.exp(arithmetic.exact(5e-324))._mpi_)
    assert 1 - low >= Fraction(2) ** (1 - prec)
    assert high - 1 >= Fraction(2) ** (1 - prec)


def test_the_check_sees_an_interval_that_is_not_widened():
    """exp rounded down at both ends, as a broken ``Arithmetic`` would have it."""
    arithmetic = Arithmetic(53)
    arithmetic._below = arithmetic._above = from_man_exp(1, 0)
    missed = 0
    for k in range(1, 101):
        x = k / 64
        missed += not encloses(arithmetic.exp(arithmetic.exact(x)), ball(x, 200).exp())
    assert missed == 100


def test_arithmetic_leaves_mpmaths_contexts_alone():
    before = mpmath.mp.prec, mpmath.iv.prec
    arithmetic = Arithmetic(777)
    arithmetic.log_product([arithmetic.exact(0.5), arithmetic.exact(2.5)])
    assert (mpmath.mp.prec, mpmath.iv.prec) == before
