"""Does the online softmax of attention lose anything, and does float8?

A row of attention is the mean of values under softmax weights. FlashAttention finds it tile by tile, and float8 kernels
hold the weights in float8_e4m3, with or without a scale, beside a sum that stays in float32. A masked logit is −∞; of a
row whose logits all are, plain softmax makes NaN, FlashAttention and PyTorch's SDPA (pytorch#131060, #133882) 0, JAX's
dot_product_attention, whose masked logits are −0.7 times the largest number, the mean of all values; and where a 0/0 is
trapped, as by `jax_debug_nans`, it is an error.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from study.arithmetic.recipe import RECIPES, Recipe
from study.formats import FORMATS, MAIN_FORMATS
from study.inputs.families import Family, generator, rounded
from study.measurement.case import Case
from study.plots.text import at_most, listed
from study.problems import PROBLEMS, Algorithm
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

WIDE, NARROW = "float32", "bfloat16"
PLAIN, FLOAT8 = Recipe(WIDE), RECIPES["narrow weights"](NARROW)
KERNEL, SUMS = RECIPES["compute wide"](NARROW), RECIPES["accumulate narrow"](NARROW)

PARTS = 8
"""Of a row, each masked or not."""
CONTRACTS = {
    "undefined": ("shifted", "divided", "online", "faithful"),
    "zero": ("zero_if_masked",),
    "mean": ("finite_mask",),
}
"""What formulas are to make of a fully masked row."""


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


def masks() -> pd.DataFrame:
    """Every way to mask parts of a row, by their width: what is lost where a logit is left, what is made of none."""
    kept = np.array(list(product([False, True], repeat=PARTS)))
    rows = []
    for width in (1, 32, 128):
        rng = generator("attention", "masks", width)
        x, v = 5 * rng.standard_normal(PARTS * width), rng.uniform(0.5, 1.5, PARTS * width)
        masked = np.where(np.repeat(kept, width, axis=1), x, -np.inf)
        for name in MAIN_FORMATS:
            args = rounded(FORMATS[name], (masked, np.broadcast_to(v, masked.shape)))
            case, none = Case(PROBLEMS["weighted_mean"], tuple(a[1:] for a in args)), [a[:1] for a in args]
            for algorithm in case.problem.algorithms.values():
                row = case.measure(algorithm)
                alarms = {"raised": trapped(algorithm, none), "alarms": trapped(algorithm, list(case.args))}
                about = {"algorithm": algorithm.name, "format": name, "columns": width, "masks": len(kept) - 1}
                lost = {"lost": sum(row[k] for k in ("nan", "overflow", "underflow")), "max_ulp": row["max_ulp"]}
                rows.append(about | lost | {"fully_masked": told(float(algorithm(*none)[0]))} | alarms)
    return pd.DataFrame(rows)


def told(value: float) -> str:
    """What is made of a row without a logit: nothing (NaN), 0, or some mean of its values."""
    return "undefined" if np.isnan(value) else "zero" if value == 0 else "mean"


def trapped(algorithm: Algorithm, args: list[Any]) -> bool:
    """Whether it raises where invalid operations, such as 0/0, are trapped."""
    try:
        with np.errstate(all="ignore", invalid="raise"):
            algorithm.function(*args)
    except FloatingPointError:
        return True
    return False


def contracts(tables: Tables) -> Iterator[str]:
    """A fully masked row is what its formula is for, and no other masks lose anything."""
    for row in tables["masks"].to_dict("records"):
        for due, names in CONTRACTS.items():
            if row["algorithm"] in names and (row["lost"] or row["fully_masked"] != due):
                where = f"{row['algorithm']} in {row['format']}, parts of {row['columns']}"
                yield f"{where}: {row['lost']} rows lost, a fully masked one {row['fully_masked']} and not {due}"


def fully_masked(tables: Tables) -> str | None:
    """What formulas make of a row without a logit, and whether all others keep what is left."""
    table = tables["masks"]
    if any(contracts(tables)):
        return None
    trap = table[table["raised"] & ~table["algorithm"].isin(table[table["alarms"]]["algorithm"])]
    return (
        f"No shifted formula loses one of {int(table['masks'].iloc[0])} masks. A row without a logit is NaN, which can "
        f"be trapped ({listed(sorted(set(trap['algorithm'])))}), 0 by FlashAttention's guard, or a mean by JAX's mask."
    )


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
    worst = rows.pivot_table("max_relative", "inputs", "algorithm", aggfunc="max", sort=False)
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
        ),
        "masks": masks,
    },
    problems=["weighted_mean"],
    contracts=[contracts],
    findings=[Finding(online, rank=7), Finding(float8, rank=5), Finding(fully_masked, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
