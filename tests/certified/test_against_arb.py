"""``study.reference`` against Arb, an independent engine with its own enclosures: randomised and hard inputs."""

import math

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath.libmp import round_nearest

from study.certified.interval import Arithmetic
from study.problems import PROBLEMS
from study.problems.base import Problem
from study.problems.reference import ENGINE_ERROR, exact, reference
from tests.campaigns import truth

PRECS = [1, 20, 53, 120, 300]
BITS = 9000
"""Arb's working precision: more than any cancellation below loses."""


@pytest.fixture(autouse=True)
def _arb_precision():
    before, flint.ctx.prec = flint.ctx.prec, BITS
    yield
    flint.ctx.prec = before


def total(terms):
    return sum(terms, flint.arb(0))


def finite(x):
    return [flint.arb(v) for v in x if v != -math.inf]


def arb_logsumexp(x):
    """As it is written: no shift, no log1p; only where the spread is huge are these needed."""
    if max(x) - min(finite_floats(x)) <= 4000:
        return total(v.exp() for v in finite(x)).log()
    return flint.arb(max(x)) + arb_others(x).log1p()


def arb_others(x):
    x = sorted(finite_floats(x))
    return total((flint.arb(v) - flint.arb(x[-1])).exp() for v in x[:-1])


def finite_floats(x):
    return [v for v in x if v != -math.inf]


def arb_log_softmax(x):
    if len(finite(x)) > 1 and max(x) - min(finite_floats(x)) <= 4000:
        y = arb_logsumexp(x)
        return [-math.inf if v == -math.inf else flint.arb(v) - y for v in x]
    rest = arb_others(x).log1p()
    return [-math.inf if v == -math.inf else (flint.arb(v) - flint.arb(max(x))) - rest for v in x]


def arb_softmax(x):
    return [flint.arb(0) if isinstance(v, float) else v.exp() for v in arb_log_softmax(x)]


def arb_likelihood(p):
    return math.prod((flint.arb(v) for v in p), start=flint.arb(1))


ARB = {
    "likelihood": arb_likelihood,
    "log_likelihood": lambda p: arb_likelihood(p).log(),
    "logsumexp": arb_logsumexp,
    "softmax": arb_softmax,
    "log_softmax": arb_log_softmax,
    "nll": lambda x: [-v for v in arb_log_softmax(x)],
}
OF_LOGITS = ["logsumexp", "softmax", "log_softmax", "nll"]
OF_PROBABILITIES = ["likelihood", "log_likelihood"]


def certified_by_arb(value, due, prec):
    """Whether the relative error of an mpf is at most 2**-prec for certain; infinities and zeros must be equal."""
    if isinstance(due, float):
        return value == due
    if due == 0:
        return value == 0
    sign, man, exp, _ = value._mpf_
    held = flint.arb((int(-man if sign else man), int(exp)))
    return bool(((held - due) / due).abs_upper() <= flint.arb((1, -prec)))


def agrees(problem, x, prec):
    """Every result of a problem for one vector against Arb; the loss for every target."""
    args = (np.array(x),) if problem != "nll" else (np.array(x), np.arange(len(x)))
    values = reference(problem, *args, prec=prec)
    due = ARB[problem](x)
    return all(
        certified_by_arb(value, d, prec)
        for value, d in zip(np.atleast_1d(values), due if isinstance(due, list) else [due], strict=True)
    )


def log_probabilities(weights):
    """Logs of probabilities that sum to 1, but for their rounding: logsumexp is 1e-16 or so."""
    return [math.log(w / sum(weights)) for w in weights]


weights = st.lists(st.floats(1e-6, 1), min_size=2, max_size=8)
logits = {
    "moderate": st.lists(st.floats(-20, 20), min_size=1, max_size=8),
    "range of 1500": st.lists(st.floats(-1500, 1500), min_size=2, max_size=8),
    "one number": st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=1),
    "sums to nearly 0": weights.map(log_probabilities),
    "all equal": st.builds(lambda v, n: [v] * n, st.floats(-1500, 1500), st.integers(1, 12)),
    "nearly -log n": st.builds(
        lambda n, k: [math.nextafter(-math.log(n), math.inf * k)] * n, st.integers(2, 40), st.sampled_from([1, -1])
    ),
    "some -inf": st.lists(st.one_of(st.just(-math.inf), st.floats(-700, 700)), min_size=1, max_size=8).filter(
        lambda x: max(x) > -math.inf
    ),
    "huge": st.lists(
        st.sampled_from([1e308, -1e308, 1e300, 0.0, -0.1, 1.7976931348623157e308]), min_size=2, max_size=5
    ),
    "subnormal numbers": st.lists(st.floats(-1e-307, 1e-307), min_size=1, max_size=4),
    "subnormal results": st.lists(
        st.sampled_from([0.0, -708.5, -730.0, -744.0, -745.2, -750.0]), min_size=2, max_size=5
    ),
    "as LogExpFunctions.jl has it": st.floats(1e-300, 1e-3).map(lambda v: [v, math.log(v)]),
}
probabilities = {
    "uniform": st.lists(st.floats(1e-3, 1), min_size=1, max_size=12),
    "near 1": st.lists(st.integers(1, 1000).map(lambda k: 1 - k * 2.0**-53), min_size=1, max_size=6),
    "product near 1": st.lists(st.floats(0.3, 3), min_size=1, max_size=4).map(lambda p: [*p, 1 / math.prod(p)]),
    "subnormal": st.lists(st.floats(5e-324, 1e-307), min_size=1, max_size=6),
    "every size": st.lists(st.floats(5e-324, 1.7e308), min_size=1, max_size=6),
}
CASES = [(p, name) for p in OF_LOGITS for name in logits] + [
    (p, name) for p in OF_PROBABILITIES for name in probabilities
]


@pytest.mark.parametrize(("problem", "inputs"), CASES)
@settings(max_examples=12)
@given(data=st.data())
def test_the_relative_error_is_at_most_what_was_asked(problem, inputs, data):
    x = data.draw((logits if problem in OF_LOGITS else probabilities)[inputs])
    assert agrees(problem, x, data.draw(st.sampled_from(PRECS)))


@pytest.mark.parametrize("prec", PRECS)
@pytest.mark.parametrize("problem", ARB)
def test_vectors_of_ten_thousand(problem, prec):
    flint.ctx.prec = 600
    rng = np.random.default_rng(1)
    n = 10_000 if problem in (*OF_PROBABILITIES, "logsumexp") else 60  # as many results as numbers
    if prec not in (20, 120):
        n //= 10
    x = rng.uniform(0.05, 1, n) if problem in OF_PROBABILITIES else rng.normal(0, 30, n)
    assert agrees(problem, x.tolist(), prec)


def test_the_doctors_example_is_near_zero():
    """scicomp.SE 3538: logsumexp(-0.775, -0.6175) has a condition number of 1.5e5."""
    value = reference("logsumexp", np.array([-0.775, -0.6175]))[()]
    assert abs(value) < 1e-5
    assert certified_by_arb(value, arb_logsumexp([-0.775, -0.6175]), 120)


@pytest.mark.parametrize("problem", ARB)
def test_exact_claims_an_error_that_holds(problem):
    rng = np.random.default_rng(2)
    for _ in range(5):
        x = rng.uniform(0.05, 1, 6) if problem in OF_PROBABILITIES else rng.normal(0, 100, 6)
        held = exact(problem, x, np.arange(6)) if problem == "nll" else exact(problem, x)
        due = ARB[problem](x.tolist())
        values = np.atleast_1d(held.to_mpf())
        for value, error, d in zip(
            values, np.atleast_1d(held.error), due if isinstance(due, list) else [due], strict=True
        ):
            assert error <= ENGINE_ERROR
            assert certified_by_arb(value, d, math.floor(-math.log2(error)))


@pytest.mark.parametrize("prec", [*PRECS, 1000])
@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.parametrize("problem", ["hmm_forward", "ctc_loss"])
def test_chains_path_by_path(problem, steps, prec):
    rng = np.random.default_rng(steps)
    for scale in (1e-9, 1.0, 300.0):
        args = rng.dirichlet([1, 1]), rng.dirichlet([1, 1], 2), rng.random((steps, 2)) ** scale
        if problem == "ctc_loss":
            args = scale * rng.normal(size=(steps, 3)), rng.integers(1, 3, size=(steps + 1) // 2)
        (due,) = getattr(truth, problem)(truth.ARB, *args)
        assert certified_by_arb(reference(problem, *args, prec=prec)[()], due, prec)


# A broken reference is seen


def broken(problem, definition):
    made = PROBLEMS[problem]
    return Problem(problem, made.formula, made.shape, definition, made.sensitivity)


def seen(problem, x, prec=100):
    """Whether comparison with Arb fails, where the value is mpmath's and not the engine's."""
    value = reference(problem, np.array(x), prec=prec)[()]
    return not certified_by_arb(value, ARB[problem.name](x), prec)


def test_a_definition_that_leaves_one_out_is_seen():
    fine = broken("logsumexp", lambda a, x: a.log(a.sum(a.exp(a.exact(v)) for v in x)))
    wrong = broken("logsumexp", lambda a, x: a.log(a.sum(a.exp(a.exact(v)) for v in x[1:])))
    assert not seen(fine, [1.0, -60.0, 2.0])
    assert seen(wrong, [-30.0, 1.0, 2.0])


def test_a_definition_that_rounds_to_binary64_is_seen():
    wrong = broken("logsumexp", lambda a, x: a.exact(math.log(sum(map(math.exp, x)))))
    assert seen(wrong, [1.0, 2.0, 3.0], prec=60)


def test_an_exponential_of_few_bits_that_claims_no_width_is_seen(monkeypatch):
    def careless(self, function, x):
        value = function(x._mpi_[0], 30, round_nearest)
        return self._iv.make_mpf((value, value))

    assert not seen(PROBLEMS["logsumexp"], [1.0, 2.0, 3.0])
    monkeypatch.setattr(Arithmetic, "_widened", careless)
    assert seen(PROBLEMS["logsumexp"], [1.0, 2.0, 3.0])


def test_the_comparison_refuses_an_error_of_twice_what_was_asked():
    due = flint.arb(3)
    with mpmath.workprec(100):
        assert certified_by_arb(mpmath.mpf(3) * (1 + mpmath.mpf(2) ** -53), due, 53)
        assert not certified_by_arb(mpmath.mpf(3) * (1 + mpmath.mpf(2) ** -52), due, 53)
