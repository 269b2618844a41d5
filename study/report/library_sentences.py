"""Findings about installed libraries, computed from the tables; None where those do not bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.measurement import outcome
from study.plots.text import at_least, at_most, listed, number
from study.report.evidence import measurements, pick

if TYPE_CHECKING:
    import pandas as pd

    from study.report.sentences import Sentence, Tables

OFF = 0.1
"""By how much a row sum must be off to be told."""


def named(row: Any) -> str:
    """A function and the version it was measured in."""
    return f"{row['algorithm']} ({row['version']})"


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
        return _instead(rows[rows["overflow"] > 0], "overflow", float("inf"), f"{problem} of “{kind}” in {form}")

    return sentence


def zero(problem: str, form: str, kind: str) -> Sentence:
    """Whose result is zero where a number is due that the format holds."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["battery"], problem=problem, format=form, inputs=kind)
        return _instead(rows[rows["underflow"] > 0], "underflow", 0.0, f"{problem} of “{kind}” in {form}")

    return sentence


def _instead(lost: pd.DataFrame, kind: str, computed: float, what: str) -> str | None:
    """Who gives zero or infinity, how often, and the worst of what is due there; None where no worst result is it."""
    shown = lost[lost["worst_computed"].astype(float).abs() == computed]
    if shown.empty:
        return None
    exact = listed(dict.fromkeys(number(float(value)) for value in shown["worst_reference"]))
    said, example = "0" if computed == 0 else "infinite", " for one" if (lost[kind] > 1).any() else ""
    return f"The {what} is {said}, not {exact}{example}, by {_counted(lost, kind)}."


def _counted(rows: pd.DataFrame, kind: str) -> str:
    """Functions, and how often each fails so where they have several results."""

    def often(row: Any) -> str:
        return f" in {row[kind]:.0f} of {row['count']:.0f} results" if row["count"] > 1 else ""

    return listed(f"{named(row)}{often(row)}" for _, row in rows.iterrows())


def within_one_ulp(tables: Tables) -> str | None:
    """Which functions are within one ulp on the whole battery, format by format."""
    rows = tables["battery"]
    rows = rows[rows["misbehaviour"].isna()]
    whole = [
        f"{name} ({problem})"
        for (problem, name), part in rows.groupby(["problem", "algorithm"], sort=False)
        if part["max_ulp"].max() <= 1
    ]
    said = f"{listed(whole)} {'is' if len(whole) == 1 else 'are'}" if whole else "none is"
    typical = float(rows.groupby(["problem", "algorithm"])["max_ulp"].max().median())
    return (
        f"Of {len(_names(rows))} library functions on the hard battery {said} within one ulp throughout; half of them "
        f"are somewhere off by {at_least(typical)} ulps or more."
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
    ours = pick(rows[rows["verdict"] != "not applicable"], backend="study")
    naive, faithful = (pick(ours, algorithm=name) for name in ("naive", "faithful"))
    if naive.empty or faithful.empty:
        return None
    links = {link for line in rows["link"] for link in line.split()}
    return (
        f"{len(links)} reports from the field come down to {rows['title'].nunique()} inputs. The naive formula is "
        f"wrong on {len(pick(naive, verdict='wrong'))} of the {len(naive)} that it is for; faithful is within one ulp "
        f"on {len(pick(faithful, verdict='right'))} of {len(faithful)}, at most {at_most(faithful['ulps'].max())} ulps "
        "off."
    )


def still_wrong(backend: str) -> Sentence:
    """What a library gets wrong in the version measured of what was reported, of it or of another."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["reports"], backend=backend)
        measured, wrong = rows[rows["verdict"] != "not applicable"], pick(rows, verdict="wrong")
        if wrong.empty:
            return None
        inexact = set(pick(rows, verdict="inexact")["title"]) - set(wrong["title"])
        return (
            f"{backend} {rows['version'].iloc[0]} is wrong today on {wrong['title'].nunique()} of "
            f"{measured['title'].nunique()} reported inputs that it has a function for, by "
            f"{number(float(wrong['ulps'].median()))} ulps in the median, and inexact on {len(inexact)} more."
        )

    return sentence


def lost_gradients(problem: str, form: str) -> Sentence:
    """How many gradients each library loses at extreme logits, and from where on."""

    def sentence(tables: Tables) -> str | None:
        rows = measurements(tables, problem=problem, format=form)
        each = []
        for name, part in rows.groupby("algorithm", sort=False):
            lost = part[outcome.losses(part) > 0]
            if len(lost):
                times, count = (int(n.sum()) for n in (outcome.losses(lost), part["count"]))
                backend = part["backend"].iloc[0]
                each.append(f"{times / count:.0%} by {backend}’s {str(name).rsplit('.', maxsplit=1)[-1]}")
        if not each:
            return None
        return f"Differentiated in {form} {problem} is lost: {', '.join(each)}."

    return sentence
