"""Every algorithm of the catalogue on hard inputs: what the gate holds besides the experiments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.adversarial import adversarial
from study.battery import ODD, battery
from study.cancelling import divergences, products
from study.experiment import MAIN_FORMATS
from study.formats import FORMATS
from study.inputs import rounded
from study.problems import PROBLEMS
from study.problems.signature import Kind
from study.problems.special import stacks
from study.reference import exact
from study.statistics import statistics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from study.exact import Exact
    from study.formats import Format
    from study.inputs import Arguments
    from study.problems import Algorithm, Problem

NAME = "catalogue"
INSTANCES = 24
"""Instances taken of each kind of inputs."""
LONG = ODD[1:]
"""Shape of the rows that are for kernels alone: formulas that add term by term are measured on long rows elsewhere."""


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
    """Instances of each kind of the battery, adversarial ones, and the special values, in each format."""
    for form in (FORMATS[name] for name in formats):
        kinds = {k: _some(problem, args) for k, args in battery(problem, form).items() if args[0].shape[-1:] != LONG}
        if problem.domain == "probability" and problem.signature.arguments == (Kind.VECTOR,):
            kinds["with reciprocals"] = rounded(form, (_with_reciprocals(kinds["ordinary"][0].astype(np.float64)),))
            kinds["product near 1"] = (products(form, INSTANCES, NAME),)
        if problem.domain == "probability" and problem.signature.arguments == (Kind.VECTOR, Kind.VECTOR):
            kinds["terms that cancel"] = divergences(form, INSTANCES, NAME)
        if len(problem.signature.arguments) > 1 and Kind.MATRIX not in problem.signature.arguments:
            first, *others = kinds["ordinary"]
            kinds["broadcast"] = (first, *(a[:1] for a in others))
        kinds |= {
            f"special values of shape {', '.join(str(a.shape[1:]) for a in args)}": args
            for args in stacks(problem, form)
        }
        kinds |= {f"adversarial, n = {n}": adversarial(problem, form, INSTANCES, n, NAME) for n in (2, 9)}
        for kind, args in kinds.items():
            reference = exact(problem, *args)
            yield Case(problem, form, kind, args, reference, problem.condition(*args, reference=reference))


def _some(problem: Problem, args: Arguments) -> Arguments:
    """Few enough instances, evenly taken, that all problems take seconds; of a batch, some of its vectors."""
    axis = 1 if Kind.MATRIX in problem.signature.arguments else 0
    most = INSTANCES if any(a.ndim > 1 for a in args) else 10 * INSTANCES
    return tuple(a.take(np.unique(np.linspace(0, a.shape[axis] - 1, most).astype(int)), axis=axis) for a in args)


def _with_reciprocals(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers whose product is nearly 1, so that their logs cancel."""
    return np.concatenate([x, 1 / x], axis=-1)


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
