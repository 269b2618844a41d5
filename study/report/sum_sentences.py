"""Findings about long sums and means, computed from the tables; None where those do not bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.formats import FORMATS
from study.plots.text import listed, number
from study.report.evidence import measurements, pick

if TYPE_CHECKING:
    from study.report.sentences import Sentence, Tables


FAR = 0.1
"""Which part of another's error an error is that is told as mended."""


def growth(problem: str, form: str) -> Sentence:
    """The exponent with which the error of sequential summation grows with n, and where it ceases to hold."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, format=form, algorithm="sum_log")
        median = rows.groupby("value")["max_relative"].median()
        if len(median) < 3 or not (median > 0).all():
            return None
        logs = np.log(median.index.to_numpy(dtype=float)), np.log(median.to_numpy())
        slope, start = (float(c) for c in np.polyfit(*logs, 1))
        long = pick(tables["long"], format=form, algorithm="sum_log").sort_values("n")
        longest = long[long["n"] == long["n"].max()]
        if longest.empty:
            return None
        n, error = int(longest["n"].iloc[0]), float(longest["error_u"].iloc[0]) * FORMATS[form].u
        return (
            f"The error of a {form} sum of logs in order grows like n^{number(slope, 2)} to n = "
            f"{int(median.index[-1]):,}, {'nearer √n than n' if slope < 0.75 else 'nearer n than √n'}; "
            f"at n = {n:,} it is {number(error)}, {number(error / (np.exp(start) * n**slope))} times that power."
        )

    return sentence


def stagnation(tables: Tables) -> str | None:
    """How wrong a long sum in a 16-bit format is, and what a wide accumulator leaves of that."""
    rows = measurements(tables, problem="log_likelihood", format="bfloat16")
    longest = rows[rows["value"] == rows["value"].max()]
    plain, wide = (pick(longest, algorithm=name)["max_relative"].max() for name in ("sum_log", "wide"))
    if not wide < FAR * plain:
        return None
    return (
        f"A sum of {int(longest['value'].iloc[0]):,} logs in bfloat16 is off by up to {100 * plain:.0f}%, because it "
        f"stops growing; with a float32 accumulator by up to {100 * wide:.2g}%."
    )


def batches(tables: Tables) -> str | None:
    """What a wide mean makes of the largest batch in bfloat16, and what no mean makes good."""
    rows = measurements(tables, problem="mean_nll", format="bfloat16")
    largest = rows[rows["value"] == rows["value"].max()]
    worst = largest.groupby(["inputs", "algorithm"])["max_relative"].max().unstack()[["sequential", "wide"]]
    helped = worst[worst["wide"] < FAR * worst["sequential"]]
    if helped.empty:
        return None
    rest = worst.drop(helped.index)
    others = listed(f"{100 * row['wide']:.2g}% for logits “{inputs}”" for inputs, row in rest.iterrows())
    return (
        f"The mean loss of {int(largest['value'].iloc[0]):,} in bfloat16 is up to "
        f"{100 * helped['sequential'].max():.0f}% off by a sequential sum; a float32 sum leaves up to "
        f"{100 * helped['wide'].max():.2g}%{f', but {others}' if others else ''}."
    )
