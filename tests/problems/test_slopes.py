"""Bounds of quotients of sums: arguments that broadcast."""

import numpy as np
import pytest

import study
from study.formats import FORMATS
from study.problems import PROBLEMS

BOUNDED = [
    algorithm
    for name in ("gaussian_nll_sigma_gradient", "poisson_nll_gradient", "poisson_nll", "binomial_nll", "gaussian_nll")
    for algorithm in PROBLEMS[name].algorithms.values()
    if algorithm.bound
]


@pytest.mark.parametrize("algorithm", BOUNDED, ids=lambda a: f"{a.problem} {a.name}")
def test_a_bound_of_one_number_beside_many_is_that_of_as_many(algorithm):
    first, *others = study.battery(algorithm.problem, "float64")["ordinary"]
    few = [first, *(a[:1] for a in others)]
    many = [first, *(np.full(len(first), a[0]) for a in others)]
    exact = study.exact(algorithm.problem, *many)
    one, each = (algorithm.bound(FORMATS["float64"], args, exact) for args in (few, many))
    np.testing.assert_array_equal(np.broadcast_to(one, len(first)), each)
