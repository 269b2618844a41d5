"""Likelihoods, perplexities and importance ratios whose exact values are known without computing."""

import math

import mpmath
import numpy as np
import pytest

from study.formats import FORMATS
from study.problems import PROBLEMS
from study.problems.reference import reference

LIKELIHOOD, PERPLEXITY, RATIO = (
    PROBLEMS[name] for name in ("sequence_log_likelihood", "perplexity", "importance_ratio")
)
WIDE = [name for name, form in FORMATS.items() if form.computes]


def flat(length, classes, dtype):
    """A text whose every token is one of equally likely ones."""
    return np.zeros((1, length, classes), dtype), np.zeros((1, length), np.int64)


@pytest.mark.parametrize("length", [1, 3, 100])
def test_a_text_of_equally_likely_tokens(length):
    args = flat(length, 4, "float64")
    with mpmath.workprec(200):
        assert reference("sequence_log_likelihood", *args)[0] == pytest.approx(-length * mpmath.log(4), rel=1e-30)
    assert reference("perplexity", *args)[0] == pytest.approx(4, rel=1e-30)


@pytest.mark.parametrize("name", WIDE)
def test_the_likelihood_of_quarters_is_zero_where_the_format_ends(name):
    """4**-T is exact down to xmins = 2**(emin - p + 1), and half of that ties to zero."""
    form, naive = FORMATS[name], LIKELIHOOD.algorithms["naive"]
    last = (form.p - 1 - form.emin) // 2
    assert np.isfinite(naive(*flat(last, 4, form.dtype))).all()
    assert np.isneginf(naive(*flat(last + 1, 4, form.dtype))).all()
    assert np.isposinf(PERPLEXITY.algorithms["naive"](*flat(last + 1, 4, form.dtype))).all()
    assert float(PERPLEXITY.algorithms["roots"](*flat(last + 1, 4, form.dtype))[0]) > 2


def test_a_sum_in_bfloat16_stops_growing():
    """At 256 times its terms; a perplexity made of it falls towards 1 as the text grows."""
    args = flat(5000, 4, FORMATS["bfloat16"].dtype)
    made = {name: float(PERPLEXITY.algorithms[name](*args)[0]) for name in ("sequential", "pairwise", "wide")}
    assert made["sequential"] < 1.2
    assert made["pairwise"] == pytest.approx(4, rel=0.02)
    assert made["wide"] == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("name", WIDE)
def test_a_ratio_of_equal_models_is_1_but_where_their_likelihoods_underflow(name):
    form = FORMATS[name]
    p = form.round(-np.random.default_rng(1).exponential(1, (3, 5000)))
    for algorithm in RATIO.algorithms.values():
        if form.name in algorithm.formats:
            out = algorithm(p, p).astype(float)
            assert np.isnan(out).all() if algorithm.name == "naive" else (out == 1).all(), algorithm.name


def test_differences_of_close_log_probabilities_are_exact_and_their_sums_are_not():
    """Sterbenz: p − q is exact within a factor of two."""
    rng = np.random.default_rng(2)
    p = -rng.uniform(1, 2, (20, 2048)).astype(np.float16)
    q = (p.astype(np.float64) * (1 + 2.0**-9 * rng.choice([-1, 0, 1], p.shape))).astype(np.float16)
    due = np.exp((p.astype(np.float64) - q.astype(np.float64)).sum(axis=-1))
    off = {
        name: np.max(np.abs(RATIO.algorithms[name](p, q).astype(np.float64) / due - 1))
        for name in ("exp_of_sum", "exp_of_difference")
    }
    assert off["exp_of_sum"] < 0.01
    assert off["exp_of_difference"] > 1


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("rest", [-1.0, 0.0])
def test_faithful_sees_through_sums_that_cancel(name, rest):
    form = FORMATS[name]
    huge = form.round(np.array([-form.xmax, -form.xmax / 3, -1e4, -form.xmins]))
    p, q = np.append(huge, form.round(rest)), np.append(form.round(0.0), huge[::-1])
    assert float(RATIO.algorithms["faithful"](p, q)) == pytest.approx(math.exp(rest), rel=2 * form.u)
    q[0] = -800
    assert float(RATIO.algorithms["faithful"](p, q)) == math.inf
    assert float(RATIO.algorithms["faithful"](q, p)) == 0
