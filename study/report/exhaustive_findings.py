"""Findings about every input, and about what a search finds; None where the tables do not bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from study.measurement import outcome
from study.plots.text import at_least, at_most, listed, number, percent
from study.report.evidence import pick

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD = 10.0
"""From how many times the random inputs' error on what a search finds is told."""
NUMBER = {1: "", 2: " of two numbers", 3: " of three numbers", 4: " of four numbers"}


def findings(whole: pd.DataFrame, found: pd.DataFrame, sampled: pd.DataFrame) -> Iterator[tuple[int, str | None]]:
    """Rank and sentence of each."""
    if len(whole):
        entire = whole[whole["coverage"] == "exhaustive"]
        yield 5, faithful(entire)
        yield 6, naive(entire, "float16")
        yield 6, libraries(entire, "float32")
        yield 7, numbers_for_nan(entire, "float32")
        yield 6, missed(entire, sampled)
    if len(found):
        yield 6, searched(found)


def faithful(whole: pd.DataFrame) -> str | None:
    """Whether ``faithful`` is correctly rounded on all that was tried."""
    part = pick(whole, algorithm="faithful")
    if part.empty:
        return None
    total, off = int(part["count"].sum()), int(part["not_correctly_rounded"].sum())
    said = "not one is off by more than half an ulp"
    if off or part["max_ulp"].max() > 0.5:
        beyond = at_most(part["max_ulp"].max() - 0.5)
        said = f"all but {off:,} are within half an ulp, and these miss it by {beyond} at most"
    problems, formats = part["problem"].nunique(), part["format"].nunique()
    return (
        f"Of {total:,} results of faithful, on every input of {problems} problem{'s' * (problems > 1)} in {formats} "
        f"format{'s' * (formats > 1)}, {said}."
    )


def naive(whole: pd.DataFrame, form: str) -> str | None:
    """Which part of its results on all inputs the naive formula loses."""
    part = pick(whole, algorithm="naive", format=form)
    lost = pd.Series((outcome.losses(part) / part["count"]).to_numpy(), index=part["problem"])
    if not (lost > 0).any():
        return None
    return (
        f"On all {form} inputs of {len(lost)} problem{'s' * (len(lost) > 1)} naive loses {percent(float(lost.mean()))} "
        f"of its results on average to infinity, NaN or a wrong 0, most for {lost.idxmax()}: "
        f"{percent(float(lost.max()))}."
    )


def libraries(whole: pd.DataFrame, form: str) -> str | None:
    """How far functions of libraries are off on every number of a format, and which lose results."""
    part = whole[whole["algorithm"].str.contains(".", regex=False) & (whole["format"] == form)]
    if part.empty:
        return None
    several = part["algorithm"].duplicated(keep=False)
    said = part["algorithm"] + (" for " + part["problem"]).where(several, "")
    part = part.assign(said=said, lost=outcome.losses(part)).sort_values("max_ulp", kind="stable")
    near, whole_far = part[part["max_ulp"] < TOLD], part[part["max_ulp"] >= TOLD]
    far = whole_far[(whole_far["lost"] == 0) & (whole_far["missed"] == 0)]
    parts = []
    if len(near):
        worst = f"{at_most(float(near['max_ulp'].max()))} ulps"
        parts.append(f"{len(near)} of {len(part)} library functions are nowhere off by more than {worst}")
    if len(far):
        parts.append(f"{len(far)} more are off by up to {number(float(far['max_ulp'].max()))} ({far['said'].iloc[-1]})")
    if (part["lost"] > 0).any():
        parts.append(_often(part, "lost", "infinity, zero or NaN for a number"))
    return f"Over all {form} numbers {'; '.join(parts)}."


def numbers_for_nan(whole: pd.DataFrame, form: str) -> str | None:
    """Which functions of libraries give a number, or another infinity, where the result is NaN or an infinity."""
    part = whole[whole["algorithm"].str.contains(".", regex=False) & (whole["format"] == form) & (whole["missed"] > 0)]
    if part.empty:
        return None
    told = _often(part.assign(said=part["algorithm"]), "missed", "a number or infinity where none is due")
    return f"Over all {form} numbers {told}."


def _often(part: pd.DataFrame, column: str, words: str) -> str:
    """How many functions do so, how often in all, and which the most often."""
    told = part[part[column] > 0].sort_values(column, kind="stable")
    most = f"{told['said'].iloc[-1]} {told[column].iloc[-1]:,} times"
    return f"{len(told)} give{'s' * (len(told) == 1)} {words}, {int(told[column].sum()):,} in all ({most})"


def missed(whole: pd.DataFrame, sampled: pd.DataFrame) -> str | None:
    """The formula whose worst error the samples of the experiments understate the most."""
    keys = ["problem", "algorithm", "format"]
    if sampled.empty or not set(keys) <= set(whole):
        return None
    worst = sampled.groupby(keys)["max_ulp"].max().rename("sample").reset_index()
    both = whole[whole["length"] == 1].merge(worst, on=keys)
    both = both[(both["max_ulp"] < TOLD) & (both["max_ulp"] > 1.2 * both["sample"]) & (both["sample"] > 0)]
    if both.empty:
        return None
    row = both.iloc[int((both["max_ulp"] / both["sample"]).argmax())]
    return (
        f"Samples understate: {row['problem']} by {row['algorithm']} in {row['format']} is up to "
        f"{number(float(row['max_ulp']))} ulps off on some of the {int(row['inputs']):,} inputs, "
        f"{number(float(row['sample']))} on those drawn for the sweeps of the other sections."
    )


def searched(found: pd.DataFrame) -> str | None:
    """Where a search finds far worse than random inputs show."""
    part = found[found["ulps"] > TOLD * found["random_ulps"]]
    part = part.sort_values("ulps", ascending=False, kind="stable").head(1)
    each = [
        f"{at_least(row['ulps'])} ulps for {row['problem']}{NUMBER.get(row['length'], '')} by {row['algorithm']} "
        f"(random inputs: {number(row['random_ulps'])}) in {row['format']}"
        for row in part.to_dict("records")
    ]
    return f"A search finds what as many random inputs do not show: at least {listed(each)}." if each else None


def farthest(whole: pd.DataFrame) -> str | None:
    """The caption of the tails: how much a good formula and a bad one leave right of all float32 numbers."""
    rows = pick(whole, problem="log_sigmoid", format="float32", coverage="exhaustive") if len(whole) else whole
    if rows.empty or not {"naive", "faithful"} <= set(rows["algorithm"]):
        return None
    share = (rows["not_correctly_rounded"] / rows["count"]).set_axis(rows["algorithm"])
    worst = rows.set_index("algorithm")["max_ulp"]
    if not share["faithful"] < share["naive"]:
        return None
    return (
        f"Of all float32 logits the naive log_sigmoid does not round {percent(float(share['naive']))} correctly and is "
        f"up to {number(float(worst['naive']))} ulps off; faithful {percent(float(share['faithful']))} and "
        f"{number(float(worst['faithful']))}."
    )
