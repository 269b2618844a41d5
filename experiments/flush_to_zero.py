"""What is lost where subnormal numbers are flushed to zero?

Accelerators, and CPUs under ``-ffast-math``, take subnormal operands for zero and make zero of subnormal results. The
same formulas on the same inputs, with and without.
"""

from dataclasses import replace

import pandas as pd

from study.arithmetic.recipe import Recipe
from study.inputs.families import scaled_normal, uniform
from study.plots.text import listed, percent
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

FORMATS = ("float16", "bfloat16", "float32")
RECIPES = [recipe for name in FORMATS for recipe in (Recipe(name), replace(Recipe(name), flushed=True))]


def beside(tables: Tables, problem: str, algorithm: str) -> pd.DataFrame:
    """Of each format the values that have a number, and how many become zero, as they are and flushed."""
    rows = pd.concat(tables.values(), ignore_index=True)
    rows = rows[(rows["problem"] == problem) & (rows["algorithm"] == algorithm)]
    flushed = rows["backend"].str.endswith("flushed")
    zeros = rows.assign(kept=rows["underflow"].where(~flushed), flushed=rows["underflow"].where(flushed))
    sums = zeros.groupby("format", sort=False)[["kept", "flushed"]].sum()
    return sums.assign(count=rows[flushed].groupby("format", sort=False)["count"].sum())


def softmax(tables: Tables) -> str | None:
    """Which part of softmax's components flushing makes zero besides those that underflow anyway."""
    table = beside(tables, "softmax", "shifted")
    more = (table["flushed"] - table["kept"]) / table["count"]
    if not (more > 0).any():
        return None
    each = listed(f"{percent(share)} in {form}" for form, share in more.items() if share > 0)
    return f"Flushing makes zero of so many more components of the shifted softmax, by logits of up to 120: {each}."


def likelihood(tables: Tables) -> str | None:
    """How many more products of probabilities are lost."""
    table = beside(tables, "likelihood", "naive")
    more = table[table["flushed"] > table["kept"]]
    if more.empty:
        return None
    words = (f"{r['flushed']:.0f} for {r['kept']:.0f} of {r['count']:.0f} in {form}" for form, r in more.iterrows())
    return f"Products of probabilities that end in a wrong zero, flushed and as they are: {listed(words)}."


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=47,
    title="Flush to zero",
    tables={
        "logits": Sweep(
            "largest logit",
            [1, 3, 5, 10, 20, 40, 60, 80, 87, 90, 95, 100, 110, 120],
            [scaled_normal(10)],
            {name: ["naive", "shifted"] for name in ("softmax", "log_softmax", "nll")},
            rows=lambda _top: 40,
            recipes=RECIPES,
        ),
        "products": Sweep(
            "n",
            [2, 5, 10, 15, 20, 30, 40, 60, 80, 100],
            [uniform(0.01, 0.5)],
            {"likelihood": ["naive", "pairwise"]},
            rows=lambda _n: 40,
            recipes=RECIPES,
        ),
    },
    findings=[Finding(softmax, rank=6), Finding(likelihood, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
