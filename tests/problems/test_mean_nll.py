"""A mean of losses is their sum, added one by one, over their number: to the bit."""

import numpy as np
import pytest

from study.formats import FORMATS
from study.problems import PROBLEMS


@pytest.mark.parametrize("form", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize(("name", "loss"), [("naive", "naive"), ("sequential", "shifted")])
def test_the_bits_are_those_of_the_losses_added_one_by_one(form, name, loss):
    rng = np.random.default_rng(3)
    x, target = FORMATS[form].round(rng.normal(size=(50, 10, 5))), rng.integers(5, size=(50, 10))
    each = PROBLEMS["nll"].algorithms[loss](x, target)
    total = each[:, 0]
    for k in range(1, 10):
        total = total + each[:, k]
    assert (total > 0).all()
    mean = PROBLEMS["mean_nll"].algorithms[name](x, target)
    assert mean.dtype == x.dtype
    assert np.array_equal(mean, total / np.asarray(10, dtype=x.dtype))
