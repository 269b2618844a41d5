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
from study.plots.text import listed, number
from study.report.evidence import pick
from study.runs.experiment import Experiment, Figure, Finding, Tables
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


def either_answer(tables: Tables) -> str | None:
    """The loss of the worked example, for either right answer."""
    table = pick(tables["example"], format="float64", quantity="nll")
    losses = dict(zip(table["target"], table["computed"], strict=True))
    falling = (tables["curve"].sort_values("p")["nll"].diff().dropna() < 0).all()
    if not {3, 4} <= set(losses) or not losses[3] < losses[4] or not falling:
        return None
    return (
        f"With probabilities 0.1, 0.3, 0.5 and 0.1 the negative log likelihood is {number(losses[4])} when the fourth "
        f"class is right, {number(losses[3])} when the third: the more probable the truth was held, the lower the loss."
    )


def tiny_likelihood(tables: Tables) -> str | None:
    """What each format makes of 1e-100 and of its log."""
    held = pick(tables["example"], quantity="log of 1e-100")
    lost = held[held["held"] == 0]["format"].tolist()
    kept = held[held["held"] != 0]
    if not lost or kept.empty:
        return None
    return (
        f"1e-100 is zero in {listed(lost)}; {listed(kept['format'])} holds it, and its log is "
        f"{number(kept['computed'].iloc[0], 5)}."
    )


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
            either_answer,
        )
    },
    findings=[Finding(either_answer, rank=8), Finding(tiny_likelihood, rank=8)],
)

if __name__ == "__main__":
    run_experiments([experiment])
