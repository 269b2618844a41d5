import math

import pytest

from study.plots.text import at_least, at_most, listed, measure, number, plain, power, slug


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (7, "7"),
        (12345, "12,345"),
        (1075.0, "1,075"),
        (59188.0, "59,200"),
        (-230.2585, "−230"),
        (0.69314, "0.693"),
        (2.0001, "2.00"),
        (0.9996, "1.00"),
        (99.96, "100"),
        (1234.5, "1,230"),
        (1.5e8, "1.50e8"),
        (1.3e-45, "1.30e−45"),
        (0.00099996, "0.00100"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
    ],
)
def test_three_significant_digits(value, words):
    assert number(value) == words


def test_more_digits_on_demand():
    assert number(-230.258509, 5) == "−230.26"


def test_units_are_counted():
    assert measure(1, "ulps") == "1 ulp"
    assert measure(1.5, "ulps") == "1.50 ulps"


@pytest.mark.parametrize(
    ("value", "words"), [(0.1, "0.1"), (0, "0"), (-1000, "−1000"), (1e4, "10⁴"), (1e-7, "10⁻⁷"), (5e6, "5·10⁶")]
)
def test_powers_on_an_axis(value, words):
    assert power(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0.1, "0.1"), (2000, "2,000"), (1e-9, "1e−9"), (88.723, "88.723"), (math.inf, "∞")]
)
def test_chosen_numbers_are_told_as_they_are(value, words):
    assert plain(value) == words


def test_lists_and_anchors():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert slug("N(0, 1), n = 10") == "n-0-1-n-10"


@pytest.mark.parametrize(
    ("value", "above", "below"),
    [(4.924, "4.93", "4.92"), (2.54, "2.54", "2.54"), (950.351, "951", "950"), (2.121e-9, "2.13e−9", "2.12e−9"),
     (8.621e45, "8.63e45", "8.62e45"), (0.5, "0.500", "0.500"), (12_345, "12,345", "12,345"), (0.0, "0", "0"),
     (math.inf, "∞", "∞")],
)  # fmt: skip
def test_what_is_said_to_be_the_most_is_not_exceeded(value, above, below):
    assert at_most(value) == above
    assert at_least(value) == below
