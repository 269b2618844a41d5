"""Defects of libraries as texts for their trackers, from stored tables: Markdown to be pasted as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from study.libraries.backends import get_backend

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

TEXTS, VALUES = "texts", "values"
"""The tables of an experiment that has defects: what is said of each, and the numbers."""
CODE = "snippet"
"""The column by which the first is known."""


@dataclass(frozen=True)
class Pasted:
    """One defect.

    Attributes:
        title: whose, and what is wrong.
        state: still there, or gone, and in which version.
        text: for a tracker, as Markdown.
    """

    title: str
    state: str
    text: str


def pasted(tables: Mapping[str, pd.DataFrame]) -> list[Pasted]:
    """Every defect that the tables of an experiment tell of."""
    if TEXTS not in tables or CODE not in tables[TEXTS]:
        return []
    lines = [
        {str(k): str(v) for k, v in line.items()} for line in tables[TEXTS].astype(object).fillna("").to_dict("records")
    ]
    return [_one(line, tables[VALUES]) for line in lines]


def _one(line: Mapping[str, str], values: pd.DataFrame) -> Pasted:
    values = values[values["title"] == line["title"]]
    wrong = int((values["verdict"] == "wrong").sum())
    whose = f"{get_backend(line['backend']).distribution} {line['version']}"
    state = f"still in {whose}: {wrong} of {len(values)} numbers wrong" if wrong else f"gone in {whose}"
    if line["newest"]:
        state += f"; {line['newest']}"
    title = f"{line['backend']}: {line['title']}"
    return Pasted(title, state, _text(title, whose, line))


def _text(title: str, whose: str, line: Mapping[str, str]) -> str:
    printed, exact = line["printed"].splitlines(), line["exact"].splitlines()
    numbers = "\n".join(f"| {a} | {b} |" for a, b in zip_longest(printed, exact, fillvalue=""))
    return f"""### {title}

`{line["algorithm"]}`, {whose}, on the CPU. Input: {line["input"]}.

```python
{line[CODE]}
```

| printed | exact |
|:--|:--|
{numbers}

Exact values:

```python
{line["snippet_exact"]}
```

{line["promised"]}

Other versions: {line["newest"] or "not tried"}. Searched: {line["searched"]}. Found instead: {line["near"]}.
"""
