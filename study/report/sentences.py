"""Findings: sentences computed from stored tables, None where the tables do not bear them out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from study.formats import MAIN_FORMATS
from study.measurement import outcome
from study.plots.text import at_most, listed, number
from study.report.columns import axis
from study.report.evidence import PLACE, by_format, measurements, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    Tables = Mapping[str, pd.DataFrame]
    Sentence = Callable[[Tables], str | None]


def nll_example(tables: Tables) -> str | None:
    """The loss of the worked example, for either right answer."""
    table = pick(tables["example"], format="float64", quantity="nll")
    losses = dict(zip(table["target"], table["computed"], strict=True))
    falling = (tables["curve"].sort_values("p")["nll"].diff().dropna() < 0).all()
    if not {3, 4} <= set(losses) or not losses[3] < losses[4] or not falling:
        return None
    return (
        f"With probabilities 0.1, 0.3, 0.5 and 0.1 the negative log likelihood is {number(losses[4])} when the fourth "
        f"class is right, {number(losses[3])} when the third: the more probable the truth was held, the lower the loss."
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
        firsts = pick(tables["first_underflow"], p=p, format=list(MAIN_FORMATS))
        firsts = firsts[firsts["first_n"].notna()].sort_values("first_n")
        if firsts.empty:
            return None
        each = listed(f"{int(n)} in {form}" for n, form in zip(firsts["first_n"], firsts["format"], strict=True))
        return f"A product of probabilities of {p:g}, taken in order, is exactly zero after this many factors: {each}."

    return sentence


def first_overflow(algorithm: str, problem: str) -> Sentence:
    """From which logit on a formula of two classes fails, format by format."""

    def sentence(tables: Tables) -> str | None:
        firsts = pick(tables["first_overflow"], problem=problem, algorithm=algorithm, format=list(MAIN_FORMATS))
        firsts = firsts.dropna(subset="first_logit")
        if firsts.empty:
            return None
        each = listed(
            f"{number(x, 5)} in {form}" for x, form in zip(firsts["first_logit"], firsts["format"], strict=True)
        )
        return f"The {algorithm} {problem} of two logits, x and 0, is no longer finite once x reaches {each}."

    return sentence


def lost_near_zero(problem: str, stable: str = "shifted") -> Sentence:
    """Where the exact value is nearly zero, the stable formula too returns zero."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, algorithm=stable)
        zero = rows[(rows["underflow"] > 0) & (rows["worst_computed"].astype(float) == 0)]
        if zero.empty:
            return None
        largest = zero.assign(exact=zero["worst_reference"].astype(float).abs()).groupby("format")["exact"].max()
        each = by_format(largest, number)
        return f"The shift does not save what is nearly zero: the {stable} {problem} is 0 where it should be {each}."

    return sentence


def stable_stays(problem: str, stable: str = "shifted") -> Sentence:
    """What the stable formula does on all inputs on which the naive one fails."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, algorithm=["naive", stable])
        failing = pick(rows[outcome.losses(rows) > 0], algorithm="naive")
        same = pick(rows, algorithm=stable).merge(failing[PLACE].drop_duplicates())
        if same.empty or same[list(outcome.NOT_NUMBERS)].to_numpy().any():
            return None
        each = at_most(float(same["max_scaled"].max()))
        zeros, lost, count = (int(n.sum()) for n in (same["underflow"], outcome.losses(failing), failing["count"]))
        return (
            f"Where the naive {problem} loses {lost:,} of {count:,} results, the {stable} one is never infinite or "
            f"NaN, wrongly 0 in {zeros:,}, and off by at most {each} u (1 + cond)."
        )

    return sentence


CONFINED = 0.1
"""The error of a vector beside that of its worst component, as numbers, below which it is of small components only."""


def components_and_whole(problem: str, algorithm: str, form: str) -> Sentence:
    """How far single components are off, and the vector as a whole, over each parameter that is swept."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, algorithm=algorithm, format=form)
        worst = rows.groupby("parameter", sort=False)[["max_ulp", "max_normwise"]].max()
        if not (worst["max_normwise"] < CONFINED * worst["max_ulp"]).any():
            return None
        single = listed(f"{at_most(ulps)} over {axis(str(name))}" for name, ulps in worst["max_ulp"].items())
        whole = listed(at_most(u) for u in worst["max_normwise"])
        return (
            f"In {form} a component of the {algorithm} {problem} is off by at most so many ulps: {single}; its vector, "
            f"in turn, by {whole} u."
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
    likelihood = Decimal(float(logs["worst_reference"].iloc[0])).exp()
    return (
        f"On real data: the likelihood of {int(whole['value'].iloc[0])} held-out digits is about "
        f"{likelihood:.1e}. As a product it is zero in {listed(zero)}; "
        f"as a sum of logs it is {number(float(logs['worst_computed'].iloc[0]), 4)}."
    )
