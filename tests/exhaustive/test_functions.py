"""What a sweep measures: our formulas, and every function that an installed backend declares for the problem."""

import numpy as np
import pytest

from study.exhaustive.functions import is_formula, problem_named
from study.formats import get_format
from study.libraries.backends import BACKENDS
from study.problems import get_problem

SWEPT = ("sigmoid", "log_sigmoid", "softplus", "logaddexp", "logsumexp", "softmax", "log_softmax")


@pytest.mark.parametrize("problem", SWEPT)
def test_functions_of_installed_backends_and_no_others(problem):
    declared = {f.name for b in BACKENDS.values() if b.installed for f in b.functions if f.problem == problem}
    there = [pair for backend in BACKENDS.values() if backend.installed for pair in backend.swept]
    others = {name for of, name in there if of == problem}
    algorithms = problem_named(problem).algorithms
    assert set(algorithms) == set(get_problem(problem).algorithms) | declared | others
    assert not any(is_formula(problem, name) for name in declared | others | {"faithful"})


@pytest.mark.parametrize("form", ["float16", "bfloat16", "float32"])
def test_a_function_gives_the_format_back(form):
    x = np.array([[0.5, 2.0]]).astype(get_format(form).dtype)
    for name in ("scipy.special.softmax", "sklearn.utils.extmath.softmax"):
        out = problem_named("softmax").algorithms[name](x)
        assert out.dtype == x.dtype
        assert np.allclose(out.astype(float), [[0.182, 0.818]], atol=0.01)
