"""Two engines compared: against mpmath, by hand, and on pairs whose differences are all rounding."""

import json
import math

import ml_dtypes
import mpmath
import numpy as np
import pytest

from study.inputs.log_probabilities import narrowest, pair
from study.own.against import compare, furthest, furthest_token, record
from study.own.against_answer import answer
from study.own.record import told

FORMATS = ["float32", "float64"]


@pytest.fixture
def saved(tmp_path):
    def save(*arrays):
        paths = [tmp_path / f"{name}.npy" for name in "abcd"[: len(arrays)]]
        for path, array in zip(paths, arrays, strict=True):
            np.save(path, np.asarray(array))
        return paths

    return save


def compared(paths, band=(0.8, 1.2), formats=FORMATS, **options):
    return compare(("a.npy", "b.npy"), pair(*paths, **options), formats, band)


def drawn(rows, tokens, noise, seed=1):
    rng = np.random.default_rng(seed)
    a = -rng.exponential(1, (rows, tokens))
    return a, np.minimum(a + noise * rng.standard_normal(a.shape), 0)


def test_ratios_of_sequences_are_those_of_mpmath(saved):
    a, b = drawn(5, 300, 0.1)
    made = compared(saved(a, b))
    with mpmath.workprec(300):
        for row, value in enumerate(made.ratio.to_mpf()):
            due = mpmath.exp(mpmath.fsum(map(mpmath.mpf, a[row])) - mpmath.fsum(map(mpmath.mpf, b[row])))
            assert abs(value / due - 1) <= made.ratio.error[row] <= 2.0**-85


def test_estimates_are_those_of_schulman(saved):
    made = compared(saved([[-1.0, -2.0, -3.0]], [[-1.5, -2.0, -2.5]]))
    r = np.array([0.5, 0.0, -0.5])
    due = {"k1": 0.0, "k2": np.mean(r**2 / 2), "k3": np.mean(np.exp(r) - 1 - r)}
    assert made.estimates == pytest.approx(due, abs=1e-15)


def test_the_mean_of_k3_over_draws_from_b_is_the_divergence(saved):
    rng = np.random.default_rng(5)
    p, q = rng.dirichlet(np.ones(6), size=2)
    tokens = rng.choice(6, p=q, size=(50, 4000))
    made = compared(saved(np.log(p)[tokens], np.log(q)[tokens]))
    divergence = float(np.sum(q * np.log(q / p)))
    assert made.estimates["k1"] == pytest.approx(divergence, rel=0.03)
    assert made.estimates["k3"] == pytest.approx(divergence, rel=0.03)


def test_tokens_outside_the_band_are_counted(saved):
    logs = np.log([[0.79, 0.81, 1.0, 1.19, 1.21, 3.0]]) - 5
    made = compared(saved(logs, np.full((1, 6), -5.0)))
    assert made.outside.tolist() == [[True, False, False, False, True, True]]
    assert furthest_token(made) == (0, 5)
    assert compared(saved(logs, np.full((1, 6), -5.0)), band=(0.5, 2)).outside.sum() == 1


def test_padded_tokens_change_nothing(saved):
    a, b = drawn(3, 40, 0.1)
    whole = compared(saved(a[:, :30], b[:, :30]))
    a[:, 30:], b[:, 30:] = np.nan, np.nan
    padded = compared(saved(a, b))
    assert padded.tokens == whole.tokens == 90
    assert padded.ratio.to_mpf().tolist() == whole.ratio.to_mpf().tolist()
    assert padded.estimates == whole.estimates
    assert (padded.outside.sum(), padded.same) == (whole.outside.sum(), whole.same)


def test_ignored_targets_are_left_out(saved):
    a, b = drawn(2, 5, 0.1)
    targets = np.array([[1, 2, 3, -100, -100], [4, 5, 6, 7, -100]])
    first, second, third = saved(a, b, targets)
    made = compared((first, second), targets=third, ignore=-100)
    assert made.tokens == 7
    assert made.pair.kept.tolist() == (targets != -100).tolist()


def test_rounding_explains_what_rounding_made(saved):
    a, _ = drawn(20, 500, 0)
    stored = a.astype(ml_dtypes.bfloat16).astype(np.float32)
    made = compared(saved(stored, a))
    assert made.pair.forms[0].name == "bfloat16"
    assert made.same == made.tokens
    off = compared(saved(stored, np.minimum(a + 0.3, 0)))
    assert off.outside.any()
    assert not off.explained[a < -0.4].any()


def test_half_an_ulp_of_both_is_what_rounding_moves(saved):
    made = compared(saved(np.float16([[-1.5, -9.0]]), np.float32([[-1.1, -9.0001]])))
    assert made.rounding.tolist() == [[2.0**-11 + 2.0**-24, 2.0**-8 + 2.0**-21]]
    assert made.rounding[0, 0] == 2.0**-11 + 2.0**-24


def test_a_token_at_the_edge_is_explained_by_rounding(saved):
    form_ulp = 2.0**-5  # of bfloat16 in [4, 8)
    a = np.float32([[-4.5, -4.5]])
    b = a - np.float32([[math.log(1.2) + form_ulp / 3, math.log(1.2) + form_ulp]])
    made = compared(saved(a.astype(ml_dtypes.bfloat16).astype(np.float32), b))
    assert made.outside.tolist() == [[True, True]]
    assert made.explained.tolist() == [[True, False]]


def test_formulas_lose_what_they_lose(saved):
    a, b = drawn(4, 400, 0.01)
    made = compared(saved(a, b), formats=["bfloat16", "float32"])
    lost = {key: tally.lost for key, tally in made.tallies.items()}
    assert lost["naive", "float32"] == 4
    assert made.tallies["exp_of_sum", "float32"].off < made.tallies["exp_of_difference", "float32"].off


def test_masked_tokens_give_ratios_of_0_and_infinity_and_none(saved):
    a = np.array([[-np.inf, -1.0], [-1.0, -1.0], [-np.inf, -1.0]])
    b = np.array([[-1.0, -1.0], [-np.inf, -1.0], [-np.inf, -1.0]])
    made = compared(saved(a, b))
    assert np.array_equal(made.ratio.hi, [0, np.inf, np.nan], equal_nan=True)
    assert made.outside.sum() == 3
    assert answer(made)
    json.dumps(told(record(made, answer(made))), allow_nan=False)


def test_a_wrong_reference_is_seen(saved, monkeypatch):
    from study.problems.crosscheck import DisagreementError
    from study.problems.reference import exact

    monkeypatch.setattr("study.own.against.exact", lambda name, p, q: exact(name, p, q * (1 + 2.0**-40)))
    with pytest.raises(DisagreementError, match="importance_ratio"):
        compared(saved(*drawn(2, 10, 0.1)))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([-0.5, -8.0], "bfloat16"),
        ([-0.5, -1.0009765625], "float16"),
        ([-1e-30], "float32"),
        ([-(2.0**-30)], "bfloat16"),
    ],
)
def test_the_narrowest_format_that_holds_all_numbers(values, name):
    assert narrowest("float32", np.float32(values).astype(np.float64)).name == name


def test_the_answer_is_ten_lines_at_most(saved):
    made = compared(saved(*drawn(3, 50, 0.1)), formats=["float16", "bfloat16", "float32", "float64"])
    lines = answer(made)
    assert len(lines) <= 10
    assert f"sequence {furthest(made)}, exactly " in lines[1]
