"""Subtly wrong kernels are refused, and good ones accepted, under the budget of README."""

import importlib.util
import sys
from pathlib import Path

import pytest

import study

HERE = Path(__file__).parent
FORMATS = ("float16", "bfloat16", "float32", "float64")
BUDGET = {"max_scaled": 20}


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GOOD = load("good").KERNELS
WRONG = load("wrong").KERNELS


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", GOOD)
def test_a_good_kernel_is_accepted(name, form):
    problem, function = GOOD[name]
    study.assert_accurate(function, problem, form, **BUDGET)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_kernel_is_refused(name):
    problem, form, function = WRONG[name]
    with pytest.raises(AssertionError, match=name):
        study.assert_accurate(function, problem, form, timeout=1, **BUDGET)


def test_there_are_enough_of_them():
    assert len(WRONG) >= 60
    assert len({problem for problem, _, _ in WRONG.values()}) >= 10
    assert len(GOOD) >= 20
