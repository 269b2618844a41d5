"""The definitions in the extended reals."""

from __future__ import annotations

import numpy as np
import pytest

from study.certified import engine

INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("x", "logsumexp", "softmax", "log_softmax"),
    [
        ([-INF, -INF], -INF, [NAN, NAN], [NAN, NAN]),
        ([-INF, 0.0], 0.0, [0.0, 1.0], [-INF, 0.0]),
        ([INF, 0.0], INF, [NAN, 0.0], [NAN, -INF]),
        ([INF, INF], INF, [NAN, NAN], [NAN, NAN]),
        ([INF, -INF], INF, [NAN, 0.0], [NAN, -INF]),
        ([NAN, 0.0], NAN, [NAN, NAN], [NAN, NAN]),
        ([NAN, INF], NAN, [NAN, NAN], [NAN, NAN]),
        ([3.0], 3.0, [1.0], [0.0]),
        ([0.0], 0.0, [1.0], [0.0]),
    ],
)
def test_rows(x: list[float], logsumexp: float, softmax: list[float], log_softmax: list[float]) -> None:
    for problem, expected in (("logsumexp", [logsumexp]), ("softmax", softmax), ("log_softmax", log_softmax)):
        value = getattr(engine, problem)(x)
        np.testing.assert_array_equal(value.to_float().ravel(), expected, problem)
        assert value.error.max() <= 2.0**-95
    for target, expected in enumerate(log_softmax):
        np.testing.assert_array_equal(engine.nll(x, target).to_float(), [0.0 - expected])


@pytest.mark.parametrize(
    ("x", "target", "expected"),
    [
        ([INF, 0.0], 1, [NAN, -1.0]),
        ([INF, 0.0], 0, [NAN, 0.0]),
        ([-INF, 0.0], 0, [-1.0, 1.0]),
        ([-INF, 0.0], 1, [0.0, 0.0]),
        ([-INF, -INF], 0, [NAN, NAN]),
        ([NAN, 0.0], 1, [NAN, NAN]),
        ([5.0], 0, [0.0]),
    ],
)
def test_nll_gradient(x: list[float], target: int, expected: list[float]) -> None:
    np.testing.assert_array_equal(engine.nll_gradient(x, target).to_float()[0], expected)


@pytest.mark.parametrize(
    ("p", "likelihood", "log_likelihood"),
    [
        ([0.0, 0.5], 0.0, -INF),
        ([0.0, 0.0], 0.0, -INF),
        ([INF, 0.5], INF, INF),
        ([INF, 0.0], NAN, NAN),
        ([NAN, 0.5], NAN, NAN),
        ([-0.5, 0.5], -0.25, NAN),
        ([-0.5, -0.5], 0.25, NAN),
        ([-INF, 2.0], -INF, NAN),
        ([1.0, 1.0], 1.0, 0.0),
        ([0.5, 2.0], 1.0, 0.0),
    ],
)
def test_products(p: list[float], likelihood: float, log_likelihood: float) -> None:
    np.testing.assert_array_equal(engine.likelihood(p).to_float(), [likelihood])
    value = engine.log_likelihood(p)
    assert np.isinf(value.error) or np.array_equal(value.to_float(), [log_likelihood], equal_nan=True)


@pytest.mark.parametrize(
    ("problem", "x", "expected"),
    [
        ("exp", [-INF, INF, NAN, 0.0, -0.0], [0, INF, NAN, 1, 1]),
        ("log", [0.0, -0.0, 1.0, INF, -1.0, -INF, NAN], [-INF, -INF, 0, INF, NAN, NAN, NAN]),
        ("sigmoid", [-INF, INF, NAN, 0.0], [0, 1, NAN, 0.5]),
        ("softplus", [-INF, INF, NAN], [0, INF, NAN]),
        ("log_sigmoid", [-INF, INF, NAN], [-INF, 0, NAN]),
        ("log1mexp", [-INF, 0.0, 1.0, INF, NAN], [0, -INF, NAN, NAN, NAN]),
    ],
)
def test_one_number(problem: str, x: list[float], expected: list[float]) -> None:
    np.testing.assert_array_equal(getattr(engine, problem)(x).to_float(), expected)


def test_logaddexp() -> None:
    a, b = np.meshgrid([-INF, 0.0, INF, NAN], [-INF, 0.0, INF, NAN])
    with np.errstate(invalid="ignore"):
        expected = np.logaddexp(a, b)
    np.testing.assert_allclose(engine.logaddexp(a, b).to_float(), expected, rtol=1e-15)


def test_binary_cross_entropy() -> None:
    value = engine.binary_cross_entropy([0.0, 0.0, 1.0, 1.0, NAN, 0.0, 2.0], [0.0, 1.0, 0.0, 1.0, 1.0, 0.5, 0.5])
    np.testing.assert_array_equal(value.to_float(), [0, INF, INF, 0, NAN, INF, NAN])
    value = engine.binary_cross_entropy_with_logits([-INF, -INF, INF, INF, NAN], [0.0, 1.0, 0.0, 1.0, 0.5])
    np.testing.assert_array_equal(value.to_float(), [0, INF, INF, 0, NAN])
    value = engine.binary_cross_entropy_gradient([-INF, INF, INF, 0.0, NAN], [0.0, 1.0, 0.0, 0.5, 1.0])
    np.testing.assert_array_equal(value.to_float(), [0, 0, 1, 0, NAN])


def test_entropies() -> None:
    assert engine.entropy([0.0, 1.0]).to_float() == 0
    assert engine.cross_entropy([0.0, 1.0], [0.0, 1.0]).to_float() == 0
    assert engine.cross_entropy([0.5, 0.5], [0.0, 1.0]).to_float() == INF
    assert engine.kl_divergence([0.5, 0.5], [0.0, 1.0]).to_float() == INF
    assert engine.kl_divergence([0.0, 1.0], [0.0, 1.0]).to_float() == 0
    assert np.isnan(engine.kl_divergence([0.5, NAN], [0.5, 0.5]).to_float())
    assert np.isnan(engine.kl_divergence([0.5, 0.5], [0.5, -0.5]).to_float())
    assert np.isnan(engine.entropy([-0.5, 0.5]).to_float())


def test_targets_are_checked() -> None:
    for target in (-1, 2, [0, 0]):
        with pytest.raises(ValueError, match="targets from 0 to 1"):
            engine.nll([0.0, 1.0], target)


def test_chains_of_anything_but_finite_numbers_are_left_to_the_definition() -> None:
    start, likelihoods = [[1.0, 0.0]] * 4, [[[0.0, 0.5]], [[INF, 0.5]], [[NAN, 0.5]], [[-1.0, 0.5]]]
    value = engine.hmm_forward(start, [np.eye(2).tolist()] * 4, likelihoods)
    assert value.hi[0] == -INF
    assert np.isinf(value.error).tolist() == [False, True, True, True]
    x = [[[0.0, -INF]], [[-INF, 0.0]], [[0.0, INF]], [[0.0, NAN]], [[-INF, -INF]], [[0.0, -1e10]]]
    value = engine.ctc_loss(x, [[1]] * 6)
    np.testing.assert_array_equal(value.to_float()[:2], [INF, 0.0])
    assert np.isinf(value.error).tolist() == [False, False, True, True, True, True]
