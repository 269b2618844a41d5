"""Formats against NumPy's and ml_dtypes' own tables, and rounding against every midpoint and exact fractions."""

import math
from fractions import Fraction

import ml_dtypes
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath.libmp import from_man_exp

from study.formats import FORMATS, KNOWN, format_of, get_format, round_to

NUMBERS = [form for form in KNOWN.values() if form.signed]
SMALL = [form for form in NUMBERS if form.bits <= 16]
every_format = pytest.mark.parametrize("form", NUMBERS, ids=lambda form: form.name)
every_small_format = pytest.mark.parametrize("form", SMALL, ids=lambda form: form.name)


def mpf(man, exp=0):
    """man 2**exp, all bits of it."""
    return mpmath.mp.make_mpf(from_man_exp(man, exp))


def numbers(form):
    """Every non-negative finite number of a format of at most 16 bits, in binary64, ascending."""
    with np.errstate(invalid="ignore"):  # signalling NaN
        values = form.every()[: 2 ** (form.bits - 1)].astype(np.float64)
    return values[np.isfinite(values)]


def nearest(value, form):
    """The definition of rounding, in exact fractions: a multiple of the ulp, ties to the even multiple."""
    magnitude, sign = abs(value), -1.0 if value < 0 else 1.0
    e = form.emin
    while magnitude >= Fraction(2) ** (e + 1):
        e += 1
    unit = Fraction(2) ** (max(e, form.emin) - form.p + 1)
    rounded = round(magnitude / unit) * unit
    if rounded > Fraction(form.xmax):
        return sign * form.overflowed
    return sign * float(rounded)


def same(a, b):
    """Equal as numbers, signs of zeros included; NaN equals NaN."""
    a, b = (np.asarray(x).astype(np.float64) for x in (a, b))
    return np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a[a == 0]), np.signbit(b[b == 0]))


@every_format
def test_the_derived_constants_are_those_of_the_dtype(form):
    info = ml_dtypes.finfo(form.dtype)
    assert form.p == info.nmant + 1
    assert form.bits == info.bits
    assert form.eps == float(info.eps)
    assert form.u == form.eps / 2
    assert form.xmin == float(info.smallest_normal) == 2.0**form.emin
    assert form.xmins == float(info.smallest_subnormal)
    assert form.xmax == float(info.max)
    assert form.emax == math.frexp(float(info.max))[1] - 1


@every_format
def test_the_extreme_numbers_exist_and_the_next_ones_do_not(form):
    for value in (form.xmins, form.xmin, form.xmax, 1 + form.eps):
        assert float(np.asarray(value).astype(form.dtype)) == value
    assert float(form.round(1 + form.u)) == 1
    assert float(form.round(form.xmins / 2)) == 0
    assert same(form.round([form.xmax * 2, -np.inf]), [form.overflowed, -form.overflowed])


def test_formats_of_at_most_eight_bits_only_store():
    assert {f.bits for f in KNOWN.values() if not f.computes} == {4, 6, 8}
    assert [f.name for f in FORMATS.values() if not f.computes] == ["float8_e4m3fn", "float8_e5m2"]


def test_a_format_is_frozen():
    with pytest.raises(AttributeError):
        FORMATS["float16"].p = 12


@every_small_format
def test_ulp_is_the_distance_to_the_next_larger_number(form):
    values = numbers(form)
    assert np.array_equal(form.ulp(values[:-1]), np.diff(values))
    assert np.array_equal(form.ulp(-values[:-1]), np.diff(values))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(value=st.floats(-(2.0**127), 2.0**127, width=32))
def test_ulp_is_numpys_spacing(dtype, value):
    assert FORMATS[np.dtype(dtype).name].ulp(value) == np.spacing(np.abs(dtype(value)))


@every_format
def test_ulp_of_what_is_not_finite_is_nan(form):
    assert np.isnan(form.ulp([np.nan, np.inf, -np.inf])).all()


def test_ulp_of_a_number_below_every_format_is_that_of_the_subnormals():
    assert all(form.ulp(5e-324) == form.xmins for form in FORMATS.values())


@every_small_format
@pytest.mark.parametrize("sign", [1, -1])
def test_round_to_is_right_at_every_midpoint_and_beside_it(form, sign):
    """Against the conversions of NumPy and ml_dtypes, which are right on midpoints: exact in binary32."""
    values = numbers(form)
    midpoints = sign * (values[:-1] + values[1:]) / 2
    own = midpoints.astype(np.float32 if form.name != "float16" else np.float64).astype(form.dtype)
    to_even, below, above = [], [], []
    for midpoint in midpoints.tolist():
        middle, aside = mpf(*_parts(midpoint)), mpf(*_parts(midpoint * 2.0**-80))
        with mpmath.workprec(300):
            to_even.append(round_to(middle, form))
            below.append(round_to(middle - aside, form))
            above.append(round_to(middle + aside, form))
    assert same(to_even, own)
    assert same(below, sign * values[:-1])
    assert same(above, sign * values[1:])


def _parts(value):
    numerator, denominator = value.as_integer_ratio()
    return numerator, 1 - denominator.bit_length()


@every_small_format
@pytest.mark.parametrize("sign", [1, -1])
def test_format_round_is_right_at_every_midpoint_and_beside_it(form, sign):
    values = numbers(form)
    midpoints = (values[:-1] + values[1:]) / 2
    odd = np.arange(len(midpoints)) % 2  # patterns count up: the even neighbour is the one of even index
    assert same(form.round(sign * midpoints), sign * np.where(odd, values[1:], values[:-1]))
    assert same(form.round(sign * np.nextafter(midpoints, 0)), sign * values[:-1])
    assert same(form.round(sign * np.nextafter(midpoints, np.inf)), sign * values[1:])
    assert same(form.round(sign * values), sign * values)


@every_format
@given(data=st.data())
def test_both_roundings_agree_with_exact_fractions(form, data):
    width = data.draw(st.integers(1, 200))
    top = data.draw(st.integers(form.emin - form.p - 3, form.emax + 2))  # binary exponent of the value
    man = data.draw(st.integers(2 ** (width - 1), 2**width - 1)) * data.draw(st.sampled_from([1, -1]))
    exp = top - width + 1
    due = nearest(man * Fraction(2) ** exp, form)
    assert same(round_to(mpf(man, exp), form), due)
    if width <= 53 and exp >= -1074 and top <= 1023:
        assert same(form.round(math.ldexp(man, exp)), due)


@pytest.mark.parametrize(
    ("form", "top"), [("float16", 65520), ("bfloat16", None), ("float32", None), ("float64", None)]
)
def test_overflow_starts_at_the_midpoint_above_xmax(form, top):
    form = FORMATS[form]
    threshold = mpf(2 ** (form.p + 1) - 1, form.emax - form.p)  # (2 - u) 2**emax
    assert top is None or threshold == top
    with mpmath.workprec(2000):
        just_below = threshold * (1 - mpf(1, -500))
        assert round_to(threshold, form) == np.inf
        assert round_to(-threshold, form) == -np.inf
        assert round_to(just_below, form) == form.xmax
        assert round_to(-just_below, form) == -form.xmax


@every_format
def test_underflow_ends_at_half_the_smallest_subnormal(form):
    half = mpf(1, form.emin - form.p)
    with mpmath.workprec(2000):
        assert same(round_to(half, form), 0.0)
        assert same(round_to(-half, form), -0.0)
        assert round_to(half * (1 + mpf(1, -500)), form).astype(np.float64) == form.xmins
        assert round_to(3 * half, form).astype(np.float64) == 2 * form.xmins  # a tie, to even


def test_round_to_does_not_round_twice():
    with mpmath.workprec(200):
        value = 1 + mpf(1, -11) + mpf(1, -80)
    assert round_to(value, "float16") == np.float16(1.0009765625)
    assert np.float16(float(value)) == 1  # what going through binary64 makes of it


def test_format_round_does_not_round_twice_where_ml_dtypes_does():
    value = 1 + 2.0**-8 + 2.0**-40
    assert np.float64(value).astype(FORMATS["bfloat16"].dtype) == 1
    assert FORMATS["bfloat16"].round(value).astype(np.float64) == 1 + 2.0**-7


@every_format
@pytest.mark.parametrize("exponent", [5000, -5000, 2**70, -(2**70)])
def test_round_to_takes_numbers_of_any_size(form, exponent):
    out = round_to(mpf(-3, exponent), form)
    assert same(out, -0.0 if exponent < 0 else -form.overflowed)


@every_format
def test_special_values_stay_what_they_are(form):
    assert same(np.abs([round_to(mpmath.nan, form), form.round(np.nan)]), [np.nan if form.has_nan else 0.0] * 2)
    assert same(round_to(mpmath.mpf(0), form), 0.0)
    assert same(form.round([0.0, -0.0]), [0.0, -0.0])
    ends = [form.overflowed, -form.overflowed]
    assert same([round_to(mpmath.inf, form), round_to(-mpmath.inf, form)], ends)
    assert same(form.round([np.inf, -np.inf]), ends)


@every_format
def test_rounding_gives_the_formats_dtype_and_the_shape_given(form):
    assert round_to(mpmath.mpf(1), form).dtype == form.dtype
    assert form.round(np.ones((2, 3))).dtype == form.dtype
    assert form.round(np.ones((2, 3))).shape == (2, 3)
    assert form.round(1.0).shape == ()
    assert form.round([]).shape == (0,)


@given(st.integers(2, 400))
def test_round_to_ignores_mpmaths_global_precision(prec):
    value = mpf(2**80 + 2**69 + 1, -80)
    with mpmath.workprec(prec):
        assert round_to(value, "float16") == np.float16(1.0009765625)


@pytest.mark.parametrize("value", [1.0, 1, np.float64(1), "1", None, mpmath.mpc(1)])
def test_round_to_takes_an_mpf_and_nothing_else(value):
    with pytest.raises(TypeError, match="round_to takes an mpmath mpf, not"):
        round_to(value, "float16")


def test_an_unknown_format_is_told_which_there_are():
    with pytest.raises(ValueError, match=r"no format named 'float17'; there are: float16, bfloat16"):
        get_format("float17")
    with pytest.raises(TypeError, match="a Format, its name or a dtype is due, not list"):
        get_format(["float16"])


@every_format
def test_a_format_is_found_by_name_by_itself_and_by_an_array(form):
    assert get_format(form.name) is form
    assert get_format(form) is form
    assert format_of(np.ones(2, form.dtype)) is form


class OfTorch:
    """What a dtype of PyTorch is to those who do not import it."""

    def __str__(self):
        return "torch.bfloat16"


def test_a_format_is_found_by_its_dtype():
    for name, known in (("float16", np.float16), ("float64", np.dtype("f8")), ("bfloat16", ml_dtypes.bfloat16)):
        assert get_format(known) is KNOWN[name]
    assert get_format(OfTorch()) is get_format("torch.bfloat16") is KNOWN["bfloat16"]
    with pytest.raises(ValueError, match="no format named 'int64'"):
        get_format(np.int64)
    for wrong in (None, 3, object()):
        with pytest.raises(TypeError, match="a Format, its name or a dtype is due"):
            get_format(wrong)


@pytest.mark.parametrize("dtype", [int, bool, complex, object, np.longdouble, "U3"])
def test_other_dtypes_are_no_format(dtype):
    with pytest.raises(TypeError, match="is not a floating-point format; use one of: float16"):
        format_of(np.ones(2, dtype))
