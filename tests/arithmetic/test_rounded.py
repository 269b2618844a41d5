"""Sums under any rounding: published fixtures, the plain loop, every random outcome."""

import itertools

import numpy as np
import pytest

from study.arithmetic import rounded
from study.arithmetic.reductions import sequential_sum
from study.arithmetic.rounded import rounded_sum
from study.formats import get_format
from study.formats.rounding import Stochastic, nearest, toward_zero

HALVES = ["bfloat16", "float16"]


class Fixed:
    """A generator that draws one integer over and over."""

    def __init__(self, drawn):
        self.drawn = drawn

    def integers(self, low, high, shape, dtype):
        assert low <= self.drawn < high
        return np.full(shape, self.drawn, dtype)


class Listed:
    """A generator that draws, for each row, the next of its list."""

    def __init__(self, drawn):
        self.drawn = iter(drawn)

    def integers(self, low, high, shape, dtype):
        drawn = next(self.drawn).astype(dtype)
        assert drawn.shape == shape
        assert low <= drawn.min() <= drawn.max() < high
        return drawn


def terms(form, n):
    """Rows of logs, of sizes from where sums are subnormal to where they overflow."""
    top, rng = np.log2(form.xmax), np.random.default_rng(5)
    scale = 2.0 ** np.array([-2 * form.emax / 2, -8, 0, 0, 3, top - 11, top - 8])
    return form.round(-np.log(rng.uniform(0, 1, (7, n))) * scale[:, None])


@pytest.mark.parametrize(("name", "stops"), [("bfloat16", 256), ("float16", 2048)])
@pytest.mark.parametrize("rounding", [nearest, toward_zero])
def test_ones_stop_where_it_is_published(name, stops, rounding):
    form = get_format(name)
    assert rounded_sum(form, np.ones(3 * stops), rounding) == stops
    assert rounded_sum(form, np.ones(stops), rounding) == stops
    stochastic = rounded_sum(form, np.ones(8 * stops), Stochastic(np.random.default_rng(0), 32), np.zeros(50))
    assert abs(np.mean(stochastic) / (8 * stops) - 1) < 4 * np.sqrt(form.u / 50)


@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize("n", [0, 1, 5, 2500])
@pytest.mark.parametrize(
    "rounding",
    [toward_zero, *(Stochastic(Fixed(d), 32) for d in (0, 7, 2**31 + 5, 2**32 - 1)), Stochastic(Fixed(5), 3)],
)
def test_many_at_a_time_are_the_same_bits_as_one_by_one(name, n, rounding):
    form = get_format(name)
    x = terms(form, n)
    total = np.zeros(len(x))
    for k in range(n):
        total = rounding(form, total + x[:, k].astype(float)).astype(float)
    np.testing.assert_array_equal(rounded_sum(form, x, rounding), total)
    assert n < 100 or (np.isinf(total).any() if rounding is not toward_zero else (total == form.xmax).any())


@pytest.mark.parametrize("name", HALVES)
def test_to_nearest_is_the_sequential_sum(name):
    form = get_format(name)
    x = form.round(np.random.default_rng(6).standard_normal((3, 700)))
    np.testing.assert_array_equal(rounded_sum(form, x, nearest), sequential_sum(x).astype(float))


def test_a_sum_goes_on_where_it_was_left_and_rows_share_their_terms(monkeypatch):
    form = get_format("bfloat16")
    x = terms(form, 900)[2]
    whole = rounded_sum(form, x, toward_zero)
    monkeypatch.setattr(rounded, "BLOCK", 7)
    assert rounded_sum(form, x[400:], toward_zero, rounded_sum(form, x[:400], toward_zero)) == whole
    assert rounded_sum(form, x, toward_zero, np.zeros((2, 3))).tolist() == [[whole] * 3] * 2


def test_signs_infinities_and_nan_are_added_one_by_one():
    form = get_format("float16")
    rounding = Stochastic(np.random.default_rng(1), 20)
    assert rounded_sum(form, np.array([1.0, -1.0, 2.0]), rounding) == 2
    np.testing.assert_array_equal(
        rounded_sum(form, np.array([[1, np.inf, 1], [1, np.nan, 1]]), rounding), [np.inf, np.nan]
    )


def test_the_mean_of_every_outcome_is_the_sum():
    """e4m3fn, 8 values of each random integer: 4096 outcomes of 4 roundings, equally likely."""
    form = get_format("float8_e4m3fn")
    x = np.array([1.0, 0.0625, 0.09375, 0.0625, 0.03125])
    drawn = np.array(list(itertools.product(range(8), repeat=4))).T
    sums = np.full(8**4, x[0])
    rounding = Stochastic(Listed(drawn), 3)
    for term in x[1:]:
        sums = rounding(form, sums + term).astype(float)
    assert len(set(sums)) > 2
    assert np.mean(sums) == np.sum(x)


@pytest.mark.parametrize("name", HALVES)
def test_blocks_leave_the_mean_where_it_is(name, monkeypatch):
    """What is thrown away beyond a binade must not depend on what is kept: short and long blocks, one mean."""
    form = get_format(name)
    x, means = terms(form, 300)[2].astype(float), []
    for block in (2, 300):
        monkeypatch.setattr(rounded, "BLOCK", block)
        sums = rounded_sum(form, x, Stochastic(np.random.default_rng(block), 32), np.zeros(4000))
        means.append(np.mean(sums) / np.sum(x) - 1)
        assert abs(means[-1]) < 4 * np.std(sums) / np.sum(x) / np.sqrt(4000)
