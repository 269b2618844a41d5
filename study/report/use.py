"""What to use: for each problem the code to copy, the library calls that do best, and how far each goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from study.formats import FORMATS
from study.inputs.battery import GROUPS, group
from study.measurement import outcome
from study.plots.text import number
from study.problems import PROBLEMS, kernels
from study.report import advice
from study.report.cells import FORMAT, PROBLEM, Heading, Value, View, filters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from study.runs.experiment import Experiment

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
        errors: its worst error in each of ``study.inputs.battery.GROUPS``, in words; a dash where there is none of it.
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
            KERNEL.format(problem=name, arguments=", ".join(kernels.arguments(PROBLEMS[name]))),
            view,
            called.get(name, []),
        )
        for name, view in advice.views(rows, tried, special).items()
    ]


def calls(stored: Iterable[tuple[Experiment, Mapping[str, pd.DataFrame]]]) -> dict[str, list[Call]]:
    """By problem the best function of each library on the hard battery: least lost, then nearest, group by group."""
    tables = sorted((tables[BATTERY] for _, tables in stored if BATTERY in tables), key=len, reverse=True)
    if not tables:
        return {}
    table = pd.concat(tables).drop_duplicates(["backend", "problem", "algorithm", "format", "inputs"])
    table = grouped(table[table["format"] == COMPARED])
    said, found = told(table), dict[str, list[Call]]()
    for problem, part in table.groupby("problem", sort=False):
        best = [
            min((rows for _, rows in library.groupby("algorithm", sort=False)), key=_badness)
            for _, library in part.groupby("backend", sort=False)
        ]
        names = [str(rows["algorithm"].iloc[0]) for rows in sorted(best, key=_badness)]
        found[str(problem)] = [Call(name, said[str(problem), name, COMPARED]) for name in names]
    return found


def grouped(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of functions that behave, with ``lost``, and ``group``: that of the inputs, or flushed to zero where the
    worst result is 0 for a subnormal number.
    """
    table = table[table["misbehaviour"].isna()]
    least = table["format"].map(lambda form: FORMATS[form].xmin)
    exact, computed = (pd.to_numeric(table[k], errors="coerce").abs() for k in ("worst_reference", "worst_computed"))
    flushed = (computed == 0) & (exact > 0) & (exact < least)
    of_inputs = table["inputs"].map(group).where(~flushed, "flushed to zero")
    return table.assign(group=of_inputs, lost=outcome.lost(table))


def told(table: pd.DataFrame) -> dict[tuple[str, str, str], list[str]]:
    """By problem, function and format: the worst error in each group, or what is lost there, a dash where nothing is.

    Args:
        table: see ``grouped``.
    """
    key = ["problem", "algorithm", "format"]
    said = {place: number(float(ulps)) for place, ulps in table.groupby([*key, "group"])["max_ulp"].max().items()}
    said |= {place: outcome.words(part) for place, part in table[table["lost"]].groupby([*key, "group"])}
    places = table[key].drop_duplicates().itertuples(index=False, name=None)
    return {place: [said.get((*place, name), "–") for name in GROUPS] for place in places}


def by_group(name: str, table: pd.DataFrame) -> View:
    """Every function in every format: its worst error in each group, or what a result of it is lost to."""
    lines = [[Value(words) for words in (*measured, *errors)] for measured, errors in told(grouped(table)).items()]
    function = Heading("Function", "", "As it is called.", numeric=False)
    headings = [Heading(g.capitalize(), "ulps", "Worst error, or what is lost.", numeric=True) for g in GROUPS]
    caption = f"{len(lines)} functions and formats on the hard battery; errors are never told across groups."
    return View(name, caption, [PROBLEM, function, FORMAT, *headings], lines, filters(lines, (0, 2)))


def _badness(rows: pd.DataFrame) -> tuple[float, ...]:
    """What a function is judged by: group by group, in order, whether it loses a result, and its worst error."""
    parts = [rows[rows["group"] == name] for name in GROUPS]
    return tuple(v for p in parts for v in (float(p["lost"].any()), float(p["max_ulp"].max()) if len(p) else 0.0))
