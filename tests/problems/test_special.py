import numpy as np
import pytest

from study.formats import FORMATS
from study.problems import PROBLEMS
from study.problems.reference import reference

PROMISES = [
    (name, algorithm.name)
    for name, problem in PROBLEMS.items()
    for algorithm in problem.algorithms.values()
    if algorithm.keeps
]


def arguments(problem, given, form):
    return [
        np.array(value, np.int64) if kind.integer else np.array(value, np.float64).astype(form.dtype)
        for value, kind in zip(given, problem.signature.arguments, strict=True)
    ]


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_has_special_values_and_faithful_keeps_them(name):
    assert PROBLEMS[name].special
    assert (name, "faithful") in PROMISES


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_table_is_what_the_definition_says(name):
    problem = PROBLEMS[name]
    for given, expected in PROBLEMS[name].special:
        result = reference(problem, *arguments(problem, given, FORMATS["float64"]))
        assert np.array_equal(np.asarray(result, np.float64), np.asarray(expected, np.float64), equal_nan=True), given


@pytest.mark.parametrize(("name", "algorithm"), PROMISES)
@pytest.mark.parametrize("form", [f for f in FORMATS.values() if f.has_infinity], ids=lambda f: f.name)
def test_an_algorithm_keeps_the_special_values_that_it_promises(name, algorithm, form):
    problem = PROBLEMS[name]
    if form.name not in problem.algorithms[algorithm].formats:
        pytest.skip("not for this format")
    for given, expected in PROBLEMS[name].special:
        result = problem.algorithms[algorithm](*arguments(problem, given, form))
        with np.errstate(invalid="ignore"):
            value = np.asarray(result).astype(np.float64)
        assert np.array_equal(value, np.asarray(expected, np.float64), equal_nan=True), (given, result)
