"""The result of a sweep in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LOST = {"overflow": "overflow", "underflow": "underflow", "nan": "are NaN", "missed": "miss a limit"}
"""Columns of lost results, and what they do."""


def told(row: Mapping[str, Any]) -> str:
    """One row of a summary: the largest error and where, correct roundings, what is lost."""
    count = int(row["count"])
    lost = [f"{int(row[column]):,} {does}" for column, does in LOST.items() if row[column]]
    rounded = count - int(row["not_correctly_rounded"])
    return (
        f"{row['algorithm']}: at most {row['max_ulp']:.6g} ulp, at {row['worst_input']}; of {count:,} results "
        f"{rounded:,} are correctly rounded, {', '.join(lost) if lost else 'none is lost'} ({row['coverage']})"
    )
