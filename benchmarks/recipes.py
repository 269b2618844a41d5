"""What a recipe costs beside the plain runs, all in one format, in one run: ``python -m benchmarks.recipes``."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.__main__ import REPEATS, seconds
from study.arithmetic.recipe import RECIPES
from study.formats import get_format
from study.problems import get_problem

SHAPES = ((1000, 1000), (8, 131_072))
NAMES = ("compute wide", "store wide", "accumulate narrow")
ALGORITHMS = (("softmax", "shifted"), ("log_softmax", "shifted"), ("log_likelihood", "sum_log"))
NARROW = "bfloat16"


def main() -> None:
    """A line for each formula, shape and recipe: its time over that in the input's format, and in float32."""
    print("| problem | formula | rows x n | recipe | over bfloat16 | over float32 |\n|:--|:--|:--|:--|--:|--:|")  # noqa: T201
    for problem, name in ALGORITHMS:
        algorithm = get_problem(problem).algorithms[name]
        for shape in SHAPES:
            x = np.random.default_rng(0).uniform(0.5, 1, shape)
            given = {form: get_format(form).round(x) for form in (NARROW, "float32")}
            plain = {form: seconds(partial(algorithm, args), REPEATS) for form, args in given.items()}
            for recipe in (RECIPES[kind](NARROW) for kind in NAMES):
                took = seconds(partial(recipe.run, algorithm, given[NARROW]), REPEATS)
                ratios = f"{took / plain[NARROW]:.2f} | {took / plain['float32']:.2f}"
                print(f"| {problem} | {name} | {shape[0]} x {shape[1]} | {recipe} | {ratios} |")  # noqa: T201


if __name__ == "__main__":
    main()
