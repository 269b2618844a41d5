"""Two classes: which formula for the sigmoid, its log and the loss survives the whole axis of logits?

A probability that has been rounded to 0 or 1 has forgotten its logit. From logits the loss has formulas that are right
for every finite logit that was measured; from probabilities it is infinite, NaN, or what the clipping says.
"""

from typing import Any

import numpy as np

from study import plots
from study.inputs.families import Family
from study.report import findings
from study.report.evidence import main, measurements, pick
from study.runs.experiment import Experiment, Figure, Finding, Sweep, Tables
from study.runs.runner import run_experiments

FROM_LOGITS = ("sigmoid", "log_sigmoid", "softplus", "binary_cross_entropy_with_logits")
SIZES = [1e-9, 1e-4, 0.01, 0.1, 1, 3, 6, 9, 12, 16, 20, 30, 40, 60, 90, 120, 400, 740, 800]


def logits(rng: np.random.Generator, rows: int, size: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """Logits of about one size, both signs, and labels that are right, wrong or soft."""
    x = np.concatenate([rng.uniform(0.9, 1.1, rows - 1), [1.0]]) * float(size) * np.where(np.arange(rows) % 2, 1, -1)
    label = np.where(np.arange(rows) % 3 < 2, np.arange(rows) % 2, rng.random(rows))
    return x, label


def negative(rng: np.random.Generator, rows: int, size: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """The same, with the sign that log1mexp takes, down to the smallest."""
    x, _ = logits(rng, rows, size)
    return (-np.abs(np.concatenate([x, x * 1e-12])),)


def probabilities(rng: np.random.Generator, rows: int, size: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """The sigmoids of such logits, computed in binary64, certain ones among them, and their labels."""
    x, label = logits(rng, rows, size)
    p = np.exp(-np.logaddexp(0, -x))
    return np.concatenate([p, [0.0, 1.0]]), np.concatenate([label, [0.0, 0.5]])


def targets(rng: np.random.Generator, rows: int, size: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """Two classes with such probabilities, and the target."""
    p, label = probabilities(rng, rows, size)
    return np.stack([1 - p, p], axis=-1), (label > 0.5).astype(np.int64)


def sweep(family: Family, problems: tuple[str, ...]) -> Sweep:
    """All algorithms of these problems over the axis."""
    return Sweep("size", SIZES, [family], dict.fromkeys(problems), rows=lambda _size: 48)


def clipping(tables: Tables) -> str | None:
    """How often clipped probabilities give a finite loss where it is infinite, and the plain logarithm."""
    rows = measurements(tables, problem="nll_from_probabilities", format="float32")
    clipped, plain = (pick(rows, algorithm=name) for name in ("clipped_1e_7", "plain"))
    if not clipped["missed"].any() or plain.empty or plain["missed"].any():
        return None
    return (
        f"Clipping probabilities at 1e-7 in float32 reports a number where the loss is infinite for "
        f"{int(clipped['missed'].sum())} of {int(clipped['count'].sum()):,} targets; the plain logarithm for none."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=40,
    title="Two classes",
    tables={
        "logits": sweep(Family("±size", logits), FROM_LOGITS),
        "complement": sweep(Family("−size", negative), ("log1mexp",)),
        "probabilities": sweep(Family("sigmoid(±size)", probabilities), ("binary_cross_entropy",)),
        "targets": sweep(Family("sigmoid(±size)", targets), ("nll_from_probabilities",)),
    },
    figures={
        "log_sigmoid": Figure(
            lambda tables: plots.errors(main(tables["logits"], problem="log_sigmoid"), across="size of the logit"),
            findings.survives("logits", "log_sigmoid", "naive", "faithful", "±size"),
        ),
    },
    findings=[Finding(findings.fails_from("log_sigmoid", "naive"), rank=6), Finding(clipping, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
