"""The stored tables of a sweep: what is computed anew is merged into them, and what they say is complete is checked."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import Outcome
from study.exhaustive.functions import is_formula, problem_named
from study.formats import get_format
from study.runs import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from study.exhaustive.specification import Specification
    from study.formats import Format

NAMES = ("summary", "histogram")
EARLIER = "earlier"
"""In the provenance: for rows that were left when others were computed anew, what they were measured with."""


def others(folder: Path, spec: Specification) -> dict[str, pd.DataFrame]:
    """The stored rows of algorithms that the sweep does not compute, as text, so that no digit changes.

    Raises:
        DamagedResultsError: a table is damaged, and the sweep does not compute every formula anew.
    """
    import pandas as pd

    kept = {}
    for name in NAMES:
        path = store.RESULTS / folder / f"{name}.csv"
        try:
            table = store.read_csv(path, as_text=True) if path.exists() else pd.DataFrame(columns=["algorithm"])
        except store.DamagedResultsError:
            if not set(_formulas(spec)) <= set(spec.algorithms):
                raise
            table = pd.DataFrame(columns=["algorithm"])
        kept[name] = table[~table["algorithm"].isin(spec.algorithms)]
    return kept


def _formulas(spec: Specification) -> list[str]:
    """Our own algorithms for the problem in the format."""
    known = problem_named(spec.problem).algorithms
    ours = (n for n in known if is_formula(spec.problem, n) or n == "faithful")
    return [name for name in ours if spec.form in known[name].formats]


def merged(spec: Specification, made: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Rows computed and kept, our algorithms in the order of their declaration, then the libraries' by name."""
    import pandas as pd

    if kept.empty:
        return made
    made = store.as_text(made)
    order = [*_formulas(spec), *sorted({*made["algorithm"], *kept["algorithm"]} - {*_formulas(spec)})]
    rows = pd.concat([made, kept], ignore_index=True)
    return rows.sort_values("algorithm", key=lambda names: names.map(order.index), kind="stable", ignore_index=True)


def facts(folder: Path, now: dict[str, str], left: Sequence[str]) -> dict[str, Any]:
    """What the rows were measured with: now, and before for those that were left and were measured otherwise."""
    path = store.RESULTS / folder / store.PROVENANCE
    if not left or not path.exists():
        return dict(now)
    before = json.loads(path.read_text(encoding="utf-8"))
    earlier = before.pop(EARLIER, {})
    known = {name: earlier.get(name, before) for name in left}
    differ = {name: held for name, held in known.items() if any(now.get(key, v) != v for key, v in held.items())}
    return {**before, **now, **({EARLIER: differ} if differ else {})}


def incomplete(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """A line for every stored row that is said to be on every input of a format and does not account for them all.

    Args:
        tables: the stored ones, as ``store.read_below`` gives them.
    """
    for name, summary in tables.items():
        folder, _, last = name.rpartition("/")
        if last == NAMES[0]:
            found = unaccounted(summary, tables[f"{folder}/{NAMES[1]}"])
            yield from (f"{store.RESULTS / name}.csv: {line}" for line in found)


def unaccounted(summary: pd.DataFrame, histogram: pd.DataFrame) -> Iterator[str]:
    """A line for every exhaustive row whose counts are not those of every input; arguments as stored."""
    counted = histogram.groupby("algorithm")["count"].sum()
    for row in summary[summary["coverage"] == "exhaustive"].to_dict("records"):
        inputs, results = every(row["problem"], get_format(row["format"]), int(row["length"]))
        told = {
            "inputs": (row["inputs"], inputs),
            "results": (row["count"], results),
            "outcomes": (sum(row[outcome.name.lower()] for outcome in Outcome), results),
            "errors": (counted.get(row["algorithm"], 0), results),
        }
        for what, (said, due) in told.items():
            if said != due:
                place = f"{row['problem']} {row['algorithm']} in {row['format']}"
                yield f"{place} has {said:,} {what}; every input makes {due:,}"


def every(name: str, form: Format, length: int) -> tuple[int, int]:
    """How many inputs of a problem there are in a format, and how many results they make.

    A number outside its domain, as a label outside [0, 1], is left out; a vector has a result for each entry.
    """
    problem = problem_named(name)
    of_each = [
        inside(domain, form)
        for kind, domain in zip(problem.signature.arguments, problem.domains, strict=True)
        for _ in range(length if kind.axes else 1)
    ]
    results = math.prod(of_each) * (length if problem.signature.vector_result else 1)
    return 2 ** (form.bits * len(of_each)), results


def inside(domain: str, form: Format) -> int:
    """How many bit patterns a sweep takes of a format: of real and negative numbers all, NaN and infinities with them.

    Of others those up to 1, or up to the largest, and -0; of counts the whole ones, as all are from 2^(p - 1) on.
    """
    if domain in {"real", "negative"}:
        return 1 << form.bits
    top = 1.0 if domain == "probability" else np.inf if form.has_infinity else form.xmax
    last, all_whole = (int(form.to_bits(form.round(x))) for x in (top, 2.0 ** (form.p - 1)))
    return last + 2 - (all_whole - (1 << form.p - 1) if domain == "count" else 0)
