"""Does the online softmax of attention lose anything, and does float8?

A row of attention is the mean of values under softmax weights. FlashAttention finds it tile by tile, and float8 kernels
hold the weights in float8_e4m3, with or without a scale, beside a sum that stays in float32.
"""

from typing import Any

import numpy as np

from study.arithmetic.recipe import RECIPES, Recipe
from study.inputs.families import Family
from study.plots.text import at_most, listed
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

WIDE, NARROW = "float32", "bfloat16"
PLAIN, FLOAT8 = Recipe(WIDE), RECIPES["narrow weights"](NARROW)
KERNEL, SUMS = RECIPES["compute wide"](NARROW), RECIPES["accumulate narrow"](NARROW)


def rows_of_attention(spread: float) -> Family:
    """Logits from N(0, spread²) and values from U(0.5, 1.5); the parameter is the length of the row."""

    def draw(rng: np.random.Generator, rows: int, n: Any) -> tuple[np.ndarray[Any, Any], ...]:
        return spread * rng.standard_normal((rows, int(n))), rng.uniform(0.5, 1.5, (rows, int(n)))

    return Family(f"N(0, {spread:g}²)", draw)


def sink() -> Family:
    """One logit 0 and all others -7, values U(0.5, 1.5): the tail together weighs more than the first."""

    def draw(rng: np.random.Generator, rows: int, n: Any) -> tuple[np.ndarray[Any, Any], ...]:
        logits = np.full((rows, int(n)), -7.0)
        logits[:, 0] = 0
        return logits, rng.uniform(0.5, 1.5, logits.shape)

    return Family("0 and −7", draw)


def online(tables: Tables) -> str | None:
    """How far the online mean is off beside the shifted one, all in float32."""
    rows = pick(tables["sweep"], backend=str(PLAIN)).groupby("algorithm")["max_ulp"].max()
    if not rows["online"] <= 2 * rows["shifted"]:
        return None
    return (
        f"All in float32, the mean of attention found tile by tile is off by at most {at_most(rows['online'])} ulps, "
        f"found at once by {at_most(rows['shifted'])}."
    )


def float8(tables: Tables) -> str | None:
    """What float8 weights lose, with and without a scale."""
    rows = pick(tables["sweep"], backend=str(FLOAT8), algorithm=["online", "scaled"])
    worst = rows.groupby(["inputs", "algorithm"], sort=False)["max_relative"].max().unstack()
    if not (worst["scaled"] < worst["online"]).any():
        return None
    shares = [f"{at_most(100 * r['online'])}% and {at_most(100 * r['scaled'])}% on {k}" for k, r in worst.iterrows()]
    return f"With weights in float8_e4m3 the mean is off by at most so much, unscaled and scaled: {listed(shares)}."


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=46,
    title="Attention",
    tables={
        "sweep": Sweep(
            "n",
            [16, 128, 2048, 8192],
            [rows_of_attention(1), rows_of_attention(5), sink()],
            {"weighted_mean": ["naive", "shifted", "divided", "online", "scaled"]},
            rows=lambda n: max(1, min(20, 4000 // n)),
            recipes=[PLAIN, KERNEL, FLOAT8, SUMS, Recipe(NARROW)],
        )
    },
    findings=[Finding(online, rank=7), Finding(float8, rank=5)],
)

if __name__ == "__main__":
    run_experiments([experiment])
