"""Tables under recipes: told apart everywhere, and held to a bound where there is one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from study.arithmetic.recipe import Recipe
from study.formats import get_format
from study.gate import bound_use, drift, verdict
from study.inputs.families import normal, uniform
from study.measurement.case import Case
from study.problems import get_problem
from study.problems.bounds.recipe import under
from study.report import answer, four
from study.runs.experiment import Experiment, Sweep
from study.runs.runner import measure_sweep

WIDE, NARROW = "float32", "bfloat16"
RECIPES = [Recipe(WIDE), Recipe(NARROW, WIDE), Recipe(WIDE, accumulate=NARROW), Recipe(NARROW)]
SWEEP = Sweep("n", [8, 300], [normal()], {"softmax": ["shifted", "faithful"]}, rows=lambda _n: 6, recipes=RECIPES)
EXPERIMENT = Experiment("one.py", "Is it?", tables={"sweep": SWEEP})


@pytest.fixture(scope="module")
def table():
    return pd.DataFrame(measure_sweep("one", SWEEP))


def test_a_row_spells_its_recipe_and_is_in_the_stored_format(table):
    assert list(table["backend"].unique()) == [str(r) for r in (RECIPES[0], RECIPES[2], RECIPES[1], RECIPES[3])]
    formats = dict(zip(table["backend"], table["format"], strict=True))
    assert formats == {str(recipe): recipe.store for recipe in RECIPES}


def test_recipes_are_told_apart_in_the_baseline_and_in_the_uses_of_bounds(table):
    summary = drift.summary({("one", "sweep"): table})
    assert {f"shifted {recipe}" for recipe in RECIPES} <= set(summary["algorithm"])
    used = bound_use.used({("one", "sweep"): table})
    assert f"shifted {RECIPES[1]}" in set(used["algorithm"])
    assert f"shifted {RECIPES[2]}" not in set(used["algorithm"])


def test_the_answer_by_formats_is_of_plain_rows_alone(table):
    plain = table.head(1).assign(backend="numpy")
    both = pd.concat([table, plain], ignore_index=True)
    assert len(answer.measured([(EXPERIMENT, {"sweep": both})])) == 1


def test_reading_and_storing_narrow_keeps_its_bound_and_a_bound_without_the_last_rounding_is_caught(table, monkeypatch):
    assert list(verdict.broken("one/sweep", table)) == []
    held = table[(table["backend"] == str(RECIPES[1])) & (table["algorithm"] == "shifted")]
    assert (held["bounded"] > 0).all()

    def careless(bound, _recipe):
        return (lambda _form, *rest: bound(get_format(WIDE), *rest)) if bound else None

    monkeypatch.setattr("study.measurement.case.under", careless)
    broken = list(verdict.exceeded_bounds("one/sweep", pd.DataFrame(measure_sweep("one", SWEEP))))
    assert any(f"under {RECIPES[1]}: error" in line or f"under {RECIPES[1]}, " in line for line in broken)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(WIDE, accumulate=NARROW),
        Recipe(WIDE, NARROW),
        Recipe(NARROW, WIDE, weights=NARROW),
        replace(Recipe(WIDE), flushed=True),
    ],
    ids=str,
)
def test_there_is_no_bound_where_sums_weights_or_roundings_are_others(recipe):
    bound = get_problem("softmax").algorithms["shifted"].bound
    assert under(bound, recipe) is None
    assert under(bound, Recipe(NARROW)) is bound
    assert under(None, Recipe(NARROW, WIDE)) is None


def test_nothing_is_claimed_where_the_stored_format_may_overflow_or_be_subnormal():
    problem, recipe = get_problem("likelihood"), Recipe(WIDE, store="float16")
    x = np.array([[0.5, 0.5], [1e-3, 1e-3], [300, 300], [0.9, 0.8]], np.float32)
    case = Case(problem, (x,))
    bound = under(problem.algorithms["naive"].bound, recipe)
    limit = bound(get_format("float16"), case.wide, case.reference)
    assert np.isfinite(limit).tolist() == [True, False, False, True]
    assert (limit[[0, 3]] > get_format("float16").u).all()


def test_which_of_four_may_be_narrow_follows_from_the_rows():
    sweep = Sweep(
        "n", [10, 4000], [uniform(0.5, 1)], {"log_likelihood": ["sum_log"]}, rows=lambda _n: 3,
        recipes=[
            Recipe(NARROW, WIDE, store=WIDE), Recipe(WIDE, NARROW, accumulate=WIDE, store=WIDE),
            Recipe(WIDE, accumulate=NARROW), Recipe(WIDE, store=NARROW), Recipe(WIDE), Recipe("float16"),
        ],
    )  # fmt: skip
    tables = {"sweep": pd.DataFrame(measure_sweep("one", sweep))}
    ((line,), longest) = four.answer([tables, {"other": pd.DataFrame({"a": [1]})}])
    assert (line.problem, line.algorithm, longest) == ("log_likelihood", "sum_log", 4000)
    assert set(line.parts) == {"input", "operations", "sums", "result"}
    assert line.parts["sums"].digits < 1.5 < line.parts["input"].digits
    assert line.parts["sums"].grade in {"off", "lost"}
    some = {"sweep": tables["sweep"][tables["sweep"]["backend"] != str(Recipe(WIDE, store=NARROW))]}
    assert four.answer([some, {"other": pd.DataFrame({"a": [1]})}]) == ([], 0)
