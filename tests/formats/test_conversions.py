"""Conversions against those of ml_dtypes, which rounds once from what binary32 holds, and bit patterns both ways."""

import mpmath
import numpy as np
import pytest

from study.formats import KNOWN, Overflow, round_to

NARROW = [form for form in KNOWN.values() if form.bits <= 16]
every_narrow = pytest.mark.parametrize("form", NARROW, ids=lambda form: form.name)
HALVES = [KNOWN["float16"], KNOWN["bfloat16"]]
from_halves = pytest.mark.parametrize("given", HALVES, ids=lambda form: f"from {form.name}")


def assert_same(form, ours, theirs):
    """Bit for bit; of 16-bit numbers, one NaN is as good as another."""
    a, b = form.to_bits(ours), form.to_bits(theirs)
    if form.bits == 16:
        with np.errstate(invalid="ignore"):
            both = np.isnan(ours.astype(np.float64)) & np.isnan(theirs.astype(np.float64))
        a, b = np.where(both, 0, a), np.where(both, 0, b)
    np.testing.assert_array_equal(a, b)


def comparable(form, values):
    """Without what ml_dtypes 0.6 rounds up to 2**-126 though 2**-127 is nearer, in its format of scales."""
    return values if form.signed else values[~((values > 0) & (values < 2.0**-126))]


@every_narrow
@from_halves
def test_every_number_of_16_bits_is_converted_as_by_ml_dtypes(form, given):
    with np.errstate(all="ignore"):
        values = comparable(form, given.every().astype(np.float32))
        assert_same(form, form.round(values), values.astype(form.dtype))


@every_narrow
def test_midpoints_of_binary32_and_numbers_beside_them_are_converted_as_by_ml_dtypes(form):
    with np.errstate(all="ignore"):
        every = form.every().astype(np.float64)
        numbers = np.unique(every[np.isfinite(every)])
        midpoints = np.concatenate([(numbers[:-1] + numbers[1:]) / 2, numbers * (1 + form.u)]).astype(np.float32)
        beside = [np.nextafter(midpoints, np.float32(end)) for end in (-np.inf, np.inf)]
        values = comparable(form, np.concatenate([midpoints, *beside]))
        assert_same(form, form.round(values), values.astype(form.dtype))


@every_narrow
def test_a_sample_of_binary32_is_converted_as_by_ml_dtypes(form):
    rng = np.random.default_rng(20)
    patterns = rng.integers(0, 2**32, 200_000, dtype=np.uint32).view(np.float32)
    sizes = np.exp2(rng.uniform(form.emin - form.p - 2, form.emax + 2, 200_000))
    with np.errstate(all="ignore"):
        inside = (rng.standard_normal(200_000) * sizes).astype(np.float32)
        values = comparable(form, np.concatenate([patterns, inside]))
        assert_same(form, form.round(values), values.astype(form.dtype))


@every_narrow
def test_binary64_beside_a_midpoint_is_rounded_once(form):
    with np.errstate(all="ignore"):
        every = form.every().astype(np.float64)
    numbers = np.unique(every[np.isfinite(every) & (every >= 0)])
    low, high = (numbers[:-1], numbers[1:])
    midpoints = (low + high) / 2
    for towards, due in ((0.0, low), (np.inf, high)):
        np.testing.assert_array_equal(form.round(np.nextafter(midpoints, towards)).astype(float), due)


@every_narrow
def test_bit_patterns_are_numbers_both_ways(form):
    patterns = np.arange(2**form.bits)
    with np.errstate(invalid="ignore"):
        stored = form.from_bits(patterns).astype(np.float64)
    decoded = form.decode(patterns)
    np.testing.assert_array_equal(decoded, stored)
    np.testing.assert_array_equal(np.signbit(decoded), np.signbit(stored))
    numbers = ~np.isnan(decoded)
    np.testing.assert_array_equal(form.to_bits(form.round(decoded))[numbers], patterns[numbers])
    np.testing.assert_array_equal(form.to_bits(form.from_bits(patterns)), patterns)
    np.testing.assert_array_equal(form.to_bits(form.from_bits(patterns + 2**form.bits)), patterns)


def test_patterns_of_the_wide_formats_too():
    for form in (KNOWN["float32"], KNOWN["float64"]):
        patterns = np.random.default_rng(3).integers(0, 2**form.bits, 10_000, dtype=np.uint64)
        with np.errstate(invalid="ignore"):
            np.testing.assert_array_equal(form.decode(patterns), form.from_bits(patterns).astype(np.float64))
        np.testing.assert_array_equal(form.to_bits(form.from_bits(patterns)), patterns)


def test_the_special_patterns_of_the_ocp_formats():
    """OCP 8-bit Floating Point Specification 1.0; Microscaling Formats 1.0, sections 5.3 and 5.4."""

    def where(form, found):
        return np.flatnonzero(found(KNOWN[form].decode(np.arange(2 ** KNOWN[form].bits)))).tolist()

    assert where("float8_e4m3fn", np.isnan) == [0x7F, 0xFF]
    assert where("float8_e4m3fn", np.isinf) == []
    assert where("float8_e5m2", np.isnan) == [0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF]
    assert where("float8_e5m2", np.isinf) == [0x7C, 0xFC]
    assert where("float8_e8m0fnu", np.isnan) == [0xFF]
    for form in ("float6_e2m3fn", "float6_e3m2fn", "float4_e2m1fn"):
        assert where(form, lambda values: ~np.isfinite(values)) == []


@pytest.mark.parametrize("form", [KNOWN["float8_e4m3fn"], KNOWN["float8_e5m2"]], ids=lambda form: form.name)
@from_halves
def test_the_saturating_mode_differs_only_where_the_other_overflows(form, given):
    """OCP 8-bit Floating Point Specification 1.0: overflow and infinity become ±xmax, NaN stays NaN."""
    with np.errstate(invalid="ignore"):
        values = given.every().astype(np.float64)
        plain, saturated = (f.round(values).astype(np.float64) for f in (form, form.saturating))
    over = ~np.isfinite(plain) & ~np.isnan(values)
    assert form.saturating.overflow is Overflow.SATURATE
    assert over.any()
    np.testing.assert_array_equal(saturated[over], np.copysign(form.xmax, values[over]))
    np.testing.assert_array_equal(saturated[~over], plain[~over])


def test_float8_e4m3fn_has_no_infinity_and_nan_in_place_of_480():
    form = KNOWN["float8_e4m3fn"]
    assert not form.has_infinity
    assert (form.xmax, form.emin, form.xmin, form.xmins) == (448, -6, 2**-6, 2**-9)
    assert round_to(mpmath.mpf(464), form) == 448  # the midpoint, 448 being even
    assert np.isnan(round_to(mpmath.mpf(464 + 2**-40), form))
    assert np.isnan(round_to(mpmath.inf, form))
    found = form.round([464, np.nextafter(464, 500), -464, 1e300, np.inf]).astype(float)
    np.testing.assert_array_equal(found, [448, np.nan, -448, np.nan, np.nan])


def test_a_scale_is_the_nearest_power_of_two_and_nan_for_what_is_not_positive():
    scale = KNOWN["float8_e8m0fnu"]
    given = [
        1.0,
        1.49,
        1.5,
        3.0,
        2.0**-127 * 1.4999,
        2.0**-140,
        0.0,
        -0.0,
        -1.0,
        np.nan,
        1.49 * 2.0**127,
        1.5 * 2.0**127,
    ]
    due = [1, 1, 2, 4, 2.0**-127, 2.0**-127, np.nan, np.nan, np.nan, np.nan, 2.0**127, np.nan]
    np.testing.assert_array_equal(scale.round(given).astype(float), due)
    with pytest.raises(ValueError, match="float8_e8m0fnu holds scales, powers of two; round to one of numbers"):
        round_to(mpmath.mpf(1), scale)
