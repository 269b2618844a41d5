"""What does a saturated classifier learn from: how accurate are softmax − one-hot and sigmoid − label?

At the right class the gradient is the small difference of two numbers near one. Once the probability rounds to one it
is exactly zero, and the chain rule through that probability divides zero by zero.
"""

from typing import Any

import numpy as np

from study.inputs.families import Family, scaled_normal
from study.report import findings
from study.runs.experiment import Experiment, Finding, Sweep
from study.runs.runner import run_experiments

SIZES = [0.1, 1, 3, 6, 9, 12, 16, 20, 30, 40, 60, 90, 120, 300, 720, 800]


def binary(rng: np.random.Generator, rows: int, size: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """Logits of about one size, and labels of which every other one is right."""
    x = rng.uniform(0.9, 1.1, rows) * float(size) * np.where(np.arange(rows) % 2, 1, -1)
    return x, np.where(np.arange(rows) % 4 < 2, x > 0, x < 0).astype(np.float64)


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=55,
    tables={
        "softmax": Sweep("largest logit", SIZES, [scaled_normal(10)], {"nll_gradient": None}, rows=lambda _size: 20),
        "binary": Sweep(
            "size", SIZES, [Family("±size", binary)], {"binary_cross_entropy_gradient": None}, rows=lambda _size: 40
        ),
    },
    findings=[
        Finding(findings.first_zero("nll_gradient", "shifted", "expm1"), rank=6),
        Finding(findings.fails_from("binary_cross_entropy_gradient", "chained"), rank=7),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
