import dataclasses
import sys

import mpmath
import numpy as np
import pytest

from study import run
from study.experiment import Sweep
from study.inputs import scaled_normal
from study.problems import PROBLEMS
from study.reference import exact
from study.reference.crosscheck import DisagreementError, agrees, crosscheck

X = np.array([[0.5, -3.0, 2.0], [1.0, 1.0, 1.0]])


def nudged(held, bits):
    return dataclasses.replace(held, lo=held.lo + held.hi * 2.0**-bits)


@pytest.mark.parametrize("problem", ["likelihood", "log_likelihood", "logsumexp", "softmax", "log_softmax"])
def test_the_engine_agrees_with_mpmath(problem):
    x = np.abs(X) / 4
    crosscheck(PROBLEMS[problem], [x], exact(problem, x), [0, 1])


def test_a_value_beyond_its_claim_is_seen_and_named_in_hex():
    held = exact("softmax", X)
    crosscheck(PROBLEMS["softmax"], [X], nudged(held, 130), [0, 1])
    with pytest.raises(DisagreementError, match=r"softmax: .* is held, .* is exact, of 0x1.0000000000000p-1 -0x1.8"):
        crosscheck(PROBLEMS["softmax"], [X], nudged(held, 80), [0])


def test_special_values_must_be_the_same():
    inf, nan = mpmath.mpf("inf"), mpmath.mpf("nan")
    assert agrees(inf, inf, 0.0)
    assert agrees(nan, nan, 0.0)
    assert not agrees(inf, -inf, 0.0)
    assert not agrees(mpmath.mpf(1), nan, np.inf)
    assert not agrees(mpmath.mpf(1), mpmath.mpf(0), np.inf)


def test_a_wrong_engine_stops_the_run(monkeypatch):
    right = exact

    def wrong(problem, *args):
        return nudged(right(problem, *args), 70)

    monkeypatch.setattr(sys.modules["study.reference"], "exact", wrong)
    sweep = Sweep("top", [3.0], [scaled_normal(5)], {"softmax": None}, formats=["float32"], rows=lambda _: 4)
    with pytest.raises(DisagreementError, match=r"of -?0x"):
        run.measure_unit("test", sweep, 0)
