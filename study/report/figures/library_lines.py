"""Lines by library: one column against another, a panel for each value of a third."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from study.report.columns import axis, column
from study.report.drawing import Drawing
from study.report.figures import scale
from study.report.figures.labels import Label, at_ends, short
from study.report.figures.panel import Panel
from study.report.figures.paper import Paper
from study.report.style import Hand, library_hand
from study.report.text import listed, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

LEFT, ACROSS, HEIGHT, PITCH = 56.0, 580.0, 120.0, 176.0
FLOOR = 0.01
"""Smaller values are drawn here."""


def draw(table: pd.DataFrame, x: str, y: str, panels: str, equal: Mapping[str, Any]) -> Drawing:
    """A panel for each value of a column, a line for each library's function; see ``figures.by_library``."""
    rows = table
    for name, value in equal.items():
        rows = rows[rows[name] == value]
    kinds = list(rows[panels].unique())
    top = 2 * max(float(rows[y].max()), 1.0)
    paper, unit = Paper(), column(y).unit
    along, up = axis(x) if x == "value" else column(x).title, column(y).title.lower()
    for k, kind in enumerate(kinds):
        panel = _panel(rows[rows[panels] == kind], (x, y), top)
        panel.titles(str(kind), along if kind == kinds[-1] else "", f"{up} ({unit})" if unit else up)
        panel.put(paper, LEFT, 28 + k * PITCH)
    same = ", ".join(str(value) for value in equal.values())
    caption = (
        f"{column(y).title} against {along[:1].lower()}{along[1:]}, by library{f' ({same})' if same else ''}; "
        f"what is smaller than {FLOOR:g} is drawn there."
    )
    return Drawing(paper, 28 + PITCH * len(kinds) - 12, caption, _alt(rows, x, y, panels))


def _panel(rows: pd.DataFrame, columns: tuple[str, str], top: float) -> Panel:
    x, y = columns
    panel = Panel(scale.swept(rows[x].tolist(), ACROSS), scale.log(FLOOR, top, HEIGHT, 5))
    panel.frame()
    ends: list[Label] = []
    seen: dict[str, int] = {}
    for (library, name), part in rows.groupby(["backend", "algorithm"], sort=False):
        look = library_hand(str(library))
        seen[str(library)] = seen.get(str(library), -1) + 1
        drawn = part[y].astype(float).clip(lower=FLOOR).tolist()
        panel.line(part[x], drawn, Hand(look.ink, "4 3") if seen[str(library)] else look)
        ends.append(Label(*panel.at(float(part[x].iloc[-1]), drawn[-1]), short(str(name)), look.ink))
    at_ends(panel.over, ends, HEIGHT)
    return panel


def _alt(rows: pd.DataFrame, x: str, y: str, panels: str) -> str:
    said = []
    for kind, part in rows.groupby(panels, sort=False):
        each = []
        for name, line in part.groupby("algorithm", sort=False):
            at = line[y].astype(float)
            each.append(f"{name} from {number(at.min())} to {number(at.max())}")
        said.append(f"{kind}: {listed(each)}")
    return f"{column(y).title} against {column(x).title.lower()}. {'; '.join(said)}."
