"""Which of the four may be narrow: what is read, what is computed in, what is summed in, what is stored?

Kernels read bfloat16, compute and sum in float32 and store bfloat16; each of the four can be narrowed by itself. Errors
are against the exact values of the numbers as they are stored, so that they are the computation's own.
"""

from typing import Any

from study.arithmetic.recipe import RECIPES, Recipe
from study.inputs.families import normal, uniform
from study.plots.text import listed
from study.report.evidence import pick
from study.report.four import narrowed
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

NARROW = ("bfloat16", "float16")
WIDE = "float32"
LENGTHS = [100, 2**12, 2**15, 2**18]
ALONE = [
    Recipe(WIDE),
    *(
        recipe
        for name in NARROW
        for recipe in (
            Recipe(name, WIDE, store=WIDE),
            Recipe(WIDE, name, accumulate=WIDE, store=WIDE),
            Recipe(WIDE, accumulate=name),
            Recipe(WIDE, store=name),
            RECIPES["compute wide"](name),
            RECIPES["accumulate narrow"](name),
            Recipe(name),
        )
    ),
]


def sweep(families: list[Any], problems: dict[str, list[str]]) -> Sweep:
    """Lengths of rows under every recipe."""
    return Sweep("n", LENGTHS, families, problems, rows=lambda n: max(1, min(20, 4000 // n)), recipes=ALONE)


def longest(tables: Tables, problem: str) -> dict[str, float]:
    """Digits right at the longest rows of a problem, by what alone is bfloat16."""
    rows = pick(narrowed(tables, "bfloat16"), problem=problem, algorithm=["shifted", "sum_log"])
    return dict(rows[rows["value"] == rows["value"].max()].groupby("narrow")["digits"].min())


def accumulator(tables: Tables) -> str | None:
    """What a narrow accumulator alone leaves of a long likelihood, beside narrow storage alone."""
    digits = longest(tables, "log_likelihood")
    if not digits["accumulate"] < min(digits["input"], digits["store"]) - 1:
        return None
    summed, read, stored = (f"{digits[name]:.1f}" for name in ("accumulate", "input", "store"))
    return (
        f"Of a log-likelihood of {max(LENGTHS):,} factors, summed left to right, a bfloat16 accumulator alone leaves "
        f"{summed} digits; a bfloat16 input alone leaves {read}, a bfloat16 result {stored}."
    )


def computing(tables: Tables) -> str | None:
    """What computing in bfloat16 costs beside storing the result in it."""
    parts = {problem: longest(tables, problem) for problem in ("softmax", "nll")}
    if not all(digits["compute"] <= digits["store"] for digits in parts.values()):
        return None
    each = listed(f"{d['compute']:.1f} digits of {p}, where storing leaves {d['store']:.1f}" for p, d in parts.items())
    return f"Operations in bfloat16, all else in float32, leave {each}."


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=45,
    title="Four formats",
    tables={
        "logits": sweep([normal()], {name: ["shifted"] for name in ("softmax", "log_softmax", "nll")}),
        "probabilities": sweep([uniform(0.5, 1)], {"log_likelihood": ["sum_log", "pairwise"]}),
    },
    findings=[Finding(accumulator, rank=4), Finding(computing, rank=5)],
)

if __name__ == "__main__":
    run_experiments([experiment])
