"""Numbers of two words: the bounds that docs/arithmetic.md derives, on hard inputs; and that doubt is passed on."""

import importlib
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from study.arithmetic import doubledouble, fixedpoint, loops, quick
from study.arithmetic.quick import Words
from study.formats import FORMATS
from study.inputs.adversarial import adversarial
from study.inputs.battery import battery
from study.problems import PROBLEMS

RNG = np.random.default_rng(0)
N = 1500
FORM = FORMATS["float64"]


def small(low, high):
    """Numbers of both signs, their binary exponents even between these."""
    return RNG.uniform(1, 2, N) * RNG.choice([-1.0, 1.0], N) * 2.0 ** RNG.integers(low, high, N)


STEP = np.log(2) / loops.EXP_STEPS
HARD = {
    "exp": [RNG.uniform(-600, 600, N), small(-899, 0), STEP * (RNG.integers(-(10**6), 10**6, N) + 0.5)],
    "expm1": [
        RNG.uniform(-1, 1, N),
        RNG.uniform(-600, 600, N),
        small(-899, 0),
        STEP * (RNG.integers(-100, 100, N) + 0.5),
    ],
    "log": [
        2.0 ** RNG.uniform(-899, 899, N),
        1 + small(-52, -1) / 2,
        1 + RNG.uniform(-2, 2, N) / loops.LOG_STEPS,
        np.sqrt(2) + small(-30, -8),
        np.sqrt(0.5) + small(-30, -8),
    ],
    "log1p": [
        RNG.uniform(-0.5, 3, N),
        2.0 ** RNG.uniform(-50, -1, N) - 1,
        small(-899, -2),
        2.0 ** RNG.uniform(0, 899, N),
        loops.NEAR * (1 + small(-52, -5)),
    ],
}
BOUND = {"exp": 2.0**-78, "expm1": 2.0**-78, "log": 2.0**-80, "log1p": 2.0**-80}


@pytest.mark.parametrize("function", HARD)
def test_the_elementary_functions_keep_their_bounds(function):
    hi = np.concatenate(HARD[function])
    lo = hi * RNG.uniform(-1, 1, hi.size) * 2.0**-53
    found = getattr(quick, function)(Words(hi, lo))
    with mpmath.workprec(1200):
        exact = [getattr(mpmath, function)(mpmath.mpf(h) + mpmath.mpf(low)) for h, low in zip(hi, lo, strict=True)]
        off = [
            abs((mpmath.mpf(h) + mpmath.mpf(low)) / v - 1) for h, low, v in zip(found.hi, found.low, exact, strict=True)
        ]
    assert not np.isnan(found.hi).any()
    assert max(off) <= BOUND[function], hi[int(np.argmax(off))]


def test_exactly_known_values():
    assert quick.exp(quick.number([0.0, -np.inf])).hi.tolist() == [1, 0]
    for function in (quick.expm1, quick.log1p):
        assert function(quick.number([0.0])).hi.tolist() == [0]
    assert quick.log(quick.number([1.0])).hi.tolist() == [0]


@pytest.mark.parametrize(
    ("function", "outside"),
    [
        ("exp", [601, -601, np.inf, np.nan]),
        ("expm1", [601, -601, np.inf, -np.inf, np.nan, 2.0**-950]),
        ("log", [0, -1, np.inf, np.nan, 5e-324, 2.0**-910, 2.0**910]),
        ("log1p", [-1, -1.5, -np.inf, np.inf, np.nan, 2.0**-910, 2.0**910]),
    ],
)
def test_what_is_not_proven_is_nan(function, outside):
    assert np.isnan(getattr(quick, function)(quick.number(outside)).hi).all()


def test_products_and_quotients_that_lose_a_word_are_nan():
    tiny, huge, one = quick.number([2.0**-500]), quick.number([2.0**500]), quick.number([1.0])
    for lost in (tiny * tiny, huge * huge, tiny / huge, huge / tiny, one / quick.number([0.0])):
        assert np.isnan(lost.hi).all()
    assert (quick.number([0.0]) * huge).hi.tolist() == [0]


def test_a_sum_is_infinite_where_a_term_is_and_nan_where_it_overflows():
    inf, large, one = (quick.number([v]) for v in (np.inf, 1.7e308, 1.0))
    for pair, due in (((inf, one), np.inf), ((one, -inf), -np.inf), ((inf, inf), np.inf), ((-inf, large), -np.inf)):
        found = pair[0] + pair[1]
        assert (found.hi.tolist(), found.low.tolist()) == ([due], [0.0])
    for lost in (inf - inf, large + large, large / quick.number([1e-300]), inf * one):
        assert np.isnan(lost.hi).all()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8, 1001])
def test_sums(n):
    hi = RNG.standard_normal((3, n))
    lo = hi * RNG.uniform(-1, 1, hi.shape) * 2.0**-53
    found = quick.total(Words(hi, lo))
    with mpmath.workprec(400):
        for k in range(3):
            due = mpmath.fsum(mpmath.mpf(v) for v in [*hi[k], *lo[k]])
            size = mpmath.fsum(abs(mpmath.mpf(v)) for v in hi[k])
            assert abs(mpmath.mpf(found.hi[k]) + mpmath.mpf(found.low[k]) - due) <= 3 * n * 2.0**-106 * size


def undecided(hi, lo, cancelling=None, form=FORM):
    with np.errstate(invalid="ignore"):
        return quick.decided(form, Words(np.array([hi]), np.array([lo])), cancelling)[1].tolist()[0]


def test_a_rounding_is_decided_only_where_it_is_on_both_sides_of_the_error():
    half = 2.0**-53  # of an ulp of 1
    for lo, due in ((half * (1 - 2.0**-20), True), (half * (1 - 2.0**-24), False), (half, False), (0.0, True)):
        assert undecided(1.5, lo) != due
        assert undecided(-1.5, -lo) != due
    assert undecided(1.0, -half / 2 * (1 - 2.0**-24))  # half an ulp below a power of two
    assert not undecided(1.5, half / 2, quick.number([-(2.0**10)]))
    assert undecided(1.5, half / 2, quick.number([-(2.0**25)]))


def test_a_rounding_to_fewer_bits_counts_the_second_word():
    for form in (FORMATS["float32"], FORMATS["bfloat16"], FORMATS["float8_e4m3fn"]):
        tie = 1 + form.u
        assert undecided(tie, 0.0, form=form)
        for lo in (2.0**-74, -(2.0**-74)):
            pair = Words(np.array([tie]), np.array([lo]))
            rounded, open_ = quick.decided(form, pair, None)
            assert (float(rounded[0]), open_.tolist()) == (1 + form.eps * (lo > 0), [False])
        assert undecided(tie, 2.0**-76, form=form)


@pytest.mark.parametrize("form", [FORM, FORMATS["float32"], FORMATS["bfloat16"]], ids=lambda f: f.name)
def test_an_exponential_out_of_range_has_an_exponent_and_is_rounded_once(form):
    low = np.log(form.xmins) * RNG.uniform(0.8, 1.02, 300)
    x = quick.number(np.concatenate([low, [-1e300, -1e6, -601.0, -599.0, 0.0]]))
    lowered, exponents = quick.lowered(x)
    value = quick.exp(lowered)
    rounded, open_ = quick.decided(form, quick.lifted(value, exponents), None)
    with mpmath.workprec(200):
        exact = [Fraction(*mpmath.libmp.to_rational(mpmath.exp(v)._mpf_)) for v in np.maximum(x.hi, -2000.0)]
    due = form.round(np.array([float(v) for v in exact])).astype(float)
    assert not open_.any()
    assert rounded.astype(float).tolist() == due.tolist()
    again = quick.decided(form, quick.lifted(value, exponents), quick.number(np.full(x.shape, 2.0**80)))[1]
    assert again[(exponents != 0) & (due > form.xmins)].all()


def test_nothing_is_decided_that_is_no_number_or_out_of_range():
    for form in (FORM, FORMATS["float32"]):
        assert all(undecided(hi, 0.0, form=form) for hi in (np.nan, 2.0**-901, 2.0**901))
        assert not any(undecided(hi, 0.0, form=form) for hi in (np.inf, -np.inf))
        assert undecided(1.5, 0.25 * form.u, quick.number([np.nan]), form=form)
    assert not undecided(0.0, 0.0)
    assert undecided(0.0, 0.0, quick.number([1.0]))


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
def test_it_changes_no_bit(problem, monkeypatch):
    module = importlib.import_module("study.arithmetic.faithful")
    kernel = problem.algorithms["faithful"]
    inputs = [*battery(problem, FORM).values(), *(adversarial(problem, FORM, rows=50, n=n) for n in (1, 3, 40))]
    inputs = [args for args in inputs if args[0].size < 10000]
    found = [kernel(*args) for args in inputs]
    monkeypatch.setattr(module, "_ladder", lambda *_, **__: [doubledouble, fixedpoint])
    for args, ours in zip(inputs, found, strict=True):
        due = kernel(*args)
        assert np.array_equal(ours, due, equal_nan=True)
        assert np.array_equal(np.signbit(ours) | np.isnan(ours), np.signbit(due) | np.isnan(due))


def test_most_ordinary_numbers_are_decided_at_once(monkeypatch):
    module = importlib.import_module("study.arithmetic.faithful")
    left = []
    evaluated = module._evaluated

    def noted(formula, arithmetic, form, rows):
        left.append((arithmetic, len(rows[0])))
        return evaluated(formula, arithmetic, form, rows)

    monkeypatch.setattr(module, "_evaluated", noted)
    PROBLEMS["softmax"].algorithms["faithful"](np.random.default_rng(1).standard_normal((500, 1000)))
    assert left[0] == (quick, 500)
    assert sum(count for _, count in left[1:]) <= 10
