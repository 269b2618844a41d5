"""The toolbox of findings: sentences that several experiments state, None where the tables do not bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.formats import MAIN_FORMATS
from study.measurement import outcome
from study.plots.text import at_least, at_most, listed, number, plain
from study.report.axes import axis
from study.report.evidence import by_format, measurements, pick

if TYPE_CHECKING:
    import pandas as pd

    from study.runs.experiment import Sentence, Tables

FAR = 0.1
"""Which part of another's error an error is that is told as mended."""
OFF = 0.1
"""By how much a row sum must be off to be told."""


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


def _first(rows: pd.DataFrame) -> str:
    """Where it begins, of what was swept, format by format."""
    said = []
    for parameter, part in rows.groupby("parameter", sort=False):
        firsts = part.groupby("format")["value"].min()
        said.append(f"at a {axis(str(parameter))} of {by_format(firsts, plain)}")
    return f"first {', and '.join(said)}"


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


def row_sum(form: str, layout: str, n: int) -> Sentence:
    """Whose softmax of equal logits does not sum to one."""

    def sentence(tables: Tables) -> str | None:
        rows = pick(tables["row_sums"], format=form, layout=layout, n=n)
        off = rows[(rows["row_sum"] - 1).abs() > OFF]
        if off.empty:
            return None
        each = listed(f"{number(row['row_sum'])} by {_named(row)}" for _, row in off.iterrows())
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

    return listed(f"{_named(row)}{often(row)}" for _, row in rows.iterrows())


def _named(row: Any) -> str:
    """A function and the version it was measured in."""
    return f"{row['algorithm']} ({row['version']})"


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
