"""Verdicts of a sweep against the definitions themselves, and against ``study.certified.errors``."""

import mpmath
import numpy as np
import pytest

from study.certified.certify import certified
from study.certified.errors import outcomes, ulp_error
from study.exhaustive.bins import BINS, bin_edges
from study.exhaustive.functions import problem_named
from study.exhaustive.judge import OUTCOMES
from study.exhaustive.measure import measure
from study.exhaustive.specification import Specification
from study.problems.reference import exact


def every(problem, form, length=1, **limits):
    algorithms = problem_named(problem).algorithms
    return Specification(problem, form, tuple(n for n, a in algorithms.items() if form in a.formats), length, **limits)


@pytest.mark.parametrize("form", ["float16", "float8_e4m3fn", "float8_e5m2"])
@pytest.mark.parametrize("problem", ["sigmoid", "log1mexp"])
def test_all_numbers_of_16_bits_as_in_errors(problem, form):
    spec = every(problem, form)
    args, index = spec.arguments(0, spec.domain)
    held = exact(problem_named(problem), *args)
    for name, tally in measure(spec).items():
        computed = problem_named(problem).algorithms[name](*args)
        errors = ulp_error(computed, held)
        edges = [low for low, _ in bin_edges()[1:]]
        bins = np.where(np.isinf(errors), BINS - 1, np.searchsorted(edges[:-1], errors, side="left"))
        assert tally.histogram == tuple(np.bincount(bins, minlength=BINS))
        assert tally.outcomes == tuple(np.bincount(outcomes(computed, held), minlength=OUTCOMES))
        worst = errors.max()
        assert tally.worst_ulp == worst or abs(tally.worst_ulp / worst - 1) < 1e-6
        assert errors[list(index).index(tally.worst_input)] >= worst * (1 - 1e-6)


@pytest.mark.parametrize(
    ("problem", "form", "length"),
    [("log_softmax", "float8_e5m2", 2), ("softmax", "float8_e4m3fn", 2), ("logsumexp", "float8_e5m2", 3)],
)
def test_a_sample_as_mpmath_decides(problem, form, length):
    rng = np.random.default_rng(5)
    for start in rng.integers(0, 2 ** (8 * length), 6):
        spec = every(problem, form, length, start=int(start), stop=int(start) + 1)
        args, _ = spec.arguments(spec.start, spec.end)
        wanted = range(length) if problem_named(problem).signature.vector_result else None
        exact_values = certified(problem_named(problem).definition, [args[0][0].astype(float)], 500, components=wanted)
        for name, tally in measure(spec).items():
            computed = np.atleast_1d(np.squeeze(problem_named(problem).algorithms[name](*args), axis=0))
            for c, value in zip(computed, exact_values, strict=True):
                place = _place(float(c), value, spec.format)
                assert place is None or tally.histogram[place], (name, args, value)


def _place(computed, value, form):
    """The bin of a finite result, by mpmath; None where that is a matter of special values."""
    if not mpmath.isfinite(value) or value == 0 or not np.isfinite(computed) or abs(value) > form.xmax:
        return None
    with mpmath.workprec(1000):
        exponent = max(int(mpmath.frexp(value)[1]) - 1, form.emin)
        error = abs(mpmath.mpf(computed) - value) / mpmath.mpf(2) ** (exponent - form.p + 1)
        return next(i for i, (_, high) in enumerate(bin_edges()) if error <= high)


def test_a_label_that_is_no_probability_is_left_out():
    spec = every("binary_cross_entropy_with_logits", "float8_e4m3fn")
    (tally, *_) = measure(spec).values()
    assert tally.count == 256 * (0x38 + 2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"form": "float64"}, "too many numbers"),
        ({"problem": "mean_nll"}, "cannot be swept"),
        ({"algorithms": ("no",)}, "has no algorithm 'no'"),
        ({"problem": "softmax", "algorithms": ("naive",)}, "give a length"),
        ({"problem": "softmax", "algorithms": ("naive",), "length": 3, "form": "float16"}, "at most 2\\^32"),
        ({"start": 9, "stop": 8}, "inputs run from 0"),
    ],
)
def test_what_cannot_be_swept_says_why(wrong, message):
    with pytest.raises(ValueError, match=message):
        Specification(**{"problem": "softplus", "form": "float16", "algorithms": ("naive",), **wrong})
