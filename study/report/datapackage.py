"""The data dictionary of an experiment's folder, as a Frictionless data package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from study.report.columns import column

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from study.experiment import Experiment


def package(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> str:
    """The JSON text of ``datapackage.json``."""
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": experiment.name.replace("_", "-"),
        "title": experiment.question,
        "description": experiment.why,
        "resources": [resource(name, table) for name, table in tables.items()],
    }
    return json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n"


def resource(name: str, table: pd.DataFrame) -> dict[str, Any]:
    """One table and its columns."""
    return {
        "name": name.replace("_", "-"),
        "type": "table",
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": [field(str(key), table[key]) for key in table.columns], "missingValues": [""]},
    }


def field(name: str, values: pd.Series[Any]) -> dict[str, str]:
    """One column; its type is what the stored values are, for tables that use a known name in their own way."""
    entry = column(name)
    kind = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}.get(values.dtype.kind, "string")
    made = {"name": name, "type": kind, "title": entry.title, "description": entry.description, "unit": entry.unit}
    return {key: value for key, value in made.items() if value}
