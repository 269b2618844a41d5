from pathlib import Path

import numpy as np
import pytest

from study.inputs.families import generator
from study.problems import PROBLEMS
from tests.campaigns.mutation.equivalence import compared
from tests.campaigns.mutation.mutants import generate
from tests.campaigns.mutation.reasons import reason
from tests.campaigns.mutation.trial import Trial

TRIED = 24
QUICK = ("softmax", "logsumexp", "log_likelihood", "softplus", "log1mexp")
"""Enough for every operator, and seconds."""


@pytest.fixture(scope="module")
def trial():
    return Trial(QUICK)


@pytest.fixture(scope="module")
def mutants(trial):
    return generate([case for _, case in trial.cases])


def test_every_kind_of_slip_is_made(mutants):
    made = {mutant.operator for mutant in mutants}
    for operator in (
        "dropped_operand", "swapped_operator", "dropped_sign", "wrong_axis", "log_for_log1p", "log1p_for_log",
        "exp_for_expm1", "min_for_max", "sequential_sum_for_compensated_sum", "float16_terms", "first_left_out",
        "last_left_out", "other_constant", "noise_1_ulp", "noise_2_ulp", "noise_4_ulp", "noise_8_ulp",
    ):  # fmt: skip
        assert operator in made


def test_the_gate_sees_a_seeded_sample_or_says_why_not(trial, mutants):
    chosen = generator("mutants").choice(len(mutants), TRIED, replace=False)
    unseen = [m.key for m in (mutants[i] for i in chosen) if not trial.verdict(m)[0] and not reason(m)]
    assert not unseen


def test_a_mutant_is_in_force_in_its_context_alone(mutants):
    mutant = next(m for m in mutants if m.key.startswith("softmax.shifted dropped_operand x - xp.max"))
    shifted, x = PROBLEMS["softmax"].algorithms["shifted"], np.array([[1000.0, 0.0]])
    before = shifted(x)
    with mutant.plant():
        assert np.isnan(shifted(x)).any()
    assert np.array_equal(shifted(x), before)


def test_what_is_as_it_was_is_not_seen(trial):
    algorithm = PROBLEMS["log_softmax"].algorithms["shifted"]
    again = trial._table(algorithm, "float32")
    assert again.equals(trial.recorded(algorithm, "float32"))


def test_what_makes_results_worse_is_not_called_equivalent(mutants):
    mutant = next(
        m for m in mutants if m.key == "softplus.naive log1p_for_log xp.log(1 + xp.exp(x)) → xp.log1p(1 + xp.exp(x))"
    )
    found = compared(mutant)
    assert found.worse
    assert found.bound_used > 1
    assert not found.harmless


def test_what_makes_the_same_bits_is(mutants):
    mutant = next(m for m in mutants if m.key == "log1mexp._faithful other_constant 3 → 4")
    found = compared(mutant)
    assert found.results > 400_000
    assert found.harmless
    assert not found.differing


def test_the_list_explains_every_mutant_that_is_not_seen():
    page = (Path(__file__).parents[2] / "docs" / "mutants.md").read_text(encoding="utf-8")
    assert "unexplained" not in page
    assert int(page.split(" mutants: ")[0].split()[-1]) > 1000
