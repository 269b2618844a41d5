"""Where logsumexp and the loss come near zero, how many digits are left?

The logs of probabilities that sum to one have a logsumexp of zero, and a confident classifier has a loss near zero.
The condition number of logsumexp is unbounded there: a small error in max + log s is a large one in the result. The
loss itself is well conditioned, and keeps its digits, but for the last, if the maximum is left out of the sum that goes
into log1p.
"""

from typing import Any

import numpy as np

from study import plots
from study.inputs.families import Family
from study.plots.text import at_most, number
from study.report import findings
from study.report.evidence import main, measurements
from study.runs.experiment import Experiment, Figure, Finding, Sweep, Tables
from study.runs.runner import run_experiments


def normalised(rng: np.random.Generator, rows: int, n: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """Logs of probabilities that sum to one, up to rounding."""
    return (np.log(rng.dirichlet(np.ones(int(n)), rows)),)


def confident(rng: np.random.Generator, rows: int, margin: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """Ten logits, the first of them, which is right, ahead by the margin."""
    x = rng.uniform(-1, 0, (rows, 10)) - float(margin)
    x[:, 0] = 0
    return x, np.zeros(rows, dtype=np.int64)


def shifted_beside_faithful(tables: Tables) -> str | None:
    """The worst error of the shifted formula beside that of ``faithful`` on the same numbers."""
    worst = measurements(tables, problem="logsumexp", format="float64").groupby("algorithm")["max_ulp"].max()
    if not {"shifted", "faithful"} <= set(worst.index) or not worst["faithful"] <= 1 < worst["shifted"]:
        return None
    return (
        f"Near its zero the shifted logsumexp in float64 is up to {number(worst['shifted'])} ulps off; faithful, on "
        f"the same numbers, at most {at_most(worst['faithful'])}."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=35,
    title="Near a zero",
    tables={
        "normalised": Sweep(
            parameter="n",
            values=[2, 3, 5, 10, 30, 100],
            families=[Family("log of Dirichlet(1)", normalised)],
            problems={"logsumexp": None},
            rows=lambda _n: 40,
        ),
        "confident": Sweep(
            parameter="margin",
            values=[1, 3, 5, 7, 9, 12, 15, 20, 30, 40, 60, 80],
            families=[Family("right by a margin", confident)],
            problems={"log_softmax": None, "nll": None, "nll_gradient": None},
            rows=lambda _margin: 20,
        ),
    },
    figures={
        "nll": Figure(
            lambda tables: plots.errors(main(tables["confident"], problem="nll")),
            findings.survives("confident", "nll", "shifted", "log1p", "right by a margin"),
        ),
    },
    findings=[
        Finding(shifted_beside_faithful, rank=3),
        Finding(findings.first_zero("nll", "shifted", "log1p"), rank=7),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
