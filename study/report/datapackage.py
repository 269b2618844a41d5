"""The data dictionary of an experiment's folder, as a Frictionless data package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from study.report.columns import COMPUTED, column

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from study.report.column import Column


def package(
    name: str, title: str, why: str, tables: Mapping[str, pd.DataFrame], own: Mapping[str, Column] | None = None
) -> str:
    """The JSON text of a folder's ``datapackage.json``.

    Args:
        name: of the folder.
        title: one sentence.
        why: some more.
        tables: by their path in the folder, without ``.csv``.
        own: meanings of columns that differ from those elsewhere.
    """
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name.replace("_", "-"),
        "title": title,
        "description": why,
        "resources": [resource(path, table, own or {}) for path, table in tables.items()],
    }
    return json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n"


def resource(path: str, table: pd.DataFrame, own: Mapping[str, Column]) -> dict[str, Any]:
    """One table and its columns."""
    own = own if "parameter" in table else COMPUTED | dict(own)
    return {
        "name": path.replace("_", "-").replace("/", "."),
        "type": "table",
        "path": f"{path}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [field(str(key), table[key], own.get(str(key), column(str(key)))) for key in table.columns],
            "missingValues": [""],
        },
    }


def field(name: str, values: pd.Series[Any], entry: Column) -> dict[str, str]:
    """One column; its type is what the stored values are, for tables that use a known name in their own way."""
    kind = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}.get(values.dtype.kind, "string")
    made = {"name": name, "type": kind, "title": entry.title, "description": entry.description, "unit": entry.unit}
    return {key: value for key, value in made.items() if value}
