"""Does the order of summation matter for a log-likelihood: does the error grow like n, like sqrt(n), or not at all?

The worst case of n additions in a row is n u; rounding errors that behave like random ones make it sqrt(n) u (Higham
and Mary 2019), while a sum that has outgrown its terms stops growing and is wrong altogether. Pairs and a wider
accumulator each cost something and repair it; so does compensation, until a long sum in 16 bits has outgrown it too.
"""

from typing import Any

import numpy as np
import pandas as pd

from study import plots
from study.certified.errors import error_in_u
from study.formats import FORMATS, MAIN_FORMATS, Format
from study.inputs.families import generator, rounded, uniform
from study.problems import get_problem
from study.problems.reference import exact
from study.report import captions, sum_sentences
from study.report.evidence import main
from study.runs.experiment import Experiment, Figure, Finding, Sweep
from study.runs.runner import run_experiments

SUMS = ("sum_log", "pairwise", "compensated", "wide", "scaled", "faithful")


def long() -> pd.DataFrame:
    """One sum each of a million and of ten million logs, the exact values by the engine and its proven bound."""
    return pd.DataFrame([row for name in MAIN_FORMATS for n in (10**6, 10**7) for row in one_sum(FORMATS[name], n)])


def one_sum(form: Format, n: int) -> list[dict[str, Any]]:
    """The error of each algorithm on the same n probabilities."""
    problem, rows = get_problem("log_likelihood"), []
    (p,) = rounded(form, uniform(0.5, 1).draw(generator("sum_order", n), 1, n))
    reference = exact(problem, p)
    for name in ("sum_log", "pairwise", "wide"):
        if form.name in problem.algorithms[name].formats:
            error = float(np.max(error_in_u(problem.algorithms[name](p), reference)))
            rows.append({"format": form.name, "n": n, "algorithm": name, "error_u": error})
    return rows


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=25,
    title="Order of summation",
    tables={
        "sweep": Sweep(
            parameter="n",
            values=[10, 37, 100, 1000, 1009, 4099, 10**4, 10007, 50021, 10**5, 2**17, 2**18],
            families=[uniform(0.5, 1), uniform(0.01, 1)],
            problems={"log_likelihood": SUMS},
            rows=lambda n: max(1, min(30, 10**5 // n)),
        ),
        "long": long,
    },
    problems=("log_likelihood",),
    figures={
        "error": Figure(
            lambda tables: plots.errors(
                main(tables["sweep"], inputs="U(0.5, 1)"),
                metric="max_u",
                up="worst error (u)",
                across="number of logs n",
            ),
            captions.order_of_sum("U(0.5, 1)", "float32"),
        ),
    },
    findings=[
        Finding(sum_sentences.growth("log_likelihood", "float32"), rank=6),
        Finding(sum_sentences.stagnation, rank=7),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
