"""A column of a table, and what it takes to declare one."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        title: its heading.
        unit: of its numbers, empty where they are pure or words.
        type: as the Frictionless specification names it.
        description: one sentence.
    """

    title: str
    unit: str
    type: str
    description: str


def text(title: str, description: str) -> Column:
    """Of words."""
    return Column(title, "", "string", description)


def number(title: str, unit: str, description: str) -> Column:
    """Of numbers."""
    return Column(title, unit, "number", description)


def count(title: str, description: str) -> Column:
    """Of how many values."""
    return Column(title, "values", "integer", description)
