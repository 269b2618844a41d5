import dataclasses

import mpmath
import numpy as np
import pytest

from study.inputs.families import scaled_normal
from study.problems import PROBLEMS
from study.problems.crosscheck import SAMPLED, DisagreementError, agrees, crosscheck, holds
from study.problems.reference import exact
from study.runs import runner
from study.runs.experiment import Sweep

X = np.array([[0.5, -3.0, 2.0], [1.0, 1.0, 1.0]])


def nudged(held, bits):
    return dataclasses.replace(held, lo=held.lo + held.hi * 2.0**-bits)


@pytest.mark.parametrize("problem", ["likelihood", "log_likelihood", "logsumexp", "softmax", "log_softmax"])
def test_the_engine_agrees_with_mpmath(problem):
    x = np.abs(X) / 4
    crosscheck(PROBLEMS[problem], [x], exact(problem, x), [(0, 0), (1, 0)])


def test_a_value_beyond_its_claim_is_seen_and_named_in_hex():
    held = exact("softmax", X)
    crosscheck(PROBLEMS["softmax"], [X], nudged(held, 130), [(0, 0), (1, 0)])
    with pytest.raises(DisagreementError, match=r"softmax: .* is held, .* is exact, of 0x1.0000000000000p-1 -0x1.8"):
        crosscheck(PROBLEMS["softmax"], [X], nudged(held, 80), [(0, 0)])


def test_special_values_must_be_the_same():
    inf, nan = mpmath.mpf("inf"), mpmath.mpf("nan")
    assert agrees(inf, inf, 0.0)
    assert agrees(nan, nan, 0.0)
    assert not agrees(inf, -inf, 0.0)
    assert not agrees(mpmath.mpf(1), nan, np.inf)
    assert not agrees(mpmath.mpf(1), mpmath.mpf(0), np.inf)


@pytest.mark.parametrize("row", [0, 3])
def test_of_a_long_vector_the_reported_component_is_recomputed_and_a_sample_that_the_row_fixes(row):
    x = np.random.default_rng(1).normal(0, 3, (4, 1000))
    held = exact("softmax", x)
    wrong = set()
    for j in range(1000):
        values = dataclasses.replace(held, lo=held.lo.copy())
        values.lo[row, j] += 2.0**-80
        crosscheck(PROBLEMS["softmax"], [x], values, [(1, 5)])
        try:
            crosscheck(PROBLEMS["softmax"], [x], values, [(row, 500)])
        except DisagreementError:
            wrong.add(j)
    assert 500 in wrong
    assert SAMPLED <= len(wrong) <= SAMPLED + 1


ONE = mpmath.mpf(1)


def enclosure(low, high):
    return mpmath.mpf(low)._mpf_, mpmath.mpf(high)._mpf_


@pytest.mark.parametrize("sign", [1, -1])
def test_a_claim_is_decided_as_soon_as_the_enclosure_allows(sign):
    def verdict(held, error, low, high):
        low, high = sorted((sign * ONE * low, sign * ONE * high))
        return holds(sign * ONE * held, error, enclosure(low, high))

    assert verdict(1, 2.0**-20, 1 - 2.0**-22, 1 + 2.0**-22) is True
    assert verdict(1, 2.0**-20, 1 - 2.0**-19, 1 + 2.0**-22) is None
    assert verdict(1, 2.0**-20, 1 + 2.0**-21, 1 + 2.0**-19) is None
    assert verdict(1, 2.0**-20, 1 + 2.0**-19, 1 + 2.0**-18) is False
    assert verdict(1, 0.0, 1, 1 + 2.0**-52) is None
    assert verdict(1, 0.0, 1, 1) is True
    assert verdict(1, 0.0, 1 + 2.0**-52, 1 + 2.0**-52) is False
    assert verdict(-1, 2.0**-20, 1, 1 + 2.0**-22) is False
    assert verdict(1, 2.0**-20, 0, 1) is None
    assert verdict(1, 2.0**-20, -1, 1) is None
    assert verdict(1, 2.0**-20, 1, mpmath.inf) is None
    assert verdict(mpmath.inf, 2.0**-20, 1, 1.5) is False
    assert not verdict(mpmath.nan, np.inf, 1, 1.5)


def test_an_enclosure_of_all_bits_decides_in_the_end():
    with mpmath.workprec(300):
        held, high = ONE + mpmath.ldexp(1, -100), ONE + mpmath.ldexp(1, -112)
    assert holds(ONE, 0.0, enclosure(1, high)) is True
    assert holds(held, 0.0, enclosure(1, high)) is False


TINY = mpmath.ldexp(1, -(2**30))
GONE = mpmath.ldexp(1, -(2**60))


def test_beyond_mpfrs_range_a_value_has_to_be_there_too():
    assert holds(GONE, np.inf, enclosure(0, TINY)) is True
    assert holds(GONE, 2.0**-90, enclosure(0, TINY)) is True
    assert holds(mpmath.ldexp(1, -1000), np.inf, enclosure(0, TINY)) is False
    assert holds(mpmath.ldexp(1, -1000), 2.0**-90, enclosure(0, TINY)) is False
    assert holds(-GONE, np.inf, enclosure(0, TINY)) is False
    assert holds(-GONE, 2.0**-90, enclosure(-TINY, 0)) is True
    assert holds(mpmath.mpf(0), 2.0**-90, enclosure(-TINY, 0)) is False


@pytest.mark.parametrize("sign", [1, -1])
def test_an_infinite_claim_is_that_a_value_lies_beyond_every_format(sign):
    there = TINY**1000
    low, high = sorted((sign * there, sign * there * (1 + mpmath.ldexp(1, -40))))
    assert holds(sign * GONE, np.inf, enclosure(low, high)) is True
    assert holds(-sign * GONE, np.inf, enclosure(low, high)) is False
    assert holds(mpmath.mpf(sign), np.inf, enclosure(low, high)) is False
    assert holds(sign / GONE, np.inf, enclosure(low, high)) is False
    assert holds(sign / GONE, np.inf, enclosure(1 / high, 1 / low)) is True
    low, high = sorted((sign * ONE, sign * ONE * 1.5))
    assert holds(sign * GONE, np.inf, enclosure(low, high)) is False
    low, high = sorted((sign * there, sign * ONE))
    assert holds(sign * GONE, np.inf, enclosure(low, high)) is None


def test_below_the_range_a_finite_claim_is_held_to_its_bits():
    low, high = TINY, TINY * (1 + mpmath.ldexp(1, -40))
    assert holds(TINY * (1 + mpmath.ldexp(1, -20)), 2.0**-10, enclosure(low, high)) is True
    assert holds(TINY * (1 + mpmath.ldexp(1, -20)), 2.0**-30, enclosure(low, high)) is False
    assert holds(TINY, 2.0**-39, enclosure(low, 16 * low)) is None


@pytest.mark.parametrize("logit", [-1e9, -3e9, -1e30])
@pytest.mark.parametrize("problem", ["softmax", "nll_gradient", "sigmoid", "softplus"])
def test_what_lies_far_below_every_format_is_crosschecked(problem, logit):
    row = np.array([[0.0, logit]])
    args = {"softmax": [row], "nll_gradient": [row, np.array([0])]}.get(problem, [row[0, 1:]])
    held = exact(problem, *args)
    crosscheck(PROBLEMS[problem], args, held, [(0, 0)])
    with pytest.raises(DisagreementError):
        crosscheck(
            PROBLEMS[problem], args, dataclasses.replace(held, exponent=np.maximum(held.exponent, -1074)), [(0, 0)]
        )


def test_a_masked_logit_of_a_long_row_is_crosschecked():
    x = np.append(np.linspace(-1, 1, 99), -1e9)[None]
    held = exact("softmax", x)
    crosscheck(PROBLEMS["softmax"], [x], held, [(0, 99)])
    with pytest.raises(DisagreementError):
        crosscheck(PROBLEMS["softmax"], [x], dataclasses.replace(held, exponent=held.exponent * 0), [(0, 99)])


def test_a_wrong_engine_stops_the_run(monkeypatch):
    right = exact

    def wrong(problem, *args):
        return nudged(right(problem, *args), 70)

    monkeypatch.setattr("study.measurement.case.exact", wrong)
    sweep = Sweep("top", [3.0], [scaled_normal(5)], {"softmax": None}, formats=["float32"], rows=lambda _: 4)
    with pytest.raises(DisagreementError, match=r"of -?0x"):
        runner.measure_unit("test", sweep, 0)
