"""What tables are made of: headings, cells, and numbers as cells show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from study.plots.text import number

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Heading:
    """A column's heading, its unit and what it means."""

    title: str
    unit: str
    description: str
    numeric: bool


PROBLEM = Heading("Problem", "", "The mathematical function that is evaluated.", numeric=False)
FORMAT = Heading("Format", "", "The floating-point format.", numeric=False)
REPLAY = Heading("Replay", "", "A command that computes this case again, step by step.", numeric=False)


@dataclass(frozen=True)
class Value:
    """A cell.

    Attributes:
        text: what is read.
        key: what it is sorted by.
        command: whether it is to be typed in a terminal.
        links: where it leads instead: words and addresses.
        tone: ``exact``, ``far`` or ``lost``, where it is coloured like a cell of a heat map.
    """

    text: str
    key: Any = ""
    command: bool = False
    links: Sequence[tuple[str, str]] = ()
    tone: str = ""


@dataclass(frozen=True)
class View:
    """A table to be shown.

    Attributes:
        name: of the stored table.
        caption: what it holds.
        headings: its columns.
        rows: its lines.
        filters: for each column to filter by, the values it takes.
    """

    name: str
    caption: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Value]]
    filters: dict[int, list[str]] = field(default_factory=dict)


def filters(lines: Sequence[Sequence[Value]], columns: Sequence[int]) -> dict[int, list[str]]:
    """For each of these columns that has several, the values it takes."""
    values = {i: list(dict.fromkeys(line[i].text for line in lines)) for i in columns}
    return {i: found for i, found in values.items() if len(found) > 1}


def digits(value: Any) -> str:
    """A stored number to six digits; words as they are."""
    try:
        return number(float(value), 6)
    except ValueError:
        return str(value)


def short(words: Any) -> str:
    """Hexadecimal numbers as decimals, three of them at most."""
    parts = []
    for arg in str(words).split("; "):
        tokens, _, rest = arg.partition(" … ")
        numbers = [float.fromhex(t) if "x" in t or t in {"inf", "-inf", "nan"} else float(t) for t in tokens.split()]
        total = rest.split(" ")[0] if rest else str(len(numbers))
        shown = ", ".join(number(v, 5) for v in numbers[:3])
        parts.append(f"{shown}, … ({total} numbers)" if int(total) > 3 else shown)
    return "; ".join(parts)
