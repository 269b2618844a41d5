"""Drift: measured errors against those recorded on a machine of the same vector level, for a person to review.

NumPy's exp and log differ from one vector level to the next, so each has a baseline of its own. A contract holds
everywhere; drift says that something moved which a contract does not see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from study import store
from study.errors import Outcome
from study.machine import simd_level

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

ALLOWED = 4.0
"""How many times max(1/2 ulp, the recorded error) a measured one may be."""

KEY = ["experiment", "table", "problem", "algorithm", "format", "inputs"]
WRONG = [outcome.name.lower() for outcome in (Outcome.OVERFLOW, Outcome.UNDERFLOW, Outcome.NAN, Outcome.MISSED)]


def path() -> Path:
    """The baseline of this machine's vector level."""
    return store.RESULTS / "baseline" / f"{simd_level()}.csv"


def summary(sweeps: Mapping[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """The worst error in ulps for each algorithm, format and kind of inputs, where nothing over- or underflowed.

    Args:
        sweeps: the sweeps' tables by (experiment, table).
    """
    import pandas as pd

    if not sweeps:
        return pd.DataFrame(columns=[*KEY, "max_ulp"])
    rows = pd.concat([table.assign(table=name) for (_, name), table in sweeps.items()])
    ordinary = rows[rows[WRONG].sum(axis=1) == 0]
    worst: pd.DataFrame = ordinary.groupby(KEY, sort=True)["max_ulp"].max().reset_index()
    return worst.assign(max_ulp=[float(f"{value:.4g}") for value in worst["max_ulp"]])


def moved(recorded: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """What differs from the record, worst first.

    Returns:
        The key, ``recorded`` and ``measured`` (ulps; NaN where there is none), and ``ratio``, measured over
        max(1/2, recorded). Beyond ALLOWED it is a violation.
    """
    both = recorded.merge(measured, on=KEY, how="outer", suffixes=("_recorded", "_measured"))
    both = both.rename(columns={"max_ulp_recorded": "recorded", "max_ulp_measured": "measured"})
    both["ratio"] = both["measured"] / both["recorded"].clip(lower=0.5)
    differs = ~(both["recorded"] == both["measured"])
    return both[differs].sort_values("ratio", ascending=False, na_position="last", kind="stable")


def read() -> pd.DataFrame | None:
    """The baseline of this level, None where none is recorded; raises ``DamagedResultsError`` if it cannot be read."""
    return store.read_csv(path()) if path().exists() else None


def record(measured: pd.DataFrame) -> None:
    """Make these the baseline of this level."""
    store.write(path(), measured.to_csv(index=False, lineterminator="\n"))


def lines(changes: pd.DataFrame, most: int = 20) -> list[str]:
    """A table of what moved, as text, at most so many rows."""
    out = [f"{'ratio':>8} {'recorded':>10} {'measured':>10}  what (errors in ulps)"]
    for row in changes.head(most).to_dict("records"):
        what = " ".join(str(row[name]) for name in KEY)
        out.append(f"{row['ratio']:8.3g} {row['recorded']:10.4g} {row['measured']:10.4g}  {what}")
    more = len(changes) - most
    return [*out, *([f"… and {more} more"] if more > 0 else [])]
