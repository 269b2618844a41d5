"""``study.reference``: the policy of special values, shapes, and what it says of bad input."""

import math

import numpy as np
import pytest

from study.certified.certify import UncertifiedError
from study.formats import FORMATS
from study.problems.reference import exact, reference

INF, NAN = math.inf, math.nan


def values(problem, *args):
    """The results as floats."""
    return np.asarray(reference(problem, *args), dtype=object).astype(float).tolist()


@pytest.mark.parametrize(
    ("problem", "x", "due"),
    [
        ("likelihood", [0.0, 0.5], 0),
        ("likelihood", [0.0, INF], NAN),
        ("likelihood", [INF, 0.5], INF),
        ("likelihood", [0.5, NAN], NAN),
        ("likelihood", [0.0, NAN], NAN),
        ("likelihood", [-0.5, 0.5], -0.25),
        ("log_likelihood", [0.0, 0.5], -INF),
        ("log_likelihood", [-0.0, 0.5], -INF),
        ("log_likelihood", [0.0, INF], NAN),
        ("log_likelihood", [INF, 0.5], INF),
        ("log_likelihood", [-0.5, 0.5], NAN),
        ("log_likelihood", [0.5, NAN], NAN),
        ("log_likelihood", [0.5, 2.0], 0),
        ("log_likelihood", [1.0, 1.0], 0),
        ("logsumexp", [-INF, -INF], -INF),
        ("logsumexp", [INF, -INF], INF),
        ("logsumexp", [INF, INF], INF),
        ("logsumexp", [INF, NAN], NAN),
        ("logsumexp", [-INF, 2.0], 2),
        ("logsumexp", [0.0], 0),
        ("softmax", [-INF, -INF], [NAN, NAN]),
        ("softmax", [INF, 1.0, -INF], [NAN, 0, 0]),
        ("softmax", [1.0, NAN], [NAN, NAN]),
        ("softmax", [-INF, 2.0], [0, 1]),
        ("log_softmax", [-INF, -INF], [NAN, NAN]),
        ("log_softmax", [INF, 1.0, -INF], [NAN, -INF, -INF]),
        ("log_softmax", [1.0, NAN], [NAN, NAN]),
        ("log_softmax", [-INF, 2.0], [-INF, 0]),
        ("log_softmax", [7.0], [0]),
    ],
)
def test_special_values_are_those_of_the_extended_reals(problem, x, due):
    assert np.array_equal(values(problem, np.array(x)), due, equal_nan=True)


@pytest.mark.parametrize(("x", "target", "due"), [([-INF, 2.0], 0, INF), ([-INF, 2.0], 1, 0), ([NAN, 1.0], 1, NAN)])
def test_the_loss_is_minus_the_log_softmax_of_the_target(x, target, due):
    assert np.array_equal(values("nll", np.array(x), target), due, equal_nan=True)


@pytest.mark.parametrize("form", FORMATS)
def test_numbers_of_every_format_are_taken_as_exact(form):
    x = FORMATS[form].round([0.1, 0.7, -0.3])
    assert values("logsumexp", x) == values("logsumexp", x.astype(np.float64))


def test_the_result_has_the_shape_of_the_signature():
    x = np.zeros((2, 3, 4))
    assert reference("softmax", x).shape == (2, 3, 4)
    assert reference("logsumexp", x).shape == (2, 3)
    assert reference("nll", x, np.zeros((5, 1, 1), int)).shape == (5, 2, 3)
    assert reference("softmax", np.zeros((0, 4))).shape == (0, 4)
    assert reference("softmax", np.zeros((4, 0))).shape == (4, 0)
    assert reference("logsumexp", np.zeros(4)).shape == ()
    assert reference("logsumexp", x).dtype == object
    assert exact("softmax", x).shape == (2, 3, 4)


def test_the_memory_layout_changes_nothing():
    x = np.random.default_rng(1).normal(size=(3, 4))
    assert (reference("softmax", x) == reference("softmax", np.asfortranarray(x))).all()


def test_lists_are_binary64():
    assert reference("logsumexp", [1.0, 2.0])[()] == reference("logsumexp", np.array([1.0, 2.0]))[()]


@pytest.mark.parametrize("call", [reference, exact])
@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (
            ("logsumexp", [1, 2]),
            TypeError,
            "^logsumexp: dtype int64 is not a floating-point format; use one of: float16",
        ),
        (("logsumexp", [True]), TypeError, "^logsumexp: dtype bool is not a floating-point format"),
        (("logsumexp", ["1.0"]), TypeError, "^logsumexp: dtype <U3 is not a floating-point format"),
        (("logsumexp", np.ones(2, np.longdouble)), TypeError, "is not a floating-point format"),
        (("logsumexp", 1.0), ValueError, "^logsumexp: argument 0 must be a vector or a stack of vectors, got a number"),
        (("logsumexp",), ValueError, "^logsumexp: takes 1 arguments, got 0"),
        (("nll", [1.0, 2.0]), ValueError, "^nll: takes 2 arguments, got 1"),
        (("softmaxx", [1.0]), ValueError, "^no problem named 'softmaxx'; did you mean: softmax"),
        ((None, [1.0]), TypeError, "^a problem or its name is due, not NoneType"),
    ],
)
def test_bad_input_is_refused_with_a_reason_of_one_line(call, args, error, message):
    with pytest.raises(error, match=message) as caught:
        call(*args)
    assert "\n" not in str(caught.value)


def test_the_precision_is_a_positive_integer_within_reach():
    with pytest.raises(ValueError, match="prec must be at least 1 bit, got 0"):
        reference("logsumexp", [1.0], prec=0)
    with pytest.raises(TypeError, match="integer"):
        reference("logsumexp", [1.0], prec=53.5)
    with pytest.raises(UncertifiedError, match="not certified to 10000000 bits"):
        reference("logsumexp", [1.0, 2.0], prec=10**7)
