"""Errors and outcomes: hand-computed cases for every line of the table, and the definition in exact fractions."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath.libmp import from_man_exp

from study.certified.errors import Outcome, compare, error_in_u, outcomes, relative_error, scaled_error, ulp_error
from study.certified.exact import Exact
from study.formats import FORMATS, round_to

every_format = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
INF, NAN = math.inf, math.nan
SPECIAL = {"0": mpmath.mpf(0), "inf": mpmath.inf, "-inf": -mpmath.inf, "nan": mpmath.nan}


def mpf(man, exp=0):
    """man 2**exp, all bits of it."""
    return mpmath.mp.make_mpf(from_man_exp(man, exp))


def one(values, form):
    return np.asarray(values, dtype=np.float64).astype(form.dtype)


def all_errors(computed, reference):
    return ulp_error(computed, reference), relative_error(computed, reference), error_in_u(computed, reference)


# The table of the module's docstring, line by line


@every_format
def test_finite_for_finite_is_the_distance_in_ulps_of_the_reference(form):
    r = mpf(3, -1)  # 1.5
    assert ulp_error(one(1.5, form), r) == 0
    assert ulp_error(one(1.5 + form.eps, form), r) == 1
    assert ulp_error(one(1.0, form), r) == 0.5 / form.eps
    assert ulp_error(one(-1.5, form), r) == 3 / form.eps
    assert relative_error(one(1.0, form), r) == 1 / 3
    assert error_in_u(one(1.0, form), r) == 1 / 3 / form.u


@every_format
def test_infinite_for_a_finite_number_counts_as_the_next_power_of_two(form):
    c, r = one(INF, form), mpf(1, form.emax)  # 2**(emax + 1) against 2**emax
    if form.has_infinity:
        assert ulp_error(c, r) == 2.0 ** (form.p - 1)
        assert relative_error(c, r) == 1
        assert ulp_error(one(-INF, form), r) == 3 * 2.0 ** (form.p - 1)
        assert outcomes(c, r) == outcomes(one(-INF, form), r) == Outcome.OVERFLOW
    else:  # NaN, and nothing says that it was an overflow
        assert ulp_error(c, r) == INF
        assert outcomes(c, r) == Outcome.NAN


@every_format
@pytest.mark.parametrize("sign", [1, -1])
def test_infinite_for_what_rounds_to_that_infinity_is_right(form, sign):
    for r in (mpf(sign, form.emax + 1), mpf(sign, 5000), mpf(sign, 2**70), sign * mpmath.inf):
        c = one(sign * INF, form)
        assert [float(e) for e in all_errors(c, r)] == [0, 0, 0]
        assert outcomes(c, r) == Outcome.LIMIT


@pytest.mark.parametrize("form", [form for form in FORMATS.values() if form.has_infinity])
def test_the_wrong_infinity_is_infinitely_wrong(form):
    for r in (-mpmath.inf, mpf(-1, 5000)):
        assert ulp_error(one(INF, form), r) == INF
        assert outcomes(one(INF, form), r) == Outcome.MISSED
    assert relative_error(one(INF, form), -mpmath.inf) == INF


@every_format
@pytest.mark.parametrize("c", [0.0, -1.0, 1.0])
def test_finite_for_infinite_is_infinitely_wrong(form, c):
    assert [float(e) for e in all_errors(one(c, form), mpmath.inf)] == [INF, INF, INF]
    assert scaled_error(one(c, form), mpmath.inf, 1) == INF
    assert outcomes(one(c, form), mpmath.inf) == Outcome.MISSED


@every_format
def test_finite_for_a_finite_number_beyond_overflow_keeps_its_distance(form):
    c, r = one(form.xmax, form), mpf(1, form.emax + 2)
    due = (Fraction(2) ** (form.emax + 2) - Fraction(form.xmax)) / Fraction(2) ** (form.emax + 3 - form.p)
    assert ulp_error(c, r) == float(due)
    assert outcomes(c, r) == Outcome.MISSED


@every_format
def test_nan_for_nan_is_right(form):
    assert [float(e) for e in all_errors(one(NAN, form), mpmath.nan)] == [0, 0, 0]
    assert scaled_error(one(NAN, form), mpmath.nan, 1) == 0
    assert outcomes(one(NAN, form), mpmath.nan) == Outcome.LIMIT


@every_format
@pytest.mark.parametrize("r", [mpmath.mpf(0), mpmath.mpf(1)])
def test_nan_for_a_number_is_infinitely_wrong(form, r):
    assert [float(e) for e in all_errors(one(NAN, form), r)] == [INF, INF, INF]
    assert scaled_error(one(NAN, form), r, 1) == INF
    assert outcomes(one(NAN, form), r) == Outcome.NAN


@every_format
@pytest.mark.parametrize("c", [0.0, 1.0, -1.0])
def test_a_number_for_nan_is_infinitely_wrong(form, c):
    assert [float(e) for e in all_errors(one(c, form), mpmath.nan)] == [INF, INF, INF]
    assert scaled_error(one(c, form), mpmath.nan, 1) == INF
    assert outcomes(one(c, form), mpmath.nan) == Outcome.MISSED


def test_an_infinity_for_nan_is_infinitely_wrong():
    assert [float(e) for e in all_errors(np.float16(INF), mpmath.nan)] == [INF, INF, INF]
    assert outcomes(np.float16(INF), mpmath.nan) == Outcome.MISSED


def test_nan_for_an_infinity_is_infinitely_wrong_where_there_are_infinities():
    assert ulp_error(np.float16(NAN), mpmath.inf) == INF
    assert outcomes(np.float16(NAN), mpmath.inf) == Outcome.NAN
    e4m3fn = one(NAN, FORMATS["float8_e4m3fn"])
    assert ulp_error(e4m3fn, mpmath.inf) == ulp_error(e4m3fn, -mpmath.inf) == 0


# Zeros, subnormals and binade edges


@every_format
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_zero_for_zero_is_right_whatever_its_sign(form, zero):
    assert [float(e) for e in all_errors(one(zero, form), SPECIAL["0"])] == [0, 0, 0]
    assert outcomes(one(zero, form), SPECIAL["0"]) == Outcome.LIMIT


@every_format
def test_a_number_for_zero_is_measured_in_subnormals(form):
    assert ulp_error(one(3 * form.xmins, form), SPECIAL["0"]) == 3
    assert relative_error(one(form.xmins, form), SPECIAL["0"]) == INF


@every_format
def test_zero_for_a_number_is_an_underflow_of_relative_error_1(form):
    r = mpf(3, form.emin - form.p)  # 1.5 xmins
    assert ulp_error(one(0, form), r) == 1.5
    assert relative_error(one(0, form), r) == 1
    assert outcomes(one(0, form), r) == Outcome.UNDERFLOW


@every_format
@pytest.mark.parametrize("sign", [1, -1])
def test_zero_is_due_up_to_half_the_smallest_subnormal(form, sign):
    half = mpf(sign, form.emin - form.p)
    with mpmath.workprec(200):
        below, above = half * (1 - mpf(1, -100)), half * (1 + mpf(1, -100))
    assert [int(outcomes(one(0, form), r)) for r in (below, half, above)] == [
        Outcome.LIMIT,
        Outcome.LIMIT,
        Outcome.UNDERFLOW,
    ]
    assert ulp_error(one(0, form), half) == 0.5


@every_format
@pytest.mark.parametrize("sign", [1, -1])
def test_infinity_is_due_from_the_midpoint_above_xmax(form, sign):
    margin = 3 if not form.has_infinity else 1
    middle = mpf(sign * (2 ** (form.p + 1) - margin), form.emax - form.p)
    with mpmath.workprec(200):
        below, above = middle * (1 - mpf(1, -100)), middle * (1 + mpf(1, -100))
    c = one(sign * INF, form)
    wrong = Outcome.OVERFLOW if form.has_infinity else Outcome.NAN
    assert outcomes(c, below) == wrong
    assert outcomes(c, middle) == (Outcome.LIMIT if form.has_infinity else wrong)  # 448 is even: no overflow there
    assert outcomes(c, above) == Outcome.LIMIT


@every_format
def test_subnormal_is_below_xmin(form):
    c = one([form.xmin, form.xmin - form.xmins, -form.xmins], form)
    assert outcomes(c, [mpmath.mpf(v) for v in c.astype(float).tolist()]).tolist() == [
        Outcome.NORMAL,
        Outcome.SUBNORMAL,
        Outcome.SUBNORMAL,
    ]


@every_format
@pytest.mark.parametrize("sign", [1, -1])
def test_just_below_a_power_of_two_the_ulp_is_the_smaller_one(form, sign):
    """The leading word is 1 there, and the trailing one negative."""
    with mpmath.workprec(200):
        r = sign * (1 - mpf(1, -100))
    assert Exact.from_mpf(r).hi == sign
    assert ulp_error(one(sign * (1 + form.eps), form), r) == pytest.approx(2, rel=2**-49)
    assert ulp_error(one(sign * (1 + form.eps), form), mpf(sign)) == 1


# The definition, slowly


def exactly(computed, reference, form):
    """(|c - r| as a fraction, the reference as a fraction), c as the table has it; None where it is infinite."""
    c = float(computed)
    top = Fraction(2) ** form.emax * (2 - Fraction(form.u) * (1 if form.has_infinity else 3))
    to_infinity = abs(reference) >= top if form.has_infinity else abs(reference) > top
    if math.isnan(c) and not form.has_infinity and to_infinity:
        c = INF if reference > 0 else -INF
    if math.isnan(c):
        return None
    if math.isinf(c) and to_infinity:
        return Fraction(0) if (c > 0) == (reference > 0) else None
    return abs(
        (Fraction(c) if math.isfinite(c) else Fraction(2) ** (form.emax + 1) * int(math.copysign(1, c))) - reference
    )


def ulp(reference, form):
    e = form.emin
    magnitude = abs(reference)
    if magnitude >= 1:
        e = max(e, int(magnitude).bit_length() - 1)
    else:
        while e < 0 and magnitude >= Fraction(2) ** (e + 1):
            e += 1
    return Fraction(2) ** (e - form.p + 1)


def agrees(measured, due):
    if due is None:
        return measured == INF
    if due >= Fraction(2) ** 1024:
        return measured == INF
    if due < Fraction(2) ** -1022:
        return 0 <= measured <= 2.0**-1021
    return abs(Fraction(float(measured)) - due) <= due / 2**49


@st.composite
def computed_and_reference(draw, form):
    """A bit pattern, and a reference that is near it, or anything."""
    bits = draw(st.integers(0, 2**form.bits - 1))
    computed = np.array(bits, f"uint{form.bits}").view(form.dtype)
    with np.errstate(invalid="ignore"):
        value = float(computed.astype(np.float64))
    width = draw(st.integers(1, 106))
    man = draw(st.integers(2 ** (width - 1), 2**width - 1)) * draw(st.sampled_from([1, -1, 1, -1, 0]))
    if math.isfinite(value) and value and draw(st.booleans()):
        n, d = value.as_integer_ratio()
        scale, shift = 1 - d.bit_length(), draw(st.integers(0, 105))
        man, exp = (n << 106) + (man << shift), scale - 106
        keep = max(abs(man).bit_length() - 106, 0)
        return computed, man >> keep, exp + keep
    around = st.integers(form.emin - form.p - 4, form.emax + 3)
    top = draw(st.one_of(around, st.sampled_from([5000, -5000, form.emax, form.emin, form.emin - form.p])))
    return computed, man, top - width + 1


@every_format
@settings(max_examples=120)
@given(data=st.data())
def test_errors_agree_with_their_definition_in_exact_fractions(form, data):
    computed, man, exp = data.draw(computed_and_reference(form))
    r, reference = mpf(man, exp), man * Fraction(2) ** exp
    distance = exactly(computed, reference, form)
    ratio = None if distance is None else distance / abs(reference) if reference else (0 if not distance else None)
    assert agrees(ulp_error(computed, r), None if distance is None else distance / ulp(reference, form))
    assert agrees(relative_error(computed, r), ratio)
    assert agrees(error_in_u(computed, r), None if ratio is None else ratio / Fraction(form.u))
    size = Fraction(form.u) * 4 * max(abs(reference), Fraction(form.xmin))
    assert agrees(scaled_error(computed, r, 3.0), None if distance is None else distance / size)


@every_format
@settings(max_examples=120)
@given(data=st.data())
def test_outcomes_agree_with_the_correctly_rounded_reference(form, data):
    computed, man, exp = data.draw(computed_and_reference(form))
    with np.errstate(invalid="ignore"):
        c, due = (float(np.asarray(v).astype(np.float64)) for v in (computed, round_to(mpf(man, exp), form)))
    if math.isnan(due):  # overflow, where there are no infinities
        due = math.copysign(INF, man)
        c = due if math.isnan(c) else c
    if math.isnan(c):
        expected = Outcome.NAN
    elif math.isinf(due):
        expected = Outcome.LIMIT if c == due else Outcome.MISSED
    elif math.isinf(c):
        expected = Outcome.OVERFLOW
    elif c == 0:
        expected = Outcome.LIMIT if due == 0 else Outcome.UNDERFLOW
    else:
        expected = Outcome.SUBNORMAL if abs(c) < form.xmin else Outcome.NORMAL
    assert outcomes(computed, mpf(man, exp)) == expected


@every_format
def test_every_pair_of_special_values_has_an_error_and_an_outcome(form):
    c = one([0.0, -0.0, form.xmins, -form.xmin, 1, form.xmax, INF, -INF, NAN], form)
    tiny, huge = mpf(1, -(2**62)), mpf(-1, 2**62)
    references = [*SPECIAL.values(), mpf(1), mpf(-1, form.emin), mpf(1, 5000), mpf(-1, -5000), tiny, huge]
    for r in references:
        column = np.array([r] * len(c), dtype=object)
        for errors in (*all_errors(c, column), *(scaled_error(c, column, k) for k in (0, 1, 1e300, INF))):
            assert (errors >= 0).all()  # NaN is not
        assert set(outcomes(c, column)) <= set(Outcome)


@every_format
@given(data=st.data())
def test_the_correctly_rounded_value_is_within_half_an_ulp(form, data):
    _, man, exp = data.draw(computed_and_reference(form))
    r = mpf(man, exp)
    rounded = np.asarray(round_to(r, form))
    assert ulp_error(rounded, r) <= 0.5
    assert outcomes(rounded, r) in (Outcome.NORMAL, Outcome.SUBNORMAL, Outcome.LIMIT)


# scaled_error


def test_scaled_error_divides_by_the_condition_number():
    c, r = np.float32(1 + 2.0**-20), mpf(1)
    assert scaled_error(c, r, 0) == 2.0**-20 / 2.0**-24
    assert scaled_error(c, r, 15) == 1


def test_scaled_error_below_xmin_is_measured_at_xmin():
    form = FORMATS["float32"]
    assert scaled_error(one(form.xmins, form), mpf(1, -5000), 0) == form.xmins / form.xmin / form.u
    assert scaled_error(one(form.xmins, form), SPECIAL["0"], 1) == form.xmins / form.xmin / form.u / 2


def test_an_infinite_condition_number_excuses_nothing_where_zero_is_due():
    assert scaled_error(np.array([0.0, 1e-300]), [SPECIAL["0"]] * 2, INF).tolist() == [0, INF]


def test_a_condition_number_that_overflowed_keeps_the_error_finite():
    assert 0 < scaled_error(np.float64(2e-308), mpmath.mpf(1e-308), INF) < 1e300


@pytest.mark.parametrize("cond", [-1.0, NAN, [1.0, -1.0]])
def test_scaled_error_refuses_a_negative_or_undefined_condition_number(cond):
    with pytest.raises(ValueError, match="cond must not be negative or NaN"):
        scaled_error(np.ones(2), [mpf(1)] * 2, cond)


def test_scaled_error_says_which_shape_does_not_broadcast():
    with pytest.raises(ValueError, match=r"cond has shape \(3,\), which does not broadcast to the values' \(2,\)"):
        scaled_error(np.ones(2), [mpf(1)] * 2, np.ones(3))


# Bad input


@pytest.mark.parametrize("measure", [ulp_error, relative_error, error_in_u, outcomes])
def test_bad_input_is_refused_with_a_reason(measure):
    with pytest.raises(ValueError, match=r"computed has shape \(2,\), its reference \(3,\); they must agree"):
        measure(np.ones(2), [mpf(1)] * 3)
    with pytest.raises(TypeError, match="dtype int64 is not a floating-point format; use one of"):
        measure(np.ones(2, np.int64), [mpf(1)] * 2)
    with pytest.raises(TypeError, match="not 1j"):
        measure(np.ones(1), [1j])
    with pytest.raises(TypeError, match="cannot create mpf from 'one'"):
        measure(np.ones(1), ["one"])


@every_format
def test_no_values_have_no_errors(form):
    empty = np.zeros((0, 3), form.dtype)
    for measured in (*all_errors(empty, empty.astype(object)), scaled_error(empty, empty.astype(object), 1)):
        assert measured.shape == (0, 3)
    assert outcomes(empty, empty.astype(object)).shape == (0, 3)


def test_shapes_are_kept_and_lists_are_binary64():
    r = np.array([[mpf(1), mpf(2)]])
    assert ulp_error([[1.0, 2.0]], r).shape == outcomes([[1.0, 2.0]], r).shape == (1, 2)
    assert compare([[1.0, 2.0]], r).form.name == "float64"
    assert ulp_error(np.float32(1), mpf(1)).shape == ()


def test_references_may_be_held_already():
    r = mpf(2**100 + 1, -100)
    assert ulp_error(np.float64(1), Exact.from_mpf(r)) == ulp_error(np.float64(1), r) == 2.0**-100 / 2.0**-52
