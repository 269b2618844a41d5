"""A sweep leaves out what no argument of the problem can be, of vectors and of numbers beside them."""

import numpy as np
import pytest

from study.exhaustive.specification import Specification


def taken(problem, length, form="float8_e4m3fn", start=0, stop=None):
    args, index = Specification(problem, form, ("naive",), length, start, stop).arguments(start, stop or 2**16)
    return [np.asarray(a, dtype=np.float64) for a in args], index


def test_a_number_beside_a_vector_is_positive_and_the_vector_anything():
    (x, t), index = taken("temperature_softmax", 2, start=0xC0F000, stop=0xC0F400)
    assert x.shape == (len(index), 2)
    assert (t >= 0).all()
    assert len(np.unique(t)) == 127  # both zeros are one
    assert (x < 0).any(axis=0).tolist() == [True, True]


@pytest.mark.parametrize(("problem", "length"), [("entropy", 2), ("binary_cross_entropy", 1)])
def test_every_number_of_a_vector_of_probabilities_is_one(problem, length):
    args, index = taken(problem, length)
    assert 0 < len(index) < 2**16
    assert all(((a >= 0) & (a <= 1)).all() for a in args)
    assert len(index) == (0x38 + 2) ** 2  # 0 to 1, and -0
