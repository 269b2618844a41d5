"""Findings about losses and gradients, computed from the tables; None where those do not bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from study.measurement import outcome
from study.plots.text import at_least, at_most, listed, number, plain
from study.report.columns import axis
from study.report.evidence import by_format, measurements, pick, span

if TYPE_CHECKING:
    from study.report.sentences import Sentence, Tables


def worst_beside_faithful(problem: str, algorithm: str) -> Sentence:
    """The worst error of a formula beside that of ``faithful`` on the same numbers."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, format="float64")
        worst = rows.groupby("algorithm")["max_ulp"].max()
        if not {algorithm, "faithful"} <= set(worst.index) or not worst["faithful"] <= 1 < worst[algorithm]:
            return None
        return (
            f"Near its zero the {algorithm} {problem} in float64 is up to {number(worst[algorithm])} ulps off; "
            f"faithful, on the same numbers, at most {at_most(worst['faithful'])}."
        )

    return sentence


def first_zero(problem: str, algorithm: str, better: str) -> Sentence:
    """How often a formula returns zero where a number is due, while another does not, and from which value on."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, algorithm=[algorithm, better])
        lost, kept = (pick(rows, algorithm=name) for name in (algorithm, better))
        zero = lost[lost["underflow"] > 0]
        if zero.empty or kept.empty or kept["underflow"].any():
            return None
        due = int((lost["count"] - lost["limit"]).sum())
        return (
            f"The {algorithm} {problem} is wrongly 0 in {int(zero['underflow'].sum()):,} of {due:,} results, by "
            f"{better} in none of them: {_first(zero)}."
        )

    return sentence


def _first(rows: pd.DataFrame) -> str:
    """Where it begins, of what was swept, format by format."""
    said = []
    for parameter, part in rows.groupby("parameter", sort=False):
        firsts = part.groupby("format")["value"].min()
        said.append(f"at a {axis(str(parameter))} of {by_format(firsts, plain)}")
    return f"first {', and '.join(said)}"


def fails_from(problem: str, algorithm: str) -> Sentence:
    """How often a formula is infinite where a finite number is due, or NaN where none is, and from which value on."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, algorithm=algorithm)
        failed = rows[(rows["overflow"] > 0) | (rows["nan"] > 0)]
        if failed.empty:
            return None
        count, zeros = int(failed[["overflow", "nan"]].to_numpy().sum()), int(rows["underflow"].sum())
        also = f", and wrongly 0 in {zeros:,} more" if zeros else ""
        return (
            f"The {algorithm} {problem} is wrongly infinite or NaN in {count:,} of {int(rows['count'].sum()):,} results"
            f"{also}: {_first(failed)}."
        )

    return sentence


def share_lost(problem: str, algorithm: str) -> Sentence:
    """Which part of the results a formula loses altogether, format by format."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, algorithm=algorithm)
        lost = rows.assign(lost=outcome.losses(rows)).groupby("format")[["lost", "count"]].sum()
        if not lost["lost"].any():
            return None
        each = by_format(lost["lost"] / lost["count"], "{:.0%}".format)
        return (
            f"The {algorithm} {problem} loses to infinity, NaN or a wrong 0 this part of its results over "
            f"{span(rows)}: {each}."
        )

    return sentence


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
        f"As printed, the bounds of Blanchard, Higham and Higham are exceeded: {each}. With the final addition, on "
        "none of them."
    )


def clipping(tables: Tables) -> str | None:
    """The largest loss that clipped probabilities can report, beside the true one."""
    rows = measurements(tables, problem="nll_from_probabilities", format="float32")
    clipped, plain = (pick(rows, algorithm=name) for name in ("clipped_1e_7", "plain"))
    if not clipped["missed"].any() or plain.empty or plain["missed"].any():
        return None
    return (
        f"Clipping probabilities at 1e-7 in float32 reports a number where the loss is infinite for "
        f"{int(clipped['missed'].sum())} of {int(clipped['count'].sum()):,} targets; the plain logarithm for none."
    )


def two_roads(tables: Tables) -> str | None:
    """The same number from counts and from observations, and which road is the more accurate."""
    roads = tables["roads"]
    observed, counted = (
        pick(roads, road=road).groupby("format")["error_u"].max() for road in ("observations", "counts")
    )
    if not (counted < observed).all():
        return None
    each = listed(f"{number(observed[n])} against {number(counted[n])} u in {n}" for n in ("float16", "float64"))
    return (
        f"Over up to {plain(roads['n'].max())} observations the mean loss has a larger error than the cross "
        f"entropy of their frequencies in each of {len(observed)} formats: {each}."
    )


def divergence(tables: Tables) -> str | None:
    """What cross entropy minus entropy leaves of a small divergence."""
    rows = measurements(tables, problem="kl_divergence", format="float32")
    closest = rows[rows["value"] == rows["value"].min()]
    worst = closest.groupby("algorithm")["max_relative"].max()
    if not worst["faithful"] < 1e-6 < worst["difference"]:
        return None
    return (
        f"Where a model is off by {plain(closest['value'].iloc[0])}, its divergence as cross entropy minus entropy in "
        f"float32 has a relative error of up to {number(worst['difference'])}, term by term with log1p of "
        f"{number(worst['log1p'])}, and faithful of {number(worst['faithful'])}."
    )


def training(tables: Tables) -> str | None:
    """Where training dies with the naive loss, and that it does not with the stable one."""
    curves, ends = tables["curves"], tables["ends"]
    gone = curves[~np.isfinite(curves["value"])].rename(columns={"step": "died"})
    lost = pd.concat([gone, ends.dropna(subset="died")]).groupby(["loss", "rate", "format"], sort=False)["died"].min()
    died, stable = lost.reset_index(), pick(ends, loss="shifted")
    naive = pick(died, loss="naive")
    if naive.empty or len(naive) < len(died) or stable.empty:
        return None
    steps = naive.groupby(["rate", "died"])["format"]
    each = listed(f"at step {step:.0f} in {listed(part)} (rate {rate:g})" for (rate, step), part in steps)
    return (
        f"With the naive loss training dies {each}; with the shifted one in none of {len(stable)} runs, which each "
        f"end at {at_least(100 * float(stable['accuracy'].min()))}% or better."
    )
