from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.certified.certify import UncertifiedError
from study.certified.exact import Exact
from study.formats import KNOWN, MAIN_FORMATS
from study.inputs.families import generator
from study.measurement.decisions import nucleus
from study.measurement.decisions.given import probabilities

KEEPING_ONE = [name for name in nucleus.FORMULAS if name != "ascending"]


def smallest(p, top):
    """The size of the smallest set of the first of p that sums to top, by fractions."""
    total = Fraction(0)
    for count, value in enumerate(p, 1):
        total += Fraction(float(value))
        if total >= Fraction(top):
            return count
    return len(p)


def shares(weights):
    """Probabilities of a power of two that sum to one, the largest first."""
    return sorted((Fraction(w, 64) for w in weights), reverse=True)


PARTS = st.lists(st.integers(1, 20), min_size=1, max_size=8).filter(lambda w: sum(w) <= 64).map(
    lambda w: [*w, 64 - sum(w)] if sum(w) < 64 else w
)  # fmt: skip


@given(PARTS, st.integers(1, 63))
def test_the_size_is_that_of_fractions_ties_too(weights, top):
    p = shares(weights)
    held = Exact.from_float(np.array([[float(value) for value in p]]))
    assert nucleus.size(held, top / 64).tolist() == [smallest(p, top / 64)]


@pytest.mark.parametrize("top", [1e-4, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("name", MAIN_FORMATS)
def test_the_size_is_that_of_mpmath(name, top):
    logits = KNOWN[name].round(np.sort(generator("nuclei").normal(0, 3, (4, 50)), axis=-1)[:, ::-1])
    due, _ = probabilities(logits)
    with mpmath.workprec(200):
        for row, size in zip(logits.astype(float), nucleus.size(due, top), strict=True):
            terms = [mpmath.exp(x) for x in row]
            sums = [mpmath.fsum(terms[: k + 1]) / mpmath.fsum(terms) for k in range(len(terms))]
            assert size == next(k for k, total in enumerate(sums, 1) if total >= top)


def test_a_sum_that_binary64_does_not_tell_is_decided_exactly():
    """0.9 and then numbers of 2⁻⁶⁰: 128 of them make an ulp, of which a running sum sees none."""
    p = np.array([[0.9, *[2.0**-60] * 200]])
    top = float(np.nextafter(0.9, 1))
    assert np.cumsum(p)[-1] < top
    assert nucleus.size(Exact.from_float(p), top).tolist() == [129]
    assert nucleus.size(Exact.from_float(p), 0.9).tolist() == [1]


def test_a_sum_is_decided_beyond_its_error_bound():
    p = Exact.from_float(np.array([[0.9, *[1.5 * 2.0**-60] * 200]]))
    p.error[:] = 2.0**-100
    assert nucleus.size(p, float(np.nextafter(0.9, 1))).tolist() == [1 + 86]


def test_what_error_bounds_leave_open_is_refused():
    p = Exact.from_float(np.array([[0.5, 0.5]]))
    p.error[:] = 2.0**-90
    with pytest.raises(UncertifiedError, match="the first 1 probabilities is not told from"):
        nucleus.size(p, 0.5)
    for top in (0.0, 1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            nucleus.size(p, top)


@given(PARTS, st.integers(0, 63))
def test_without_rounding_the_formulas_keep_what_is_due(weights, top):
    """All sums of 64ths are numbers of float16; a top of an odd number of 128ths is none of the sums."""
    top = (2 * top + 1) / 128
    p = np.array([[float(value) for value in shares(weights)]], dtype=np.float16)
    due = np.arange(p.shape[1]) < smallest(p[0], top)
    for keep in nucleus.FORMULAS.values():
        assert (keep(p, top)[0] == due).all()


def test_at_a_tie_the_sum_from_above_keeps_one_more():
    """As transformers#18976 reports of an earlier formula there."""
    p = np.array([[0.5, 0.25, 0.25]])
    kept = {name: int(keep(p, 0.5).sum()) for name, keep in nucleus.FORMULAS.items() if name != "wide"}
    assert kept == {"ascending": 1, "ascending_and_first": 1, "descending": 2}
    assert nucleus.wide(p.astype(np.float32), 0.5).sum() == nucleus.size(Exact.from_float(p), 0.5)[0] == 1


@pytest.mark.parametrize(("name", "top"), [("bfloat16", 1e-3), ("float16", 1e-4), ("float32", 1e-8)])
def test_a_small_top_p_keeps_one_token_at_least_but_by_the_sum_from_below(name, top):
    """mlx-lm#1912: 4096 tokens, and 1 − top rounds to 1, which the sum from below does not exceed."""
    logits = KNOWN[name].round(np.sort(generator("mlx").standard_normal((20, 4096)), axis=-1)[:, ::-1])
    due, p = probabilities(logits)
    assert (nucleus.size(due, top) == 1).all()
    assert KNOWN[name].round(1 - top) == 1
    once = KNOWN[name].round(np.cumsum(p.astype(float), axis=-1)[:, -1])
    assert (once <= 1).all(), "so that a sum that is rounded once keeps nothing either"
    assert not nucleus.ascending(p, top).any(axis=-1).all()
    for keep in map(nucleus.FORMULAS.get, KEEPING_ONE):
        assert (keep(p, top).sum(axis=-1) == 1).all()


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=30), st.floats(1e-12, 1, exclude_max=True),
       st.sampled_from(("float16", "bfloat16", "float32")), st.sampled_from(KEEPING_ONE))  # fmt: skip
def test_the_other_formulas_keep_the_first_whatever_top_p_is(logits, top, name, formula):
    _, p = probabilities(KNOWN[name].round(np.sort(logits)[None, ::-1]))
    assert nucleus.FORMULAS[formula](p, top)[0, 0]


def test_a_broken_formula_is_seen():
    """Sums that are not brought one place on: keeps a token too few."""
    _, p = probabilities(np.sort(generator("broken").standard_normal((20, 100)), axis=-1)[:, ::-1])
    due = np.arange(100) < nucleus.size(Exact.from_float(p), 0.5)[:, None]
    assert (nucleus.descending(p, 0.5) == due).all()
    assert not (np.cumsum(p, axis=-1) <= 0.5).any(axis=-1)[(due.sum(axis=-1) == 1)].any()
    assert ((np.cumsum(p, axis=-1) <= 0.5).sum(axis=-1) == due.sum(axis=-1) - 1).all()
