"""Roundings of every float16 to the narrow formats, against the numbers beside it in exact fractions.

Stochastic rounding is held to its exact expectation: every value of its random integer is tried.
"""

from bisect import bisect_right
from fractions import Fraction
from functools import cache
from math import ceil, floor

import numpy as np
import pytest

from study.formats import KNOWN, Overflow, get_format, grid
from study.formats.rounding import Flushed, Stochastic, flush, nearest, toward_zero

NARROW = [form for form in KNOWN.values() if form.bits <= 8 and form.signed]
every_narrow = pytest.mark.parametrize("form", NARROW, ids=lambda form: form.name)
HALVES = KNOWN["float16"].decode(np.arange(2**16))
FINITE = HALVES[np.isfinite(HALVES)]
SPECIAL = HALVES[~np.isfinite(HALVES)]


@cache
def magnitudes(form):
    """The non-negative numbers of a format, ascending, and those that would follow its last."""
    numbers = form.decode(np.arange(2 ** (form.bits - 1)))
    held = [Fraction(v) for v in numbers[np.isfinite(numbers)].tolist()]
    step = held[-1] - held[-2]
    return [*held, held[-1] + step, held[-1] + 2 * step]


@cache
def between(form):
    """For every finite float16, by size: the index of the number below it, and 64 f, rounded down and up.

    It lies a fraction f in [0, 1) of the way to the next number. What is beyond the number that would follow the last
    is told as if it were that.
    """
    known = magnitudes(form)
    made = []
    for value in np.abs(FINITE).tolist():
        exact = min(Fraction(value), known[-2])
        below = bisect_right(known, exact) - 1
        parts = 64 * (exact - known[below]) / (known[below + 1] - known[below])
        made.append((below, floor(parts), ceil(parts)))
    return np.array(made).T


def assert_rounded(form, ours, indices):
    """Numbers of these indices, or what overflow makes of one that is none of the format's, with the values' signs."""
    values = np.array([*map(float, magnitudes(form)[:-2]), form.overflowed, form.overflowed])
    due = np.copysign(values[indices], FINITE)
    ours = ours.astype(np.float64)
    np.testing.assert_array_equal(ours, due)
    np.testing.assert_array_equal(np.signbit(ours), np.signbit(due))


class Fixed:
    """A generator that draws one integer over and over."""

    def __init__(self, drawn):
        self.drawn = drawn

    def integers(self, low, high, shape, dtype):
        assert low <= self.drawn < high
        return np.full(shape, self.drawn, dtype)


@every_narrow
def test_to_nearest(form):
    below, down, up = between(form)
    tie = (down == 32) & (up == 32)
    assert_rounded(form, nearest(form, FINITE), below + np.where(tie, below % 2, down >= 32))


@every_narrow
def test_toward_zero(form):
    last = len(magnitudes(form)) - 3
    assert_rounded(form, toward_zero(form, FINITE), np.minimum(between(form)[0], last))


@every_narrow
@pytest.mark.parametrize("bits", [1, 2, 6])
def test_every_random_integer_of_stochastic_rounding(form, bits):
    """A value goes up for exactly floor(2**bits f) of the 2**bits integers: the expectation that is stated."""
    below, down, _ = between(form)
    parts = down >> (6 - bits)
    for drawn in range(2**bits):
        assert_rounded(form, Stochastic(Fixed(drawn), bits)(form, FINITE), below + (drawn >= 2**bits - parts))


def test_the_expectation_is_exact_where_the_bits_are_all_there():
    """1 + j / 2**7 in e4m3fn, whose ulp there is 1/8: 4 bits are lost, and 4 random ones give the mean exactly."""
    form, values = get_format("float8_e4m3fn"), 1 + np.arange(128) / 128
    found = [Stochastic(Fixed(drawn), 4)(form, values).astype(np.float64) for drawn in range(16)]
    np.testing.assert_array_equal(np.mean(found, axis=0), values)
    found = [Stochastic(Fixed(drawn), 2)(form, values).astype(np.float64) for drawn in range(4)]
    short = values - np.mean(found, axis=0)
    assert (short.min(), short.max()) == (0, 3 / 128)  # less than 2**-2 ulp


@every_narrow
def test_what_is_not_finite_is_as_to_nearest(form):
    due = form.to_bits(form.round(SPECIAL))
    for rounding in (nearest, toward_zero, Stochastic(np.random.default_rng(0), 8), Flushed()):
        np.testing.assert_array_equal(form.to_bits(rounding(form, SPECIAL)), due)


@every_narrow
@pytest.mark.parametrize("rounding", [nearest, toward_zero, Stochastic(Fixed(3), 2)], ids=["nearest", "zero", "random"])
def test_subnormal_results_and_inputs_are_flushed_and_nothing_else(form, rounding):
    plain, flushed = rounding(form, FINITE).astype(np.float64), Flushed(rounding)(form, FINITE).astype(np.float64)
    small = np.abs(plain) < form.xmin
    assert (plain[small] != 0).any()
    np.testing.assert_array_equal(flushed, np.where(small, 0, plain))
    np.testing.assert_array_equal(np.signbit(flushed), np.signbit(plain))
    every = form.decode(np.arange(2**form.bits))
    np.testing.assert_array_equal(
        flush(form, form.every()).astype(np.float64), np.where(np.abs(every) < form.xmin, 0, every)
    )


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32"])
def test_in_wide_formats_toward_zero_is_nearest_from_below(name):
    form = get_format(name)
    values = np.random.default_rng(2).standard_normal(10_000) * 2.0 ** np.arange(-140, 60, 0.02)
    found, size = toward_zero(form, values).astype(np.float64), np.abs(values)
    assert (np.abs(found) <= size).all()
    assert (size - np.abs(found) < form.ulp(values))[size < form.xmax].all()
    np.testing.assert_array_equal(toward_zero(form, [1e300, -1e300, np.inf]), [form.xmax, -form.xmax, np.inf])
    flushed = flush(form, form.round([form.xmin, -form.xmins, 0.75 * form.xmin]))
    np.testing.assert_array_equal(flushed, [form.xmin, 0, 0])


def test_random_integers_are_those_of_the_generator_one_a_value_whatever_the_block(monkeypatch):
    form, values = get_format("bfloat16"), np.random.default_rng(1).standard_normal((7, 11))
    found = Stochastic(np.random.default_rng(4), 10)(form, values)
    drawn = np.random.default_rng(4).integers(0, 1024, values.shape, dtype=np.uint32)
    each = [Stochastic(Fixed(r), 10)(form, v) for r, v in zip(drawn.ravel(), values.ravel(), strict=True)]
    assert found.ravel().tolist() == [v[()] for v in each]
    monkeypatch.setattr(grid, "BLOCK", 5)
    assert Stochastic(np.random.default_rng(4), 10)(form, values[:1]).tolist() == found[:1].tolist()


def test_the_most_random_bits_are_exact():
    """float32 leaves 28: 1 + j 2**-51 goes up for the integers from 2**28 − j on."""
    form, values = get_format("float32"), 1 + np.array([0, 1, 5, 2**27]) * 2.0**-51
    for drawn, due in (
        (2**28 - 1, [0, 1, 1, 1]),
        (2**28 - 5, [0, 0, 1, 1]),
        (2**27, [0, 0, 0, 1]),
        (2**27 - 1, [0] * 4),
    ):
        assert ((Stochastic(Fixed(drawn), 28)(form, values) - 1) / form.eps).tolist() == due


def test_saturation_is_kept():
    form = get_format("float8_e4m3fn").saturating
    assert form.overflow is Overflow.SATURATE
    assert Stochastic(Fixed(15), 4)(form, [479.0, -1e9]).astype(float).tolist() == [448, -448]


@pytest.mark.parametrize(("name", "bits", "most"), [("float32", 29, 28), ("float16", 0, 41), ("float64", 2, 1)])
def test_bits_that_binary64_does_not_hold_are_refused(name, bits, most):
    with pytest.raises(ValueError, match=f"{bits} random bits for {name}; there may be 1 to {most}"):
        Stochastic(np.random.default_rng(0), bits)(get_format(name), [1.0])
