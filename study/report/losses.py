"""Findings about sums, losses and gradients, computed from the tables; None where those do not bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.report import outcome
from study.report.columns import axis
from study.report.sentences import pick
from study.report.text import listed, number, plain

if TYPE_CHECKING:
    from study.report.sentences import Sentence, Tables

FORMATS = ("float16", "bfloat16", "float32", "float64")


def worst_beside_faithful(table: str, problem: str, algorithm: str) -> Sentence:
    """The worst error of a formula beside that of ``faithful`` on the same numbers."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables[table], problem=problem, format="float64")
        worst = rows.groupby("algorithm")["max_ulp"].max()
        if not {algorithm, "faithful"} <= set(worst.index) or not worst["faithful"] <= 1 < worst[algorithm]:
            return None
        return (
            f"Near its zero the {algorithm} {problem} in float64 is up to {number(worst[algorithm])} ulps off; "
            f"faithful, on the same numbers, at most {number(worst['faithful'])}."
        )

    return sentence


def first_zero(table: str, problem: str, algorithm: str, better: str) -> Sentence:
    """From which value on a formula returns zero where a number is due, while another does not."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables[table], problem=problem)
        lost = pick(rows, algorithm=algorithm)
        firsts = lost[lost["underflow"] > 0].groupby("format")["value"].min()
        kept = pick(rows, algorithm=better)
        if firsts.empty or kept.empty or kept["underflow"].any():
            return None
        each = listed(f"{plain(firsts[name])} in {name}" for name in FORMATS if name in firsts.index)
        parameter = axis(str(lost["parameter"].iloc[0]))
        count = f"{int(lost['underflow'].sum()):,} of {int(lost['count'].sum()):,} results"
        return (
            f"By the {algorithm} formula {problem} is exactly 0 once the {parameter} reaches {each}, in all for "
            f"{count}; by {better} never."
        )

    return sentence


def fails_from(table: str, problem: str, algorithm: str) -> Sentence:
    """From which value on a formula is infinite or NaN where a finite number is due."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables[table], problem=problem, algorithm=algorithm)
        failed = rows[(rows["overflow"] > 0) | (rows["nan"] > 0)]
        firsts = failed.groupby("format")["value"].min()
        if firsts.empty:
            return None
        each = listed(f"{plain(firsts[name])} in {name}" for name in FORMATS if name in firsts.index)
        parameter, count = rows["parameter"].iloc[0], int(failed[["overflow", "nan"]].to_numpy().sum())
        return (
            f"The {algorithm} {problem} turns infinite or NaN once the {axis(str(parameter))} reaches {each}: "
            f"{count:,} of {int(rows['count'].sum()):,} results."
        )

    return sentence


def share_lost(table: str, problem: str, algorithm: str) -> Sentence:
    """Which part of the results a formula loses altogether, format by format."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables[table], problem=problem, algorithm=algorithm)
        lost = rows.assign(lost=rows[list(outcome.FAILURES)].sum(axis=1)).groupby("format")[["lost", "count"]].sum()
        if not lost["lost"].any():
            return None
        each = listed(f"{100 * lost['lost'][n] / lost['count'][n]:.0f}% in {n}" for n in FORMATS if n in lost.index)
        return f"The {algorithm} {problem} loses to infinity, zero or NaN this part of its results: {each}."

    return sentence


def growth(problem: str, form: str) -> Sentence:
    """The exponent with which the error of sequential summation grows with n."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], problem=problem, format=form, algorithm="sum_log")
        median = rows.groupby("value")["max_relative"].median()
        if len(median) < 3 or not (median > 0).all():
            return None
        slope = float(np.polyfit(np.log(median.index.to_numpy(dtype=float)), np.log(median.to_numpy()), 1)[0])
        return (
            f"The error of a sum of logs taken in order in {form} grows like n to the power {number(slope, 2)}, "
            f"{'nearer the square root of n than n' if slope < 0.75 else 'like the bound, not like its root'}, "
            f"to {number(median.iloc[-1])} at n = {number(float(median.index[-1]))}."
        )

    return sentence


def stagnation(tables: Tables) -> str | None:
    """How wrong a long sum in a 16-bit format is, and what a wide accumulator leaves of that."""
    rows = pick(tables["sweep"], format="bfloat16")
    longest = rows[rows["value"] == rows["value"].max()]
    plain, wide = (pick(longest, algorithm=name)["max_relative"].max() for name in ("sum_log", "wide"))
    if not wide < 0.01 < plain:
        return None
    return (
        f"A sum of {number(longest['value'].iloc[0])} logs in bfloat16 is off by {100 * plain:.0f}%, because it stops "
        f"growing; with a float32 accumulator it is off by {100 * wide:.2g}%."
    )


def printed_bounds(tables: Tables) -> str | None:
    """How often the printed theorems are violated, and the corrected ones."""
    table = tables["theorems"]
    counts = table.groupby("theorem")[["count", "above_printed", "above_corrected"]].sum()
    if not counts["above_printed"].all() or counts["above_corrected"].any():
        return None
    each = listed(
        f"theorem {name} on {row['above_printed']:,} of {row['count']:,} values" for name, row in counts.iterrows()
    )
    return (
        f"As printed, the bounds of Blanchard, Higham and Higham are exceeded: {each}. With the final addition, never."
    )


def clipping(tables: Tables) -> str | None:
    """The largest loss that clipped probabilities can report, beside the true one."""
    rows = pick(tables["targets"], format="float32", algorithm="clipped_1e_7")
    plain = pick(tables["targets"], format="float32", algorithm="plain")
    if not rows["missed"].any() or plain["missed"].any():
        return None
    return (
        f"Clipping probabilities at 1e-7 in float32 reports a finite loss for all {int(rows['missed'].sum())} of "
        f"{int(rows['count'].sum()):,} targets whose loss is infinite; the plain logarithm is right on all."
    )


def batches(tables: Tables) -> str | None:
    """What a wide mean makes of the largest batch in bfloat16."""
    rows = pick(tables["sweep"], format="bfloat16")
    largest = rows[rows["value"] == rows["value"].max()]
    plain, wide = (pick(largest, algorithm=name)["max_relative"].max() for name in ("sequential", "wide"))
    if not wide < 0.01 < plain:
        return None
    return (
        f"The mean loss of a batch of {number(largest['value'].iloc[0])} summed in bfloat16 is off by "
        f"{100 * plain:.0f}%; in float32 and rounded once, by {100 * wide:.2g}%."
    )


def two_roads(tables: Tables) -> str | None:
    """The same number from counts and from observations, and which road is the more accurate."""
    worst = tables["roads"].groupby(["format", "road"])["error_u"].max().unstack()
    if not (worst["counts"] < worst["observations"]).all():
        return None
    pairs = zip(FORMATS, worst.loc[list(FORMATS), ["observations", "counts"]].itertuples(index=False), strict=True)
    each = listed(f"{number(errors[0])} u against {number(errors[1])} u in {name}" for name, errors in pairs)
    return (
        "The mean negative log likelihood of a sample and the cross entropy of its frequencies are the same number. "
        f"Summed over observations it is less accurate than over counts: {each}."
    )


def divergence(tables: Tables) -> str | None:
    """What cross entropy minus entropy leaves of a small divergence."""
    rows = pick(tables["distance"], problem="kl_divergence", format="float32")
    closest = rows[rows["value"] == rows["value"].min()]
    worst = closest.groupby("algorithm")["max_relative"].max()
    if not worst["faithful"] < 1e-6 < worst["difference"]:
        return None
    return (
        f"Where a model is off by {plain(closest['value'].iloc[0])}, its divergence as cross entropy minus entropy in "
        f"float32 has a relative error of {number(worst['difference'])}, term by term with log1p of "
        f"{number(worst['log1p'])}, and faithful of {number(worst['faithful'])}."
    )


def training(tables: Tables) -> str | None:
    """Where training dies with the naive loss, and that it does not with the stable one."""
    ends = tables["ends"]
    naive, stable = (pick(ends, loss=name) for name in ("naive", "shifted"))
    died = naive[naive["died"].notna()]
    if died.empty or stable["died"].notna().any():
        return None
    steps = died.groupby(["rate", "died"])["format"]
    each = listed(f"at step {step:.0f} in {listed(part)} (rate {rate:g})" for (rate, step), part in steps)
    best = f"a test accuracy of {100 * stable['accuracy'].min():.0f}% or better"
    return f"With the naive loss, training on raw pixels dies {each}; with the shifted one never, reaching {best}."
