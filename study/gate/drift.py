"""Drift: measured errors against those recorded under the same numerical fingerprint, for a person to review.

NumPy's exp and log differ from machine to machine, so each fingerprint has a baseline of its own. A contract holds
everywhere; drift says that something moved which a contract does not see.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from study.measurement.outcome import FAILURES
from study.runs import store
from study.runs.fingerprint import fingerprint
from study.runs.machine import machine, versions
from study.runs.runner import BACKEND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True)
class Limit:
    """How far a figure may grow: to ``times`` the larger of ``floor`` and what is recorded."""

    floor: float
    times: float


LIMITS = {"max_ulp": Limit(1 / 2, 4), "median_ulp": Limit(1 / 4, 1.5), "wrong": Limit(1 / 8, 4)}
"""The largest error hangs on one input; the median does not, and shows a single ulp. None may be wrong if none was."""

KEY = ["experiment", "table", "problem", "algorithm", "format", "inputs", "figure"]
WRONG = list(FAILURES)
MANY = 20
"""Values from which on a median is held: of a handful it is one of them, and moves by whole roundings."""


def path() -> Path:
    """The baseline of this machine's fingerprint."""
    return store.RESULTS / "baseline" / f"{fingerprint()}.csv"


def summary(sweeps: Mapping[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """The worst of each figure for each algorithm, format and kind of inputs.

    Args:
        sweeps: the sweeps' tables by (experiment, table).

    Returns:
        The key and ``worst``: ``max_ulp`` and ``median_ulp`` (ulps; of MANY values or more) of the rows where nothing
        over- or underflowed, and the number of ``wrong`` outcomes.
    """
    import pandas as pd

    if not sweeps:
        return pd.DataFrame(columns=[*KEY, "worst"])
    rows = pd.concat([named(table).assign(table=name) for (_, name), table in sweeps.items()])
    rows["wrong"] = rows[WRONG].sum(axis=1)
    errors = [name for name in LIMITS if name != "wrong"]
    rows.loc[rows["wrong"] > 0, errors] = float("nan")
    rows.loc[rows["count"] < MANY, "median_ulp"] = float("nan")
    worst = rows.groupby(KEY[:-1], sort=True)[list(LIMITS)].max().reset_index()
    figures = worst.melt(KEY[:-1], var_name="figure", value_name="worst").dropna().sort_values(KEY, ignore_index=True)
    return figures.assign(worst=[float(f"{value:.4g}") for value in figures["worst"]])


def named(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose algorithms under a recipe have it in their name."""
    if "backend" not in table or (plain := table["backend"] == BACKEND).all():
        return table
    return table.assign(algorithm=table["algorithm"].where(plain, table["algorithm"] + " " + table["backend"]))


def moved(recorded: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """What differs from the record, the largest ratio first.

    Returns:
        The key, ``recorded`` and ``measured`` (NaN where there is none), ``ratio``, measured over the larger of the
        floor and the recorded, and ``allowed``, what the ratio may be.
    """
    both = recorded.merge(measured, on=KEY, how="outer", suffixes=("_recorded", "_measured"))
    both = both.rename(columns={"worst_recorded": "recorded", "worst_measured": "measured"})
    floor = both["figure"].map({name: limit.floor for name, limit in LIMITS.items()})
    both["ratio"] = both["measured"] / both["recorded"].clip(lower=floor)
    both["allowed"] = both["figure"].map({name: limit.times for name, limit in LIMITS.items()})
    differs = ~(both["recorded"] == both["measured"])
    return both[differs].sort_values("ratio", ascending=False, na_position="last", kind="stable")


def read() -> pd.DataFrame | None:
    """The baseline of this fingerprint, None where there is none; raises ``DamagedResultsError`` for a damaged one."""
    return store.read_csv(path()) if path().exists() else None


def record(measured: pd.DataFrame) -> None:
    """Make these the baseline of this fingerprint, and note in words where it was taken."""
    store.write_csv(path(), measured)
    known = store.RESULTS / "baseline" / store.PROVENANCE
    facts = json.loads(known.read_text(encoding="utf-8")) if known.exists() else {}
    store.write_provenance("baseline", dict(sorted({**facts, fingerprint(): machine() | versions()}.items())))


def incomplete(recorded: pd.DataFrame, measured: pd.DataFrame) -> Iterator[str]:
    """A line where the baseline lacks figures that are measured, or has figures that are measured no longer."""
    both = recorded.merge(measured, on=KEY, how="outer", indicator=True)
    for side in ("right_only", "left_only"):
        part = both[both["_merge"] == side]
        if len(part):
            first = " ".join(str(part.iloc[0][name]) for name in KEY)
            more = f", and {len(part) - 1} more figures," if len(part) > 1 else ""
            verb = f"lacks {first}{more}" if side == "right_only" else f"has {first}{more} that are measured no longer"
            yield f"the baseline {path()} {verb}: study baseline records it anew"


def lines(changes: pd.DataFrame, most: int = 20) -> list[str]:
    """A table of what moved, as text, at most so many rows."""
    out = [f"{'ratio':>8} {'recorded':>10} {'measured':>10}  what"]
    for row in changes.head(most).to_dict("records"):
        what = " ".join(str(row[name]) for name in KEY)
        out.append(f"{row['ratio']:8.3g} {row['recorded']:10.4g} {row['measured']:10.4g}  {what}")
    more = len(changes) - most
    return [*out, *([f"… and {more} more"] if more > 0 else [])]
