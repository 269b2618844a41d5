"""Sequences, importance ratios and the estimator k3 against Arb, on random and hard inputs."""

import math

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.problems.reference import exact, reference
from tests.certified.test_against_arb import BITS, PRECS, arb_log_softmax, certified_by_arb, logits, total


@pytest.fixture(autouse=True)
def _arb_precision():
    before, flint.ctx.prec = flint.ctx.prec, BITS
    yield
    flint.ctx.prec = before


def arb_sequence(logits, target):
    return total(arb_log_softmax(row)[t] for row, t in zip(logits, target, strict=True))


ARB = {
    "kl_k3": lambda r: flint.arb(r).exp() - 1 - flint.arb(r),
    "kl_k3_gradient": lambda r: flint.arb(r).exp() - 1,
    "importance_ratio": lambda p, q: (total(map(flint.arb, p)) - total(map(flint.arb, q))).exp(),
    "sequence_log_likelihood": arb_sequence,
    "perplexity": lambda logits, target: (-arb_sequence(logits, target) / len(target)).exp(),
}
ratios = st.one_of(
    st.floats(-800, 800), st.floats(-1e-3, 1e-3), st.floats(-1e-300, 1e-300), st.floats(-3e9, 3e9),
    st.sampled_from([2.0**-4, -(2.0**-6), 1.0, -1.0, 709.78, -745.2]),
)  # fmt: skip
numbers = {
    "moderate": st.floats(-20, 0),
    "far below": st.floats(-2000, 0),
    "huge": st.sampled_from([-1e300, -1e16, -1.0, -0.1, 0.0, -5e-324]),
    "subnormal": st.floats(-1e-307, 0),
}


def agrees(problem, *args, prec):
    value = reference(problem, *map(np.asarray, args), prec=prec)[()]
    return certified_by_arb(value, ARB[problem](*args), prec)


@pytest.mark.parametrize("problem", ["kl_k3", "kl_k3_gradient"])
@settings(max_examples=60)
@given(r=ratios, prec=st.sampled_from(PRECS))
def test_of_one_ratio(problem, r, prec):
    assert agrees(problem, r, prec=prec)


@pytest.mark.parametrize("kind", numbers)
@settings(max_examples=30)
@given(data=st.data())
def test_of_the_log_probabilities_of_two_models(kind, data):
    p = data.draw(st.lists(numbers[kind], min_size=1, max_size=20))
    q = data.draw(st.one_of(st.permutations(p), st.lists(numbers[kind], min_size=len(p), max_size=len(p))))
    assert agrees("importance_ratio", p, list(q), prec=data.draw(st.sampled_from(PRECS)))


@pytest.mark.parametrize("problem", ["sequence_log_likelihood", "perplexity"])
@pytest.mark.parametrize(
    "kind", ["moderate", "range of 1500", "sums to nearly 0", "all equal", "nearly -log n", "huge"]
)
@settings(max_examples=12)
@given(data=st.data())
def test_of_a_sequence(problem, kind, data):
    row = data.draw(logits[kind])
    others = [data.draw(st.permutations(row)) for _ in range(data.draw(st.integers(0, 4)))]
    target = [data.draw(st.integers(0, len(row) - 1)) for _ in range(len(others) + 1)]
    assert agrees(problem, [row, *map(list, others)], target, prec=data.draw(st.sampled_from(PRECS)))


@pytest.mark.parametrize("problem", ARB)
def test_the_engine_claims_an_error_that_holds(problem):
    rng = np.random.default_rng(3)
    for scale in (1e-3, 0.1, 1.0, 30.0):
        args = {
            "kl_k3": (rng.normal(0, scale),),
            "kl_k3_gradient": (rng.normal(0, scale),),
            "importance_ratio": (-scale * rng.random(40), -scale * rng.random(40)),
        }.get(problem, (rng.normal(0, scale, (5, 7)), rng.integers(0, 7, 5)))
        held = exact(problem, *args)
        due = ARB[problem](*(a.tolist() if isinstance(a, np.ndarray) else a for a in args))
        assert held.error <= 2.0**-90
        assert certified_by_arb(held.to_mpf()[()], due, math.floor(-math.log2(held.error)))


@pytest.mark.parametrize("r", [2.0**-40, -(2.0**-60), 5e-324])
def test_k3_near_0_is_half_of_the_square(r):
    value = reference("kl_k3", np.float64(r))[()]
    assert certified_by_arb(value, flint.arb(r) ** 2 / 2, 30)
    assert not certified_by_arb(value, flint.arb(r) ** 2, 2)


def test_a_ratio_beyond_every_format_is_infinite_in_all_without_mpmath():
    for problem, args in {"kl_k3": [np.array(1e30)], "importance_ratio": [np.zeros(3), np.full(3, -1e30)]}.items():
        held = exact(problem, *args)
        assert held.saturated.all()
        assert (held.exponent > 0).all()


@pytest.mark.parametrize("rest", [-1.0, 0.0, -1e-200, -1e20])
def test_a_ratio_whose_sum_cancels_is_not_taken_for_one_beyond_every_format(rest):
    for huge in ([-1e300, -7e250, -1e200], [-1e16, -3e40, -5e-324]):
        p, q = [*huge, rest], [0.0, *reversed(huge)]
        held = exact("importance_ratio", np.array(p), np.array(q))
        assert float(held.to_float()) == pytest.approx(math.exp(rest))
