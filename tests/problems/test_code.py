"""The NumPy that the report shows to be copied: it runs, and is right on ordinary inputs."""

import ast

import numpy as np
import pytest

import study
from study.problems import PROBLEMS
from study.problems.kernels import arguments


def run(problem, *args):
    """The value of the last line, the arguments named as the kernel names them."""
    tree = ast.parse(problem.code.strip())
    *before, last = tree.body
    names = {"np": np} | dict(zip(arguments(problem), args, strict=True))
    exec(compile(ast.Module(before, []), problem.name, "exec"), names)  # noqa: S102 - our own code
    return eval(compile(ast.Expression(last.value), problem.name, "eval"), names)  # noqa: S307 - as above


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
def test_the_code_is_right_on_ordinary_inputs(problem):
    args = study.battery(problem, "float64")["ordinary"]
    result = run(problem, *args)
    exact = study.exact(problem, *args)
    assert np.shape(result) == exact.shape
    assert study.ulp_error(result, exact).max() < 1e4


def test_code_that_is_wrong_is_found_out():
    wrong = PROBLEMS["softmax"].code.replace("max", "min")
    assert wrong != PROBLEMS["softmax"].code
    (x,) = study.battery("softmax", "float64")["ordinary"]
    e = np.exp(x)
    assert study.ulp_error(e / e.max(-1, keepdims=True), study.exact("softmax", x)).max() > 1e4
