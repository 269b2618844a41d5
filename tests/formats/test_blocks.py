"""Block formats against examples worked by hand, and against the model of ``tests/campaigns`` in exact fractions.

The examples follow section 6.3 of the OCP Microscaling Formats (MX) Specification 1.0 and its tables of elements; the
specification prints none itself, so each is worked in the lines beside it.
"""

import numpy as np
import pytest

from study.formats import Format, nvfp4
from study.formats.blocks import MX_FORMATS, MXFP4, MXFP6_E2M3, MXFP6_E3M2, MXFP8_E4M3, MXFP8_E5M2
from tests.campaigns.blocks import FAMILIES, draw, mx_agrees, nvfp4_agrees

EMAX = {"MXFP8_E4M3": 8, "MXFP8_E5M2": 15, "MXFP6_E2M3": 2, "MXFP6_E3M2": 4, "MXFP4": 2}
XMAX = {"MXFP8_E4M3": 448, "MXFP8_E5M2": 57344, "MXFP6_E2M3": 7.5, "MXFP6_E3M2": 28, "MXFP4": 6}
every_mx = pytest.mark.parametrize("form", MX_FORMATS.values(), ids=MX_FORMATS)


def quantized(form, values):
    return tuple(part.astype(float).tolist() for part in form.quantize(values))


def test_the_five_formats_of_table_1():
    assert {name: form.element.emax for name, form in MX_FORMATS.items()} == EMAX
    assert {name: form.element.xmax for name, form in MX_FORMATS.items()} == XMAX
    assert {form.size for form in MX_FORMATS.values()} == {32}


def test_mxfp4_by_hand():
    """max = 10: floor(log2 10) = 3, less emax 2 makes the scale 2.

    10 / 2 = 5 lies between 4 and 6: to 4, of even fraction. −7 / 2 = −3.5, between 3 and 4: to −4, even. 2.5 / 2 =
    1.25, between 1 and 1.5: to 1, even. 0.5 / 2 = 0.25, between 0 and 0.5: to 0, even. −0.6 / 2 = −0.3: to −0.5.
    """
    assert quantized(MXFP4, [10, -7, 2.5, 0.5, -0.6]) == ([2], [4, -4, 1, 0, -0.5])
    assert MXFP4.round([10, -7, 2.5, 0.5, -0.6]).tolist() == [8, -8, 2, 0, -1]


def test_mxfp4_saturates_by_hand():
    """max = 7.9: the scale is 2**(2 − 2) = 1, and 7.9 > 6, whose next number would be 8: saturated to 6."""
    assert quantized(MXFP4, [7.9, -7.0, 0.0]) == ([1], [6, -6, 0])


def test_mxfp8_e4m3_by_hand():
    """max = 1000: floor(log2 1000) = 9, less 8 makes the scale 2.

    500 is beyond 448: saturated, not NaN. −3.3 / 2 = −1.65 in eighths: 13.2, so −1.625. 0.003 / 2 = 0.0015 in units of
    2**-9: 0.768, so 2**-9. 0.001 / 2 is 0.256 of it: 0.
    """
    assert quantized(MXFP8_E4M3, [1000, -3.3, 0.003, 0.001]) == ([2], [448, -1.625, 2**-9, 0])


def test_mxfp8_e5m2_by_hand():
    """max = 1: the scale is 2**-15, and 1 becomes 2**15. 2 − 2**-20 has exponent 0 too and saturates to 57344."""
    assert quantized(MXFP8_E5M2, [1, -0.3]) == ([2**-15], [2**15, -10240])  # 0.3 · 2**15 = 9830.4, in steps of 2048
    assert quantized(MXFP8_E5M2, [2 - 2**-20]) == ([2**-15], [57344])


def test_mxfp6_by_hand():
    """max = 3: exponent 1. E2M3, emax 2: scale 1/2; 3 is 6, −0.7 is −1.4 or 11.2 eighths: −1.375.

    E3M2, emax 4: scale 1/8; 3 is 24, −0.7 is −5.6 in steps of 1: −6, 0.01 is 0.08 in steps of 1/16: 1.28, so 1/16.
    """
    assert quantized(MXFP6_E2M3, [3, -0.7]) == ([0.5], [6, -1.375])
    assert quantized(MXFP6_E3M2, [3, -0.7, 0.01]) == ([0.125], [24, -6, 0.0625])


def test_nvfp4_by_hand():
    """max = 2688 = 6 · 448 makes the tensor scale 1. Blocks: 2688 / 6 = 448; 6.6 / 6 = 1.1, in eighths 8.8: 1.125.

    Elements: 2688 / 448 = 6; −1000 / 448 = −2.232, and numbers from 2 on are 1 apart: −2. 6.6 / 1.125 = 5.87: 6.
    −1 / 1.125 = −0.889: −1.
    """
    values = np.zeros(32)
    values[[0, 1, 16, 17]] = 2688, -1000, 6.6, -1
    scales, elements, tensor = nvfp4.quantize(values)
    assert (tensor, scales.astype(float).tolist()) == (1, [448, 1.125])
    assert elements[[0, 1, 16, 17]].astype(float).tolist() == [6, -2, 6, -1]
    assert nvfp4.round(values)[[0, 1, 16, 17]].tolist() == [2688, -896, 6.75, -1.125]


@every_mx
def test_scales_end_at_their_least_and_are_nan_beyond_their_largest(form):
    exponent = form.element.emax
    assert quantized(form, [0.0, -0.0]) == ([2.0**-127], [0, 0])
    assert quantized(form, [2.0**-149])[0] == [2.0**-127]
    assert quantized(form, [2.0**-1074])[0] == [2.0**-127]
    assert quantized(form, [2.0 ** (127 + exponent)])[0] == [2.0**127]
    assert np.isnan(form.round([2.0 ** (128 + exponent), 1.0])).all()


@every_mx
@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_makes_its_block_nan_and_no_other(form, special):
    values = np.ones(96)
    values[40] = special
    scales, elements = form.quantize(values)
    assert np.isnan(scales.astype(float)).tolist() == [False, True, False]
    assert (elements[32:64].astype(float) == 0).all()
    assert np.isnan(form.round(values)).nonzero()[0].tolist() == list(range(32, 64))


@pytest.mark.parametrize("special", [np.nan, np.inf, 1e39])
def test_what_is_not_finite_in_binary32_makes_an_nvfp4_tensor_nan(special):
    assert np.isnan(nvfp4.round([special, *np.ones(40)])).all()


@every_mx
def test_numbers_of_the_format_stay_what_they_are(form):
    every = form.element.every()
    with np.errstate(invalid="ignore"):
        numbers = every[np.isfinite(every.astype(float))]
    kept = np.array([form.element.xmax, *numbers.astype(float)[:31]]) * 2.0**9
    scales, elements = form.quantize(kept)
    assert scales.astype(float).tolist() == [2.0**9]
    assert np.array_equal(form.element.to_bits(elements[1:]), form.element.to_bits(numbers[:31]))


@every_mx
def test_rows_of_any_length_are_blocked_along_the_last_axis(form):
    values = np.random.default_rng(5).standard_normal((2, 3, 70))
    scales, elements = form.quantize(values)
    assert (scales.shape, elements.shape) == ((2, 3, 3), (2, 3, 70))
    assert np.array_equal(form.round(values)[1, 2, 64:], form.round(values[1, 2, 64:]))
    assert form.round(np.zeros((4, 0))).shape == (4, 0)


@every_mx
def test_a_sample_agrees_with_the_model_in_fractions(form):
    for k, family in enumerate(FAMILIES):
        assert mx_agrees(form, draw(np.random.default_rng(k), family, 60, 32)) == 60, family


def test_nvfp4_agrees_with_the_model_in_fractions():
    for k, family in enumerate(FAMILIES):
        for _ in range(10):
            assert nvfp4_agrees(draw(np.random.default_rng(k), family, 12, 16)) == 12, family
    assert nvfp4_agrees(np.zeros((2, 16))) == 2
    assert nvfp4_agrees(np.full((2, 16), 2.0**-149)) == 2  # whose tensor scale would round to 0


def test_the_model_sees_a_wrong_rounding(monkeypatch):
    values = draw(np.random.default_rng(1), "ties", 60, 32)
    monkeypatch.setattr(Format, "round", lambda form, v: np.floor(v / form.ulp(v) + 0.5) * form.ulp(v))
    assert mx_agrees(MXFP4, values) < 60


def test_misuse_is_told():
    with pytest.raises(ValueError, match="blocks lie along the last axis, and a single number has none"):
        MXFP4.quantize(1.0)
    scales, elements = MXFP4.quantize(np.ones(64))
    with pytest.raises(ValueError, match="64 elements make 2 blocks of 32, and 1 scales came"):
        MXFP4.dequantize(scales[:1], elements)
