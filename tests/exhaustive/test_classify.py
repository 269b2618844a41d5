"""Verdicts in vector instructions: each what the careful verdict says of the value by itself, or none."""

import numpy as np
import pytest

from study.certified.errors import Outcome
from study.exhaustive.bins import BINS
from study.exhaustive.classify import classify
from study.exhaustive.judge import OUTCOMES, judge_each
from study.exhaustive.limits import Limits
from study.exhaustive.verdict import HALVES, SHIFT, any_run, ordinary_run
from study.formats import get_format


def hard_cases(form, count=40_000):
    """Computed values, and references on and beside every edge there is: ties, powers of two, the format's ends."""
    rng = np.random.default_rng(7)
    kind = get_format(form)
    patterns = rng.integers(0, 2**kind.bits, count, dtype=np.uint64).astype(f"uint{kind.bits}")
    with np.errstate(invalid="ignore"):
        c = patterns.view(kind.dtype).astype(np.float64)
    ends = [0.0, kind.xmins, kind.xmins / 2, kind.xmin, kind.xmax, 2.0 ** (kind.emax + 1), np.inf, -np.inf, np.nan, 1.0]
    ends.append(Limits.of(kind).to_infinity)
    c[: count // 8] = rng.choice([e for e in ends if abs(e) <= kind.xmax or not np.isfinite(e)], count // 8)
    c = kind.round(c).astype(np.float64)
    ulp = kind.ulp(np.where(np.isfinite(c), c, 1.0))
    steps = rng.choice([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 64.0, 1000.0], count)
    with np.errstate(invalid="ignore", over="ignore"):
        hi = c + rng.choice([-1.0, 1.0], count) * steps * ulp
        hi = np.where(rng.random(count) < 0.2, rng.choice(ends, count), hi)
        hi = np.where(rng.random(count) < 0.2, 2.0 ** np.rint(np.log2(np.abs(hi) + kind.xmins)), hi)
        hi = np.where(rng.random(count) < 0.2, hi * (1 + rng.normal(size=count) * kind.u), hi)
        lo = hi * rng.choice([0.0, 1.0, -1.0], count) * 2.0 ** -rng.integers(20, 120, count).astype(float)
        bound = np.abs(np.where(lo == 0.0, hi * rng.choice([0.0, 1.0], count), lo)) * 2.0**-49
    finite = np.isfinite(hi)
    return c, hi, np.where(finite, lo, 0.0), np.where(finite, bound, 0.0)


@pytest.mark.parametrize("form", ["float16", "bfloat16", "float32", "float8_e4m3fn", "float8_e5m2"])
def test_a_run_is_judged_as_each_value_by_itself(form):
    cases, limits = hard_cases(form), Limits.of(get_format(form))
    count = len(cases[0])
    errors, places, outcomes = np.empty(count), np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    judge_each(*cases, limits, errors, places, outcomes)
    assert {Outcome(o) for o in outcomes[places >= 0]} >= set(Outcome) - {Outcome.MISSED, Outcome.OVERFLOW}
    for run, least in ((ordinary_run, 0.1), (any_run, 0.5)):
        fast, codes = np.empty(count), np.empty(count, dtype=np.int64)
        run(*cases, limits, fast, codes)
        decided = codes >= 0
        assert decided.mean() > least * (places >= 0).mean()
        assert (places[decided] == codes[decided] & HALVES).all()
        assert (outcomes[decided] == codes[decided] >> SHIFT).all()
        assert np.isclose(fast, errors, rtol=1e-9, atol=1e-9)[decided].all()
    histogram, counts = np.zeros(BINS, dtype=np.int64), np.zeros(OUTCOMES, dtype=np.int64)
    left = np.empty(count, dtype=np.int64)
    worst, at, open_ = classify(*cases, limits, histogram, counts, left)
    assert (left[:open_] == np.flatnonzero(places < 0)).all()
    assert (histogram == np.bincount(places[places >= 0], minlength=BINS)).all()
    assert (counts == np.bincount(outcomes[places >= 0], minlength=OUTCOMES)).all()
    assert worst == errors[places >= 0].max() == errors[at]
