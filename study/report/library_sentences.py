"""Findings about installed libraries, computed from the tables; None where those do not bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.report import outcome
from study.report.sentences import pick
from study.report.text import listed, number, plain

if TYPE_CHECKING:
    import pandas as pd

    from study.report.sentences import Sentence, Tables

OFF = 0.1
"""By how much a row sum must be off to be told."""


def named(row: Any) -> str:
    """A function and the version it was measured in."""
    return f"{row['algorithm']} ({row['backend']} {row['version']})"


def row_sum(form: str, layout: str, n: int) -> Sentence:
    """Whose softmax of equal logits does not sum to one."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["row_sums"], format=form, layout=layout, n=n)
        off = rows[(rows["row_sum"] - 1).abs() > OFF]
        if off.empty:
            return None
        each = listed(f"{number(row['row_sum'])} by {named(row)}" for _, row in off.iterrows())
        return f"The softmax of {n:,} equal {form} logits, the vectors as {layout}, sums to {each}, not to 1."

    return sentence


def infinite(problem: str, form: str, kind: str) -> Sentence:
    """Whose result is infinite where a finite number is due."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["battery"], problem=problem, format=form, inputs=kind)
        lost = rows[rows["overflow"] > 0]
        if lost.empty:
            return None
        exact = number(float(lost["worst_reference"].iloc[0]))
        return f"The {problem} of “{kind}” in {form} is infinite, not {exact}, by {_counted(lost, 'overflow')}."

    return sentence


def zero(problem: str, form: str, kind: str) -> Sentence:
    """Whose result is zero where a number is due that the format holds."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["battery"], problem=problem, format=form, inputs=kind)
        lost = rows[(rows["underflow"] > 0) & (rows["worst_computed"].astype(float) == 0)]
        if lost.empty:
            return None
        exact = listed(dict.fromkeys(number(float(value)) for value in lost["worst_reference"]))
        return f"The {problem} of “{kind}” in {form} is 0, not {exact}, by {_counted(lost, 'underflow')}."

    return sentence


def _counted(rows: pd.DataFrame, kind: str) -> str:
    """Functions, and how often each fails so."""
    return listed(f"{named(row)} in {row[kind]:.0f} of {row['count']:.0f} results" for _, row in rows.iterrows())


def within_one_ulp(tables: Tables) -> str | None:
    """Which functions are within one ulp on the whole battery, format by format."""
    rows = tables["battery"]
    rows = rows[rows["misbehaviour"].isna() & (rows["problem"] != "likelihood")]
    whole = [
        f"{name} ({problem})"
        for (problem, name), part in rows.groupby(["problem", "algorithm"], sort=False)
        if part["max_ulp"].max() <= 1
    ]
    count = len(rows.groupby(["problem", "algorithm"]))
    said = f"{listed(whole)} {'is' if len(whole) == 1 else 'are'}" if whole else "none is"
    typical = float(rows.groupby(["problem", "algorithm"])["max_ulp"].max().median())
    return (
        f"Of {count} library functions measured on the hard battery, {said} within one ulp throughout; half of them "
        f"are somewhere off by {number(typical)} ulps or more."
    )


def lost_functions(tables: Tables) -> str | None:
    """How many functions have no digit right somewhere on the battery."""
    rows = tables["battery"]
    rows = rows[rows["misbehaviour"].isna()]
    lost = rows[outcome.lost(rows)]
    worst = _names(lost)
    if not worst:
        return None
    each = listed(f"{len(_names(part))} of {name}" for name, part in lost.groupby("backend", sort=False))
    return (
        f"{len(worst)} of {len(_names(rows))} library functions have no digit right for some input and format of the "
        f"hard battery: {each}."
    )


def _names(rows: pd.DataFrame) -> list[str]:
    pairs = dict.fromkeys(zip(rows["problem"], rows["algorithm"], strict=True))
    return [f"{name} ({problem})" for problem, name in pairs]


def reported(tables: Tables) -> str | None:
    """How many reported inputs there are, and how our naive and faithful formulas fare on them."""
    rows = tables["reports"]
    naive, faithful = (
        pick(rows, backend="study", algorithm=name)["verdict"].tolist() for name in ("naive", "faithful")
    )
    if not naive or not faithful:
        return None
    worst = float(pick(rows, backend="study", algorithm="faithful")["ulps"].max())
    links = {link for line in rows["link"] for link in line.split()}
    return (
        f"{len(links)} reports from the field come down to {rows['title'].nunique()} inputs. The naive formula is "
        f"wrong on {naive.count('wrong')} of the {len(naive)} that it is for; faithful is within one ulp on "
        f"{faithful.count('right')} of {len(faithful)}, at worst {number(worst)} ulps off."
    )


def still_wrong(backend: str) -> Sentence:
    """What a library gets wrong today of what was reported, of it or of another."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["reports"], backend=backend)
        measured, wrong = rows[rows["verdict"] != "not applicable"], pick(rows, verdict="wrong")
        if wrong.empty:
            return None
        inexact = len(pick(rows, verdict="inexact"))
        return (
            f"{backend} {rows['version'].iloc[0]} is wrong today on {len(wrong)} of {len(measured)} reported inputs "
            f"that it has a function for, by {number(float(wrong['ulps'].median()))} ulps in the median, and inexact "
            f"on {inexact}."
        )

    return sentence


def worst_gradient(problem: str, form: str) -> Sentence:
    """The largest error of each library's gradient at extreme logits."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["sweep"], problem=problem, format=form)
        lost = rows[outcome.lost(rows) | (rows["underflow"] > 0)]
        if lost.empty:
            return None
        each = []
        for _, part in lost.groupby("algorithm", sort=False):
            first = part.iloc[int(part["value"].abs().argmin())]
            times = int(part[list(outcome.FAILURES)].sum().sum())
            start = plain(float(first["value"]))
            each.append(f"{first['algorithm']} ({outcome.words(part)} from a logit of {start} on, {times} times)")
        return f"Differentiation in {form} loses the {problem} with {listed(each)}."

    return sentence
