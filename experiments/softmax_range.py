"""From which logits on do softmax and its losses fail, and what does the shift by the maximum cost?

exp overflows just above log xmax: 11.09 in float16, 88.72 in float32, 709.78 in float64. Logits get there in training
that diverges and in models that are confident. Shifting them by their maximum changes nothing in exact arithmetic and
keeps every exponential at most one.
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from study import contracts
from study.experiment import MAIN_FORMATS, Experiment, Finding, Sweep
from study.formats import FORMATS
from study.inputs import normal, scaled_normal, shifted_normal
from study.problems import Algorithm, get_problem
from study.report import figures, sentences
from study.threshold import first_number

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


def fails(algorithm: Algorithm, x: np.ndarray[Any, Any]) -> bool:
    """Whether the formula is not finite on [x, 0], the second class being right."""
    target = [np.array(1)] if algorithm.problem == "nll" else []
    result = np.asarray(algorithm(np.stack([x, np.zeros_like(x)]), *target))
    return not np.isfinite(result.astype(np.float64)).all()


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=30,
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
            values=[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000],
            families=[normal()],
            problems=dict.fromkeys(PROBLEMS),
            formats=MAIN_FORMATS,
            rows=lambda n: max(2, min(50, 2000 // n)),
        ),
        "first_overflow": first_overflow,
    },
    problems=PROBLEMS,
    contracts=[contracts.overflow_of_exp],
    figures={
        name: figures.error_against("sweep", name, "N(0, 1), n = 10, shifted", overflow_of_exp=True)
        for name in ("softmax", "log_softmax", "nll")
    },
    findings=[
        Finding(sentences.first_overflow("naive", "softmax"), rank=3),
        Finding(sentences.stable_stays("softmax"), rank=7),
        Finding(sentences.lost_near_zero("nll"), rank=6),
    ],
)

if __name__ == "__main__":
    experiment.main()
