"""|held/true - 1| <= error, for every value of every problem: against Arb, and against mpmath at 480 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.certified import engine
from study.certified.engine import losses
from tests.campaigns import claims, problems, truth

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBERS = st.floats(min_value=-(2.0**30), max_value=2.0**30)
PROBABILITIES = st.floats(min_value=0, max_value=1, exclude_min=True)
QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def assert_sound(cases: Iterable[problems.Case]) -> None:
    for case in cases:
        assert claims.normalised(case.value), (case.problem, case.family)
        assert not claims.by_arb(case.value, case.truth), (case.problem, case.family)
        assert not claims.by_mpmath(case.value, case.truth), (case.problem, case.family)


@pytest.mark.parametrize("seed", range(3))
def test_one_number(seed: int) -> None:
    assert_sound(problems.elementwise(np.random.default_rng(seed), 600))


@pytest.mark.parametrize(("n", "count"), [(1, 10), (2, 24), (3, 24), (10, 10), (70, 2)])
def test_rows(n: int, count: int) -> None:
    assert_sound(problems.rows(np.random.default_rng(n), count, n))


@pytest.mark.parametrize("n", [1, 2, 10, 200])
def test_distributions(n: int) -> None:
    assert_sound(problems.distributions(np.random.default_rng(n), 24, n))


@pytest.mark.parametrize(("steps", "count"), [(1, 12), (2, 12), (3, 12), (5, 4)])
def test_chains(steps: int, count: int) -> None:
    assert_sound(problems.chains(np.random.default_rng(steps), count, steps))


@pytest.mark.parametrize("n", [4095, 4097, 40000])
def test_rows_longer_than_a_segment(n: int) -> None:
    rng = np.random.default_rng(n)
    x, p = rng.normal(size=(1, n)) * 20, rng.random((1, n))
    for problem, row in (("logsumexp", x), ("log_likelihood", p), ("likelihood", p)):
        value = getattr(engine, problem)(row)
        assert not claims.by_arb(value, lambda f, k=problem, r=row: getattr(truth, k)(f, r[0].tolist()))
    flat = np.full((1, n), -3.0)
    assert not claims.by_arb(engine.log_softmax(flat)[0, :5], lambda f: truth.log_softmax(f, flat[0].tolist())[:5])
    flat[0, 3] = -3.5
    assert not claims.by_arb(engine.log_softmax(flat)[0, :5], lambda f: truth.log_softmax(f, flat[0].tolist())[:5])
    target = np.array([n // 2])
    chosen = engine.nll_gradient(x, target)[:, n // 2]
    assert not claims.by_arb(chosen, lambda f: [truth.nll_gradient(f, x[0].tolist(), n // 2)[n // 2]])


def test_a_million_terms() -> None:
    n = 10**6
    x = np.random.default_rng(1).choice(np.linspace(-30, 0, 97), size=(1, n))
    values, counts = np.unique(x, return_counts=True)

    def total(f: truth.Field) -> list[object]:
        return [f.log(sum(int(c) * f.exp(f.number(v)) for v, c in zip(values, counts, strict=True)))]

    value = engine.logsumexp(x)
    assert value.error[0] <= 2.0**-95
    assert not claims.by_arb(value, total)
    assert not claims.by_mpmath(value, total)


def test_a_product_of_ten_to_the_minus_hundred_thousand() -> None:
    p = np.array([[1e-300] * 333 + [1e-100]])
    for problem in ("likelihood", "log_likelihood"):
        value = getattr(engine, problem)(p)
        assert not claims.by_arb(value, lambda f, k=problem: getattr(truth, k)(f, p[0].tolist()))
    assert mpmath.log10(engine.likelihood(p).to_mpf()[0]) == pytest.approx(-100000)


@QUICK
@given(st.lists(NUMBERS, min_size=1, max_size=6), st.integers(0, 5))
def test_any_row_of_logits(x: list[float], target: int) -> None:
    target %= len(x)
    for problem in ("logsumexp", "softmax", "log_softmax"):
        value = getattr(engine, problem)(x).reshape((-1,))
        assert not claims.by_arb(value, lambda f, k=problem: getattr(truth, k)(f, x)), problem
    for problem in ("nll", "nll_gradient"):
        value = getattr(engine, problem)(x, target).reshape((-1,))
        assert not claims.by_arb(value, lambda f, k=problem: getattr(truth, k)(f, x, target)), problem


@QUICK
@given(st.lists(PROBABILITIES, min_size=1, max_size=6))
def test_any_row_of_probabilities(p: list[float]) -> None:
    for problem in ("likelihood", "log_likelihood", "entropy"):
        value = getattr(engine, problem)(p)
        assert not claims.by_arb(value, lambda f, k=problem: getattr(truth, k)(f, p)), problem


@pytest.mark.parametrize(
    "problem", ["softmax", "log_softmax", "nll", "sigmoid", "softplus", "log_sigmoid", "log1mexp", "exp", "log"]
)
def test_the_bound_is_at_most_2_to_the_minus_95_wherever_a_format_can_tell(problem: str) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 50)) * rng.choice([1e-3, 1.0, 30.0, 700.0], size=(200, 1))
    x = {"log": np.abs(x), "log1mexp": -np.abs(x)}.get(problem, x)
    target = (rng.integers(50, size=200),) if problem == "nll" else ()
    assert getattr(engine, problem)(x, *target).error.max() <= 2.0**-95


def test_a_tiny_logsumexp_keeps_its_relative_accuracy() -> None:
    value = engine.logsumexp([0.0, -700.0])
    assert value.error[0] <= 2.0**-95
    assert not claims.by_arb(value, lambda f: [f.log1p(f.exp(f.number(-700.0)))])


@pytest.mark.parametrize("exponent", range(-1074, -1014, 7))
def test_a_zero_beside_terms_near_underflow(exponent: int) -> None:
    p, q = [0.0, 2.0**exponent], [0.5, 0.3]
    assert not claims.by_arb(engine.cross_entropy(p, q), lambda f: truth.cross_entropy(f, p, q))
    p[1] = 2.0**-1024
    assert not claims.by_arb(engine.cross_entropy(p, q), lambda f: truth.cross_entropy(f, p, q))


def test_what_vanishes_from_every_format_saturates() -> None:
    x = [[0.0, -(2.0**32), -1e300, -745.0], [1e9, -1e10, 0.0, 0.0]]
    for value in (engine.softmax(x), engine.nll_gradient(x, [0, 0])):
        assert value.saturated.tolist() == [[False, True, True, False], [False, True, False, False]]
        assert value.error[value.saturated].min() == np.inf
    assert engine.sigmoid([-1e10, -1e9]).saturated.tolist() == [True, False]
    assert engine.nll([[0.0, -1e10]], [0]).saturated.all()


def test_cancellation_is_undecided_not_wrong() -> None:
    rng = np.random.default_rng(8)
    x = np.log(rng.dirichlet(np.ones(10), size=50))
    assert np.isinf(engine.logsumexp(x).error).mean() > 0.5
    assert np.isinf(engine.binary_cross_entropy_gradient(1e-3, 1 / (1 + np.exp(-1e-3))).error)


@pytest.mark.parametrize(("rows", "b"), [(1, 1), (3, 7), (2, 1000)])
def test_a_sum_of_held_values_keeps_their_claims(rows: int, b: int) -> None:
    """Losses added up and divided, against the same losses of mpmath at 480 bits."""
    rng = np.random.default_rng(rows * b)
    x, target = rng.normal(0, 6, (rows * b, 5)), rng.integers(0, 5, rows * b)
    held = losses.share(engine.nll(x, target).reshape((rows, b)), b)
    assert (held.error <= 2.0**-85).all()
    with mpmath.workprec(480):
        each = [
            mpmath.log(mpmath.fsum(mpmath.exp(v) for v in row)) - row[t]
            for row, t in zip(x.tolist(), target.tolist(), strict=True)
        ]
        for row, (value, error) in enumerate(zip(held.to_mpf(), held.error.tolist(), strict=True)):
            true = mpmath.fsum(each[row * b : (row + 1) * b]) / b
            assert abs(value / true - 1) <= error
