"""Digits right and what is lost, held to mpmath; tallies of parts add up to that of the whole."""

import mpmath
import numpy as np
import pytest

from study.certified.exact import Exact
from study.own.score import MOST_DIGITS, digits, distances, right, summed, tallied


def exactly(*values):
    with mpmath.workprec(200):
        return Exact.from_mpf([mpmath.mpf(v) for v in values])


def test_distances_are_exact_beside_the_reference():
    with mpmath.workprec(200):
        third = mpmath.mpf(1) / 3
        off = abs(mpmath.mpf(1 / 3) - third)
    reference = exactly(third, "inf", "nan", 0, "inf")
    found = distances(np.array([1 / 3, np.inf, np.nan, 0.0, 1.0]), reference)
    assert found[0] == pytest.approx(float(off), rel=1e-10)
    assert found[1:].tolist() == [0, 0, 0, np.inf]
    assert distances(np.array([np.nan]), exactly(1))[0] == np.inf


@pytest.mark.parametrize(
    ("value", "exact", "is_"),
    [
        (1.01, 1, 2),
        (1.0, 1, MOST_DIGITS),
        (np.inf, 1, 0),
        (np.nan, 1, 0),
        (2.5, 1, 0),
        (0.0, 0, MOST_DIGITS),
        (1.0, 0, 0),
    ],
)
def test_digits(value, exact, is_):
    assert digits(value, exactly(exact)[0]) == pytest.approx(is_, abs=1e-12)


def test_digits_end_with_binary64():
    assert right(2.0**-60) == MOST_DIGITS
    assert right(1e-3) == pytest.approx(3)


def test_what_has_no_digit_right_is_lost():
    reference = exactly(1, 1, 1, 1, 1, 1, "inf", "inf", "nan", 0, 1e-30)
    values = np.array([1, 0, np.inf, np.nan, 2, 1.9, np.inf, 3, np.nan, 0, 0])
    tally = tallied(values, reference, np.arange(11))
    assert (tally.lost, tally.zeros) == (6, 2)
    assert tallied(values[[0, 5, 6, 8, 9]], reference[[0, 5, 6, 8, 9]], np.arange(5)).lost == 0


def test_tallies_add_up():
    rng = np.random.default_rng(5)
    exact = rng.uniform(1, 9, 50)
    values = (exact * (1 + rng.normal(0, 1e-3, 50))).astype(np.float16)
    reference, rows = exactly(*exact), np.arange(50)
    whole = tallied(values, reference, rows)
    one, two = (tallied(values[part], reference[part], rows[part]) for part in (slice(0, 20), slice(20, 50)))
    both = two + one
    assert (both.row, both.value, both.exact, both.error, both.lost, both.zeros, both.off) == (
        whole.row, whole.value, whole.exact, whole.error, whole.lost, whole.zeros, whole.off
    )  # fmt: skip
    assert both.total == pytest.approx(whole.total, rel=1e-15)


def test_a_sum_in_the_format_stagnates():
    assert summed(np.full(4096, np.float16(1.0))) == 0.5  # 2048 + 1 is 2048 in float16
