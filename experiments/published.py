"""Do the figures hold that libraries publish of their accuracy?

NumPy, JAX, XLA and SLEEF, whose functions PyTorch calls, publish the largest errors of theirs. Every number of the
format is tried, and the error taken as each defines it: for JAX with subnormal numbers flushed to zero. What does not
hold is located. ``experiments/published.toml`` has the figures; ``make libraries`` tries them.
"""

from functools import partial
from pathlib import Path

import pandas as pd

from study.exhaustive import published
from study.plots.text import listed, number, plain
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

FILE = Path(__file__).with_suffix(".toml")
PROBLEMS = ("exp", "log", "sigmoid")


def held(tables: Tables) -> str | None:
    """How many hold, library by library."""
    rows = pd.concat(tables.values())
    each = [
        f"{len(pick(part, holds='yes'))} of {len(part)} of {name} {part['version'].iloc[0]}"
        for name, part in rows.groupby("backend", sort=False)
    ]
    above = int(pick(rows, holds="no")["above"].sum())
    return (
        f"Of published figures of accuracy, tried on whole formats, these hold: {listed(each)}. The others are "
        f"exceeded on {above:,} inputs."
    )


def exceeded(tables: Tables) -> str | None:
    """The figure that is exceeded the most, and where."""
    rows = pick(pd.concat(tables.values()), holds="no")
    if rows.empty:
        return None
    row = rows.loc[[(rows["max_ulp"] / rows["published"]).to_numpy().argmax() == k for k in range(len(rows))]].iloc[0]
    return (
        f"{row['algorithm']} of {row['backend']} {row['version']} in {row['format']} is off by up to "
        f"{number(float(row['max_ulp']))} ulps, published {plain(float(row['published']))}; above that it is for "
        f"{int(row['above']):,} inputs, from {number(float(row['from_input']), 5)} to "
        f"{number(float(row['to_input']), 5)}."
    )


def claimed(tables: Tables) -> str | None:
    """A figure that is exceeded at its own input, whose relative error is the one found."""
    rows = pick(pd.concat(tables.values()), holds="no")
    rows = rows[rows["at_ulps"].notna()]
    if rows.empty:
        return None
    row = rows.iloc[0]
    return (
        f"{row['algorithm']} in {row['format']} is off by {number(float(row['at_ulps']), 5)} ulps at the input for "
        f"which {plain(float(row['published']))} is published, relative {number(float(row['at_relative']), 5)}."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=145,
    title="Published figures",
    tables={problem: partial(published.beside, FILE, problem) for problem in PROBLEMS},
    backends=tuple(sorted({figure.algorithm.partition(".")[0] for figure in published.read(FILE)})),
    data=(FILE.name,),
    findings=[Finding(held, rank=7), Finding(exceeded, rank=6), Finding(claimed, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
