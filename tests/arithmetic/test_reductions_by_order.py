import ml_dtypes
import numpy as np
import pytest

from study.arithmetic.reductions import SUMS, ldexp, scaled_product, wide_mean

ONES = {
    "sequential": 2048,
    "increasing": 2048,
    "decreasing": 2048,
    "pairwise": 3000,
    "compensated": 3000,
    "wide": 3000,
    "contiguous": 3000,
    "strided": 2048,
}


def test_every_sum_has_its_case():
    assert set(SUMS) == set(ONES)


@pytest.mark.parametrize("name", SUMS)
def test_three_thousand_ones_in_float16(name):
    """numpy#15785: a sum that rounds at every step sticks at 2048; a wide or a pairwise one does not."""
    assert SUMS[name](np.ones((2, 3000), np.float16)).tolist() == [ONES[name]] * 2


def test_the_order_decides_if_small_terms_survive_beside_a_large_one():
    x = np.concatenate([[4096.0], np.ones(100)]).astype(np.float16)
    assert (SUMS["increasing"](x), SUMS["decreasing"](x)) == (4196, 4096)


def test_compensation_repairs_a_bfloat16_sum_until_the_sum_of_its_errors_sticks_too():
    ones = np.ones(3000, ml_dtypes.bfloat16)
    assert SUMS["compensated"](ones[:300]) == 300
    assert (SUMS["sequential"](ones), SUMS["compensated"](ones)) == (256, 512)


@pytest.mark.parametrize("name", SUMS)
def test_the_empty_sum_and_a_stack(name):
    assert SUMS[name](np.zeros((2, 0), np.float32)).tolist() == [0, 0]
    assert SUMS[name](np.full((2, 3, 4), 0.5, np.float32)).shape == (2, 3)


def test_a_scaled_product_neither_underflows_nor_loses_its_exponent():
    mantissa, exponent = scaled_product(np.full((1, 10**5), 0.5, np.float16))
    assert (float(mantissa[0]), int(exponent[0])) == (0.5, 1 - 10**5)
    assert ldexp(mantissa, exponent)[0] == 0
    assert ldexp(*scaled_product(np.array([0.75, 0.5, 4.0], np.float16))) == np.float16(1.5)


def test_a_wide_mean_of_a_batch_that_float16_cannot_sum():
    assert wide_mean(np.full(4096, 20.0, np.float16)) == 20
