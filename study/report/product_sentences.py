"""Findings on the product of probabilities and the sum of their logs, None where the tables do not bear them out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from study.formats import MAIN_FORMATS
from study.plots.text import number
from study.report.evidence import PLACE, measurements, pick

if TYPE_CHECKING:
    from study.report.sentences import Sentence, Tables


def product_beats_logs(tables: Tables) -> str | None:
    """Where the product is in range, on how many stacks of inputs it is more accurate than the way over the logs."""
    rows = measurements(tables, problem="likelihood", algorithm=["naive", "exp_sum_log"], format=list(MAIN_FORMATS))
    product = pick(rows, algorithm="naive")
    in_range = product[(product["normal"] == product["count"]) & (product["value"] > 1)][PLACE].drop_duplicates()
    if in_range.empty:
        return None
    sides = rows.merge(in_range).groupby(["inputs", "format", "value", "algorithm"], sort=False)["max_u"].max()
    pairs = pd.DataFrame({name: sides.xs(name, level="algorithm") for name in ("naive", "exp_sum_log")})
    pairs = pairs.assign(better=pairs["naive"] < pairs["exp_sum_log"], worse=pairs["naive"] > pairs["exp_sum_log"])
    if not pairs["better"].mean() > 0.5:
        return None
    exception = pairs.groupby("inputs", sort=False)["worse"].sum()
    return (
        f"In range the product is the better likelihood as a rule: more accurate than exp(Σ log p) on "
        f"{pairs['better'].sum()} of {len(pairs)} stacks of inputs, less on {pairs['worse'].sum()}, "
        f"{'all' if exception.max() == exception.sum() else exception.max()} of them from {exception.idxmax()}."
    )


SOME_DIGIT = 0.1
"""Relative error below which a result has a digit right."""
NEAR = 0.5
"""How many bits off log₂ |l| the cost may be that is said to be about as much."""


def cost_of_returning(inputs: str) -> Sentence:
    """How many bits the way from a log to its probability costs, format by format, at the most factors in range."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, inputs=inputs)
        back = pick(rows, problem="likelihood", algorithm="exp_sum_log")
        logs = pick(rows, problem="log_likelihood", algorithm="sum_log")
        parts = []
        for form in MAIN_FORMATS:
            whole = pick(back, format=form)
            kept = (whole["normal"] == whole["count"]) & (whole["max_relative"] < SOME_DIGIT) & (whole["max_u"] > 0)
            whole = whole[kept].sort_values("value")
            if whole.empty:
                continue
            n, u = whole["value"].iloc[-1], float(whole["max_u"].iloc[-1])
            log = pick(logs, format=form, value=n).iloc[0]
            if not 0 < log["max_u"] < u:
                return None
            lost, due = math.log2(u / log["max_u"]), math.log2(abs(float(log["worst_reference"])))
            if abs(lost - due) > NEAR:
                return None
            parts.append(f"{number(lost, 2)} ({number(due, 2)}) in {form}")
        return (
            f"Returning from a log l to its probability costs about log₂ |l| bits, as for the longest products of "
            f"{inputs}: {', '.join(parts)}."
            if parts
            else None
        )

    return sentence
