"""What to use: for each problem the code to copy, the library calls that do best, and how far each goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from study import outcome
from study.battery import GROUPS, group
from study.formats import FORMATS
from study.plots.text import number
from study.problems import PROBLEMS
from study.report import advice
from study.report.cells import FORMAT, PROBLEM, Heading, Value, View, filters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from study.experiment import Experiment

COMPARED = "float32"
"""The format in which calls of libraries are compared."""
BATTERY = "battery"
"""The table of functions of libraries on the hard battery."""
KERNEL = "from study import kernels\nkernels.{problem}({arguments})"


@dataclass(frozen=True)
class Call:
    """A library's function for a problem.

    Attributes:
        name: as it is called.
        errors: its worst error in each of ``study.battery.GROUPS``, in words; a dash where there is none of it.
    """

    name: str
    errors: Sequence[str]


@dataclass(frozen=True)
class Use:
    """How to compute one problem.

    Attributes:
        problem: its name.
        formula: its definition.
        code: NumPy to copy.
        kernel: the call of the faithful kernel.
        limits: the best plain formula and the kernel by format: errors, domain, cost.
        calls: the best function of each library, the best first.
    """

    problem: str
    formula: str
    code: str
    kernel: str
    limits: View
    calls: Sequence[Call]


def uses(
    rows: pd.DataFrame,
    tried: pd.DataFrame | None,
    special: pd.DataFrame | None,
    stored: Iterable[tuple[Experiment, Mapping[str, pd.DataFrame]]],
) -> list[Use]:
    """One of each problem that was measured; arguments as ``advice.views``, and all tables of the experiments."""
    called = calls(stored)
    return [
        Use(
            name,
            PROBLEMS[name].formula,
            PROBLEMS[name].code.strip(),
            KERNEL.format(problem=name, arguments=", ".join(arguments(name))),
            view,
            called.get(name, []),
        )
        for name, view in advice.views(rows, tried, special).items()
    ]


def arguments(problem: str) -> list[str]:
    """What the kernel of a problem calls its arguments."""
    import inspect

    from study import kernels

    parameters = inspect.signature(getattr(kernels, problem)).parameters.values()
    return [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY]


def calls(stored: Iterable[tuple[Experiment, Mapping[str, pd.DataFrame]]]) -> dict[str, list[Call]]:
    """By problem the best function of each library on the hard battery: least lost, then nearest, group by group."""
    tables = [tables[BATTERY] for _, tables in stored if BATTERY in tables]
    if not tables:
        return {}
    table = max(tables, key=len)
    table = table[(table["format"] == COMPARED) & table["misbehaviour"].isna()]
    table = table.assign(group=groups(table), lost=outcome.lost(table))
    found: dict[str, list[Call]] = {}
    for problem, part in table.groupby("problem", sort=False):
        best = [
            min((rows for _, rows in library.groupby("algorithm", sort=False)), key=_badness)
            for _, library in part.groupby("backend", sort=False)
        ]
        found[str(problem)] = [Call(str(r["algorithm"].iloc[0]), _errors(r)) for r in sorted(best, key=_badness)]
    return found


def groups(table: pd.DataFrame) -> pd.Series[str]:
    """The group of each row: that of its inputs, or flushed to zero where its worst result is 0 for a subnormal one."""
    least = table["format"].map(lambda form: FORMATS[form].xmin)
    exact, computed = (pd.to_numeric(table[k], errors="coerce").abs() for k in ("worst_reference", "worst_computed"))
    flushed = (computed == 0) & (exact > 0) & (exact < least)
    return table["inputs"].map(group).where(~flushed, "flushed to zero")


def by_group(name: str, table: pd.DataFrame) -> View:
    """Every function in every format: its worst error in each group, or what a result of it is lost to."""
    table = table[table["misbehaviour"].isna()]
    table = table.assign(group=groups(table), lost=outcome.lost(table))
    key = ["problem", "algorithm", "format"]
    said = {place: number(float(ulps)) for place, ulps in table.groupby([*key, "group"])["max_ulp"].max().items()}
    said |= {place: outcome.words(part) for place, part in table[table["lost"]].groupby([*key, "group"])}
    lines = [
        [*map(Value, measured), *(Value(said.get((*measured, group), "–")) for group in GROUPS)]
        for measured in table[key].drop_duplicates().itertuples(index=False, name=None)
    ]
    function = Heading("Function", "", "As it is called.", numeric=False)
    headings = [Heading(g.capitalize(), "ulps", "Worst error, or what is lost.", numeric=True) for g in GROUPS]
    caption = f"{len(lines)} functions and formats on the hard battery; errors are never told across groups."
    return View(name, caption, [PROBLEM, function, FORMAT, *headings], lines, filters(lines, (0, 2)))


def _badness(rows: pd.DataFrame) -> tuple[float, ...]:
    """What a function is judged by: group by group, in order, whether it loses a result, and its worst error."""
    parts = [rows[rows["group"] == name] for name in GROUPS]
    return tuple(v for p in parts for v in (float(p["lost"].any()), float(p["max_ulp"].max()) if len(p) else 0.0))


def _errors(rows: pd.DataFrame) -> list[str]:
    said = []
    for name in GROUPS:
        part = rows[rows["group"] == name]
        lost = part[part["lost"]]
        said.append("–" if part.empty else outcome.words(lost) if len(lost) else number(float(part["max_ulp"].max())))
    return said
