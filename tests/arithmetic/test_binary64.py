"""Plain binary64: what it hands on is what its error leaves open, and no more; its product has any exponent."""

import importlib
from fractions import Fraction

import numpy as np
import pytest

from study.arithmetic import binary64
from study.formats import FORMATS
from study.problems import PROBLEMS

NARROW = [form for form in FORMATS.values() if form.p <= 24]
RNG = np.random.default_rng(0)


def undecided(form, values, cancelling=None):
    return binary64.decided(form, np.array(values), cancelling)[1].tolist()


@pytest.mark.parametrize("form", NARROW, ids=lambda f: f.name)
def test_at_the_ends_of_a_format_what_the_error_leaves_open_is_undecided(form):
    least, top = form.xmins / 2, (2 - form.overflow_margin) * 2.0**form.emax
    for limit in (least, -least, top, -top):
        near = [limit * (1 + e) for e in (0, binary64.ERROR / 2, -binary64.ERROR / 2)]
        assert undecided(form, near) == [True] * 3
        assert undecided(form, [limit * (1 + e) for e in (2 * binary64.ERROR, -2 * binary64.ERROR)]) == [False] * 2


@pytest.mark.parametrize("form", NARROW, ids=lambda f: f.name)
def test_an_error_counts_relative_to_what_cancels(form):
    tie = 1 + form.u
    assert undecided(form, [tie]) == [False]  # by a millionth of an ulp
    much = np.array([2.0 ** (27 - form.p)])
    assert undecided(form, [tie], much) == [True]
    assert undecided(form, [tie + form.u / 2], much) == [False]
    assert undecided(form, [0.0], np.array([1e15])) == [True]
    assert undecided(form, [0.0], np.array([0.0])) == [False]


@pytest.mark.parametrize("form", NARROW, ids=lambda f: f.name)
def test_no_tie_within_the_error_is_missed(form):
    """Numbers of every size, ties among them and subnormal ones, each moved by up to twice the error."""
    exponents = RNG.integers(form.emin - form.p - 1, form.emax + 1, 4000)
    ties = np.ldexp(1 + RNG.integers(0, 2**form.p, 4000) * 2.0**-form.p, exponents)
    size = np.ldexp(1.0, exponents + RNG.integers(0, 30, 4000))
    value = ties + RNG.uniform(-2, 2, 4000) * binary64.ERROR * size
    error = binary64.ERROR * np.maximum(np.abs(value), size)
    low, high = (np.nan_to_num(form.round(v).astype(float), nan=1e300) for v in (value - error, value + error))
    matters = (error > binary64.DOUBT * form.ulp(value)) | (np.abs(value) < form.xmins) | (np.abs(value) > form.xmax)
    assert ((low != high) & matters).any()
    assert undecided(form, value, size) == ((low != high) & matters).tolist()


def test_infinities_and_nan_are_decided():
    for form in NARROW:
        value = np.array([np.inf, -np.inf, np.nan])
        with np.errstate(invalid="ignore"):
            assert undecided(form, value) == undecided(form, value, np.abs(value)) == [False] * 3


@pytest.mark.parametrize("n", [0, 1, 2, 999, 1000, 1001, 5000])
def test_products_of_any_size(n):
    x = RNG.uniform(0.7, 1.4, (3, n)) * 2.0 ** RNG.integers(-3, 4, (3, n))
    value, size = binary64.product(x)
    for row, found in zip(x, value, strict=True):
        due = np.prod([Fraction(v) for v in row], initial=Fraction(1))
        assert abs(Fraction(found) / due - 1) <= n * Fraction(2) ** -53
    assert np.array_equal(size, n * value)


def test_a_product_that_leaves_binary64_is_zero_or_infinite():
    x = np.full((2, 3000), [[1e-300], [1e300]])
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        assert binary64.product(x)[0].tolist() == [0, np.inf]
        assert np.isnan(binary64.product(np.array([[0.0, np.inf]]))[0]).all()
    assert binary64.product(np.array([[1e-300] * 4 + [1e300] * 4]))[0] == pytest.approx(1, rel=1e-12)


def test_a_narrow_number_that_is_undecided_goes_on_to_two_words(monkeypatch):
    module = importlib.import_module("study.arithmetic.faithful")
    seen = []
    evaluated = module._evaluated

    def noted(formula, arithmetic, form, rows):
        seen.append((arithmetic.__name__.rpartition(".")[2], len(rows[0])))
        return evaluated(formula, arithmetic, form, rows)

    monkeypatch.setattr(module, "_evaluated", noted)
    y = np.float32(0.75)
    x = np.array([np.log(3), 0.5], dtype=np.float32)
    PROBLEMS["binary_cross_entropy_gradient"].algorithms["faithful"](x, np.array([y, y]))
    assert seen[0] == ("binary64", 2)
    assert [name for name, _ in seen[1:]] in ([], ["quick"])
