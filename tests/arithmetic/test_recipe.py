"""Recipes: any algorithm under any, by its arrays alone."""

import numpy as np
import pytest

import study
from study.arithmetic import reductions
from study.arithmetic.held import Held, hold
from study.arithmetic.recipe import RECIPES, Recipe, parse
from study.formats import FORMATS, MAIN_FORMATS, get_format
from study.formats.rounding import Stochastic, nearest, toward_zero
from study.problems import PROBLEMS

ALGORITHMS = [
    pytest.param(problem, algorithm, id=f"{problem.name} {algorithm.name}")
    for problem in PROBLEMS.values()
    for algorithm in problem.algorithms.values()
]
KINDS = ("ordinary", "confident", "beyond overflow", "ends of the range")


def bits(x):
    wide = np.asarray(x).astype(np.float64)
    return np.where(np.isnan(wide), np.nan, wide).tobytes(), x.dtype, x.shape


def inputs(problem, form):
    kinds = study.battery(problem.name, form)
    return [tuple(a[:40] for a in kinds[kind]) for kind in KINDS if kind in kinds]


@pytest.mark.parametrize(("problem", "algorithm"), ALGORITHMS)
@pytest.mark.parametrize("form", MAIN_FORMATS)
def test_all_in_one_format_is_the_algorithm_itself_bit_for_bit(problem, algorithm, form):
    if form not in algorithm.formats:
        pytest.skip("not for this format")
    for args in inputs(problem, form):
        expected = bits(algorithm(*args))
        assert bits(Recipe(form).run(algorithm, *args)) == expected
        held = [a if a.dtype.kind in "iu" else hold(a, Recipe(form)) for a in args]
        assert bits(np.asarray(algorithm(*held))) == expected


@pytest.mark.parametrize(("problem", "algorithm"), ALGORITHMS)
@pytest.mark.parametrize("form", ["bfloat16", "float16", "float8_e5m2"])
def test_computing_wide_is_reading_and_storing_once(problem, algorithm, form):
    for args in inputs(problem, form)[:1]:
        wide = [a if a.dtype.kind in "iu" else a.astype(np.float32) for a in args]
        expected = algorithm(*wide)
        assert bits(RECIPES["store wide"](form).run(algorithm, *args)) == bits(expected)
        stored = FORMATS[form].round(expected.astype(np.float64))
        assert bits(RECIPES["compute wide"](form).run(algorithm, *args)) == bits(stored)


@pytest.mark.parametrize(("form", "stops"), [("bfloat16", 256), ("float16", 2048)])
def test_ones_stop_adding_up_where_the_accumulator_ends_and_nowhere_else(form, stops):
    ones = np.ones((1, 5000), FORMATS[form].dtype)
    total = reductions.sequential_sum
    assert Recipe(form).run(total, ones) == stops
    assert RECIPES["accumulate narrow"](form).run(total, ones) == stops
    assert RECIPES["store wide"](form).run(total, ones) == 5000
    assert Recipe("float32", accumulate=form).run(total, ones.astype(np.float32)) == stops
    assert RECIPES["compute wide"](form).run(total, ones) == FORMATS[form].round(5000.0)
    assert Recipe(form, rounding=toward_zero).run(total, ones) == stops
    drawn = [Recipe(form, rounding=Stochastic(np.random.default_rng(k), 8)).run(total, ones) for k in range(5)]
    assert np.abs(np.mean(np.array(drawn, dtype=np.float64)) - 5000) < 500


@pytest.mark.parametrize("reduction", ["sequential_sum", "pairwise_sum", "compensated_sum", "sequential_product"])
@pytest.mark.parametrize("form", ["float16", "bfloat16", "float32"])
def test_rounding_to_nearest_step_by_step_is_the_machine_s(reduction, form):
    x = FORMATS[form].round(np.random.default_rng(3).uniform(0.5, 1.5, (7, 41)))
    call = getattr(reductions, reduction)
    assert bits(Recipe(form, rounding=nearest).run(call, x)) == bits(call(x))
    assert bits(Recipe(form, rounding=toward_zero).run(call, x)) != bits(call(x))


@pytest.mark.parametrize(
    "total",
    [
        lambda x: x.sum(axis=-1),
        lambda x: np.sum(x, axis=-1),
        lambda x: np.cumsum(x, axis=-1)[..., -1],
        lambda x: np.add.reduce(x, axis=-1),
        lambda x: x.mean(axis=-1) * 4096,
        lambda x: np.sum(x, axis=(0, 1), keepdims=True)[0],
        lambda x: np.sum(x.T, axis=0),
    ],
    ids=["x.sum", "sum", "cumsum", "reduce", "mean", "axes", "columns"],
)
@pytest.mark.parametrize(("form", "stops"), [("bfloat16", 256), ("float16", 2048)])
def test_numpy_s_own_sums_run_in_the_accumulator_a_step_at_a_time(total, form, stops):
    ones = np.ones((1, 4096), FORMATS[form].dtype)
    assert RECIPES["accumulate narrow"](form).run(total, ones) == stops
    assert RECIPES["store wide"](form).run(total, ones) == 4096
    with pytest.raises(TypeError, match=r"no stated (accumulator|rounding) under"):
        RECIPES["accumulate narrow"](form).run(lambda x: x @ x.T, ones)


def test_flushed_operations_make_zero_of_subnormal_numbers():
    least = np.float32(2.0**-126)
    x = np.array([least, least / 2, -least / 4], dtype=np.float32)
    flushed = Recipe("float32", flushed=True)
    assert flushed.run(lambda x: x * 1, x).tolist() == [least, 0, 0]
    assert flushed.run(lambda x: x + x, x).tolist() == [2 * least, 0, 0]
    assert flushed.run(lambda x: x / 2, x).tolist() == [0, 0, 0]
    assert np.signbit(flushed.run(lambda x: x * 1, x))[2]
    softmax = PROBLEMS["softmax"].algorithms["shifted"]
    assert Recipe("float32").run(softmax, np.array([0, -100], np.float32))[1] > 0
    assert flushed.run(softmax, np.array([0, -100], np.float32))[1] == 0


@pytest.mark.parametrize("largest", [lambda x: x.max(), np.max, np.maximum.reduce])
def test_the_largest_is_exact_whatever_operations_round_to(largest):
    x = np.array([0.25, 3, -1], np.float32)
    for recipe in (Recipe("float32", flushed=True), Recipe("float32", rounding=toward_zero)):
        assert recipe.run(largest, x) == 3


def test_a_function_without_a_stated_rounding_is_refused():
    x = np.ones(3, np.float32)
    with pytest.raises(TypeError, match=r"numpy.sum has no stated rounding under float32:float32:float32:float32, tow"):
        Recipe("float32", rounding=toward_zero).run(np.sum, x)
    with pytest.raises(TypeError, match=r"logaddexp.reduce has no stated accumulator"):
        Recipe("float32", flushed=True).run(np.logaddexp.reduce, x)
    assert Recipe("float32", accumulate="float16").run(np.sum, x) == 3


def test_an_array_under_a_recipe_stays_so_and_what_is_no_number_does_not():
    recipe = Recipe("float32", accumulate="bfloat16")
    x = hold(np.arange(4, dtype=np.float32), recipe)
    for made in (x + 1, 1 - x, np.exp(x), x[1:], x[..., None], np.where(x > 1, x, 0 * x), np.concatenate([x, x])):
        assert isinstance(made, Held)
        assert made.recipe is recipe
        assert made.dtype == np.float32
    assert not isinstance(x > 1, Held)
    assert not isinstance(np.argmax(x), Held)
    x += 1
    assert isinstance(x, Held)
    assert x.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain", "bfloat16:bfloat16:bfloat16:bfloat16"),
        ("compute wide", "bfloat16:float32:float32:bfloat16"),
        ("store wide", "bfloat16:float32:float32:float32"),
        ("accumulate narrow", "bfloat16:float32:bfloat16:bfloat16"),
        ("narrow weights", "bfloat16:float32:float32:bfloat16:float8_e4m3fn"),
        ("float16:float32", "float16:float32:float32:float16"),
        ("float8_e5m2:float32:float64:bfloat16", "float8_e5m2:float32:float64:bfloat16"),
    ],
)
def test_recipes_are_spelled_and_read(text, spelled):
    assert str(parse(text, "bfloat16")) == spelled
    assert parse(spelled) == parse(text, "bfloat16")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("widest", "no recipe 'widest'; there are 'plain', 'compute wide', "),
        ("float16:float8_e5m2", "float8_e5m2 only stores; operations round to one of: float16, bfloat16, float32"),
        ("float16:float32:float32:float12", "no format named 'float12'"),
    ],
)
def test_what_is_no_recipe_is_told(text, said):
    with pytest.raises(ValueError, match=said):
        parse(text)


def test_arguments_of_another_format_are_refused():
    with pytest.raises(TypeError, match=r"arguments are float64, and the recipe float32:.* reads float32"):
        Recipe("float32").run(np.exp, np.ones(3))


def test_an_8_bit_input_is_computed_wide():
    assert str(Recipe("float8_e4m3fn")) == "float8_e4m3fn:float32:float32:float8_e4m3fn"
    assert get_format(Recipe("float4_e2m1fn").compute).computes


def test_float8_attention_loses_what_is_published_and_a_scale_saves_it():
    """One logit 0 and 2047 of -7, values 1, weights in float8_e4m3 (ROCm/aiter#5535): 0.348843, and 0.996377 scaled."""
    x = np.full((1, 2048), -7, np.float32)
    x[0, 0] = 0
    recipe = Recipe("float32", accumulate="float64", weights="float8_e4m3fn")
    algorithms = PROBLEMS["weighted_mean"].algorithms
    for name, published in {"online": 0.348843, "shifted": 0.348843, "scaled": 0.996377}.items():
        assert recipe.run(algorithms[name], x, np.ones_like(x))[0] == pytest.approx(published, abs=5e-7), name
        plain = Recipe("float32", weights="float8_e4m3fn").run(algorithms[name], x, np.ones_like(x))
        assert plain[0] == pytest.approx(published, abs=3e-6), name
        assert algorithms[name](x, np.ones_like(x))[0] == pytest.approx(1, abs=1e-6)
