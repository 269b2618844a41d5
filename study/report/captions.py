"""Messages of figures: sentences computed from the tables that are drawn, None where these do not bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.formats import MAIN_FORMATS
from study.measurement import outcome
from study.plots.text import at_most, listed, number, plain
from study.report.evidence import by_format, pick
from study.report.library_sentences import OFF

if TYPE_CHECKING:
    from study.report.sentences import Sentence, Tables


def survives(table: str, problem: str, losing: str, keeping: str, inputs: str) -> Sentence:
    """From which value on one formula loses results, and how far off another is over all of them."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables[table], problem=problem, inputs=inputs, format=list(MAIN_FORMATS))
        bad = pick(rows[outcome.lost(rows)], algorithm=losing)
        kept = pick(rows, algorithm=keeping)
        held = kept[~outcome.beyond(kept)]
        if bad.empty or held.empty or outcome.lost(kept).any():
            return None
        each = by_format(bad.groupby("format")["value"].min(), plain)
        limit = " where the format holds the result" if len(held) < len(kept) else ""
        return (
            f"{losing.capitalize()} {problem} loses results from {rows['parameter'].iloc[0]} {each}; {keeping} stays "
            f"within {at_most(float(held['max_ulp'].max()))} ulps{limit}."
        )

    return sentence


def product_ends(tables: Tables) -> str | None:
    """Where products of few and of many factors leave the range of each format, and how good the sums of logs are."""
    rows = tables["values"]
    ended = rows[~np.isfinite(rows["product"]) | (rows["product"] == 0)]
    low = ended[ended["factor"] < 1].groupby("format")["n"].min()
    high = ended[ended["factor"] > 1].groupby("format")["n"].min()
    if low.empty or high.empty or not np.isfinite(rows["log"]).all():
        return None
    return (
        f"Of probabilities {plain(rows['factor'].min())} the product is 0 from n = {by_format(low, str)}; of densities "
        f"{plain(rows['factor'].max())} it is ∞ from {high.min()} to {high.max()}. The sum of logs holds to n = "
        f"{int(rows['n'].max()):,}."
    )


def product_while_it_lasts(inputs: str) -> Sentence:
    """How the product's error compares with the way over the logs as long as the product is a normal number."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], problem="likelihood", inputs=inputs, format=list(MAIN_FORMATS))
        whole = pick(rows, algorithm="naive")
        last = whole[(whole["normal"] == whole["count"])].groupby("format")["value"].max()
        parts = []
        for form in ("float32", "float64"):
            here = pick(rows, format=form, value=last.get(form, 0)).set_index("algorithm")["max_ulp"]
            if not {"naive", "exp_sum_log"} <= set(here.index) or not here["naive"] < here["exp_sum_log"]:
                return None
            parts.append(
                f"{number(here['naive'])} against {number(here['exp_sum_log'])} ulps at n = {last[form]} in {form}"
            )
        return (
            f"While it is in range, the product is the better likelihood than exp of the sum of logs: {listed(parts)}."
        )

    return sentence


def where_lost(table: str, problem: str, losing: str, keeping: str, form: str) -> Sentence:
    """In how many cells of a map each of two formulas loses results."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables[table], problem=problem, format=form)
        wrong = rows[(rows["nan"] > 0) | (rows["overflow"] > 0)]
        lost = {name: len(pick(wrong, algorithm=name)) for name in (losing, keeping)}
        cells = len(pick(rows, algorithm=losing))
        if not lost[keeping] < lost[losing]:
            return None
        return (
            f"In {form} {losing} {problem} gives infinity or NaN for {lost[losing]} of {cells} pairs of offset and "
            f"spread, {keeping} for {lost[keeping] or 'none'}."
        )

    return sentence


def order_of_sum(inputs: str, form: str) -> Sentence:
    """How far off the longest sum is, taken in order, in pairs, and with a wide accumulator."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], inputs=inputs, format=form)
        longest = rows[rows["value"] == rows["value"].max()].groupby("algorithm")["max_u"].max()
        if not {"sum_log", "pairwise", "wide"} <= set(longest.index) or not longest["pairwise"] < longest["sum_log"]:
            return None
        return (
            f"Of {int(rows['value'].max()):,} logs in {form} the sum in order is off by {number(longest['sum_log'])} "
            f"u, in pairs by {number(longest['pairwise'])} u, with a wide accumulator by {number(longest['wide'])} u."
        )

    return sentence


def row_sums(form: str) -> Sentence:
    """How far the softmax of a library is from summing to one, by the layout of its rows."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["row_sums"], format=form)
        off = rows.assign(off=(rows["row_sum"] - 1).abs()).groupby("layout")["off"].max()
        if off.empty or not off.max() > OFF:
            return None
        worst = rows[rows["layout"] == off.idxmax()]
        row = worst.iloc[int((worst["row_sum"] - 1).abs().argmax())]
        return (
            f"Rows of a softmax in {form} should sum to 1; by {row['algorithm']} on {row['layout']} of "
            f"{int(row['n']):,} equal logits they sum to {number(float(row['row_sum']))}."
        )

    return sentence


def cost_of_stability(joined_problem: str) -> Sentence:
    """What the formula that keeps its digits costs, and what the kernel does, in float64."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["cost"], problem=joined_problem, format="float64")
        kept = rows[~rows["algorithm"].isin(rows[outcome.lost(rows)]["algorithm"].unique())]
        worst = (
            kept.groupby("algorithm").agg(times=("times_naive", "max"), ulps=("max_ulp", "max")).sort_values("times")
        )
        each = [f"{name} × {number(row['times'], 2)} (≤ {at_most(row['ulps'])} ulps)" for name, row in worst.iterrows()]
        return f"Of the formulas for {joined_problem} in float64, these lose nothing: {listed(each)}." if each else None

    return sentence
