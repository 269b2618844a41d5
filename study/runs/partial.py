"""An experiment measured with some of its libraries: what becomes of the rows of the others.

On a machine of the fingerprint that they were measured under they are kept: they would come out again. On another they
are left out, since a table is of one machine.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from study.runs import store
from study.runs.fingerprint import fingerprint
from study.runs.machine import provenance

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    from study.runs.experiment import Experiment

BY = "backend"
"""The column that says whose a row is."""


def kept(experiment: Experiment) -> bool:
    """Whether the stored rows of libraries that are absent are kept."""
    return store.numerics_of(experiment.name) == fingerprint()


def completed(
    experiment: Experiment, tables: Mapping[str, pd.DataFrame], absent: Collection[str]
) -> dict[str, pd.DataFrame]:
    """The tables, with the stored rows of the absent libraries where these are kept."""
    if not absent or not kept(experiment):
        return dict(tables)
    return {
        name: joined(store.read_csv(path, as_text=True), store.as_text(table), absent)
        if BY in table and (path := store.RESULTS / experiment.name / f"{name}.csv").exists()
        else table
        for name, table in tables.items()
    }


def joined(stored: pd.DataFrame, made: pd.DataFrame, absent: Collection[str]) -> pd.DataFrame:
    """Rows of the absent from the stored table, all others from the one just made, as text.

    They stand where they stood; where the number of rows has changed, what was made stands at the end.
    """
    import pandas as pd

    old = stored[stored[BY].isin(absent)]
    new = made[~made[BY].isin(absent)]
    places = stored[~stored[BY].isin(absent)]
    same = places[BY].tolist() == new[BY].tolist()
    new = new.set_axis(places.index if same else range(len(stored), len(stored) + len(new)))
    return pd.concat([old, new]).sort_index(ignore_index=True).fillna("")


def facts(experiment: Experiment, absent: Collection[str]) -> dict[str, str]:
    """What the tables were measured with; of rows that are kept, what they were."""
    here = {name: value for name, value in provenance(experiment.backends).items() if name not in absent}
    if not absent or not kept(experiment):
        return here
    path = store.RESULTS / experiment.name / store.PROVENANCE
    before = json.loads(path.read_text(encoding="utf-8"))
    return here | {name: before[name] for name in absent if name in before}
