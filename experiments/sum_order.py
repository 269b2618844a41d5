"""Does the order of summation matter for a log-likelihood: does the error grow like n, like sqrt(n), or not at all?

The worst case of n additions in a row is n u; rounding errors that behave like random ones make it sqrt(n) u (Higham
and Mary 2019), while a sum that has outgrown its terms stops growing and is wrong altogether. Pairs and a wider
accumulator each cost something and repair it; so does compensation, until a long sum in 16 bits has outgrown it too.
"""

from typing import Any

import numpy as np
import pandas as pd

from study.certified.errors import error_in_u
from study.formats import FORMATS, MAIN_FORMATS, Format
from study.inputs.families import generator, rounded, uniform
from study.plots.text import number
from study.problems import get_problem
from study.problems.reference import exact
from study.report import findings
from study.report.evidence import measurements, pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

DRAWN = uniform(0.5, 1)
SUMS = ("sum_log", "pairwise", "compensated", "wide", "scaled", "faithful")


def long() -> pd.DataFrame:
    """One sum each of a million and of ten million logs, the exact values by the engine and its proven bound."""
    return pd.DataFrame([row for name in MAIN_FORMATS for n in (10**6, 10**7) for row in one_sum(FORMATS[name], n)])


def one_sum(form: Format, n: int) -> list[dict[str, Any]]:
    """The error of each algorithm on the same n probabilities."""
    problem, rows = get_problem("log_likelihood"), []
    (p,) = rounded(form, DRAWN.draw(generator("sum_order", n), 1, n))
    reference = exact(problem, p)
    for name in ("sum_log", "pairwise", "wide"):
        if form.name in problem.algorithms[name].formats:
            error = float(np.max(error_in_u(problem.algorithms[name](p), reference)))
            rows.append({"format": form.name, "n": n, "algorithm": name, "error_u": error})
    return rows


def growth(tables: Tables) -> str | None:
    """The exponent with which the error of sequential summation grows with n, and where it ceases to hold."""
    rows = measurements(tables, problem="log_likelihood", format="float32", algorithm="sum_log")
    median = rows.groupby("value")["max_relative"].median()
    if len(median) < 3 or not (median > 0).all():
        return None
    logs = np.log(median.index.to_numpy(dtype=float)), np.log(median.to_numpy())
    slope, start = (float(c) for c in np.polyfit(*logs, 1))
    sums = pick(tables["long"], format="float32", algorithm="sum_log")
    longest = sums[sums["n"] == sums["n"].max()]
    if longest.empty:
        return None
    n, error = int(longest["n"].iloc[0]), float(longest["error_u"].iloc[0]) * FORMATS["float32"].u
    return (
        f"The error of a float32 sum of logs in order grows like n^{number(slope, 2)} to n = "
        f"{int(median.index[-1]):,}, {'nearer √n than n' if slope < 0.75 else 'nearer n than √n'}; "
        f"at n = {n:,} it is {number(error)}, {number(error / (np.exp(start) * n**slope))} times that power."
    )


def stagnation(tables: Tables) -> str | None:
    """How wrong a long sum in a 16-bit format is, and what a wide accumulator leaves of that."""
    rows = measurements(tables, problem="log_likelihood", format="bfloat16")
    longest = rows[rows["value"] == rows["value"].max()]
    plain, wide = (pick(longest, algorithm=name)["max_relative"].max() for name in ("sum_log", "wide"))
    if not wide < findings.FAR * plain:
        return None
    return (
        f"A sum of {int(longest['value'].iloc[0]):,} logs in bfloat16 is off by up to {100 * plain:.0f}%, because it "
        f"stops growing; with a float32 accumulator by up to {100 * wide:.2g}%."
    )


def longest_sum(tables: Tables) -> str | None:
    """How far off the longest sum drawn is, taken in order, in pairs, and with a wide accumulator."""
    rows = pick(tables["sweep"], inputs=DRAWN.name, format="float32")
    longest = rows[rows["value"] == rows["value"].max()].groupby("algorithm")["max_u"].max()
    if not {"sum_log", "pairwise", "wide"} <= set(longest.index) or not longest["pairwise"] < longest["sum_log"]:
        return None
    return (
        f"Of {int(rows['value'].max()):,} logs in float32 the sum in order is off by {number(longest['sum_log'])} "
        f"u, in pairs by {number(longest['pairwise'])} u, with a wide accumulator by {number(longest['wide'])} u."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=25,
    title="Order of summation",
    tables={
        "sweep": Sweep(
            parameter="n",
            values=[10, 37, 100, 1000, 1009, 4099, 10**4, 10007, 50021, 10**5, 2**17, 2**18],
            families=[DRAWN, uniform(0.01, 1)],
            problems={"log_likelihood": SUMS},
            rows=lambda n: max(1, min(30, 10**5 // n)),
        ),
        "long": long,
    },
    problems=("log_likelihood",),
    findings=[
        Finding(growth, rank=6),
        Finding(stagnation, rank=7),
        Finding(longest_sum, rank=8),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
