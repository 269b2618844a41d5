import mpmath
import numpy as np
import pytest

from study.measurement.exactly import added
from study.measurement.steps import Step, losing, lost_bits, telling, used
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
    pick = (Ellipsis, -1) if result.ndim == 0 else Ellipsis
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


def test_of_a_running_sum_the_whole_is_off_not_a_part():
    computed, exact = np.array([1.0, 3.0, 6.0]), np.array([mpmath.mpf(2), mpmath.mpf(3), mpmath.mpf(6)], dtype=object)
    assert Step("sum", computed, exact).max_ulp == 0
    assert Step("add", computed, exact).max_ulp > 0


@pytest.mark.parametrize("algorithm", ["naive", "shifted", "log1p", "one_pass", "compensated"])
def test_an_instance_is_traced_in_its_stack(algorithm):
    x = np.random.default_rng(0).standard_normal((40, 40)).astype(np.float16)
    chosen = PROBLEMS["logsumexp"].algorithms[algorithm]
    last = trace(chosen, x, row=7)[-1]
    assert last.computed.tolist() == chosen(x)[7:8].tolist()
    with mpmath.workprec(300):
        (due,) = reference(PROBLEMS["logsumexp"], x[7:8])
        assert abs(last.exact[0] / due - 1) < 2.0**-100


def test_the_losing_step_is_followed_back_from_the_result():
    def step(error, *operands):
        return Step("", np.array([1 + error * 2.0**-52]), np.array([mpmath.mpf(1)], dtype=object), frozenset(operands))

    steps = [step(0), step(1000), step(2, 0), step(64, 2), step(70, 3)]
    assert used(steps) == [0, 2, 3, 4]
    assert losing(steps) == 3
    assert telling(steps, used(steps)) == {3}
    assert lost_bits(steps, 3) == 5
    assert losing([step(0), step(3, 0)]) is None
    assert losing([]) is None


def test_exact_sums_that_are_no_numbers_stay_so_and_what_cancels_is_zero():
    one = np.array(mpmath.mpf(1), dtype=object)
    with mpmath.workprec(300):
        assert mpmath.isnan(added(np.array(mpmath.inf, dtype=object), np.array(-mpmath.inf, dtype=object)))
        assert added(one, np.array(mpmath.mpf(2) ** -280 - 1, dtype=object)) == 0
        assert added(one, np.array(mpmath.mpf(2) ** -200 - 1, dtype=object)) == mpmath.mpf(2) ** -200
