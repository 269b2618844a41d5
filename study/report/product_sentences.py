"""Findings on the product of probabilities and the sum of their logs, None where the tables do not bear them out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from study.experiment import MAIN_FORMATS
from study.report.sentences import pick
from study.report.text import listed, number

if TYPE_CHECKING:
    from study.report.sentences import Sentence, Tables


def product_beats_logs(n: int, inputs: str, form: str) -> Sentence:
    """Where nothing underflows, the product is more accurate than the way over the logs."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], problem="likelihood", value=n, inputs=inputs, format=form).set_index("algorithm")
        worst = {name: float(rows["max_u"][name]) for name in ("naive", "exp_sum_log")}
        if rows["underflow"].sum() or not worst["naive"] < worst["exp_sum_log"]:
            return None
        every = pick(tables["sweep"], problem="likelihood", inputs=inputs, format=list(MAIN_FORMATS))
        in_range = every[(every["normal"] == every["count"]) & (every["value"] > 1)]
        if in_range.empty:
            return None
        sides = in_range.pivot_table(index=["format", "value"], columns="algorithm", values="max_u").dropna()
        wins = int((sides["naive"] < sides["exp_sum_log"]).sum())
        return (
            f"While it stays in range the product is the better likelihood: for {n:,} factors from {inputs} in {form} "
            f"its worst error is {number(worst['naive'])} u, that of exp(Σ log p) {number(worst['exp_sum_log'])} u, "
            f"{number(worst['exp_sum_log'] / worst['naive'])} times as much. It is better on {wins} of all "
            f"{len(sides)} lengths in range of the four formats. The log wins by range."
        )

    return sentence


SOME_DIGIT = 0.1
"""Relative error below which a result has a digit right."""


def cost_of_returning(inputs: str) -> Sentence:
    """How many bits the way from a log to its probability costs, format by format, at the most factors in range."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], inputs=inputs)
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
            parts.append(
                f"{number(lost)} bits in {form} at n = {int(n):,} ({number(log['max_u'])} u to {number(u)} u; "
                f"log₂ |l| = {number(due)})"
            )
        return (
            f"Returning from a log l to its probability costs about log₂ |l| bits: {listed(parts)}." if parts else None
        )

    return sentence
