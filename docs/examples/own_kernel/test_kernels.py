"""Budgets for the kernels: a CI run fails the day one of them gets worse."""

import pytest
from kernels import careful_log_softmax, log_softmax


@pytest.mark.parametrize("form", ["float32", "float64"])
def test_the_textbook_kernel_is_accurate_beside_its_largest_component(precision, form):
    precision(log_softmax, problem="log_softmax", format=form, max_normwise=4)


@pytest.mark.parametrize("form", ["float32", "float64"])
@pytest.mark.parametrize("inputs", ["ordinary", "long", "one dominates", "two classes", "normalised", "ties"])
def test_the_careful_kernel_is_accurate_in_every_component(precision, form, inputs):
    precision(careful_log_softmax, problem="log_softmax", format=form, inputs=inputs, max_ulp=32)
