import numpy as np
import pytest

from study.problems import extended

INSIDE = [0.0, 5e-324, 0.3, 1 - 2.0**-53, 1.0]


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("outside", [-0.5, -5e-324, 1 + 2.0**-52, np.inf, -np.inf, np.nan])
def test_one_number_that_is_no_probability_is_nan_and_so_is_its_partner(place, outside):
    p, y = np.array(INSIDE), np.array(INSIDE)
    y[place] = outside
    due = np.where(np.arange(5) == place, np.nan, INSIDE)
    for found in extended.checked(p, y):
        assert np.array_equal(found, due, equal_nan=True)
    assert np.array_equal(extended.checked(y)[0], due, equal_nan=True)


def test_probabilities_are_as_they_were():
    p = np.array([*INSIDE, -0.0])
    assert np.array_equal(extended.checked(p)[0], p)
    assert np.signbit(extended.checked(p)[0][-1])
    assert extended.checked(np.array([]))[0].size == 0
