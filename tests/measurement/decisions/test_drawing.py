import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from study.arithmetic.reductions import running_sum
from study.certified.exact import Exact
from study.formats import KNOWN
from study.inputs.families import generator
from study.measurement.decisions import drawing
from study.measurement.decisions.given import probabilities

HALVES = [KNOWN["float16"], KNOWN["bfloat16"]]


def of_each(p, choose):
    """How often each token is chosen, and none, over every u = k 2⁻ᵗ, one by one."""
    form = KNOWN[p.dtype.name]
    sums = running_sum(p).astype(float).tolist()
    counts = [Fraction(0)] * (len(p) + 1)
    for k in range(2**form.p):
        u = Fraction(k, 2**form.p)
        counts[next((i for i, c in enumerate(sums) if choose(Fraction(c), u)), len(p))] += Fraction(1, 2**form.p)
    return counts


@pytest.mark.parametrize("form", HALVES, ids=str)
@pytest.mark.parametrize("n", [1, 2, 30])
def test_inverted_sums_are_counted_as_every_u_has_them(form, n):
    _, p = probabilities(form.round(generator("inverted", n).normal(0, 2, n)))
    assert drawing.inverse(p).tolist() == of_each(p, lambda c, u: c > u)
    assert drawing.inverse(p, included=True).tolist() == of_each(p, lambda c, u: c >= u)
    for included in (False, True):
        made = drawing.inverse(p, drawing.grid(form), included=included)
        assert made.tolist() == drawing.inverse(p, included=included).tolist()


def test_sums_that_end_early_or_late():
    p = np.array([0.5, 0.25], dtype=np.float16)
    assert drawing.inverse(p).tolist() == [0.5, 0.25, 0.25]
    half = np.float16([0.25, 0.125, 0.0625, 0.0625])
    assert drawing.inverse(half, divided=True).tolist() == [0.5, 0.25, 0.125, 0.125, 0]
    late = np.array([0.75, 0.5, 0.5], dtype=np.float16)
    assert drawing.inverse(late).tolist() == [0.75, 0.25, 0, 0]
    assert drawing.inverse(late, included=True).tolist() == [0.75 + 2**-11, 0.25 - 2**-11, 0, 0]


def test_a_token_of_probability_0_is_drawn_where_the_sum_may_equal_u():
    p = np.array([0, 0.5, 0.5], dtype=np.float32)
    assert drawing.inverse(p)[0] == 0
    assert drawing.inverse(p, included=True)[0] == 2**-24


def test_binary64_is_counted_without_rounding():
    p = np.array([2.0**-53, 0.5, 0.5 - 2.0**-53])
    assert drawing.inverse(p).tolist() == [*p.tolist(), 0]


@pytest.mark.parametrize("form", HALVES, ids=str)
def test_sums_in_a_wider_format_are_rounded_once(form):
    _, p = probabilities(form.round(generator("wide").normal(0, 2, 3000)))
    sums = form.round(np.cumsum(p.astype(np.float32)).astype(float))
    below = np.minimum(np.ceil(sums.astype(float) * 2**form.p), 2**form.p)
    assert drawing.inverse(p, wide=True).tolist() == (np.diff([0, *below, 2**form.p]) / 2**form.p).tolist()


@pytest.mark.parametrize("form", HALVES, ids=str)
def test_numbers_of_binary32_that_are_cast(form):
    """Every one of the 2²⁴, cast by the dtype itself."""
    cast = form.to_bits((np.arange(2**24, dtype=np.float32) / np.float32(2**24)).astype(form.dtype))
    made = drawing.narrowed(form)
    assert (made.chances * 2**24).tolist() == np.bincount(cast, minlength=len(made.values)).tolist()
    assert made.values[-1] == 1
    assert made.chances[-1] > 2.0 ** -(form.p + 2)


@pytest.mark.parametrize("form", HALVES, ids=str)
def test_a_cast_that_makes_1_gives_0(form):
    """PyTorch 2.13 gave 97,435 zeros among 50 million numbers of bfloat16, 12,205 of float16, and not one 1."""
    made, cast = drawing.narrowed(form, wrapped=True), drawing.narrowed(form)
    assert made.chances[-1] == 0
    assert made.chances[0] == cast.chances[0] + cast.chances[-1]
    assert made.chances[1:-1].tolist() == cast.chances[1:-1].tolist()
    expected = 50e6 * made.chances[0]
    assert abs({"bfloat16": 97_435, "float16": 12_205}[form.name] - expected) < 4 * math.sqrt(expected)


def test_numbers_beyond_the_sums_bring_no_token():
    p = np.array([0.5, 0.25], dtype=np.float16)
    uniform = drawing.Numbers(np.array([0.0, 0.5, 0.75, 1.0], dtype=np.float16), np.array([0.1, 0.2, 0.3, 0.4]))
    assert drawing.inverse(p, uniform).tolist() == [0.1, 0.2, 0.3 + 0.4]
    assert drawing.inverse(p, uniform, included=True).tolist() == [0.1 + 0.2, 0.3, 0.4]


@pytest.mark.parametrize("form", HALVES, ids=str)
def test_the_grid_has_the_bits_of_the_format(form):
    made = drawing.grid(form)
    assert made.values.dtype == form.dtype
    assert made.values.astype(float).tolist() == [k / 2**form.p for k in range(2**form.p)]
    assert made.chances.sum() == 1


@pytest.mark.parametrize("form", HALVES, ids=str)
def test_exponential_numbers_have_the_probability_of_what_is_rounded_to_them(form):
    made = drawing.exponential(form)
    with mpmath.workprec(200):
        one = int(form.to_bits(form.round(1.0)))
        for place in [0, 1, 2, 100, one, one + 300]:
            near = [mpmath.mpf(float(v)) for v in made.values[max(place - 1, 0) : place + 2]]
            low = (near[0] + near[1]) / 2 if place else mpmath.mpf(0)
            due = mpmath.exp(-low) - mpmath.exp(-(near[-2] + near[-1]) / 2)
            assert abs(made.chances[place] - due) <= 1e-14 * due
    assert math.fsum(made.chances) == pytest.approx(1, abs=1e-15)


def by_hand(keys, chances):
    """Every outcome of independent numbers: the first largest wins, NaN before all."""
    n = len(keys)
    won = [Fraction(0)] * n
    for places in itertools.product(range(len(chances)), repeat=n):
        drawn = [keys[i][k] for i, k in enumerate(places)]
        first = next((i for i, v in enumerate(drawn) if math.isnan(v)), None)
        best = drawn.index(max(drawn)) if first is None else first
        won[best] += math.prod(chances[k] for k in places)
    return won


KEYS = [
    [[0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [1.0, 1.0, 3.0]],
    [[-np.inf, 0.0, 1.0], [-np.inf, 0.0, np.inf], [-np.inf, -np.inf, np.nan]],
    [[np.nan, 0.0, 1.0], [np.nan, np.nan, 1.0], [5.0, -0.0, np.inf]],
    [[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [2.5, 1.5, 0.5]],
]
CHANCES = [Fraction(1, 8), Fraction(5, 8), Fraction(2, 8)]


@pytest.mark.parametrize("keys", KEYS)
def test_winners_are_those_of_every_outcome(keys):
    made = drawing.winners(np.array(keys), np.array(CHANCES, dtype=float))
    due = by_hand(keys, CHANCES)
    assert made == pytest.approx([float(v) for v in due], abs=1e-15)


def test_winners_agree_with_arg_max():
    """Which the formulas in use call: the first of the largest, NaN the largest."""
    for drawn in itertools.product([0.0, 1.0, np.nan, -np.inf], repeat=3):
        made = drawing.winners(np.array(drawn)[:, None], np.ones(1))
        assert made.tolist() == [float(i == np.argmax(drawn)) for i in range(3)]


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("count", [1, 2, 4])
def test_one_token_before_many_alike(keys, count):
    first, other = (np.array(row) for row in keys[1:])
    chances = np.array(CHANCES, dtype=float)
    won = drawing.winners(np.vstack([first, *[other] * count]), chances)[0]
    assert drawing.beaten(first, other, count, chances) == pytest.approx(1 - won, abs=1e-15)


def test_two_rows_are_counted_as_many_are():
    form = KNOWN["float16"]
    uniform = drawing.grid(form)
    keys = drawing.gumbel(form.round([0.0, -3.0]), uniform)
    assert drawing.of_two(keys) == pytest.approx(drawing.winners(keys, uniform.chances), abs=1e-13)


def test_gumbel_and_race_draw_from_softmax_but_for_rounding():
    """With fine numbers, in binary64: the formulas are right, and a wrong sign or the wrong root is not."""
    logits = np.array([0.0, -1.0, 0.5, -3.0])
    due, p = probabilities(logits)
    u = (np.arange(4096) + 0.5) / 4096
    uniform = drawing.Numbers(u, np.full(4096, 1 / 4096))
    waiting = drawing.Numbers(-np.log(u), uniform.chances)
    for keys in (
        drawing.gumbel(logits, uniform),
        drawing.gumbel(logits, uniform, of_one_less=True),
        drawing.race(p, waiting),
    ):
        assert drawing.total_variation(drawing.winners(keys, uniform.chances), due) < 1e-3
    for broken in (-drawing.gumbel(logits, uniform), drawing.race(p, uniform), logits[:, None] + np.log(-np.log(u))):
        assert drawing.total_variation(drawing.winners(broken, uniform.chances), due) > 0.02


def test_a_u_of_0_loses_by_its_log_and_wins_by_that_of_its_complement():
    zero = drawing.Numbers(np.zeros(1, dtype=np.float16), np.ones(1))
    logits = np.array([1, -np.inf], dtype=np.float16)
    assert drawing.gumbel(logits, zero)[:, 0].tolist() == [-np.inf, -np.inf]
    assert np.isnan(drawing.gumbel(logits, zero, of_one_less=True)[1, 0])
    assert drawing.gumbel(logits, zero, of_one_less=True)[0, 0] == np.inf


def test_total_variation_is_that_of_fractions():
    due = [Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)]
    drawn = [Fraction(1, 8), Fraction(1, 2), Fraction(1, 4), Fraction(1, 8)]
    half = sum(abs(a - b) for a, b in zip(drawn, [*due, 0], strict=True)) / 2
    held = Exact.from_float(np.array(due, dtype=float))
    assert drawing.total_variation(np.array(drawn, dtype=float), held) == half == Fraction(3, 8)
    assert drawing.total_variation(np.array(due, dtype=float), held) == 0


@pytest.mark.parametrize("step", [0.0, 1 / 3, 1.0])
def test_total_variation_sees_what_binary64_does_not_hold(step):
    """A third and two thirds, beside the numbers of binary64 next to them, and the next ones below and above."""
    drawn = np.array([np.nextafter(1 / 3, step), 2 / 3])
    with mpmath.workprec(100):
        exact = [mpmath.mpf(1) / 3, mpmath.mpf(2) / 3]
        off = sum(abs(float(a) - b) for a, b in zip(drawn, exact, strict=True)) / 2
    assert 1e-17 < off < 1e-16
    due = Exact.from_mpf(np.array(exact, dtype=object))
    assert drawing.total_variation(drawn, due) == pytest.approx(float(off), rel=1e-9, abs=0)


def test_the_draws_of_a_token_of_probability_0_that_were_reported():
    """pytorch#192812: 85 of 20,000, one of 151,936 tokens having all the probability; e < 2⁻²⁵ is 0 in float16."""
    form = KNOWN["float16"]
    waiting = drawing.exponential(form)
    keys = drawing.race(form.round([1.0, 0.0]), waiting)
    wrong = drawing.beaten(keys[0], keys[1], 151_935, waiting.chances)
    with mpmath.workprec(100):
        due = 1 - mpmath.exp(-(mpmath.mpf(2) ** -25)) ** 151_935
    assert wrong == pytest.approx(float(due), rel=1e-12, abs=0)
    expected = 20_000 * wrong
    assert abs(85 - expected) < 2 * math.sqrt(expected)
