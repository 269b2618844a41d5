"""The exact values of normal densities against Arb: one by one, at the precision asked for."""

import math
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.problems import PROBLEMS
from study.problems.base import Problem
from study.problems.reference import exact, reference

BITS = 6000


@pytest.fixture(autouse=True)
def _arb_precision():
    before, flint.ctx.prec = flint.ctx.prec, BITS
    yield
    flint.ctx.prec = before


def arb_nll(x, mean, sigma):
    z = (flint.arb(x) - flint.arb(mean)) / flint.arb(sigma)
    return (flint.arb(sigma) * (2 * flint.arb.pi()).sqrt()).log() + z * z / 2


def arb_gradient(x, mean, sigma):
    return (flint.arb(mean) - flint.arb(x)) / flint.arb(sigma) ** 2


def arb_log_ndtr(x):
    tail = (abs(flint.arb(x)) / flint.arb(2).sqrt()).erfc() / 2
    return (-tail).log1p() if x > 0 else tail.log()


def arb_poisson(k, rate):
    if not k:
        return flint.arb(rate)
    return flint.arb(rate) - flint.arb(k) * flint.arb(rate).log() + (flint.arb(k) + 1).lgamma()


def arb_binomial(k, n, p):
    one, fewer, trials, chance = (flint.arb(v) for v in (1, k, n, p))
    ways = (trials + 1).lgamma() - (fewer + 1).lgamma() - (trials - fewer + 1).lgamma()
    return -(ways + fewer * chance.log() + (trials - fewer) * (one - chance).log())


def arb_sigma_gradient(x, mean, sigma):
    if abs(Fraction(x) - Fraction(mean)) == Fraction(sigma):
        return flint.arb(0)
    z = (flint.arb(x) - flint.arb(mean)) / flint.arb(sigma)
    return (1 - z * z) / flint.arb(sigma)


def arb_poisson_gradient(k, rate):
    return 1 - flint.arb(k) / flint.arb(rate) if k != rate else flint.arb(0)


ARB = {
    "gaussian_nll": arb_nll,
    "gaussian_nll_gradient": arb_gradient,
    "gaussian_nll_sigma_gradient": arb_sigma_gradient,
    "gaussian_log_likelihood": lambda x, mean, sigma: -sum((arb_nll(v, mean, sigma) for v in x), flint.arb(0)),
    "gaussian_likelihood": lambda x, mean, sigma: (-sum((arb_nll(v, mean, sigma) for v in x), flint.arb(0))).exp(),
    "log_ndtr": arb_log_ndtr,
    "lgamma": lambda x: flint.arb(x).lgamma(),
    "poisson_nll": arb_poisson,
    "poisson_nll_gradient": arb_poisson_gradient,
    "binomial_nll": arb_binomial,
}
number = st.one_of(st.floats(-30, 30), st.floats(-1e100, 1e100), st.floats(-1e-100, 1e-100))
scale = st.one_of(st.floats(0.01, 30), st.floats(1e-100, 1e100), st.just(1 / math.sqrt(2 * math.pi)))
normal = st.tuples(number, number, scale)
near = st.tuples(st.floats(-2, 2), st.floats(-2, 2), st.floats(0.1, 2))
rows = st.tuples(st.lists(st.floats(-5, 5), min_size=1, max_size=20), st.floats(-5, 5), st.floats(0.05, 20))
one = st.tuples(st.one_of(st.floats(-45, 45), st.floats(-1e-300, 1e-300), st.floats(-4200, 4200)))
positive = st.one_of(st.floats(1e-3, 60), st.floats(5e-324, 1e300), st.integers(1, 60).map(float))
close = st.one_of(*(st.floats(centre - 1e-6, centre + 1e-6) for centre in (1.0, 2.0, 28.0)))
count = st.one_of(st.integers(0, 60), st.integers(0, 10**15)).map(float)
counted = st.one_of(
    st.tuples(count, st.floats(1e-3, 1e6)),
    st.tuples(count, st.floats(-1, 1)).map(lambda kt: (kt[0], max(1e-3, kt[0] + kt[1] * math.sqrt(kt[0])))),
)
chance = st.one_of(st.floats(1e-3, 1 - 1e-3), st.floats(1e-200, 1e-3), st.floats(1 - 1e-9, 1 - 2.0**-53))


def drawn(np_):
    """As many successes as such trials have, or any number, or few."""
    n, p = np_
    near = st.floats(-2, 2).map(lambda t: min(max(math.floor(n * p + t * math.sqrt(n * p * (1 - p))), 0.0), n))
    few = st.integers(0, 40).map(lambda k: min(float(k), n))
    return st.tuples(st.one_of(near, few, few.map(lambda k: n - k)).map(float), st.just(n), st.just(p))


def beside(args):
    """An observation at σ from the mean but for its rounding."""
    _, mean, sigma = args
    return mean + sigma, mean, sigma


INPUTS = {
    "binomial_nll": st.tuples(st.one_of(st.integers(1, 200), st.integers(1, 10**15)).map(float), chance).flatmap(drawn),
    "lgamma": st.one_of(positive, close).filter(lambda x: x not in (1, 2)).map(lambda x: (x,)),
    "poisson_nll": counted,
    "gaussian_nll": st.one_of(normal, near),
    "gaussian_nll_sigma_gradient": st.one_of(normal, near, scale.map(lambda s: (s, 0.0, s)), near.map(beside)),
    "poisson_nll_gradient": st.one_of(counted, count.filter(bool).map(lambda k: (k, k))),
    "gaussian_nll_gradient": normal,
    "gaussian_log_likelihood": rows,
    "gaussian_likelihood": rows,
    "log_ndtr": one,
}


def within(value, due, error):
    """Whether the relative error of an mpf is at most so much for certain."""
    if due == 0:
        return value == 0
    sign, man, exp, _ = value._mpf_
    held = flint.arb((int(-man if sign else man), int(exp)))
    return bool(((held - due) / due).abs_upper() <= flint.arb(error))


@pytest.mark.parametrize("problem", ARB)
@settings(max_examples=40)
@given(data=st.data())
def test_the_relative_error_is_at_most_what_was_asked(problem, data):
    args, prec = data.draw(INPUTS[problem]), data.draw(st.sampled_from([1, 53, 120, 300]))
    value = reference(problem, *map(np.array, args), prec=prec)[()]
    assert within(value, ARB[problem](*args), 2.0**-prec)


@pytest.mark.parametrize("problem", ARB)
@settings(max_examples=60)
@given(data=st.data())
def test_the_engine_claims_an_error_that_holds(problem, data):
    args = data.draw(INPUTS[problem])
    held = exact(problem, *map(np.array, args))
    if math.isfinite(held.error):
        assert within(held.to_mpf()[()], ARB[problem](*args), float(held.error))


def test_the_log_of_a_tail_as_it_is_published():
    """log Φ(−40), which ends at −∞ where it is the log of Φ."""
    assert float(reference("log_ndtr", np.array(-40.0))[()]) == pytest.approx(-804.608442013754, abs=1e-11)


@pytest.mark.parametrize("x", [4096.0, 4096.5, 5000.0, -4096.5, -1e4])
def test_the_series_of_the_far_tail_goes_on_where_erfc_ends(x):
    value = reference("log_ndtr", np.array(x), prec=300)[()]
    assert within(value, arb_log_ndtr(x), 2.0**-300)


def test_a_series_of_a_wrong_sign_is_seen():
    made = PROBLEMS["log_ndtr"]

    def careless(a, x):
        t = a.exact(-x)
        return -(t * t / 2 + a.log(t) + a.log(a.pi * 2) / 2) + a.log1p(1 / (t * t))

    wrong = Problem("log_ndtr", made.formula, made.shape, careless, made.sensitivity)
    assert not within(reference(wrong, np.array(-5000.0))[()], arb_log_ndtr(-5000.0), 2.0**-60)
    assert mpmath.isfinite(reference(made, np.array(-5000.0))[()])
