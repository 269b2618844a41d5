"""Recomputed tables against the stored ones: byte by byte under one fingerprint, elsewhere what the inputs decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from study.runs import store
from study.runs.experiment import Sweep
from study.runs.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from study.runs.experiment import Experiment

EVERYWHERE = ("count", "median_cond", "max_cond")
"""Columns of a sweep that the inputs decide, whatever the arithmetic: how many values, how ill conditioned."""

PLACE = ("problem", "algorithm", "format", "inputs", "value")
CLOSE = 1e-3
"""Relative distance of condition numbers that is no difference: another C library draws inputs off by roundings."""


def differences(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """A line for every table that is not what is stored: which row and column is the first.

    Where the stored tables were made under another fingerprint only the sweeps are held, and of them ``EVERYWHERE``.
    """
    here = store.numerics_of(experiment.name) == fingerprint()
    for name, declared in experiment.tables.items():
        if not here and not isinstance(declared, Sweep):
            continue
        path = store.RESULTS / experiment.name / f"{name}.csv"
        stored, made = store.read_csv(path, as_text=True), store.as_text(tables[name])
        line = _first(stored, made, list(stored.columns) if here else [*PLACE, *EVERYWHERE], exactly=here)
        if line:
            yield f"{experiment.name}/{name}: {line}; if that is meant, study run {experiment.name}"


def _first(stored: pd.DataFrame, made: pd.DataFrame, columns: Sequence[str], *, exactly: bool) -> str:
    """The first difference in words, empty where there is none."""
    if len(stored) != len(made) or list(stored.columns) != list(made.columns):
        return f"{len(made)} rows of {len(made.columns)} columns, and {len(stored)} of {len(stored.columns)} are stored"
    same = pd.DataFrame({c: _same(stored[c], made[c], exactly=exactly or c not in EVERYWHERE) for c in columns})
    if same.to_numpy().all():
        return ""
    row = int(np.argmin(same.all(axis=1).to_numpy()))
    column = next(c for c in columns if not same[c].iloc[row])
    place = " ".join(str(made[c].iloc[row]) for c in PLACE if c in made)
    more = int((~same.all(axis=1)).sum()) - 1
    return (
        f"row {row} ({place}) has {column} = {made[column].iloc[row]}, and {stored[column].iloc[row]} is stored"
        + f"; {more:,} more rows differ" * (more > 0)
    )


def _same(stored: pd.Series[str], made: pd.Series[str], *, exactly: bool) -> Any:
    if exactly:
        return (stored == made).to_numpy()
    first, second = (pd.to_numeric(part, errors="coerce").to_numpy(dtype=np.float64) for part in (stored, made))
    return np.isclose(first, second, rtol=CLOSE, atol=0, equal_nan=True)
