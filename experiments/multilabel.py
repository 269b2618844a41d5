"""Many labels at once: what becomes of the sum of their binary losses as labels grow in number and logits in size?

One infinite or NaN term spoils the whole sum, so that the chance of a spoiled loss grows with the number of labels.
"""

from typing import Any

import numpy as np

from study.inputs.families import Family
from study.measurement import outcome
from study.report.evidence import by_format, measurements, span
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments


def labelled(scale: float) -> Family:
    """Logits from N(0, scale²) with random labels, one in four of them soft; the parameter is n."""

    def draw(rng: np.random.Generator, rows: int, n: Any) -> tuple[np.ndarray[Any, Any], ...]:
        shape = (rows, int(n))
        return scale * rng.standard_normal(shape), np.where(
            rng.random(shape) < 0.25, rng.random(shape), rng.integers(2, size=shape)
        )

    return Family(f"N(0, {scale:g}²)", draw)


def share_lost(tables: Tables) -> str | None:
    """Which part of the results the naive formula loses altogether, format by format."""
    rows = measurements(tables, problem="multilabel_nll", algorithm="naive")
    lost = rows.assign(lost=outcome.losses(rows)).groupby("format")[["lost", "count"]].sum()
    if not lost["lost"].any():
        return None
    each = by_format(lost["lost"] / lost["count"], "{:.0%}".format)
    return (
        "The naive multilabel_nll loses to infinity, NaN or a wrong 0 this part of its results over "
        f"{span(rows)}: {each}."
    )


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
    findings=[Finding(share_lost, rank=8)],
)

if __name__ == "__main__":
    run_experiments([experiment])
