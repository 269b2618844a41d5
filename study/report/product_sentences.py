"""Findings on the product of probabilities and the sum of their logs, None where the tables do not bear them out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from study.experiment import MAIN_FORMATS
from study.plots.text import listed, number
from study.report.evidence import PLACE, measurements, pick

if TYPE_CHECKING:
    from study.report.sentences import Sentence, Tables


def product_beats_logs(n: int, inputs: str, form: str) -> Sentence:
    """Where the product is in range, on which inputs it is more accurate than the way over the logs."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem="likelihood", algorithm=["naive", "exp_sum_log"], format=list(MAIN_FORMATS))
        there = pick(rows, value=n, inputs=inputs, format=form).groupby("algorithm")["max_u"].max()
        if len(there) < 2 or not there["naive"] < there["exp_sum_log"]:
            return None
        product = pick(rows, algorithm="naive")
        in_range = product[(product["normal"] == product["count"]) & (product["value"] > 1)][PLACE].drop_duplicates()
        if in_range.empty:
            return None
        sides = rows.merge(in_range).groupby(["inputs", "format", "value", "algorithm"], sort=False)["max_u"].max()
        pairs = pd.DataFrame({name: sides.xs(name, level="algorithm") for name in ("naive", "exp_sum_log")})
        pairs = pairs.assign(better=pairs["naive"] < pairs["exp_sum_log"], worse=pairs["naive"] > pairs["exp_sum_log"])
        if not pairs["better"].mean() > 0.5:
            return None
        each = [
            f"with {name} more accurate on {part['better'].sum()} of {len(part)} and less on {part['worse'].sum()}"
            for name, part in pairs.groupby("inputs", sort=False)
        ]
        return (
            f"In range the product is the better likelihood as a rule: for {n:,} factors from {inputs} in {form} its "
            f"worst error is {number(there['naive'])} u, that of exp(Σ log p) {number(there['exp_sum_log'])} u, "
            f"{number(there['exp_sum_log'] / there['naive'])} times as much. Over all lengths of two or more in range "
            f"of the four formats, it is {listed(each)}. The log wins by range."
        )

    return sentence


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
            parts.append(
                f"{number(lost)} bits in {form} at n = {int(n):,} ({number(log['max_u'])} u to {number(u)} u; "
                f"log₂ |l| = {number(due)})"
            )
        return (
            f"Returning from a log l to its probability costs about log₂ |l| bits, by the worst errors on the most "
            f"factors from {inputs} that stay in range: {listed(parts)}."
            if parts
            else None
        )

    return sentence
