"""Bounds that hold with a probability: no larger a share of sums is beyond them, and of a wrong one too large a share.

Sums in binary64 stand for exact ones: they are, of terms of 16 bits, and within 1e-12 of terms of 32. Seeds are fixed;
were they not, a right bound would be found exceeded too often once in a million times.
"""

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from study.arithmetic.reductions import pairwise_sum, sequential_sum, wide_sum
from study.arithmetic.rounded import rounded_sum
from study.formats import get_format
from study.formats.rounding import Stochastic
from study.inputs.families import generator
from study.measurement.case import Case
from study.problems import get_problem
from study.problems.bounds import probabilistic as likely
from study.problems.bounds.model import elementary

LEVELS = (1.5, 2.0, 3.0)
HALVES = ["bfloat16", "float16"]
FLOAT16, FLOAT32 = get_format("float16"), get_format("float32")


def beyond(errors, bound):
    """Whether more errors exceed a bound than its failure probability and one chance in a million leave room for."""
    most = stats.binom.ppf(1 - 1e-6, errors.size, bound.failure) if bound.failure < 1 else errors.size
    return np.count_nonzero(errors > bound.error) > most


def of_sums(computed, x):
    """Errors relative to the sum of |x_i|."""
    x = np.asarray(x, dtype=float)
    return np.abs(np.asarray(computed, dtype=float) - np.sum(x, axis=-1)) / np.sum(np.abs(x), axis=-1)


def stochastically(form, x, rows=(), seed=0):
    return of_sums(rounded_sum(form, x, Stochastic(generator("sums", seed), 32), np.zeros(rows)), x)


@cache
def coins(name):
    """2000 sums of 1 and halves of its ulp: each rounding is a coin, the widest spread that there is."""
    form = get_format(name)
    x = np.full(round(0.2 / form.u), form.u)
    x[0] = 1
    return len(x), stochastically(form, x, 2000)


@cache
def rounded_to_nearest(n, rows=2000):
    x = generator("nearest", n).uniform(0.5, 1, (rows, n)).astype(np.float32)
    return of_sums(sequential_sum(x), x)


@pytest.mark.parametrize("lam", LEVELS)
@pytest.mark.parametrize("name", HALVES)
def test_coins(name, lam):
    form, (n, errors) = get_format(name), coins(name)
    assert not beyond(errors, likely.forward(lam, likely.stochastic(form, n - 1)))
    assert not beyond(errors, likely.recursive_sum(n, form.eps, lam))
    assert not beyond(errors, likely.growing_sum(form, lam, 1 / 1.2))
    assert errors.max() <= likely.worst(likely.stochastic(form, n - 1)).error


@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize(
    "wrong",
    [
        lambda form, n: math.sqrt(n) * form.u,
        lambda form, n: likely.relaxed(3, likely.Roundings(n - 1, form.eps, form.u)),
        lambda form, _n: 3 * form.eps,
        lambda form, n: likely.relaxed(3, likely.stochastic(form, likely.pairwise(n))),
    ],
    ids=["without lam", "half the width", "without n", "of another order"],
)
def test_wrong_bounds_on_coins_are_caught(name, wrong):
    form, (n, errors) = get_format(name), coins(name)
    assert beyond(errors, likely.Bound(wrong(form, n), likely.failure(3)))


@cache
def growing(name, n, rows):
    form = get_format(name)
    return stochastically(form, form.round(generator("growing", n).uniform(0.25, 0.5, n)), rows)


@pytest.mark.parametrize("lam", LEVELS)
@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize(("n", "rows"), [(2000, 2000), (10**5, 100)])
def test_growing_sums_stochastically(name, n, rows, lam):
    form, errors = get_format(name), growing(name, n, rows)
    assert not beyond(errors, likely.growing_sum(form, lam, 0.5 / (0.25 * n)))
    assert not beyond(errors, likely.forward(lam, likely.stochastic(form, n - 1)))
    assert not beyond(errors, likely.recursive_sum(n, form.eps, lam))


@pytest.mark.parametrize("name", HALVES)
def test_a_growing_sum_needs_the_root_of_u(name):
    form, errors = get_format(name), growing(name, 10**5, 100)
    assert beyond(errors, likely.Bound(8 * form.eps, likely.failure(3)))
    assert beyond(errors, likely.growing_sum(form, 1, 0)._replace(failure=likely.failure(3))), "without lam"
    assert likely.growing_sum(form, 3).error < 0.4


@pytest.mark.parametrize("name", HALVES)
def test_what_holds_under_stochastic_rounding_fails_to_nearest_where_sums_outgrow_their_terms(name):
    form, n = get_format(name), 10**5
    x = form.round(generator("growing", n).uniform(0.25, 0.5, (20, n)))
    errors = of_sums(sequential_sum(x), x)
    assert beyond(errors, likely.growing_sum(form, 4))
    assert beyond(errors, likely.forward(3, likely.nearest(FLOAT16, n - 1))._replace(failure=likely.failure(3)))
    assert errors.max() <= likely.worst(likely.nearest(form, n - 1)).error


@pytest.mark.parametrize("lam", LEVELS)
def test_the_model_to_nearest(lam):
    errors, n = rounded_to_nearest(5000), 5000
    assert not beyond(errors, likely.forward(lam, likely.nearest(FLOAT32, n - 1)))
    assert not beyond(errors, likely.recursive_sum(n, FLOAT32.u, lam))
    assert beyond(errors, likely.Bound(lam * FLOAT32.u, likely.failure(3)))
    x = generator("pairs").uniform(0.25, 0.5, (2000, 1000)).astype(np.float16)
    assert not beyond(of_sums(pairwise_sum(x), x), likely.forward(lam, likely.nearest(FLOAT16, likely.pairwise(1000))))


@cache
def dots(form, n, rows=2000):
    """Inner products rounded at every step, and their errors over sum |x_i y_i|, exact in binary64."""
    x, y = (form.round(generator("dots", k).standard_normal((rows, n))) for k in "xy")
    computed = sequential_sum(x * y)
    x, y = x.astype(float), y.astype(float)
    exact = np.sum(x * y, axis=-1)
    return np.abs(computed.astype(float) - exact) / np.sum(np.abs(x * y), axis=-1)


@pytest.mark.parametrize("lam", LEVELS)
def test_inner_products(lam):
    errors = dots(FLOAT32, 1000)
    assert not beyond(errors, likely.inner_product(1000, FLOAT32.u, lam))
    assert not beyond(errors, likely.forward(lam, likely.nearest(FLOAT32, 1000)))
    assert beyond(errors, likely.Bound(FLOAT32.u / 4, likely.failure(3)))


@cache
def of_random_terms(mean, n, rows=2000):
    x = FLOAT32.round(generator("random terms", mean).uniform(mean - 1, mean + 1, (rows, n)))
    return of_sums(sequential_sum(x), x) * np.mean(np.abs(x), axis=-1, dtype=float)


@pytest.mark.parametrize("lam", LEVELS)
@pytest.mark.parametrize("mean", [0, 0.5])
def test_random_terms(mean, lam):
    n = 5000
    errors = of_random_terms(mean, n)
    bound = likely.random_terms(n, FLOAT32.u, lam, mean, 1)
    assert not beyond(errors, bound)
    forgotten = likely.random_terms(n, FLOAT32.u, 3, 0, 1)
    if mean:
        assert beyond(errors, forgotten), "as if the mean were zero"
    else:
        assert bound.error < likely.forward(lam, likely.nearest(FLOAT32, n)).error / 5


def test_random_terms_stochastically():
    n = 1000
    x = FLOAT16.round(generator("signs").uniform(-1, 1, (2000, n)))
    errors = stochastically(FLOAT16, x, 2000) * np.mean(np.abs(x.astype(float)), axis=-1)
    for lam in LEVELS:
        assert not beyond(errors, likely.random_terms(n, FLOAT16.u, lam, 0, 1))
    assert beyond(errors, likely.Bound(FLOAT16.u / 8, likely.failure(3)))


@pytest.mark.parametrize("lam", LEVELS)
@pytest.mark.parametrize("name", HALVES)
def test_blocks(name, lam):
    form, n, block = get_format(name), 10**4, 100
    x = form.round(generator("blocks").uniform(0.25, 0.5, (500, n)))
    errors = of_sums(wide_sum(sequential_sum(x.reshape(500, -1, block))), x)
    roundings = likely.blocked(n, block, form, FLOAT32)
    assert errors.max() <= likely.worst(*roundings).error
    assert not beyond(errors, likely.forward(lam, *roundings))
    assert beyond(errors, likely.forward(lam, roundings[1])._replace(failure=likely.failure(3))), (
        "without the low format"
    )


@pytest.mark.parametrize("name", ["sum_log", "pairwise"])
def test_sums_of_logs(name):
    n, problem = 100, get_problem("log_likelihood")
    p = generator("logs").uniform(0.5, 1, (300, n)).astype(np.float32)
    measured, case = problem.algorithms[name](p).astype(float), Case(problem, (p,))
    errors = np.abs(measured / case.reference.to_float() - 1)
    depth = n - 1 if name == "sum_log" else likely.pairwise(n)
    total = likely.forward(3, likely.nearest(FLOAT32, depth))
    assert not beyond(errors, likely.of_logs(total, elementary(FLOAT32), FLOAT32.u))
    assert likely.of_logs(total, 8, FLOAT32.u).error == pytest.approx(total.error + 8 * FLOAT32.u, rel=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_every_outcome_of_short_sums(seed):
    """Four terms in e4m3fn, 16 values of each random integer: 4096 outcomes, equally likely, and no margin."""
    form, rng = get_format("float8_e4m3fn"), generator("outcomes", seed)
    x = form.round(rng.choice([1 / 16, 1 / 8, 3 / 16, 1 / 2, 1, 2], 4)).astype(float)
    sums = np.full(16**3, x[0])
    for term, drawn in zip(x[1:], np.indices((16, 16, 16)).reshape(3, -1), strict=True):
        unit = form.ulp(sums + term)
        sums = np.floor((sums + term) / unit + drawn / 16) * unit
    assert np.mean(sums) == np.sum(x)
    errors = np.abs(sums / np.sum(x) - 1)
    for lam in np.arange(0.6, 3, 0.1):
        for bound in (likely.forward(lam, likely.stochastic(form, 3)), likely.growing_sum(form, lam, max(x) / sum(x))):
            assert np.mean(errors > bound.error) <= bound.failure


def test_one_stochastic_rounding_exceeds_the_unit_roundoff_and_not_twice_it():
    x = np.array([1, 2.0**-13])
    errors = stochastically(FLOAT16, x, 2000)
    assert errors.max() > likely.worst(likely.nearest(FLOAT16, 1)).error
    assert errors.max() <= likely.worst(likely.stochastic(FLOAT16, 1)).error


@pytest.mark.parametrize("n", [1, 100, 10**5])
def test_formulas(n):
    u, lam = FLOAT16.u, 3.0
    printed = math.exp(lam * math.sqrt(n) * u + n * u**2 / (1 - u)) - 1
    assert likely.inner_product(n, u, lam).error == pytest.approx(printed, rel=1e-12)
    assert likely.inner_product(n, u, lam).failure == min(1, n * 2 * math.exp(-(lam**2) * (1 - u) ** 2 / 2))
    assert likely.failure(likely.level(0.01, u, n), u, n) == pytest.approx(0.01)
    assert likely.worst(likely.nearest(FLOAT16, n)).error == pytest.approx((1 + u) ** n - 1)
    low, high = likely.blocked(n, 100, FLOAT16, FLOAT32)
    assert (low.many, high.many) == (min(n, 100), max(n // 100 - 1, 0))


@pytest.mark.parametrize("lam", [1, 2.0, 4.0])
def test_the_root_of_a_growing_sum_solves_its_equation(lam):
    for share in (0, 0.3, 1):
        e, _ = likely.growing_sum(FLOAT16, lam, share)
        assert e**2 == pytest.approx(FLOAT16.eps * lam**2 * ((1 + share) / 2 + 4 * e / 3 + e**2 / 3))


def test_bounds_say_when_they_say_nothing():
    assert likely.worst(likely.nearest(get_format("bfloat16"), 10**6)).error == math.inf
    assert likely.forward(1, likely.nearest(get_format("bfloat16"), 10**6)).error == math.inf
    assert likely.random_terms(10**6, 2.0**-8, 3, 0, 1).error == math.inf
    assert likely.growing_sum(FLOAT16, 60).error == math.inf
    assert likely.failure(0) == 1
