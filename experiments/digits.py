"""Does it matter on real data? A classifier of handwritten digits, and the likelihood of its whole test set.

A multinomial logistic regression is trained on half of the digits that scikit-learn ships; the other half is held out.
Each formula then computes its losses from the same logits in each format: those in ``digits.csv``, which
``_train_digits.py`` made.
"""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from study.inputs.families import Family
from study.plots.text import listed, number
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

FILE = Path(__file__).with_suffix(".csv")


@cache
def stored() -> pd.DataFrame:
    """The stored logits, targets and probabilities, every digit of them."""
    return pd.read_csv(FILE)


def held_out() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Logits, numbers of binary32, and targets of the held-out half."""
    logits = stored().filter(like="logit_").to_numpy().astype(np.float32)
    return logits.astype(np.float64, order="C"), stored()["target"].to_numpy()


def probabilities(n: int) -> np.ndarray[Any, Any]:
    """The probabilities that the model gave to the right answers of the first n rows."""
    return stored()["probability"].to_numpy()[None, :n]


def real_likelihood(tables: Tables) -> str | None:
    """The likelihood of the whole test set, by product and by logs."""
    rows = tables["test_set"]
    whole = rows[rows["value"] == rows["value"].max()]
    products = pick(whole, problem="likelihood", algorithm="naive")
    zero = products[products["worst_computed"].astype(float) == 0]["format"].tolist()
    logs = pick(whole, problem="log_likelihood", algorithm="sum_log", format="float64")
    if not zero or logs.empty:
        return None
    likelihood = Decimal(float(logs["worst_reference"].iloc[0])).exp()
    return (
        f"On real data: the likelihood of {int(whole['value'].iloc[0])} held-out digits is about "
        f"{likelihood:.1e}. As a product it is zero in {listed(zero)}; "
        f"as a sum of logs it is {number(float(logs['worst_computed'].iloc[0]), 4)}."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=50,
    title="Real digits",
    tables={
        "losses": Sweep(
            parameter="classes",
            values=[10],
            families=[Family("held-out digits", lambda *_: held_out())],
            problems=dict.fromkeys(("logsumexp", "softmax", "log_softmax", "nll")),
        ),
        "test_set": Sweep(
            parameter="n",
            values=[1, 10, 20, 50, 100, 200, 300, 400, 500, 600, 700, 800, 899],
            families=[Family("held-out digits", lambda _rng, _rows, n: (probabilities(n),))],
            problems=dict.fromkeys(("likelihood", "log_likelihood")),
        ),
    },
    data=[FILE.name],
    findings=[Finding(real_likelihood, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
