"""What was known of SciPy 1.17 beforehand is found on the ordinary battery; a SciPy that mends it may skip."""

import pytest

import study
from study.libraries.backends import find_function, get_backend, laid_out

scipy = get_backend("scipy")
pytestmark = pytest.mark.skipif(not scipy.version.startswith("1.17."), reason="facts of SciPy 1.17")


def measured(problem, name, form, kind, layout="rows"):
    return study.measure(laid_out(*find_function(problem, name), layout), problem, form, kind, layouts=()).iloc[0]


def test_softmax_of_4096_equal_columns_in_float16_is_twice_what_is_due():
    columns = measured("softmax", "scipy.special.softmax", "float16", "many ties", "columns")
    assert float(columns["worst_computed"]) * 4096 == 2.0
    assert measured("softmax", "scipy.special.softmax", "float16", "many ties")["max_ulp"] <= 1


def test_logsumexp_of_70000_float16_zeros_overflows():
    row = measured("logsumexp", "scipy.special.logsumexp", "float16", "more ties than float16 counts")
    assert (row["overflow"], row["worst_computed"]) == (1, "inf")
    assert float(row["worst_reference"]) == pytest.approx(11.156, abs=1e-3)


def test_log_softmax_of_a_dominant_logit_is_zero():
    row = measured("log_softmax", "scipy.special.log_softmax", "float64", "one dominates")
    assert row["underflow"] > 0
    assert float(row["worst_computed"]) == 0
