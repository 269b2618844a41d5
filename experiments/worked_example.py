"""What is the negative log likelihood, and why is there a log in it?

A classifier gives the classes probabilities [0.1, 0.3, 0.5, 0.1]. The likelihood of the right answer is the dot product
of these with its one-hot vector; the loss is minus its log: small when the truth was held to be probable. The log turns
products of probabilities, which computers cannot hold, into sums, which they can: 1e-100 becomes -230.26.
"""

from typing import Any

import numpy as np
import pandas as pd

from study import plots
from study.formats import FORMATS, Format
from study.measurement.case import single
from study.report import sentences
from study.runs.experiment import Experiment, Figure, Finding
from study.runs.runner import run_experiments

PROBABILITIES = [0.1, 0.3, 0.5, 0.1]


def quantities(form: Format) -> list[dict[str, object]]:
    """The numbers of the story in one format."""
    p = form.round(PROBABILITIES)
    many = form.round(np.full(100, 0.1))
    rows: list[dict[str, object]] = []
    for target in (4, 3):
        one_hot = form.round(np.eye(len(PROBABILITIES))[target - 1])
        right = (p * one_hot).sum(keepdims=True)
        rows.append({"quantity": "likelihood", "target": target, **single("likelihood", "naive", right)})
        loss = single("log_likelihood", "sum_log", right)
        rows.append(
            {"quantity": "nll", "target": target, **loss, "computed": -loss["computed"], "reference": _minus(loss)}
        )
    rows.append({"quantity": "log of 1e-100", **single("log_likelihood", "sum_log", form.round([1e-100]))})
    rows.append({"quantity": "product of 100 × 0.1", **single("likelihood", "naive", many)})
    rows.append({"quantity": "log of that product", **single("log_likelihood", "naive", many)})
    rows.append({"quantity": "sum of 100 logs of 0.1", **single("log_likelihood", "sum_log", many)})
    return [{"format": form.name, **row} for row in rows]


def _minus(row: dict[str, Any]) -> str:
    """The exact value of a log, as a loss."""
    return str(row["reference"]).removeprefix("-")


def example() -> pd.DataFrame:
    """Every number in every format, beside its exact value for the probabilities as the format holds them."""
    return pd.DataFrame([row for form in FORMATS.values() for row in quantities(form)])


def curve() -> pd.DataFrame:
    """The loss of one observation against the probability that was given to the truth."""
    p = np.linspace(0.005, 1, 200)
    loss = [single("log_likelihood", "sum_log", np.array([value])) for value in p]
    return pd.DataFrame({"p": p, "nll": [-row["computed"] + 0.0 for row in loss]})


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=10,
    tables={"example": example, "curve": curve},
    problems=["likelihood", "log_likelihood"],
    figures={
        "curve": Figure(
            lambda tables: plots.curve(
                tables["curve"],
                "p",
                "nll",
                marked=(0.1, 0.5, 0.9),
                across="p, probability given to the truth",
                up="−log p (nats)",
            ),
            sentences.nll_example,
        )
    },
    findings=[Finding(sentences.nll_example, rank=8), Finding(sentences.tiny_likelihood, rank=8)],
)

if __name__ == "__main__":
    run_experiments([experiment])
