"""Which formulas keep infinities, zeros and empty vectors?

A masked logit is −∞, a certain label is 0 or 1, and a diverged model gives ∞. The definitions say what is due there; a
formula that subtracts infinities or multiplies them by 0 gives NaN instead, and one NaN spoils a batch.
"""

from typing import Any

import numpy as np
import pandas as pd

from study.certified.errors import Outcome
from study.formats import FORMATS, MAIN_FORMATS, Format
from study.measurement.case import Case
from study.problems import PROBLEMS, Algorithm, Problem
from study.problems.special import stacks
from study.runs.experiment import Experiment, Finding
from study.runs.runner import run_experiments

LOST = (Outcome.NAN, Outcome.OVERFLOW, Outcome.UNDERFLOW)


def kept() -> pd.DataFrame:
    """For each algorithm and format how many special arguments lose their result, and the first of them."""
    rows = [
        {
            "problem": problem.name,
            "algorithm": algorithm.name,
            "format": name,
            **counted(problem, algorithm, FORMATS[name]),
        }
        for problem in PROBLEMS.values()
        for algorithm in problem.algorithms.values()
        for name in MAIN_FORMATS
        if name in algorithm.formats
    ]  # fmt: skip
    return pd.DataFrame(rows)


def counted(problem: Problem, algorithm: Algorithm, form: Format) -> dict[str, Any]:
    """Arguments in all; where a number or an infinity is due and lost; where NaN is due and a number given."""
    cases, lost, unnoticed, first = 0, 0, 0, ""
    for args in stacks(problem, form):
        case = Case(problem, args)
        outcome, reference = case.compare(np.asarray(algorithm(*args))).outcome, case.reference
        missed = outcome == Outcome.MISSED
        wrong = np.isin(outcome, LOST) | (missed & ~np.isnan(reference.hi))
        each = wrong.reshape(len(args[0]), -1).any(axis=-1)
        if each.any() and not first:
            first = written([a[each.argmax()] for a in args])
        cases, lost = cases + len(each), lost + int(each.sum())
        unnoticed += int((missed & np.isnan(reference.hi)).reshape(len(args[0]), -1).any(axis=-1).sum())
    return {"cases": cases, "lost": lost, "unnoticed": unnoticed, "first_lost": first}


def written(args: list[Any]) -> str:
    """Arguments as a reader would write them."""
    parts = [f"[{', '.join(map(number, a.ravel()))}]" if a.ndim else number(a) for a in args]
    return f"({', '.join(parts)})" if len(parts) > 1 else parts[0]


def number(value: Any) -> str:
    """A special number."""
    return f"{float(value):g}".replace("inf", "∞").replace("-", "−")


def losers(tables: Any) -> str | None:
    """How many formulas lose a special value in float32, beside faithful."""
    table = tables["kept"]
    rows = table[table["format"] == "float32"]
    plain, faithful = rows[rows["algorithm"] != "faithful"], rows[rows["algorithm"] == "faithful"]
    if plain["lost"].sum() == 0 or faithful.empty or faithful["lost"].sum():
        return None
    return (
        f"In float32 {int((plain['lost'] > 0).sum())} of {len(plain)} formulas lose {int(plain['lost'].sum())} of "
        f"their {int(plain['cases'].sum())} results at infinities, zeros and NaN; faithful loses none of "
        f"{int(faithful['cases'].sum())}."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=70,
    title="Infinities and zeros",
    tables={"kept": kept},
    problems=sorted(PROBLEMS),
    findings=[Finding(losers, rank=8)],
)

if __name__ == "__main__":
    run_experiments([experiment])
