"""Does a row's result depend on its company?

A server that batches requests, a kernel that splits a row among threads, a view that is strided: the numbers are the
same, the order of their sum may not be. Each row is alone, then at three places of batches of up to 4,096 rows, for
every length modulo 16; what differs in a bit is told. ``make libraries`` runs it, PyTorch and JAX included.
"""

from functools import partial

import pandas as pd

from study.libraries.company import OURS, ROWS, company
from study.plots.text import listed, number
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

ALL = ("numpy", "onnxruntime", "openvino", "scipy", "sklearn", "torch")
PROBLEMS = ("softmax", "log_softmax", "logsumexp", "nll", "log_likelihood", "entropy")


def batches(tables: Tables) -> str | None:
    """Which functions give a row another result in a batch than alone, in C order throughout."""
    rows = pick(tables["company"], company=ROWS)
    apart = rows[rows["results"] > 1]
    if apart.empty:
        return f"Alone or in a batch, in C order: none of {len(_functions(rows))} functions differs in a bit."
    worst = apart.iloc[int(apart["spread_ulps"].argmax())]
    return (
        f"In a batch a row differs from itself alone by {len(_functions(apart))} of {len(_functions(rows))} functions, "
        f"by up to {number(float(worst['spread_ulps']))} ulps: {worst['algorithm']} in {worst['format']}."
    )


def layouts(tables: Tables) -> str | None:
    """Whose results depend on where the row lies in memory, and by how much, library by library."""
    rows = pick(tables["company"], company=["strided rows", "columns"])
    apart = rows[rows["results"] > 1]
    if apart.empty:
        return None
    each = [
        f"{len(_functions(part))} of {len(_functions(pick(rows, backend=name)))} by {name}"
        for name, part in apart.groupby("backend", sort=False)
    ]
    most = number(float(apart["spread_ulps"].max()))
    return f"Strided, or as a column, a row has other results, by up to {most} ulps, from {listed(each)}."


def ours(tables: Tables) -> str | None:
    """Whether our formulas depend on company."""
    rows = pick(tables["company"], backend=OURS)
    if rows.empty or (rows["results"] > 1).any():
        return None
    return f"Our {len(_functions(rows))} formulas, faithful among them, give a row one result whatever its company."


def _functions(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return {*zip(rows["problem"], rows["algorithm"], strict=True)}


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=220,
    title="Company",
    tables={"company": partial(company, ALL, PROBLEMS)},
    problems=PROBLEMS,
    backends=ALL,
    findings=[Finding(batches, rank=6), Finding(layouts, rank=6), Finding(ours, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
