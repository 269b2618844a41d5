"""A-priori bounds hold on random and hard inputs: an error beyond its bound is a bug in one of the two."""

import math
from fractions import Fraction

import numpy as np
import pytest

from study.formats import FORMATS
from study.inputs.families import generator, rounded
from study.measurement.case import Case
from study.problems import PROBLEMS, Algorithm
from study.problems.bounds import logsumexp, model
from study.problems.reference import exact

BOUNDED = [
    (p, form)
    for p in ("likelihood", "log_likelihood", "logsumexp", "softmax", "log_softmax", "nll")
    for form in FORMATS
    if FORMATS[form].computes
]


def vectors(problem, form, rng, n):
    """Stacks of vectors, the hard ones among them: near zeros, near overflow, wide, equal."""
    rows = 6
    if problem.domain == "probability":
        return np.concatenate([rng.uniform(low, 1, (rows, n)) for low in (0.01, 0.5, 0.99)])
    z = rng.standard_normal((rows, n))
    top = math.log(form.xmax)
    near_zero = np.log(rng.dirichlet(np.ones(n), rows).clip(1e-12))
    flat = np.repeat(z[:, :1], n, axis=1)
    return np.concatenate([z / 100, z, 10 * z, 100 * z, z + 50, z - 8, near_zero, flat, top - np.abs(z), -top + z])


@pytest.mark.parametrize(("problem", "form"), BOUNDED)
@pytest.mark.parametrize("n", [1, 2, 5, 40])
def test_no_error_exceeds_its_bound(problem, form, n):
    problem, form = PROBLEMS[problem], FORMATS[form]
    rng = generator("bounds", problem.name, n)
    x = vectors(problem, form, rng, n)
    args = rounded(form, (x, rng.integers(n, size=len(x)))[: len(problem.signature.arguments)])
    case = Case(problem, args)
    for each in problem.algorithms.values():
        if each.bound is not None and form.name in each.formats:
            out = case.measure(each)
            assert not out["bounded"] or out["bound_used"] <= 1, (each.name, out["worst_input"])


@pytest.mark.parametrize("problem", ["likelihood", "log_likelihood", "logsumexp", "softmax", "log_softmax", "nll"])
def test_bounds_say_something_of_ordinary_inputs(problem):
    problem, rng = PROBLEMS[problem], generator("ordinary")
    x = rng.uniform(0.5, 1, (20, 5))
    args = (x, rng.integers(5, size=20))[: len(problem.signature.arguments)]
    case = Case(problem, args)
    for each in problem.algorithms.values():
        if each.bound is not None and "float64" in each.formats:
            out = case.measure(each)
            assert out["bounded"] == out["count"], each.name
            assert out["bound_u"] < 1000, each.name


def test_a_kernel_that_loses_a_bit_exceeds_its_bound():
    problem = PROBLEMS["likelihood"]
    form = FORMATS["float32"]
    naive = problem.algorithms["naive"]
    careless = Algorithm(
        "likelihood",
        "careless",
        lambda p: naive.function(p) * (1 + 8 * p.dtype.type(form.eps)),
        problem.signature,
        naive.bound,
    )
    (p,) = rounded(form, (generator("bit").uniform(0.5, 1, (50, 5)),))
    case = Case(problem, (p,))
    assert case.measure(naive)["bound_used"] <= 1
    assert case.measure(careless)["bound_used"] > 1


@pytest.mark.parametrize("c", [0, 1, 3, 1000])
def test_strict_covers_every_power_of_the_first_order(c):
    """(1 + u)**c - 1 and 1 / (1 - u)**c - 1 are within it."""
    for form in FORMATS.values():
        bound, u = float(model.strict(c, form.u)), Fraction(form.u)
        if math.isfinite(bound):
            assert (1 + u) ** c - 1 <= Fraction(bound) * (1 + Fraction(2) ** -50)
            assert 1 / (1 - u) ** c - 1 <= Fraction(bound) * (1 + Fraction(2) ** -50)


def test_the_printed_bound_fails_on_large_equal_numbers_and_the_corrected_one_does_not():
    """float16 [1000, 1000]: the rounding of the final addition is left out in print."""
    problem, form = PROBLEMS["logsumexp"], FORMATS["float16"]
    x = np.array([[1000.0, 1000.0]], np.float16)
    case = Case(problem, (x,))
    out = case.measure(problem.algorithms["shifted"])
    printed = float(logsumexp.logsumexp_shifted_printed(form, (x.astype(float),), case.reference)[0]) / form.u
    assert printed < 0.003
    assert 0.39 < out["max_u"] < 0.4
    assert out["bound_used"] <= 1


@pytest.mark.parametrize(
    ("x", "target"),
    [([9039123572157090.0, 9039123572157088.0], 1), ([-2370208077344103.5, -2370208077344104.5], 0)],
)
def test_the_bound_on_a_loss_beside_large_logits_is_relative_to_the_loss_itself(x, target):
    """Not to x_target - logsumexp(x) in binary64, which has few digits of it."""
    loss, args = PROBLEMS["nll"], [np.array([x]), np.array([target])]
    due = exact(loss, *args)
    (limit,) = loss.algorithms["minus_logsumexp"].bound(FORMATS["float64"], args, due)
    absolute = logsumexp.logsumexp_shifted_absolute(FORMATS["float64"], args[0], np.array([max(x)]))
    assert limit * due.to_float()[0] == pytest.approx(absolute[0], rel=1e-10)
