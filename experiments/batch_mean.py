"""How large a batch can a 16-bit format average?

The mean of a batch is a sum before it is a mean. In float16 the sum of losses overflows at 65504; in bfloat16 it stops
growing once it is 256 times its terms. Dividing first avoids the one, a wider accumulator both.
"""

from typing import Any

import numpy as np

from study.inputs.families import Family
from study.plots.text import listed
from study.report import findings
from study.report.evidence import measurements
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments


def batch(scale: float) -> Family:
    """One batch of b vectors of three logits from N(0, scale²) with random targets; the parameter is b."""

    def draw(rng: np.random.Generator, _rows: int, b: Any) -> tuple[np.ndarray[Any, Any], ...]:
        return scale * rng.standard_normal((1, int(b), 3)), rng.integers(3, size=(1, int(b)))

    return Family(f"N(0, {scale:g}²)", draw)


def confident() -> Family:
    """One batch of b vectors of ten logits whose right one is ahead by 4 to 8: losses are small, and sums of them."""

    def draw(rng: np.random.Generator, _rows: int, b: Any) -> tuple[np.ndarray[Any, Any], ...]:
        return _ahead(rng, int(b), rng.uniform(4, 8, int(b)))

    return Family("right by 4 to 8", draw)


def mixed() -> Family:
    """One batch of b such vectors, half of them right by 4 to 12, the others undecided or wrong by as much."""

    def draw(rng: np.random.Generator, _rows: int, b: Any) -> tuple[np.ndarray[Any, Any], ...]:
        margin = rng.uniform(4, 12, int(b)) * rng.choice([1, 1, 0, -1], int(b))
        return _ahead(rng, int(b), margin)

    return Family("right, undecided and wrong", draw)


def _ahead(rng: np.random.Generator, b: int, margin: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], ...]:
    target = rng.integers(10, size=(1, b))
    x = rng.uniform(-1, 0, (1, b, 10))
    np.put_along_axis(x, target[..., None], margin[None, :, None], axis=-1)
    return x, target


def batches(tables: Tables) -> str | None:
    """What a wide mean makes of the largest batch in bfloat16, and what no mean makes good."""
    rows = measurements(tables, problem="mean_nll", format="bfloat16")
    largest = rows[rows["value"] == rows["value"].max()]
    worst = largest.groupby(["inputs", "algorithm"])["max_relative"].max().unstack()[["sequential", "wide"]]
    helped = worst[worst["wide"] < findings.FAR * worst["sequential"]]
    if helped.empty:
        return None
    rest = worst.drop(helped.index)
    others = listed(f"{100 * row['wide']:.2g}% for logits “{inputs}”" for inputs, row in rest.iterrows())
    return (
        f"The mean loss of {int(largest['value'].iloc[0]):,} in bfloat16 is up to "
        f"{100 * helped['sequential'].max():.0f}% off by a sequential sum; a float32 sum leaves up to "
        f"{100 * helped['wide'].max():.2g}%{f', but {others}' if others else ''}."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=60,
    title="Batch means",
    tables={
        "sweep": Sweep(
            parameter="b",
            values=[1, 10, 100, 300, 1000, 3000, 6000],
            families=[batch(1), batch(20), batch(1000), confident(), mixed()],
            problems={"mean_nll": None},
            rows=lambda _b: 1,
        )
    },
    findings=[Finding(findings.fails_from("mean_nll", "sequential"), rank=7), Finding(batches, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
