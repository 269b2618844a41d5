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
from study.measurement import outcome
from study.measurement.threshold import first_number
from study.plots.text import at_most, listed, number
from study.problems import Algorithm, get_problem
from study.report import findings
from study.report.axes import axis
from study.report.evidence import PLACE, by_format, main, measurements, pick
from study.runs.experiment import Experiment, Figure, Finding, Sweep, Tables
from study.runs.runner import measure_sweep, run_experiments

OFFSETS = (-1000, -300, -100, -30, -10, 0, 10, 30, 100, 300, 1000)
SPREADS = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)
PLACED = {offset: Sweep("spread", SPREADS, [placed(10, offset)], {"softmax": ("naive", "shifted")}, rows=lambda _: 20)
          for offset in OFFSETS}  # fmt: skip
LENGTHS = (1, 2, 5, 10, 20, 37, 50, 100, 200, 500, 1000, 1009, 2000, 4099, 5000, 10000, 10007, 50021, 2**17, 2**18)
DRAWN = ["naive", "shifted", "online", "faithful"]
PROBLEMS = ("logsumexp", "softmax", "log_softmax", "nll")
CONFINED = 0.1
"""The error of a vector beside that of its worst component, as numbers, below which it is of small components only."""


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


def where_it_overflows(tables: Tables) -> str | None:
    """From which logit on the naive softmax of two classes fails, format by format."""
    firsts = pick(tables["first_overflow"], problem="softmax", algorithm="naive", format=list(MAIN_FORMATS))
    firsts = firsts.dropna(subset="first_logit")
    if firsts.empty:
        return None
    each = listed(f"{number(x, 5)} in {form}" for x, form in zip(firsts["first_logit"], firsts["format"], strict=True))
    return f"The naive softmax of two logits, x and 0, is no longer finite once x reaches {each}."


def shifted_stays(tables: Tables) -> str | None:
    """What the shifted softmax does on all inputs on which the naive one fails."""
    rows = measurements(tables, problem="softmax", algorithm=["naive", "shifted"])
    failing = pick(rows[outcome.losses(rows) > 0], algorithm="naive")
    same = pick(rows, algorithm="shifted").merge(failing[PLACE].drop_duplicates())
    if same.empty or same[list(outcome.NOT_NUMBERS)].to_numpy().any():
        return None
    each = at_most(float(same["max_scaled"].max()))
    zeros, lost, count = (int(n.sum()) for n in (same["underflow"], outcome.losses(failing), failing["count"]))
    return (
        f"Where the naive softmax loses {lost:,} of {count:,} results, the shifted one is never infinite or NaN, "
        f"wrongly 0 in {zeros:,}, and off by at most {each} u (1 + cond)."
    )


def components_and_whole(tables: Tables) -> str | None:
    """How far single components are off, and the vector as a whole, over each parameter that is swept."""
    rows = measurements(tables, problem="softmax", algorithm="shifted", format="float64")
    worst = rows.groupby("parameter", sort=False)[["max_ulp", "max_normwise"]].max()
    if not (worst["max_normwise"] < CONFINED * worst["max_ulp"]).any():
        return None
    single = listed(f"{at_most(ulps)} over {axis(str(name))}" for name, ulps in worst["max_ulp"].items())
    whole = listed(at_most(u) for u in worst["max_normwise"])
    return (
        f"In float64 a component of the shifted softmax is off by at most so many ulps: {single}; its vector, in turn, "
        f"by {whole} u."
    )


def lost_near_zero(tables: Tables) -> str | None:
    """Where the exact loss is nearly zero, the shifted formula too returns zero."""
    rows = measurements(tables, problem="nll", algorithm="shifted")
    zero = rows[(rows["underflow"] > 0) & (rows["worst_computed"].astype(float) == 0)]
    if zero.empty:
        return None
    largest = zero.assign(exact=zero["worst_reference"].astype(float).abs()).groupby("format")["exact"].max()
    each = by_format(largest, number)
    return f"The shift does not save what is nearly zero: the shifted nll is 0 where it should be {each}."


def map_of_losses(tables: Tables) -> str | None:
    """In how many cells of the map the naive and the shifted softmax give infinity or NaN."""
    rows = pick(tables["outcomes"], problem="softmax", format="float32")
    wrong = rows[(rows["nan"] > 0) | (rows["overflow"] > 0)]
    naive, shifted = (len(pick(wrong, algorithm=name)) for name in ("naive", "shifted"))
    if not shifted < naive:
        return None
    return (
        f"In float32 naive softmax gives infinity or NaN for {naive} of {len(pick(rows, algorithm='naive'))} pairs of "
        f"offset and spread, shifted for {shifted or 'none'}."
    )


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
            map_of_losses,
        ),
        "softmax": Figure(
            lambda tables: plots.errors(
                main(tables["sweep"], problem="softmax", inputs=shifted_normal(10).name, algorithm=DRAWN),
                overflow_of_exp=True,
            ),
            findings.survives("sweep", "softmax", "naive", "faithful", shifted_normal(10).name),
        ),
    },
    findings=[
        Finding(where_it_overflows, rank=2),
        Finding(shifted_stays, rank=7),
        Finding(components_and_whole, rank=7),
        Finding(lost_near_zero, rank=6),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
