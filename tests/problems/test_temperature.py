"""The gradient of a loss at a temperature beside that of the loss."""

import numpy as np
import pytest

import study
from study.problems import PROBLEMS


@pytest.mark.parametrize("warmth", [0.25, 1.0, 8.0])
def test_it_is_the_gradient_at_the_quotients_over_the_temperature(warmth):
    """A power of two changes no digit."""
    rng = np.random.default_rng(0)
    x, target = 5 * rng.standard_normal((40, 6)), rng.integers(6, size=40)
    due = study.kernels.nll_gradient(x / warmth, target) / warmth
    np.testing.assert_array_equal(study.kernels.temperature_nll_gradient(x, target, np.full(40, warmth)), due)


def test_a_sure_target_keeps_its_gradient_by_expm1():
    x, made = np.array([[0.0, -30.0]]), PROBLEMS["temperature_nll_gradient"].algorithms
    args = x, np.array([0]), np.array([0.5])
    assert made["shifted"](*args)[0, 0] == 0
    exact = study.exact("temperature_nll_gradient", *args)
    assert study.ulp_error(made["expm1"](*args), exact).max() < 4
    assert study.ulp_error(made["faithful"](*args), exact).max() <= 0.5 + 1e-6
