"""Densities where they are hardest: on the limits of a format, equal components, and products out of range."""

import math

import numpy as np
import pytest

import study
from study.formats import FORMATS
from study.inputs.cancelling import trials
from study.problems import PROBLEMS

TINY, LARGE = 3 * 2.0**-500, 3 * 2.0**500


@pytest.mark.parametrize(
    ("x", "mean", "sigma", "due"),
    [
        (9 * 2.0**-30, 9 * 2.0**24, TINY, math.inf),
        (9 * 2.0**-29, 9 * 2.0**24, TINY, np.finfo(float).max),
        (0.0, 9 * 2.0**-75, LARGE, 0.0),
        (-5e-324, 9 * 2.0**-75, LARGE, 5e-324),
    ],
)
def test_a_gradient_on_a_limit_of_the_format_is_rounded_as_it_is(x, mean, sigma, due):
    """(mean − x)/σ² is (2 − u) 2**1023 or 2**-1075 itself, or the next number."""
    if due == 5e-324:
        mean = np.nextafter(mean, 1)
    assert study.kernels.gaussian_nll_gradient(x, mean, sigma) == due
    assert float(study.exact("gaussian_nll_gradient", x, mean, sigma).to_mpf()[()]) in {due, 2.0**-1075}


def test_the_product_of_400_densities_overflows_and_the_sum_of_their_logs_is_right():
    rng = np.random.default_rng(0)
    x = rng.normal(0.1, 0.01, (20, 400))
    args = x, np.full(20, 0.1), np.full(20, 0.01)
    made = PROBLEMS["gaussian_log_likelihood"]
    assert np.isinf(made.algorithms["naive"](*args)).all()
    exact = study.exact(made, *args)
    assert np.all(np.exp(exact.to_float() / 400) > 1)
    assert study.ulp_error(made.algorithms["compensated"](*args), exact).max() < 1.5
    assert study.ulp_error(made.algorithms["faithful"](*args), exact).max() <= 0.5 + 1e-6


def test_equal_components_share_exactly():
    """All |z| are one number, whose exponential cancels: the shares are rational, and may be numbers of the format."""
    x, weights, means, sigmas = 1.0, [0.5, 0.25, 0.25], [0.0, 2.0, 0.0], [2.0, 2.0, 2.0]
    shares = study.reference("gaussian_responsibilities", x, weights, means, sigmas, prec=300)
    assert [float(s) for s in shares] == weights
    assert study.kernels.gaussian_responsibilities(x, weights, means, sigmas).tolist() == weights


def test_a_loss_that_cancels_keeps_its_digits():
    """σ = 1/√2π but for its rounding: the density is 1 at the mean."""
    sigma = 1 / math.sqrt(2 * math.pi)
    value = study.kernels.gaussian_nll(0.0, 0.0, sigma)
    assert 0 < abs(value) < 1e-15
    assert study.ulp_error(value, study.reference("gaussian_nll", 0.0, 0.0, sigma)) <= 0.5 + 1e-6


def test_a_clamped_variance_is_another_loss():
    made, args = PROBLEMS["gaussian_nll"], tuple(np.array([v]) for v in (1e-5, 0.0, 1e-5))
    assert study.ulp_error(made.algorithms["sum_of_logs"](*args), study.exact(made, *args)).max() < 4
    assert abs(made.algorithms["clamped_variance"](*args)[0] - made.algorithms["sum_of_logs"](*args)[0]) > 4


def test_far_away_responsibilities_are_those_of_the_nearest():
    x, weights, means, sigmas = np.array([1e200]), np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]]), np.ones((1, 2))
    made = PROBLEMS["gaussian_responsibilities"]
    assert np.isnan(made.algorithms["naive"](x, weights, means, sigmas)).all()
    assert study.kernels.gaussian_responsibilities(x, weights, means, sigmas).tolist() == [[0, 1]]
    apart = np.array([[0.0, 1e-150]])
    near = study.kernels.gaussian_responsibilities([1e150], weights, apart, sigmas)
    assert 0.2 < near[0, 0] < 0.3
    assert study.ulp_error(near, study.reference(made, np.array([1e150]), weights, apart, sigmas)).max() < 1


@pytest.mark.parametrize("form", [np.float32, np.float64])
def test_near_ties_far_away_are_told_apart(form):
    """Squares of z that differ by little: x and 1/x apart, where their own rounding would hide the difference."""
    top = 18 if form is np.float32 else 150
    x = form(10.0) ** np.linspace(2, top, 25).astype(form)
    weights = np.full((25, 3), 0.25, form)
    means = np.stack([0 * x, 1 / x, -2 / x], axis=-1).astype(form)
    args = x, weights, means, np.ones((25, 3), form)
    shares = study.kernels.gaussian_responsibilities(*args)
    assert np.all((shares[:, 0] > 0.1) & (shares[:, 1] > shares[:, 0]))
    assert study.ulp_error(shares, study.reference("gaussian_responsibilities", *args)).max() <= 0.5 + 1e-6


def test_the_density_of_a_mixture_near_1_keeps_the_digits_of_its_log():
    sigma = np.full((4, 2), 1 / math.sqrt(2 * math.pi))
    means = np.array([[0.0, 0.0], [0.0, 1e-9], [1e-5, -1e-5], [0.0, 1e-8]])
    args = np.zeros(4), np.full((4, 2), 0.5), means, sigma
    value = study.kernels.gaussian_mixture_nll(*args)
    assert np.all(np.abs(value) < 1e-8)
    assert study.ulp_error(value, study.reference("gaussian_mixture_nll", *args)).max() <= 0.5 + 1e-6


def test_counts_near_their_rate_keep_their_digits():
    k = np.floor(10.0 ** np.linspace(1, 300, 40))
    rate = k * (1 + 0.5 / np.sqrt(k))
    value = study.kernels.poisson_nll(k, rate)
    assert study.ulp_error(value, study.reference("poisson_nll", k, rate)).max() <= 0.5 + 1e-6


def test_equal_distances_of_other_divisions_share_by_height():
    """x/3 and 3x/9 are one number, whose squares round differently; the shares are 3/4 and 1/4."""
    x = np.floor(10.0 ** np.linspace(1, 150, 200))
    args = x, np.full((200, 2), 0.25), np.stack([0 * x, -2 * x], axis=-1), np.tile([3.0, 9.0], (200, 1))
    assert np.all(study.kernels.gaussian_responsibilities(*args) == [0.75, 0.25])


@pytest.mark.parametrize("form", ["float16", "bfloat16", "float32", "float64"])
def test_successes_near_their_mean_keep_their_digits(form):
    """Trials of every number, their successes at the mean, about it, few, all but few, or any."""
    args = trials(FORMATS[form], 300 if form == "float64" else 3000, "test")
    value = study.kernels.binomial_nll(*args)
    assert study.ulp_error(value, study.exact("binomial_nll", *args)).max() <= 0.5 + 1e-6


def test_one_trial_is_a_coin_and_a_clamped_chance_another():
    p = np.array([1e-20, 1e-3, 0.25, 1 - 2.0**-53])
    one = np.ones(4)
    made = PROBLEMS["binomial_nll"].algorithms
    for k, due in ((one, -np.log(p)), (0 * one, -np.log1p(-p))):
        assert np.allclose(study.kernels.binomial_nll(k, one, p), due, rtol=1e-15)
        assert np.allclose(made["saddle_point"](k, one, p), due, rtol=1e-15)
    assert made["clamped_logit"](one, one, p)[0] < 40 < made["logs"](one, one, p)[0]


def test_a_trillion_trials_cancel_in_factorials_and_not_in_a_saddle_point():
    n = np.full(50, 1e12)
    args = np.floor(0.3 * n + 1e5 * np.linspace(-3, 3, 50)), n, np.full(50, 0.3)
    made, exact = PROBLEMS["binomial_nll"].algorithms, study.exact("binomial_nll", *args)
    assert study.ulp_error(made["logs"](*args), exact).max() > 1e9
    assert study.ulp_error(made["saddle_point"](*args), exact).max() < 1e7
    assert study.ulp_error(made["faithful"](*args), exact).max() <= 0.5 + 1e-6


def test_the_slope_of_sigma_keeps_its_digits_where_an_observation_is_near_sigma():
    x, sigma = np.array([1 + 2.0**-40, 1.0, 3.0]), np.array([1.0, 1.0, 1 / 3])
    args, made = (x, 0 * x, sigma), PROBLEMS["gaussian_nll_sigma_gradient"]
    exact = study.exact(made, *args)
    assert study.ulp_error(made.algorithms["factored"](*args), exact).max() < 4
    assert study.ulp_error(made.algorithms["faithful"](*args), exact).max() <= 0.5 + 1e-6
    assert study.kernels.gaussian_nll_sigma_gradient(*args)[1] == 0


def test_the_slope_of_a_small_sigma_is_that_of_numbers_scaled_up():
    """Where σ − d is subnormal, quotients have no second word."""
    rng = np.random.default_rng(1)
    sigma = 2.0 ** rng.uniform(-960, -900, 200)
    args = sigma, 5e-324 * rng.integers(1, 100, 200), sigma
    value = study.kernels.gaussian_nll_sigma_gradient(*args)
    assert study.ulp_error(value, study.exact("gaussian_nll_sigma_gradient", *args)).max() <= 0.5 + 1e-6


def test_the_slope_of_a_rate_near_its_count_and_of_a_small_one():
    k, rate = np.array([1e15, 3.0, 1.0]), np.array([1e15 + 1, 3.0, 1e-10])
    made = PROBLEMS["poisson_nll_gradient"].algorithms
    assert study.kernels.poisson_nll_gradient(k, rate).tolist() == made["difference"](k, rate).tolist()
    assert made["offset"](k, rate)[2] == pytest.approx(1 - 1 / 1.01e-8)
