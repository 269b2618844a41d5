"""How large a batch can a 16-bit format average?

The mean of a batch is a sum before it is a mean. In float16 the sum of losses overflows at 65504; in bfloat16 it stops
growing once it is 256 times its terms. Dividing first avoids the one, a wider accumulator both.
"""

from typing import Any

import numpy as np

from study.inputs.families import Family
from study.report import losses, sum_sentences
from study.runs.experiment import Experiment, Finding, Sweep
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
    findings=[Finding(losses.fails_from("mean_nll", "sequential"), rank=7), Finding(sum_sentences.batches, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
