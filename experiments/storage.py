"""What does storing logits, probabilities or their logs in 16, 8, 6 or 4 bits cost, in nats?

Losses of the numbers as they are stored beside the losses before, both exact: nothing but storage differs. Targets are
drawn from the softmax of the logits, as of a model that is calibrated.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from study.formats import KNOWN, nvfp4
from study.formats.blocks import MX_FORMATS
from study.inputs.families import generator
from study.plots.text import listed, number
from study.problems.reference import exact
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

Floats = np.ndarray[Any, Any]
Store = Callable[[Floats], Floats]

ROWS, CLASSES = 200, 1024
SCALES = (1, 4)
"""Standard deviations of the logits."""
SCALE_BITS = 8
NAMED = ("bfloat16", "float16", "float8_e4m3fn", "MXFP8_E4M3", "MXFP4", "NVFP4")
"""Formats that sentences name: those most in use."""


def stores() -> dict[str, tuple[float, Store]]:
    """Every format that numbers are stored in: bits a number, with its share of the scales, and the rounding."""
    narrow = (form for form in KNOWN.values() if form.signed and form.bits <= 16)
    made: dict[str, tuple[float, Store]] = {form.name: (form.bits, form.round) for form in narrow}
    made |= {name: (mx.element.bits + SCALE_BITS / mx.size, mx.round) for name, mx in MX_FORMATS.items()}
    return made | {"NVFP4": (nvfp4.ELEMENT.bits + SCALE_BITS / nvfp4.SIZE, nvfp4.round)}


def values(problem: str, *args: Floats) -> Floats:
    """Exact results, rounded to binary64."""
    return exact(problem, *args).to_float()


def costs() -> pd.DataFrame:
    """A row for each scale of the logits, each thing that is stored, and each format."""
    rows = []
    for scale in SCALES:
        rng = generator("storage", scale)
        drawn = KNOWN["float32"].round(scale * rng.standard_normal((ROWS, CLASSES))).astype(np.float64)
        target = np.argmax(drawn + rng.gumbel(size=drawn.shape), axis=-1)
        losses = values("nll", drawn, target)
        given = {
            "logits": drawn,
            "probabilities": values("softmax", drawn),
            "log-probabilities": values("log_softmax", drawn),
        }
        for name, (bits, store) in stores().items():
            rounded = {what: np.asarray(store(held)).astype(np.float64) for what, held in given.items()}
            after = {
                "logits": values("nll", rounded["logits"], target),
                "probabilities": values("nll_from_probabilities", rounded["probabilities"], target),
                "log-probabilities": -np.take_along_axis(rounded["log-probabilities"], target[:, None], axis=-1)[:, 0],
            }
            key = {"logits": f"N(0, {scale}²)", "format": name, "bits": bits}
            rows += [{**key, "stored": what, **cost(losses, stored)} for what, stored in after.items()]
    return pd.DataFrame(rows)


def cost(before: Floats, after: Floats) -> dict[str, Any]:
    """By how much losses move, in nats, of those that stay finite; ``infinite`` counts the others."""
    held = np.isfinite(after)
    moved = np.abs(after - before)[held]
    change = float(np.mean((after - before)[held])) if held.any() else np.nan
    most, mean = (float(moved.max()), float(moved.mean())) if held.any() else (np.nan, np.nan)
    return {"mean_nats": mean, "max_nats": most, "mean_change_nats": change, "infinite": int((~held).sum())}


def logits(tables: Tables) -> str | None:
    """What a loss moves by, on average, where its logits are stored."""
    spread = tables["costs"]["logits"].iloc[-1]
    shown = pick(tables["costs"], stored="logits", logits=spread).set_index("format")["mean_nats"]
    if not shown.loc[list(NAMED)].gt(0).all():
        return None
    each = listed(f"{number(float(shown[form]), 2)} in {form}" for form in NAMED)
    return f"Where logits from {spread} are stored, their loss moves by so many nats on average: {each}."


def probabilities(tables: Tables) -> str | None:
    """How many losses become infinite where probabilities are stored."""
    rows = pick(tables["costs"], stored="probabilities", logits=tables["costs"]["logits"].iloc[-1])
    lost = rows[rows["infinite"] > 0].set_index("format")["infinite"]
    if lost.empty:
        return None
    each = listed(f"{int(n)} in {form}" for form, n in lost.items() if form in NAMED)
    return f"Of {ROWS} losses of stored probabilities so many are infinite: {each}."


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=48,
    title="Storage",
    tables={"costs": costs},
    problems=("nll", "nll_from_probabilities", "softmax", "log_softmax"),
    findings=[Finding(logits, rank=5), Finding(probabilities, rank=6)],
)

if __name__ == "__main__":
    run_experiments([experiment])
