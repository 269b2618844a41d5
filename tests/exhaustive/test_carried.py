"""16-bit numbers carried in binary32: every formula's values are those that NumPy computes in the format."""

from itertools import product

import numpy as np
import pytest

from study.exhaustive import carried
from study.exhaustive.evaluate import OtherArithmeticError
from study.exhaustive.functions import is_formula, problem_named
from study.exhaustive.measure import measure
from study.exhaustive.rounding import round_all
from study.exhaustive.specification import Specification
from study.formats import get_format

ONE_NUMBER = ("sigmoid", "log_sigmoid", "softplus", "log1mexp", "log_ndtr", "lgamma")
TWO_NUMBERS = ("logaddexp", "binary_cross_entropy_with_logits", "poisson_nll", "poisson_nll_gradient")
VECTORS = ("softmax", "log_softmax", "logsumexp")
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 1e-7, -1e-7, 11.0, -17.0, 0.5)


def pairs(form):
    dtype = get_format(form).dtype
    every = np.random.default_rng(3).integers(0, 2**16, (2, 2000)).astype(np.uint16).view(dtype)
    return np.concatenate([every, np.array(list(product(SPECIAL, repeat=2))).T.astype(dtype)], axis=1)


@pytest.mark.parametrize("form", ["float16", "bfloat16"])
def test_every_formula_is_as_in_numpy(form):
    x = pairs(form)
    numbers = carried.Carried(form, x.astype(np.float32))
    calls = [(name, [x[0]], [numbers[0]]) for name in ONE_NUMBER]
    calls += [(name, list(x), [numbers[0], numbers[1]]) for name in TWO_NUMBERS]
    calls += [(name, [x.T], [carried.Carried(form, numbers.wide.T)]) for name in VECTORS]
    for problem, native, wide in calls:
        for name, algorithm in problem_named(problem).algorithms.items():
            if is_formula(problem, name):
                with np.errstate(all="ignore"):
                    computed = algorithm.function(*wide).wide
                np.testing.assert_array_equal(computed, algorithm(*native).astype(np.float32), err_msg=problem + name)


@pytest.mark.parametrize("form", ["float16", "bfloat16"])
def test_rounding_is_the_formats(form):
    kind = get_format(form)
    x = np.random.default_rng(4).integers(0, 2**32, 20_000, dtype=np.uint32).view(np.float32)
    x = np.append(x[~np.isnan(x)], np.float32(np.nan))
    ties = np.arange(2**16, dtype=np.uint16).view(kind.dtype).astype(np.float32)
    ties = ties[np.isfinite(ties)] * np.float32(1 + kind.u)
    for values in (x, ties):
        rounded = values.copy()
        round_all(rounded, kind.p, kind.emin, kind.emax)
        np.testing.assert_array_equal(rounded, kind.round(values.astype(np.float64)).astype(np.float32))


def test_another_result_than_numpys_ends_the_sweep(monkeypatch):
    monkeypatch.setattr(carried, "_table", lambda *_: np.zeros(2**16, dtype=np.float32))
    with pytest.raises(OtherArithmeticError, match="not what NumPy computes in float16"):
        measure(Specification("logaddexp", "float16", ("log1p",), stop=4096))
