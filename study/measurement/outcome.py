"""What became of a row's values, in one word: the one place that decides what counts as a failure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from study.formats import KNOWN
from study.problems import PROBLEMS

if TYPE_CHECKING:
    import pandas as pd

FAILURES = {"nan": "NaN", "overflow": "overflow", "missed": "wrong", "underflow": "underflow"}
"""Columns of counts, the gravest first, and what a reader calls them."""

SIGNS = {"NaN": "?", "overflow": "∞", "underflow": "0", "wrong": "!"}
"""What stands for each in the cells of tables and figures."""

NO_DIGIT = {form.name: 0.1 * 2.0**form.p for form in KNOWN.values()}
"""Error in ulps from which on no digit is right, by format: a tenth of the exact value."""

NOT_NUMBERS = ("nan", "overflow", "missed")
"""Those that leave nothing of the result; a zero may be as near as its neighbour."""


LOSSES = ("nan", "overflow", "underflow")
"""Those that leave zero, infinity or NaN for what is none of these; ``missed`` is a number where none is due."""


def losses(table: pd.DataFrame) -> pd.Series[int]:
    """How many values of each row are lost: zero or infinite where another number is due, or NaN where none is."""
    return table[list(LOSSES)].sum(axis=1)


def failed(table: pd.DataFrame) -> pd.Series[bool]:
    """Rows in which some value is no number where one is due, or one where none is."""
    return (table["nan"] > 0) | (table["overflow"] > 0) | (table["missed"] > 0)


def lost(table: pd.DataFrame) -> pd.Series[bool]:
    """Rows in which some value has no digit right: not a number, or off by a tenth of the exact value."""
    return failed(table) | (table["max_ulp"] >= table["format"].map(NO_DIGIT).astype(float))


def beyond(table: pd.DataFrame) -> pd.Series[bool]:
    """Rows in which a value is off by all of itself, as one that the format cannot hold is: lost, however few the ulps.

    A component of a vector counts as nothing beside the largest, and is not lost with the format's range.
    """
    scalar = table["problem"].map(lambda name: not PROBLEMS[name].signature.vector_result).astype(bool)
    return scalar & (table["max_relative"] >= 1)


def gone(table: pd.DataFrame) -> pd.Series[bool]:
    """Rows in which some value is lost, by the formula or with the range of the format."""
    return lost(table) | beyond(table)


def range_ends(table: pd.DataFrame) -> float:
    """The first parameter at which all exact values, though not zero, round to zero or infinity; infinite if none."""
    whole = (table["limit"] == table["count"]) & (table["max_relative"] >= 1)
    return float(table[whole]["value"].min()) if whole.any() else math.inf


def words(table: pd.DataFrame) -> str:
    """All failures of lost rows, the gravest first."""
    counted = [said for column, said in FAILURES.items() if table[column].sum() > 0]
    if not counted and len(table) and beyond(table).all():
        return "out of range"
    return ", ".join(counted) or "no digit right"
