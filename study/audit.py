"""Every formula in every format on somebody's own logits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.experiment import Sweep
from study.inputs import Family
from study.logits import load
from study.run import measure_sweep

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = ("problem", "algorithm", "format", "count", "max_ulp", "max_scaled", "overflow", "underflow", "nan", "missed")


def audit(file: str | Path, targets: str | Path | None = None) -> str:
    """A table of what each formula makes of these logits; arguments and errors as ``study.logits.load``."""
    import pandas as pd

    logits, found = load(file, targets)
    problems = ["logsumexp", "softmax", "log_softmax", *(["nll"] if found is not None else [])]
    drawn = (logits,) if found is None else (logits, found)
    sweep = Sweep("classes", [logits.shape[1]], [Family(str(file), lambda *_: drawn)], dict.fromkeys(problems))
    rows = measure_sweep("audit", sweep)
    table = pd.DataFrame(rows)[list(SHOWN)].sort_values(["problem", "format"], kind="stable")
    return str(table.to_string(index=False, float_format=lambda v: f"{v:.3g}"))
