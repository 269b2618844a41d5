"""Every algorithm of the catalogue on hard inputs: what the gate holds besides the experiments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import FORMATS, MAIN_FORMATS
from study.inputs.adversarial import adversarial
from study.inputs.battery import ODD, battery
from study.inputs.cancelling import counts, densities, divergences, products, trials
from study.inputs.domains import led
from study.inputs.families import rounded
from study.measurement.case import Case
from study.problems import PROBLEMS
from study.problems.signature import Kind
from study.problems.special import stacks
from study.runs.experiment import Experiment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from study.formats import Format
    from study.inputs.families import Arguments
    from study.problems import Algorithm, Problem

NAME = "catalogue"
INSTANCES = 24
"""Instances taken of each kind of inputs."""
LONG = ODD[1]
"""Length of the rows that are for kernels alone: formulas that add term by term are measured on long rows elsewhere."""


def cases(problem: Problem, formats: Sequence[str] = MAIN_FORMATS) -> Iterator[tuple[str, Case]]:
    """Instances of each kind of the battery, adversarial ones, and the special values, in each format; kind first."""
    for form in (FORMATS[name] for name in formats):
        kinds = {
            k: _some(problem, args)
            for k, args in battery(problem, form).items()
            if problem.signature.length(args) != LONG
        }
        if problem.domain == "probability" and problem.signature.arguments == (Kind.VECTOR,):
            kinds["with reciprocals"] = rounded(form, (_with_reciprocals(kinds["ordinary"][0].astype(np.float64)),))
            kinds["product near 1"] = (products(form, INSTANCES, NAME),)
        if problem.domain == "probability" and problem.signature.arguments == (Kind.VECTOR, Kind.VECTOR):
            kinds["terms that cancel"] = divergences(form, INSTANCES, NAME)
        if problem.signature.arguments == (Kind.NUMBER,) * 3 and problem.domain == "real, real, positive":
            kinds["density near 1"] = densities(form, INSTANCES, NAME)
        if problem.domain == "count, positive":
            kinds["count near its rate"] = counts(form, INSTANCES, NAME)
        if problem.domain == "count, count, probability":
            kinds["successes of trials"] = trials(form, INSTANCES, NAME)
        if len(problem.signature.arguments) > 1 and not _batches(problem):
            first, *others = kinds["ordinary"]
            kinds["broadcast"] = (first, *(a[:1] for a in others))
        kinds |= {
            f"special values of shape {', '.join(str(a.shape[1:]) for a in args)}": args
            for args in stacks(problem, form)
        }
        if Kind.NUMBER in problem.signature.arguments and "confident" in kinds and kinds["confident"][0].ndim > 1:
            kinds["numbers of every size"] = _of_every_size(problem, form, kinds["confident"])
        kinds |= {f"adversarial, n = {n}": adversarial(problem, form, INSTANCES, n, NAME) for n in (2, 9)}
        for kind, args in kinds.items():
            yield kind, Case(problem, args)


def _some(problem: Problem, args: Arguments) -> Arguments:
    """Few enough instances, evenly taken, that all problems take seconds; of a batch, some of its vectors."""
    axis = 1 if _batches(problem) else 0
    most = INSTANCES if any(a.ndim > 1 for a in args) else 10 * INSTANCES
    return tuple(a.take(np.unique(np.linspace(0, a.shape[axis] - 1, most).astype(int)), axis=axis) for a in args)


def _batches(problem: Problem) -> bool:
    """Whether an instance is many rows, in no order."""
    return Kind.MATRIX in problem.signature.arguments and not problem.signature.chain


def _with_reciprocals(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers whose product is nearly 1, so that their logs cancel."""
    return np.concatenate([x, 1 / x], axis=-1)


def _of_every_size(problem: Problem, form: Format, args: Arguments) -> Arguments:
    """The same vectors, the numbers beside them from the smallest of the format to the largest."""
    sizes = form.round(np.exp2(np.linspace(form.emin - form.p + 1, form.emax, len(args[0]))))
    beside = zip(args, problem.signature.arguments, problem.domains, strict=True)
    return tuple(led(domain, sizes) if kind is Kind.NUMBER else a for a, kind, domain in beside)


def table(cases: Iterable[tuple[str, Case]]) -> pd.DataFrame:
    """A row for every algorithm on every case that is for it."""
    import pandas as pd

    return pd.DataFrame(key(kind, case, algorithm) | row for kind, case in cases for algorithm, row in case.each())


def key(kind: str, case: Case, algorithm: Algorithm) -> dict[str, Any]:
    """What a row of the catalogue is found by."""
    names = {"experiment": NAME, "problem": case.problem.name, "algorithm": algorithm.name, "format": case.form.name}
    return {**names, "inputs": kind, "parameter": "instances", "value": INSTANCES}


def of_problem(name: str) -> pd.DataFrame:
    """The table of a problem, in the main formats."""
    return table(cases(PROBLEMS[name]))


experiment = Experiment(
    __file__,
    __doc__ or "",
    tables={name: partial(of_problem, name) for name in PROBLEMS},
)
