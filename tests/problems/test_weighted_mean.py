"""When the mean of attention is exactly zero, which no enclosure can tell."""

import numpy as np
import pytest

from study import reference
from study.problems import PROBLEMS

TOP = np.finfo(np.float64).max


@pytest.mark.parametrize(
    ("x", "v", "zero"),
    [
        ([0.0, 0.0, 1.0, 1.0], [2.0, -2.0, 3.0, -3.0], True),
        ([0.0, 1.0, 0.0, 1.0], [2.0, 3.0, -2.0, -3.0], True),
        ([0.0, 1.0], [2.0, -2.0], False),
        ([0.0, 0.0, 0.0], [1.0, -1.0, 5e-324], False),
        ([0.0] * 4, [TOP, TOP, -TOP, -TOP], True),
        ([0.0] * 5, [TOP, TOP, -TOP, -TOP, 5e-324], False),
    ],
)
def test_a_mean_is_zero_where_the_values_of_each_logit_cancel(x, v, zero):
    assert (reference("weighted_mean", x, v) == 0) == zero


@pytest.mark.parametrize("form", ["float16", "float32", "float64"])
def test_a_fully_masked_row_is_what_its_contract_says(form):
    """NaN of plain softmax, 0 of FlashAttention and SDPA, the mean of the values of a finite mask; others are one."""
    x = np.array([[-np.inf] * 4, [-np.inf, 1.0, -np.inf, 1.0]], dtype=form)
    v, algorithms = np.array([1.0, 2.0, 3.0, 6.0], dtype=form), PROBLEMS["weighted_mean"].algorithms
    for names, due in ((("shifted", "online", "faithful"), np.nan), (("zero_if_masked",), 0), (("finite_mask",), 3)):
        for name in names:
            np.testing.assert_array_equal(algorithms[name](x, v), np.array([due, 4.0], dtype=form))
