"""Whether the gate sees a mutant: the gate's own checks, on the catalogue's hard inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from study.gate import catalogue, drift, verdict
from study.measurement.guard import MisbehavedError, guarded
from study.problems import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from study.measurement.case import Case
    from study.problems import Algorithm
    from tests.campaigns.mutation.mutants import Mutant

FORMATS = ("float32", "float16", "float64")
TIMEOUT = 30.0
"""Seconds for one call of an algorithm, which takes milliseconds on an idle machine."""


class Trial:
    """The inputs, and what the algorithms make of them as they are.

    Args:
        problems: names of the problems; mutants that reach none of them cannot be tried.
    """

    def __init__(self, problems: Sequence[str] = tuple(PROBLEMS)) -> None:
        self.cases = [case for name in problems for case in catalogue.cases(PROBLEMS[name], FORMATS)]
        self._recorded: dict[tuple[str, str, str], pd.DataFrame] = {}

    def verdict(self, mutant: Mutant) -> tuple[str, str]:
        """The check that sees a mutant, and what it says; empty strings where none does."""
        for algorithm in mutant.reaches:
            for form in FORMATS:
                recorded = self.recorded(algorithm, form)
                try:
                    with mutant.plant():
                        table = self._table(algorithm, form)
                except MisbehavedError as error:
                    return "misbehaves", str(error)
                for check, line in broken(recorded, table):
                    return check, line
        return "", ""

    def recorded(self, algorithm: Algorithm, form: str) -> pd.DataFrame:
        """The rows of an algorithm as it is."""
        key = algorithm.problem, algorithm.name, form
        if key not in self._recorded:
            self._recorded[key] = self._table(algorithm, form)
        return self._recorded[key]

    def _table(self, algorithm: Algorithm, form: str) -> pd.DataFrame:
        ours = [(k, c) for k, c in self.cases if c.problem.name == algorithm.problem and c.form.name == form]
        return pd.DataFrame([measured(*case, algorithm) for case in ours if form in algorithm.formats])


def measured(kind: str, case: Case, algorithm: Algorithm) -> dict[str, Any]:
    """The row of an algorithm on a case; raises ``MisbehavedError``."""
    shape = case.problem.signature.result(case.args)
    result = guarded(algorithm, case.args, shape, TIMEOUT)
    return catalogue.key(kind, case, algorithm) | case.row(np.asarray(result), algorithm.bound)


def broken(recorded: pd.DataFrame, table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """What the gate says of a table, check by check, beside the table of the algorithm as it is."""
    if table.empty:
        return
    label = table["problem"][0]
    yield from (("bound", line) for line in verdict.exceeded_bounds(label, table))
    yield from (("faithful", line) for line in verdict.unfaithful(label, table))
    before, now = (drift.summary({("", label): rows}) for rows in (recorded, table))
    yield from (("drift", line) for line in verdict.drifted(drift.moved(before, now)))
    known = set(verdict.missing_failures([recorded]))
    yield from (("failure gone", line) for line in verdict.missing_failures([table]) if line not in known)
