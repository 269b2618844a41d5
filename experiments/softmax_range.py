"""From which logits on do softmax and its losses fail, and what does the shift by the maximum cost?

exp overflows just above log xmax: 11.09 in float16, 88.72 in float32, 709.78 in float64. Logits get there in training
that diverges and in models that are confident. Shifting them by their maximum changes nothing in exact arithmetic and
keeps every exponential at most one.
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from study import plots
from study.formats import FORMATS, MAIN_FORMATS
from study.gate import contracts
from study.inputs.families import normal, placed, scaled_normal, shifted_normal
from study.measurement.threshold import first_number
from study.problems import Algorithm, get_problem
from study.report import captions, sentences
from study.report.evidence import main
from study.runs.experiment import Experiment, Figure, Finding, Sweep
from study.runs.runner import measure_sweep, run_experiments

OFFSETS = (-1000, -300, -100, -30, -10, 0, 10, 30, 100, 300, 1000)
SPREADS = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)
PLACED = {offset: Sweep("spread", SPREADS, [placed(10, offset)], {"softmax": ("naive", "shifted")}, rows=lambda _: 20)
          for offset in OFFSETS}  # fmt: skip
LENGTHS = (1, 2, 5, 10, 20, 37, 50, 100, 200, 500, 1000, 1009, 2000, 4099, 5000, 10000, 10007, 50021, 2**17, 2**18)
DRAWN = ["naive", "shifted", "online", "faithful"]
PROBLEMS = ("logsumexp", "softmax", "log_softmax", "nll")


def first_overflow() -> pd.DataFrame:
    """For each format the first logit x for which a formula on [x, 0] is not finite."""
    rows = []
    for form in FORMATS.values():
        for name in PROBLEMS:
            for algorithm in get_problem(name).algorithms.values():
                first = first_number(partial(fails, algorithm), form)
                rows.append({"problem": name, "algorithm": algorithm.name, "format": form.name, "first_logit": first})
    return pd.DataFrame(rows)


def outcomes() -> pd.DataFrame:
    """What becomes of softmax over the offset and the spread of the logits."""
    rows = [{**row, "offset": offset, "spread": row["value"]}
            for offset, sweep in PLACED.items() for row in measure_sweep("softmax_range", sweep)]  # fmt: skip
    return pd.DataFrame(rows)


def fails(algorithm: Algorithm, x: np.ndarray[Any, Any]) -> bool:
    """Whether the formula is not finite on [x, 0], the second class being right."""
    target = [np.array(1)] if algorithm.problem == "nll" else []
    result = np.asarray(algorithm(np.stack([x, np.zeros_like(x)]), *target))
    return not np.isfinite(result.astype(np.float64)).all()


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=30,
    title="Softmax and the shift",
    tables={
        "sweep": Sweep(
            parameter="largest logit",
            values=[1, 2, 4, 7, 10, 11, 12, 14, 20, 30, 50, 70, 85, 90, 100, 150, 200, 400, 700, 720, 1000, 2000],
            families=[scaled_normal(10), shifted_normal(10)],
            problems=dict.fromkeys(PROBLEMS),
            rows=lambda _top: 50,
        ),
        "length": Sweep(
            parameter="n",
            values=LENGTHS,
            families=[normal()],
            problems=dict.fromkeys((*PROBLEMS, "nll_gradient")),
            formats=MAIN_FORMATS,
            rows=lambda n: max(1 if n > 20_000 else 2, min(50, 2000 // n)),
        ),
        "first_overflow": first_overflow,
        "outcomes": outcomes,
    },
    problems=PROBLEMS,
    contracts=[contracts.overflow_of_exp],
    figures={
        "outcomes": Figure(
            lambda tables: plots.outcomes(tables["outcomes"], "spread", "offset"),
            captions.where_lost("outcomes", "softmax", "naive", "shifted", "float32"),
        ),
        "softmax": Figure(
            lambda tables: plots.errors(
                main(tables["sweep"], problem="softmax", inputs=shifted_normal(10).name, algorithm=DRAWN),
                overflow_of_exp=True,
            ),
            captions.survives("sweep", "softmax", "naive", "faithful", shifted_normal(10).name),
        ),
    },
    findings=[
        Finding(sentences.first_overflow("naive", "softmax"), rank=2),
        Finding(sentences.stable_stays("softmax"), rank=7),
        Finding(sentences.components_and_whole("softmax", "shifted", "float64"), rank=7),
        Finding(sentences.lost_near_zero("nll"), rank=6),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
