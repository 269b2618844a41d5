"""Does a formula decide whether a model trains at all?

A softmax regression on the handwritten digits, its weights and logits held in a format, its gradient computed by the
naive and by the shifted softmax. Products are accumulated wide and rounded once, as matrix units do it.
"""

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from study import plots
from study.formats import FORMATS, Format
from study.plots.text import at_least, listed
from study.problems import get_problem
from study.report.evidence import pick
from study.runs.experiment import Experiment, Figure, Finding, Tables
from study.runs.runner import run_experiments

STEPS, RATES = 300, (0.01, 1.0)
TRAINED = ("float16", "bfloat16", "float32")


@cache
def digits() -> tuple[np.ndarray[Any, Any], ...]:
    """Training images (in 0 … 16) and labels, then those of the test half."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    train, test, train_labels, test_labels = train_test_split(images, labels, test_size=0.5, random_state=0)
    return train, train_labels.astype(np.int64), test, test_labels.astype(np.int64)


@cache
def run(name: str, loss: str, rate: float) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The loss at every step, and how training ended."""
    form, (images, labels, test, test_labels) = FORMATS[name], digits()
    rng = np.random.default_rng(0)
    weights = np.zeros((images.shape[1], 10), form.dtype)
    curve, died = [], None
    for step in range(STEPS):
        batch = rng.integers(len(images), size=64)
        logits = rounded_product(form, images[batch], weights)
        value = float(get_problem("mean_nll").algorithms["naive" if loss == "naive" else "wide"](logits, labels[batch]))
        curve.append({"format": name, "rate": rate, "loss": loss, "step": step, "value": value})
        if died is None and not np.isfinite(value):
            died = step
        gradient = get_problem("nll_gradient").algorithms[loss](logits, labels[batch])
        slope = rounded_product(form, images[batch].T / len(batch), gradient)
        weights = weights - form.round(rate) * slope
    right = np.argmax(rounded_product(form, test, weights).astype(np.float64), axis=-1) == test_labels
    return curve, {
        "format": name,
        "rate": rate,
        "loss": loss,
        "died": died,
        "last_loss": value,
        "accuracy": right.mean(),
    }


def rounded_product(form: Format, a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A matrix product, accumulated in binary64 in a fixed order and rounded to the format once."""
    with np.errstate(invalid="ignore", over="ignore"):
        return form.round(np.einsum("ij,jk->ik", a, b.astype(np.float64)))


def every_run() -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """All formats, losses and learning rates."""
    return [run(*key) for key in product(TRAINED, ("naive", "shifted"), RATES)]


def where_it_dies(tables: Tables) -> str | None:
    """Where training dies with the naive loss, and that it does not with the stable one."""
    curves, ends = tables["curves"], tables["ends"]
    gone = curves[~np.isfinite(curves["value"])].rename(columns={"step": "died"})
    lost = pd.concat([gone, ends.dropna(subset="died")]).groupby(["loss", "rate", "format"], sort=False)["died"].min()
    died, stable = lost.reset_index(), pick(ends, loss="shifted")
    naive = pick(died, loss="naive")
    if naive.empty or len(naive) < len(died) or stable.empty:
        return None
    steps = naive.groupby(["rate", "died"])["format"]
    each = listed(f"at step {step:.0f} in {listed(part)} (rate {rate:g})" for (rate, step), part in steps)
    return (
        f"With the naive loss training dies {each}; with the shifted one in none of {len(stable)} runs, which each "
        f"end at {at_least(100 * float(stable['accuracy'].min()))}% or better."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=45,
    title="Training",
    tables={
        "curves": lambda: pd.DataFrame([row for curve, _ in every_run() for row in curve]),
        "ends": lambda: pd.DataFrame([end for _, end in every_run()]),
    },
    problems=("mean_nll", "nll_gradient"),
    figures={
        "curves": Figure(
            lambda tables: plots.lines(
                tables["curves"].sort_values("rate", kind="stable"),
                "step",
                "value",
                by="loss",
                panel=["rate", "format"],
                up="training loss",
                columns=3,
            ),
            where_it_dies,
        ),
    },
    findings=[Finding(where_it_dies, rank=6)],
)

if __name__ == "__main__":
    run_experiments([experiment])
