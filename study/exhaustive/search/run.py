"""A search from end to end: evolved and sampled with one budget, the worst inputs stored as regression cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.search.evolve import KEPT, Found, sample, search
from study.formats import get_format
from study.measurement.case import Case
from study.measurement.written import written
from study.problems.crosscheck import crosscheck
from study.runs import store
from study.runs.machine import provenance

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from study.exhaustive.search.patterns import Space

LABEL = "searched: a lower bound"


def run(space: Space, algorithm: str, budget: int, seed: str) -> tuple[pd.DataFrame, Path, dict[str, list[str]]]:
    """Search, sample, and store the worst inputs of both; returns the table, where it is, and lines on what is lost.

    Raises:
        ValueError: there is no such format, the problem has no such algorithm, or it is not for that format.
    """
    import pandas as pd

    get_format(space.form)
    known = {name: a for name, a in space.function.algorithms.items() if space.form in a.formats}
    if algorithm not in known:
        raise ValueError(f"{space.problem} has no algorithm {algorithm!r} in {space.form}; it has: {', '.join(known)}")
    found = {LABEL: search(space, algorithm, budget, seed), "random": sample(space, algorithm, budget, seed)}
    key = {"problem": space.problem, "algorithm": algorithm, "format": space.form, "length": space.length, "seed": seed}
    rows = [{**key, "found_by": by, **case} for by, worst in found.items() for case in _cases(space, algorithm, worst)]
    folder = f"search/{space.problem}{space.length if space.length > 1 else ''}_{space.form}_{algorithm}"
    store.write_table(folder, "worst", pd.DataFrame(rows))
    store.write_provenance(folder, provenance())
    lost = {by: _lost(space, worst) for by, worst in found.items()}
    return pd.DataFrame(rows), store.RESULTS / folder / "worst.csv", lost


def _lost(space: Space, found: Found) -> list[str]:
    """A line for each outcome that leaves nothing of a result: how many of the inputs tried, and the first."""
    lines = []
    for outcome, count in found.lost.counts.items():
        args = tuple(space.arguments(found.lost.first[outcome][None]))
        where = written(space.function, args, 0, space.width)
        lines.append(f"{count:,} of {found.evaluations:,} end in {outcome.name.lower()}, the first at {where}")
    return lines


def _cases(space: Space, algorithm: str, found: Found) -> list[dict[str, Any]]:
    case = Case(space.function, tuple(space.arguments(found.codes[:KEPT])))
    rows = len(case.args[0])
    crosscheck(space.function, case.wide, case.reference, [(k, 0) for k in range(rows)])
    computed = np.asarray(space.function.algorithms[algorithm](*case.args))
    ulps = case.compare(computed).ulps.reshape(rows, -1)
    cases = []
    for row, component in enumerate(ulps.argmax(axis=1)):
        _, at, _, result, reference = case.shown(computed, row * ulps.shape[1] + int(component))
        given = written(space.function, case.args, row, space.width)
        figures = {"evaluations": found.evaluations, "ulps": float(ulps[row, at]), "component": at}
        cases.append({**figures, "computed": result, "reference": reference, "input": given})
    return cases
