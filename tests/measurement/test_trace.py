import mpmath
import numpy as np
import pytest

from study.measurement.trace import trace
from study.problems import PROBLEMS
from study.problems.reference import reference

CASES = [(p, a) for p in PROBLEMS.values() for a in p.algorithms.values()]
SHOWN = ("likelihood", "log_likelihood", "logsumexp", "softmax", "log_softmax", "nll")
UNSEEN = ("wide", "scaled", "faithful")  # casts between dtypes and frexp are the array library's own
TRACED = [(p, a) for p, a in CASES if p.name in SHOWN and a.name not in UNSEEN]


def arguments(problem, dtype):
    x = np.array([0.25, 0.875, 0.7] if problem.domain == "probability" else [1.0, -3.5, 2.25]).astype(dtype)
    return (x, np.array(1)) if problem.name == "nll" else (x,)


@pytest.mark.parametrize(("problem", "algorithm"), TRACED, ids=lambda v: v.name)
@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_the_last_step_is_the_result_and_is_exactly_the_reference(problem, algorithm, dtype):
    args = arguments(problem, dtype)
    last = trace(algorithm, *args)[-1]
    sign = -1 if problem.name == "nll" else 1
    result = sign * np.asarray(algorithm(*args))
    pick = (Ellipsis, args[1]) if problem.name == "nll" else (Ellipsis, -1) if result.ndim == 0 else Ellipsis
    computed, exact = (side[pick] if side.ndim > result.ndim else side for side in (last.computed, last.exact))
    assert np.array_equal(computed, result)
    with mpmath.workprec(300):
        for ours, theirs in zip(np.ravel(exact), np.ravel(reference(problem, *args)), strict=True):
            assert abs(sign * ours / theirs - 1) < 2.0**-100


def test_an_overflow_shows_where_it_happens():
    steps = trace(PROBLEMS["logsumexp"].algorithms["naive"], np.array([12.0, 1.0], np.float16))
    assert [step.operation for step in steps] == ["exp", "sum", "log"]
    assert np.isinf(steps[0].computed[0])
    assert mpmath.nstr(steps[-1].exact[()], 10) == "12.0000167"
    assert steps[-1].max_ulp > 1000


def test_a_formula_that_leaves_the_array_api_is_refused():
    with pytest.raises(TypeError, match="log_likelihood wide cannot be traced"):
        trace(PROBLEMS["log_likelihood"].algorithms["wide"], np.array([0.5], np.float16))
