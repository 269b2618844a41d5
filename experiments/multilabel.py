"""Many labels at once: what becomes of the sum of their binary losses as labels grow in number and logits in size?

One infinite or NaN term spoils the whole sum, so that the chance of a spoiled loss grows with the number of labels.
"""

from typing import Any

import numpy as np

from study.inputs.families import Family
from study.report import losses
from study.runs.experiment import Experiment, Finding, Sweep
from study.runs.runner import run_experiments


def labelled(scale: float) -> Family:
    """Logits from N(0, scale²) with random labels, one in four of them soft; the parameter is n."""

    def draw(rng: np.random.Generator, rows: int, n: Any) -> tuple[np.ndarray[Any, Any], ...]:
        shape = (rows, int(n))
        return scale * rng.standard_normal(shape), np.where(
            rng.random(shape) < 0.25, rng.random(shape), rng.integers(2, size=shape)
        )

    return Family(f"N(0, {scale:g}²)", draw)


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=65,
    title="Many labels",
    tables={
        "sweep": Sweep(
            parameter="n",
            values=[1, 3, 10, 30, 37, 100, 300, 1009],
            families=[labelled(1), labelled(10), labelled(1000)],
            problems={"multilabel_nll": None},
            rows=lambda n: max(3, min(20, 300 // n)),
        )
    },
    findings=[Finding(losses.share_lost("multilabel_nll", "naive"), rank=8)],
)

if __name__ == "__main__":
    run_experiments([experiment])
