"""Findings: sentences computed from stored tables, None where the tables do not bear them out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from study.experiment import MAIN_FORMATS
from study.report.text import listed, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    Tables = Mapping[str, pd.DataFrame]
    Sentence = Callable[[Tables], str | None]


def pick(table: pd.DataFrame, **equal: Any) -> pd.DataFrame:
    """The rows that have these values; values may be lists."""
    for column, value in equal.items():
        table = table[table[column].isin(value if isinstance(value, list) else [value])]
    return table


def nll_example(tables: Tables) -> str | None:
    """The loss of the worked example, for either right answer."""
    table = pick(tables["example"], format="float64", quantity="nll")
    losses = dict(zip(table["target"], table["computed"], strict=True))
    if not {3, 4} <= set(losses) or not losses[3] < losses[4]:
        return None
    return (
        f"With probabilities 0.1, 0.3, 0.5 and 0.1 the negative log likelihood is {number(losses[4])} when the fourth "
        f"class is right and {number(losses[3])} when the third is: the more probable the truth was held to be, the "
        "lower the loss."
    )


def tiny_likelihood(tables: Tables) -> str | None:
    """What each format makes of 1e-100 and of its log."""
    held = pick(tables["example"], quantity="log of 1e-100")
    lost = held[held["held"] == 0]["format"].tolist()
    kept = held[held["held"] != 0]
    if not lost or kept.empty:
        return None
    return (
        f"1e-100 is zero in {listed(lost)}; {listed(kept['format'])} holds it, and its log is "
        f"{number(kept['computed'].iloc[0], 5)}."
    )


def first_underflow(p: float) -> Sentence:
    """After how many observations the product is zero, format by format."""

    def sentence(tables: Tables) -> str | None:
        firsts = pick(tables["first_underflow"], p=p, format=["float16", "bfloat16", "float32", "float64"])
        firsts = firsts[firsts["first_n"].notna()].sort_values("first_n")
        if firsts.empty:
            return None
        each = listed(f"{int(n)} in {form}" for n, form in zip(firsts["first_n"], firsts["format"], strict=True))
        return f"A product of probabilities of {p:g} is exactly zero after this many factors: {each}."

    return sentence


def first_overflow(algorithm: str, problem: str) -> Sentence:
    """From which logit on a formula fails, format by format."""

    def sentence(tables: Tables) -> str | None:
        firsts = pick(tables["first_overflow"], problem=problem, algorithm=algorithm)
        firsts = firsts[
            firsts["first_logit"].notna() & firsts["format"].isin(["float16", "bfloat16", "float32", "float64"])
        ]
        if firsts.empty:
            return None
        each = listed(
            f"{number(x, 5)} in {form}" for x, form in zip(firsts["first_logit"], firsts["format"], strict=True)
        )
        return f"The {algorithm} {problem} fails as soon as a logit reaches {each}."

    return sentence


MODERATE = 100
"""A worst error over u (1 + cond) up to which a formula may be said not to fail."""


def lost_near_zero(problem: str, stable: str = "shifted") -> Sentence:
    """Where the exact value is nearly zero, the stable formula too returns zero."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], problem=problem, algorithm=stable)
        zero = rows[(rows["underflow"] > 0) & (rows["worst_computed"].astype(float) == 0)]
        if zero.empty:
            return None
        largest = zero.assign(exact=zero["worst_reference"].astype(float).abs()).groupby("format")["exact"].max()
        each = listed(f"{number(largest[form])} in {form}" for form in MAIN_FORMATS if form in largest)
        return f"The shift does not save what is nearly zero: the {stable} {problem} is 0 where it should be {each}."

    return sentence


def stable_stays(problem: str, stable: str = "shifted") -> Sentence:
    """What the stable formula's worst error is where the naive one fails."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], problem=problem)
        failing = rows[(rows["algorithm"] == "naive") & (rows["overflow"] + rows["nan"] + rows["underflow"] > 0)]
        same = rows[rows["algorithm"] == stable].merge(failing[["format", "inputs", "value"]])
        if same.empty or same[["overflow", "nan", "missed"]].sum().sum() > 0 or same["max_scaled"].max() > MODERATE:
            return None
        each = listed(
            f"{number(part['max_scaled'].max())} in {form}" for form, part in same.groupby("format", sort=False)
        )
        return (
            f"Where the naive {problem} fails, the {stable} one does not: its worst error in units of u (1 + cond) is "
            f"{each}."
        )

    return sentence


def small_components(problem: str, algorithm: str) -> Sentence:
    """How far single components are off, beside the error of the vector as a whole."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], problem=problem, algorithm=algorithm)
        alone = rows.groupby("format")["max_ulp"].max()
        whole = float(rows["max_normwise"].max())
        if not whole < MODERATE or not whole < alone.max():
            return None
        each = listed(f"{number(alone[form])} ulps in {form}" for form in MAIN_FORMATS if form in alone)
        return (
            f"A small component of the {algorithm} {problem} may be off by {each}, the vector as a whole never is: "
            f"beside its largest component no error exceeds {number(whole)} u in any format."
        )

    return sentence


def real_likelihood(tables: Tables) -> str | None:
    """The likelihood of the whole test set, by product and by logs."""
    rows = tables["test_set"]
    whole = rows[rows["value"] == rows["value"].max()]
    products = pick(whole, problem="likelihood", algorithm="naive")
    zero = products[products["worst_computed"].astype(float) == 0]["format"].tolist()
    logs = pick(whole, problem="log_likelihood", algorithm="sum_log", format="float64")
    if not zero or logs.empty:
        return None
    return (
        f"On real data: the likelihood of {int(whole['value'].iloc[0])} held-out digits is about "
        f"1e{float(logs['worst_reference'].iloc[0]) / math.log(10):.0f}. As a product it is zero in {listed(zero)}; "
        f"as a sum of logs it is {number(float(logs['worst_computed'].iloc[0]), 4)}."
    )
