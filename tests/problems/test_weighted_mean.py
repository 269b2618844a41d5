"""When the mean of attention is exactly zero, which no enclosure can tell."""

import numpy as np
import pytest

from study import reference

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
