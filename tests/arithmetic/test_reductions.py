"""Sums and products: each step rounded, in the order that is stated, against loops over scalars."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.arithmetic import reductions
from study.formats import FORMATS, round_to

COMPUTING = [name for name, form in FORMATS.items() if form.computes]
every_format = pytest.mark.parametrize("form", [FORMATS[name] for name in COMPUTING], ids=COMPUTING)
FUNCTIONS = {
    "sequential_sum": 0,
    "sequential_product": 1,
    "pairwise_sum": 0,
    "pairwise_product": 1,
    "compensated_sum": 0,
    "wide_sum": 0,
}
PAIRS = [(name, form) for name in FUNCTIONS for form in COMPUTING if name != "wide_sum" or form in reductions.WIDER]
every_pair = pytest.mark.parametrize(
    ("name", "form"), [(name, FORMATS[form]) for name, form in PAIRS], ids=map(str, PAIRS)
)
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def draw(form, *shape, seed=0):
    return form.round(np.random.default_rng(seed).uniform(0.5, 1.5, shape))


def same_bits(a, b):
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


# Against loops. A step is done in exact fractions and rounded by ``Format.round`` or ``round_to``.


def step(form, exact):
    import mpmath

    with mpmath.workprec(600):
        return round_to(mpmath.mpf(exact.numerator) / exact.denominator, form)


def fraction(scalar):
    return Fraction(float(scalar))


@every_format
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 40))
def test_the_sequential_sum_rounds_at_every_step(form, seed, n):
    x = draw(form, n, seed=seed)
    acc = x[0]
    for term in x[1:]:
        acc = step(form, fraction(acc) + fraction(term))
    assert same_bits(reductions.sequential_sum(x), acc)


@every_format
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 40))
def test_the_sequential_product_rounds_at_every_step(form, seed, n):
    x = draw(form, n, seed=seed)
    acc = x[0]
    for term in x[1:]:
        acc = step(form, fraction(acc) * fraction(term))
    assert same_bits(reductions.sequential_product(x), acc)


@every_format
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 40))
def test_pairwise_combines_neighbours_level_by_level(form, seed, n):
    x = draw(form, n, seed=seed)
    for function, combine in (
        (reductions.pairwise_sum, lambda a, b: a + b),
        (reductions.pairwise_product, lambda a, b: a * b),
    ):
        level = list(x)
        while len(level) > 1:
            pairs = [
                step(form, combine(fraction(a), fraction(b))) for a, b in zip(level[::2], level[1::2], strict=False)
            ]
            level = pairs + level[2 * len(pairs) :]
        assert same_bits(function(x), level[0])


@every_format
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 40))
def test_the_compensated_sum_adds_the_exact_rounding_errors(form, seed, n):
    """TwoSum gives the error of each addition exactly, so the loop takes it from fractions."""
    x = form.round(np.random.default_rng(seed).standard_normal(n) * 4)
    acc, lost = x[0], x[0] * 0
    for term in x[1:]:
        total = step(form, fraction(acc) + fraction(term))
        error = step(form, fraction(acc) + fraction(term) - fraction(total))
        lost = step(form, fraction(lost) + fraction(error)) if term is not x[1] else error
        acc = total
    assert float(reductions.compensated_sum(x)) == float(step(form, fraction(acc) + fraction(lost)))


@pytest.mark.parametrize("name", reductions.WIDER)
def test_the_wide_sum_rounds_once_into_the_format(name):
    form, wider = FORMATS[name], FORMATS[reductions.WIDER[name]]
    x = draw(form, 50)
    acc = wider.round(float(x[0]))
    for term in x[1:]:
        acc = step(wider, fraction(acc) + fraction(term))
    assert same_bits(reductions.wide_sum(x), form.round(float(acc)))


# What NumPy does instead


def test_numpys_own_sum_and_product_accumulate_float16_in_float32():
    ones = np.ones(3000, np.float16)
    assert np.sum(ones) == 3000
    assert reductions.sequential_sum(ones) == 2048
    halves = np.array([2.0**-12, 2.0**-12, 2.0**-12, 2.0**12, 2.0**12], np.float16)
    assert np.prod(halves) == 2.0**-12
    assert reductions.sequential_product(halves) == 0


@pytest.mark.parametrize(("name", "stuck"), [("float16", 2048), ("bfloat16", 256)])
def test_a_sequential_sum_of_ones_sticks_where_the_format_ends(name, stuck):
    ones = np.ones((2, 3000), FORMATS[name].dtype)
    assert (reductions.sequential_sum(ones).astype(float) == stuck).all()
    assert (reductions.sequential_sum(ones.T.copy().T).astype(float) == stuck).all()


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_a_pairwise_sum_of_ones_does_not_stick(name):
    ones = np.ones(4096, FORMATS[name].dtype)
    assert float(reductions.pairwise_sum(ones)) == 4096


def test_the_compensated_sum_keeps_what_plain_summation_loses():
    x = np.array([1, 1e100, 1, -1e100])
    assert reductions.sequential_sum(x) == 0
    assert reductions.compensated_sum(x) == 2


@every_format
def test_an_overflowing_compensated_sum_is_infinite_and_not_nan(form):
    with np.errstate(all="ignore"):
        x = form.round([form.xmax, form.xmax, -1.0])
        assert float(reductions.compensated_sum(x)) == math.inf
        assert float(reductions.compensated_sum(-x)) == -math.inf
        assert np.isnan(float(reductions.compensated_sum(form.round([np.inf, -np.inf]))))


# Shapes and layouts


@every_pair
def test_the_empty_sum_is_0_and_the_empty_product_1(name, form):
    for shape in ((0,), (3, 0), (0, 0)):
        out = np.asarray(getattr(reductions, name)(np.zeros(shape, form.dtype)))
        assert out.shape == shape[:-1]
        assert out.dtype == form.dtype
        assert (out.astype(float) == FUNCTIONS[name]).all()
    assert np.asarray(getattr(reductions, name)(np.zeros((0, 3), form.dtype))).shape == (0,)


@every_pair
def test_one_number_is_its_own_sum_and_product(name, form):
    x = draw(form, 4, 1)
    assert same_bits(getattr(reductions, name)(x), x[:, 0])


@every_pair
def test_the_memory_layout_changes_no_bit(name, form):
    function, x = getattr(reductions, name), draw(form, 7, 5, 33)
    due = np.stack([[np.asarray(function(row.copy())) for row in block] for block in x])
    strided = np.zeros((14, 5, 99), form.dtype)[::2, :, ::3]
    strided[...] = x
    backwards = x[:, ::-1, ::-1].copy()[:, ::-1, ::-1]
    for layout in (x, np.asfortranarray(x), x.transpose(2, 0, 1).copy().transpose(1, 2, 0), strided, backwards):
        assert same_bits(function(layout), due)


@every_pair
def test_a_vector_broadcast_over_a_stack_gives_the_same_in_every_row(name, form):
    function, x = getattr(reductions, name), draw(form, 33)
    out = function(np.broadcast_to(x, (4, 33)))
    assert same_bits(out, np.stack([np.asarray(function(x))] * 4))


@every_function
def test_the_argument_is_left_as_it_was(name):
    x = draw(FORMATS["float32"], 3, 9)
    before = x.copy()
    getattr(reductions, name)(x)
    assert same_bits(x, before)
