"""What ``study.measure`` returns: a DataFrame that shows in a few lines what fails first, and on which input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from study.measurement.outcome import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHORT = 5
"""Rows that are shown of a format."""

LEGEND = (
    "max ulp: spacings of the format's numbers at the exact value; scaled: error over u (1 + cond) |exact|, about 1 is "
    "as good as the input deserves; normwise: over u times the largest component."
)

FIGURES = ("max_ulp", "max_scaled", "max_normwise")
WORST = {"worst_input": "input", "worst_computed": "computed", "worst_reference": "exact"}
NEEDED = {"function", "problem", "format", "inputs", "misbehaviour"}


class Measurement(pd.DataFrame):
    """Rows of ``study.measure``: a DataFrame in all but its looks, which are those of ``study measure``."""

    @property
    def _constructor(self) -> type[Measurement]:
        return Measurement

    def __repr__(self) -> str:
        return shown(self) if {*self.columns} >= NEEDED and len(self) else super().__repr__()

    def _repr_html_(self) -> str | None:
        """The same for a notebook."""
        if not ({*self.columns} >= NEEDED and len(self)):
            return cast("str | None", pd.DataFrame(self)._repr_html_())  # type: ignore[operator]
        parts = []
        for title, part in _parts(self):
            rows, left = _short(part, full=False)
            cells = pd.DataFrame([_cells(row) for row in rows])
            notes = [*_left(left), LEGEND, *worst(part)]
            parts.append(f"<p><b>{_escaped(title)}</b></p>{cells.to_html(index=False, border=0)}")
            parts += [f"<p>{_escaped(note)}</p>" for note in notes]
        return "\n".join(parts)


def shown(table: Measurement, *, full: bool = False, detailed: bool = True) -> str:
    """The rows of each format, what fails first at the top.

    Args:
        table: the rows.
        full: all of them, not the first few.
        detailed: the worst input too.
    """
    lines = []
    for title, part in _parts(table):
        rows, left = _short(part, full=full)
        lines += [title, f"  {'inputs':30}{'count':>8}{'max ulp':>12}{'scaled':>12}{'normwise':>12}  wrong outcomes"]
        for row in rows:
            kind, count, *figures, wrong = _cells(row).values()
            numbers = "" if row["misbehaviour"] else "".join(f"{figure:>12}" for figure in figures)
            lines.append(f"  {kind:30}{count:>8}{numbers}  {wrong}".rstrip())
        lines += [f"  {line}" for line in (*_left(left), *(worst(part) if detailed else ()))]
    return "\n".join([*lines, LEGEND])


def worst(part: Measurement) -> Iterator[str]:
    """The input on which a format fails first, the result and the exact value."""
    row = gravest(part)
    if not row["misbehaviour"] and row.get("worst_input"):
        yield f"worst: {row['inputs']!r}, " + ", ".join(f"{said} {row[name]}" for name, said in WORST.items())


def gravest(table: pd.DataFrame) -> dict[str, Any]:
    """The row that fails first: see ``_order``; one that misbehaves only where all do."""
    rows = cast("list[dict[str, Any]]", table.to_dict("records"))
    return max(rows, key=lambda row: (not row["misbehaviour"], *_gravity(row)))


def wrong_outcomes(row: Mapping[str, Any]) -> int:
    """How many values of a row are lost: zero, infinite or NaN where they should not be, or not where they should."""
    return 0 if row["misbehaviour"] else sum(int(row[name]) for name in FAILURES)


def same(misbehaviour: str) -> str:
    """A misbehaviour without the numbers in it, which differ between kinds of inputs while the mistake is one."""
    return re.sub(r"\([\d, ]*\)|\d+", "", misbehaviour)


def _parts(table: Measurement) -> Iterator[tuple[str, Measurement]]:
    for _, part in table.groupby(["function", "problem", "format"], sort=False):
        first = part.iloc[0]
        yield f"{first['function']}: {first['problem']} in {first['format']}", Measurement(part)


def _order(part: Measurement) -> list[int]:
    """Positions of the rows: misbehaviour first, then lost values, then the largest errors."""
    rows = cast("list[dict[str, Any]]", part.to_dict("records"))
    return sorted(range(len(rows)), key=lambda k: _gravity(rows[k]), reverse=True)


def _gravity(row: Mapping[str, Any]) -> tuple[bool, bool, float]:
    return (True, False, 0.0) if row["misbehaviour"] else (False, wrong_outcomes(row) > 0, float(row["max_scaled"]))


def _short(part: Measurement, *, full: bool) -> tuple[list[dict[str, Any]], int]:
    """The rows to show, a misbehaviour that several share once, and how many are left out."""
    every = cast("list[dict[str, Any]]", part.to_dict("records"))
    rows: list[dict[str, Any]] = []
    first: dict[str, dict[str, Any]] = {}
    for row in (every[k] for k in _order(part)):
        said = same(row["misbehaviour"])
        if said and said in first:
            first[said]["others"] += 1
            continue
        rows.append(row | {"others": 0})
        first[said] = rows[-1]
    chosen = rows if full else rows[:SHORT]
    return chosen, len(rows) - len(chosen)


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    """What is shown of a row."""
    named = {"inputs": row["inputs"], "count": f"{row['count']:.0f}"}
    if row["misbehaviour"]:
        more = f" (and on {row['others']} other kinds of inputs)" if row["others"] else ""
        return {**named, "max ulp": "", "scaled": "", "normwise": "", "wrong outcomes": row["misbehaviour"] + more}
    wrong = [f"{row[name]:.0f} {name}" for name in FAILURES if row[name]]
    where = [f"(worst as {row['layout']})"] if row.get("layout", "rows") not in {"rows", ""} else []
    figures = dict(zip(("max ulp", "scaled", "normwise"), (f"{row[name]:.4g}" for name in FIGURES), strict=True))
    return {**named, **figures, "wrong outcomes": " ".join([", ".join(wrong), *where]).strip()}


def _left(left: int) -> list[str]:
    return [f"… {left} more kinds of inputs, none of them graver (--full, or the columns of the table)"] if left else []


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
