"""Every algorithm of the catalogue on hard inputs: what the gate holds besides the experiments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from study.adversarial import adversarial
from study.battery import battery
from study.experiment import MAIN_FORMATS
from study.formats import FORMATS
from study.problems import PROBLEMS
from study.problems.signature import Kind
from study.reference import exact
from study.statistics import statistics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from study.exact import Exact
    from study.formats import Format
    from study.inputs import Arguments
    from study.problems import Algorithm, Problem

NAME = "catalogue"
INSTANCES = 24
"""Instances taken of each kind of inputs."""


@dataclass(frozen=True)
class Case:
    """One kind of inputs of one problem in one format, and the exact results."""

    problem: Problem
    form: Format
    inputs: str
    args: Arguments
    reference: Exact
    cond: NDArray[np.float64]

    def row(self, algorithm: Algorithm) -> dict[str, Any]:
        """The tidy row of an algorithm."""
        return {
            "experiment": NAME,
            "problem": self.problem.name,
            "algorithm": algorithm.name,
            "format": self.form.name,
            "inputs": self.inputs,
            "parameter": "instances",
            "value": INSTANCES,
            **statistics(self.problem, algorithm, self.args, self.reference, self.cond),
        }


def cases(problem: Problem, formats: Sequence[str] = MAIN_FORMATS) -> Iterator[Case]:
    """The first instances of each kind of the battery, and adversarial ones, in each format."""
    for form in (FORMATS[name] for name in formats):
        kinds = {kind: _first(problem, args) for kind, args in battery(problem, form).items()}
        kinds |= {f"adversarial, n = {n}": adversarial(problem, form, INSTANCES, n, NAME) for n in (2, 9)}
        for kind, args in kinds.items():
            reference = exact(problem, *args)
            yield Case(problem, form, kind, args, reference, problem.condition(*args, reference=reference))


def _first(problem: Problem, args: Arguments) -> Arguments:
    """Few enough instances that all problems take seconds; a batch of vectors keeps its first vectors."""
    batched = Kind.MATRIX in problem.signature.arguments
    return tuple(a[:, :INSTANCES] if batched else a[:INSTANCES] for a in args)


def table(cases: Sequence[Case]) -> pd.DataFrame:
    """A row for every algorithm on every case that is for it."""
    import pandas as pd

    return pd.DataFrame([
        case.row(algorithm)
        for case in cases
        for algorithm in case.problem.algorithms.values()
        if case.form.name in algorithm.formats
    ])  # fmt: skip


def tables(formats: Sequence[str] = MAIN_FORMATS) -> dict[tuple[str, str], pd.DataFrame]:
    """The tables of all problems, by (experiment, problem)."""
    return {(NAME, name): table(list(cases(problem, formats))) for name, problem in PROBLEMS.items()}
