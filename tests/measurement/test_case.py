"""One algorithm on one stack of inputs: hand-computed statistics."""

import math

import numpy as np
import pytest

from study.certified.errors import Outcome
from study.certified.exact import Exact
from study.measurement.case import Case, quantiles
from study.measurement.written import decimal, written
from study.problems import PROBLEMS, Algorithm

LOGSUMEXP = PROBLEMS["logsumexp"]


def algorithm(function, bound=None, problem=LOGSUMEXP):
    return Algorithm(problem.name, "test", function, problem.signature, bound)


def row(function, x, bound=None, problem=LOGSUMEXP):
    return Case(problem, (np.asarray(x),)).measure(algorithm(function, bound, problem))


def first(x):
    """Of one number, its logsumexp."""
    return x[..., 0]


SINGLES = np.array([[1.0], [2.0], [-4.0], [0.5]], np.float32)


def test_nothing_wrong_is_all_zeros():
    out = row(first, SINGLES)
    assert out["count"] == out["normal"] == 4
    assert [out[key] for key in ("max_ulp", "median_ulp", "p99_ulp", "max_relative", "max_u", "max_scaled")] == [0] * 6
    assert (out["median_cond"], out["max_cond"]) == (1, 1)


def test_the_errors_are_those_of_the_worst_row():
    out = row(lambda x: np.where(x == 2, x + np.float32(2.0**-20), x)[..., 0], SINGLES)
    assert out["max_ulp"] == 2.0**-20 / 2.0**-22
    assert out["median_ulp"] == 0
    assert out["p99_ulp"] == out["max_ulp"]
    assert out["max_relative"] == 2.0**-21
    assert out["max_u"] == 2.0**-21 / 2.0**-24
    assert out["max_scaled"] == out["max_u"] / 2
    assert (out["worst_row"], out["worst_input"]) == (1, "0x1.0000000000000p+1")
    assert float(out["worst_reference"]) == 2
    assert float(out["worst_computed"]) == 2 + 2.0**-20


def test_a_number_where_an_infinity_is_due_is_infinitely_wrong_in_every_measure():
    out = row(lambda x: np.ones(len(x)), [[math.inf], [1.0]])
    assert [out[key] for key in ("max_ulp", "max_relative", "max_u", "max_scaled")] == [math.inf] * 4
    assert (out["missed"], out["normal"]) == (1, 1)


def test_every_value_has_one_outcome():
    x = np.array([[1.0], [1.0], [1.0], [2.0**-1060], [math.inf], [0.0], [1e-300]])
    made = np.array([1.0, math.inf, math.nan, 2.0**-1060, 5.0, 0.0, 0.0])
    out = row(lambda _x: made, x)
    assert {outcome.name: out[outcome.name.lower()] for outcome in Outcome} == dict.fromkeys(
        ("NORMAL", "SUBNORMAL", "OVERFLOW", "UNDERFLOW", "NAN", "LIMIT", "MISSED"), 1
    )
    assert out["count"] == 7


def test_a_bound_is_used_in_full_by_an_error_of_its_size_and_not_beyond_its_domain():
    def bound(form, args, reference):
        return np.where(args[0][..., 0] == 1, form.u, np.inf)

    half = row(lambda x: (x * (1 + 2.0**-54))[..., 0], [[1.0], [2.0]], bound)
    assert (half["bound_u"], half["bound_used"], half["bounded"]) == (1, 0, 1)
    twice = row(lambda x: (x * (1 + 2.0**-52))[..., 0], [[1.0], [2.0]], bound)
    assert (twice["bound_u"], twice["bound_used"], twice["bounded"]) == (1, 2, 1)
    none = row(first, [[2.0]], bound)
    assert (none["bound_u"], none["bounded"]) == (math.inf, 0)
    assert math.isnan(none["bound_used"])


def test_no_bound_is_no_number():
    out = row(first, SINGLES)
    assert math.isnan(out["bound_u"])
    assert out["bounded"] == 0


def test_the_worst_component_of_a_vector_names_its_row():
    softmax = PROBLEMS["softmax"]

    def wrong(x):
        out = softmax.algorithms["shifted"](x)
        out[2, 1] = 0.75
        return out

    out = row(wrong, np.zeros((4, 3)), problem=softmax)
    assert out["worst_row"] == 2
    assert out["worst_computed"] == "0.75"


def test_no_values_have_statistics_too():
    out = row(first, np.zeros((0, 1)))
    assert (out["count"], out["max_ulp"], out["worst_input"]) == (0, 0, "")


def test_an_input_is_written_so_that_it_can_be_replayed():
    x = np.array([[0.1, 0.2], [0.3, -np.inf]])
    text = written(PROBLEMS["nll"], (x, np.array([1, 0])), 1)
    numbers, index = text.split("; ")
    assert [float.fromhex(n) for n in numbers.split()] == [0.3, -np.inf]
    assert index == "0"
    assert written(LOGSUMEXP, (np.ones((1, 9)),), 0).endswith("… 9 numbers")


@pytest.mark.parametrize(
    ("values", "q", "due"),
    [
        ([3.0, 1.0, 2.0], 0.5, 2),
        ([1.0, 2.0, 3.0, 4.0], 0.5, 2),
        ([1.0, math.inf], 0.5, 1),
        ([1.0, math.inf, math.inf], 0.5, math.inf),
        ([math.inf] * 3, 0.99, math.inf),
        ([0.0] * 99 + [1.0], 0.99, 0),
        ([0.0] * 98 + [1.0, 2.0], 0.99, 1),
        ([], 0.5, 0),
    ],
)
def test_a_quantile_is_one_of_the_values(values, q, due):
    assert quantiles(np.array(values), (q,)) == [due]


@pytest.mark.parametrize(
    ("value", "due"),
    [
        (107.737003326416015625, "107.73700332641601563"),
        (-107.737003326416015625, "-107.73700332641601563"),
        (0.0, "0.0"),
        (math.inf, "+inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (2.0**-1000, "9.3326361850321887899e-302"),
    ],
)
def test_a_half_is_written_the_same_by_every_version_of_mpmath(value, due):
    assert decimal(Exact.from_float(value)) == due
