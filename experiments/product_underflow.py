"""How many observations until the likelihood underflows, and what is lost on the way?

A likelihood is a product of many numbers below one. It leaves the range of every format sooner or later, while
the sum of the logs grows no faster than their number. Before it does, though, the product is as a rule the more
accurate way to the likelihood, unless the factors are so near one that their log is small: the logarithm wins by range,
and where the log itself is wanted.
"""

import math
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from study import plots
from study.formats import FORMATS, MAIN_FORMATS, Format
from study.gate import contracts
from study.inputs.families import constant, uniform
from study.measurement.case import single
from study.measurement.threshold import first_integer
from study.plots.text import listed, number, plain
from study.problems import get_problem
from study.report.evidence import PLACE, by_format, main, measurements, pick
from study.runs.experiment import Experiment, Figure, Finding, Sweep, Tables
from study.runs.runner import run_experiments

PRODUCT, SUM_OF_LOGS = ("likelihood", "naive"), ("log_likelihood", "sum_log")
PROBABILITIES = (0.5, 0.1)
DENSITY = 39.9
"""Of a normal distribution of standard deviation 0.01 at its mean: 1 / (0.01 √(2 π)) = 39.89…"""
LENGTHS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181, 6765, 10_000)
SWEPT = (1, 2, 4, 7, 10, 20, 37, 40, 70, 100, 200, 400, 700, 1000, 1009, 2000, 4000, 4099, 7000, 10000, 10007)
DRAWN = uniform(0.5, 1)
SOME_DIGIT = 0.1
"""Relative error below which a result has a digit right."""
NEAR = 0.5
"""How many bits off log₂ |l| the cost may be that is said to be about as much."""


def first_underflow() -> pd.DataFrame:
    """For each format the first n for which the product of n equal probabilities is zero."""
    rows = []
    for form in FORMATS.values():
        for p in PROBABILITIES:
            held = form.round(p)
            n = first_integer(partial(ends, held))
            rows.append({"format": form.name, "p": p, "held": float(held), "first_n": n})
    return pd.DataFrame(rows)


def values() -> pd.DataFrame:
    """Products of n equal probabilities, and of n equal densities, beside the sums of their logs, format by format."""
    factors = (PROBABILITIES[-1], DENSITY)
    return pd.DataFrame([row for name in MAIN_FORMATS for p in factors for row in in_range(FORMATS[name], p)])


def in_range(form: Format, factor: float) -> list[dict[str, Any]]:
    """The product and the sum of logs at lengths up to the longest, and where the product ends."""
    held, rows = form.round(factor), []
    end = first_integer(partial(ends, held), LENGTHS[-1]) or 1
    for n in sorted({*LENGTHS, end, max(end - 1, 1)}):
        product, log = (single(*way, np.full(n, held)) for way in (PRODUCT, SUM_OF_LOGS))
        multiplied = {"product": product["computed"], "product_exact": product["reference"]}
        added = {"log": log["computed"], "log_exact": log["reference"], "log_ulps": log["ulps"]}
        rows.append({"format": form.name, "factor": factor, "n": n, **multiplied, **added})
    return rows


def ends(p: Any, n: int) -> bool:
    """Whether the product of n factors p is zero or infinite."""
    product = get_problem("likelihood").algorithms["naive"](np.full(n, p))
    return not product or bool(np.isinf(product))


def first_zero(tables: Tables) -> str | None:
    """After how many factors of 0.1 the product is zero, format by format."""
    firsts = pick(tables["first_underflow"], p=0.1, format=list(MAIN_FORMATS))
    firsts = firsts[firsts["first_n"].notna()].sort_values("first_n")
    if firsts.empty:
        return None
    each = listed(f"{int(n)} in {form}" for n, form in zip(firsts["first_n"], firsts["format"], strict=True))
    return f"A product of probabilities of 0.1, taken in order, is exactly zero after this many factors: {each}."


def product_beats_logs(tables: Tables) -> str | None:
    """Where the product is in range, on how many stacks of inputs it is more accurate than the way over the logs."""
    rows = measurements(tables, problem="likelihood", algorithm=["naive", "exp_sum_log"], format=list(MAIN_FORMATS))
    product = pick(rows, algorithm="naive")
    normal = product[(product["normal"] == product["count"]) & (product["value"] > 1)][PLACE].drop_duplicates()
    if normal.empty:
        return None
    sides = rows.merge(normal).groupby(["inputs", "format", "value", "algorithm"], sort=False)["max_u"].max()
    pairs = pd.DataFrame({name: sides.xs(name, level="algorithm") for name in ("naive", "exp_sum_log")})
    better, worse = pairs["naive"] < pairs["exp_sum_log"], pairs["naive"] > pairs["exp_sum_log"]
    if not better.mean() > 0.5:
        return None
    exception = worse.groupby("inputs", sort=False).sum()
    return (
        f"In range the product is the better likelihood as a rule: more accurate than exp(Σ log p) on "
        f"{better.sum()} of {len(pairs)} stacks of inputs, less on {worse.sum()}, "
        f"{'all' if exception.max() == exception.sum() else exception.max()} of them from {exception.idxmax()}."
    )


def cost_of_returning(tables: Tables) -> str | None:
    """How many bits the way from a log to its probability costs, format by format, at the most factors in range."""
    rows, parts = measurements(tables, inputs=DRAWN.name), []
    for form in MAIN_FORMATS:
        back = pick(rows, problem="likelihood", algorithm="exp_sum_log", format=form)
        kept = (back["normal"] == back["count"]) & (back["max_relative"] < SOME_DIGIT) & (back["max_u"] > 0)
        if not kept.any():
            continue
        longest = back[kept].sort_values("value").iloc[-1]
        log = pick(rows, problem="log_likelihood", algorithm="sum_log", format=form, value=longest["value"]).iloc[0]
        if not 0 < log["max_u"] < longest["max_u"]:
            return None
        lost, due = math.log2(longest["max_u"] / log["max_u"]), math.log2(abs(float(log["worst_reference"])))
        if abs(lost - due) > NEAR:
            return None
        parts.append(f"{number(lost, 2)} ({number(due, 2)}) in {form}")
    said = "Returning from a log l to its probability costs about log₂ |l| bits, as for the longest products of"
    return f"{said} {DRAWN.name}: {', '.join(parts)}." if parts else None


def product_ends(tables: Tables) -> str | None:
    """Where products of few and of many factors leave the range of each format, and how good the sums of logs are."""
    rows = tables["values"]
    ended = rows[~np.isfinite(rows["product"]) | (rows["product"] == 0)]
    low, high = (part.groupby("format")["n"].min() for part in (ended[ended["factor"] < 1], ended[ended["factor"] > 1]))
    if low.empty or high.empty or not np.isfinite(rows["log"]).all():
        return None
    return (
        f"Of probabilities {plain(rows['factor'].min())} the product is 0 from n = {by_format(low, str)}; of densities "
        f"{plain(rows['factor'].max())} it is ∞ from {high.min()} to {high.max()}. The sum of logs holds to n = "
        f"{int(rows['n'].max()):,}."
    )


def product_while_it_lasts(tables: Tables) -> str | None:
    """How the product's error compares with the way over the logs as long as the product is a normal number."""
    rows, parts = pick(tables["sweep"], problem="likelihood", inputs=DRAWN.name), []
    whole = pick(rows, algorithm="naive")
    last = whole[whole["normal"] == whole["count"]].groupby("format")["value"].max()
    for form in ("float32", "float64"):
        here = pick(rows, format=form, value=last.get(form, 0)).set_index("algorithm")["max_ulp"]
        if not {"naive", "exp_sum_log"} <= set(here.index) or not here["naive"] < here["exp_sum_log"]:
            return None
        parts.append(
            f"{number(here['naive'])} against {number(here['exp_sum_log'])} ulps at n = {last[form]} in {form}"
        )
    return f"While it is in range, the product is the better likelihood than exp of the sum of logs: {listed(parts)}."


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=20,
    title="The product",
    tables={
        "sweep": Sweep(
            parameter="n",
            values=SWEPT,
            families=[constant(0.5), constant(0.1), DRAWN, uniform(0.05, 1), uniform(0.99, 1)],
            problems={"likelihood": None, "log_likelihood": None},
            rows=lambda n: max(4, min(200, 20000 // n)),
        ),
        "first_underflow": first_underflow,
        "values": values,
    },
    problems=["likelihood"],
    contracts=[contracts.underflow_of_product],
    figures={
        "values": Figure(lambda tables: plots.values(tables["values"]), product_ends),
        "likelihood": Figure(
            lambda tables: plots.errors(main(tables["sweep"], problem="likelihood", inputs=DRAWN.name)),
            product_while_it_lasts,
        ),
    },
    findings=[
        Finding(first_zero, rank=1),
        Finding(product_beats_logs, rank=7),
        Finding(cost_of_returning),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
