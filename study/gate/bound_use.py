"""How much of its bound each algorithm has used: a bound that is no longer come near has been loosened.

A proven bound that nothing approaches holds nothing. The largest use, over all that the gate measures, is recorded, and
must be reached again to within a factor: a small one under the same numerical fingerprint, elsewhere one that lets
elementary functions be as accurate as they can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from study.gate.drift import named
from study.runs import store
from study.runs.fingerprint import fingerprint
from study.runs.machine import machine, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

KEY = ["problem", "algorithm", "format"]
FACTOR, ELSEWHERE = 1.5, 8.0
"""By how much the largest use may fall short of the recorded: bounds allow NumPy's functions 8 u (``bounds.model``), of
which they may need no more than one on another machine."""


def path() -> Path:
    """Where the uses are recorded, for every machine."""
    return store.RESULTS / "bounds" / "used.csv"


def used(sweeps: Mapping[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """The largest use of each bound: ``problem``, ``algorithm``, ``format``, ``used``, the error over the bound."""
    rows = pd.concat(map(named, sweeps.values())) if sweeps else pd.DataFrame(columns=[*KEY, "bound_used"])
    largest = rows.dropna(subset=["bound_used"]).groupby(KEY, sort=True)["bound_used"].max()
    table = largest.rename("used").reset_index()
    return table.assign(used=[float(f"{value:.3g}") for value in table["used"]])


def loosened(recorded: pd.DataFrame | None, measured: pd.DataFrame) -> Iterator[str]:
    """A line for every bound of which less is used than is recorded, or that is held or recorded no longer."""
    if recorded is None:
        yield f"{path()} is missing: study baseline records how much of each bound is used"
        return
    factor = FACTOR if store.numerics_of(path().parent.name) == fingerprint() else ELSEWHERE
    both = recorded.merge(measured, on=KEY, how="outer", suffixes=("_recorded", "_now"))
    for row in both.to_dict("records"):
        what = f"the bound of {row['problem']} {row['algorithm']} in {row['format']}"
        if pd.isna(row["used_recorded"]):
            yield f"{what} is not in {path()}: study baseline records it"
        elif pd.isna(row["used_now"]):
            yield f"{what} is held to nothing any more, and is in {path()}"
        elif row["used_now"] * factor < row["used_recorded"]:
            yield f"{what} is used to {row['used_now']:.3g} and {path()} has {row['used_recorded']:.3g}: it is loosened"


def read() -> pd.DataFrame | None:
    """The recorded uses, None where there are none; raises ``DamagedResultsError`` for a damaged table."""
    return store.read_csv(path()) if path().exists() else None


def record(measured: pd.DataFrame) -> None:
    """Make these the uses to be reached again."""
    store.write_csv(path(), measured)
    store.write_provenance(path().parent.name, machine() | versions())
