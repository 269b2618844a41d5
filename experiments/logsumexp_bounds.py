"""Do the published error bounds of logsumexp and softmax hold?

Blanchard, Higham and Higham (2021) bound the error of the shifted formulas in their theorems 4.2 and 4.4. As printed
both leave out the rounding of the final addition, which is all there is where the logits are large beside their spread.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from study.certified.errors import relative_error
from study.formats import FORMATS, MAIN_FORMATS
from study.inputs.families import generator, rounded
from study.measurement.case import Case
from study.plots.text import listed
from study.problems import get_problem
from study.problems.bounds import logsumexp, softmax
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

THEOREMS = (
    (
        "4.2",
        "logsumexp",
        "shifted",
        logsumexp.logsumexp_shifted_printed,
        logsumexp.logsumexp_shifted_corrected,
    ),
    (
        "4.4",
        "softmax",
        "exp_minus_logsumexp",
        softmax.softmax_from_logsumexp_printed,
        softmax.softmax_from_logsumexp_corrected,
    ),
)
SHAPES: dict[str, Callable[[Any, float], Any]] = {
    "spread": lambda z, size: z * size,
    "offset": lambda z, size: z + size,
    "equal": lambda z, size: 0 * z + size,
}


def measured() -> pd.DataFrame:
    """The largest error, and the printed and the corrected bound at its place, for logits of growing size."""
    rows = []
    for form in (FORMATS[name] for name in MAIN_FORMATS):
        for shape, place in SHAPES.items():
            for size in (0.1, 1, 10, 100, 1000):
                z = generator("logsumexp_bounds", shape, size).standard_normal((200, 10))
                (x,) = rounded(form, (place(z, size),))
                key = {"format": form.name, "inputs": shape, "size": size}
                rows += [{**key, **against(theorem, form, x)} for theorem in THEOREMS]
    return pd.DataFrame(rows)


def against(theorem: Any, form: Any, x: np.ndarray[Any, Any]) -> dict[str, Any]:
    """How the errors on these logits compare with one theorem, printed and corrected."""
    name, problem, algorithm, printed, corrected = theorem
    case = Case(get_problem(problem), (x,))
    error = relative_error(case.problem.algorithms[algorithm](x), case.reference)
    limits = [bound(form, case.wide, case.reference) for bound in (printed, corrected)]
    finite, cond = np.isfinite(limits[0]), case.cond
    worst = np.unravel_index(np.argmax(np.where(finite, error, -1)), error.shape)
    return {
        "theorem": name,
        "count": int(finite.sum()),
        "max_u": error[worst] / form.u,
        "cond": cond[worst],
        "printed_u": limits[0][worst] / form.u,
        "corrected_u": limits[1][worst] / form.u,
        "above_printed": int((error > limits[0])[finite].sum()),
        "above_corrected": int((error > limits[1])[finite].sum()),
    }


def printed_bounds(tables: Tables) -> str | None:
    """How often the printed theorems are violated, and the corrected ones."""
    table = tables["theorems"]
    counts = table.groupby("theorem")[["count", "above_printed", "above_corrected"]].sum()
    if not counts["above_printed"].all() or counts["above_corrected"].any():
        return None
    each = listed(
        f"theorem {name} on {row['above_printed']:,} of {row['count']:,} values" for name, row in counts.iterrows()
    )
    return (
        f"As printed, the bounds of Blanchard, Higham and Higham are exceeded: {each}. With the final addition, on "
        "none of them."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=75,
    title="Proven bounds",
    tables={"theorems": measured},
    problems=("logsumexp", "softmax"),
    findings=[Finding(printed_bounds, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
