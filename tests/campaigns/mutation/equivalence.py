"""What a mutant that the gate does not see makes of far more inputs than the gate has."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import relative
from study.formats import KNOWN
from study.gate.catalogue import cases
from study.inputs.adversarial import adversarial
from study.inputs.cancelling import divergences, products
from study.measurement.case import Case
from study.problems import PROBLEMS
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from study.formats import Format
    from study.inputs.families import Arguments
    from study.problems import Algorithm, Problem
    from tests.campaigns.mutation.mutants import Mutant

LENGTHS = {1: 4000, 2: 8000, 3: 4000, 9: 2000, 100: 400, 3000: 10}
"""Instances by length of their vectors."""
NUMBERS = 100_000
ENGINEERED = 400


@dataclass
class Comparison:
    """Results of a mutant beside those of the algorithms as they are.

    Attributes:
        results: how many were compared.
        differing: how many have other bits; NaN is NaN.
        before: largest error in ulps among the differing, as they are.
        after: the same, of the mutant.
        worse: differing results whose error is larger in the mutant.
        bound_used: largest error of a mutant's differing result as a fraction of its a-priori bound, for ``faithful``
            of one ulp; NaN without one.
        formats: where results differ.
    """

    results: int = 0
    differing: int = 0
    before: float = 0.0
    after: float = 0.0
    worse: int = 0
    bound_used: float = np.nan
    formats: set[str] = field(default_factory=set)

    @property
    def harmless(self) -> bool:
        """Whether no result is other, or none is worse, or all hold the bound."""
        return not self.differing or not self.worse or self.bound_used <= 1

    def __str__(self) -> str:
        if not self.differing:
            return f"equal on {self.results:,} results"
        where = f"{self.differing:,} of {self.results:,} results differ ({', '.join(sorted(self.formats))})"
        worst = f"worst of them {self.before:.3g} ulps, then {self.after:.3g}"
        held = "" if np.isnan(self.bound_used) else f", {self.bound_used:.2g} of the bound"
        return f"{where}: {worst}{held}; {self.worse:,} are worse"


def compared(mutant: Mutant) -> Comparison:
    """Run a mutant and the algorithms that it reaches on the same inputs."""
    found = Comparison()
    for algorithm in mutant.reaches:
        for form in (KNOWN[name] for name in algorithm.formats if KNOWN[name].computes):
            for args in inputs(algorithm.problem, form.name):
                before = np.asarray(algorithm(*args))
                with mutant.plant():
                    after = np.asarray(algorithm(*args))
                other = _bits(before) != _bits(after)
                other &= ~(np.isnan(before) & np.isnan(after))
                found.results += before.size
                if other.any():
                    found.formats.add(form.name)
                    _judge(found, algorithm, args, before, after, other)
    return found


def _bits(x: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(x).view(f"u{x.dtype.itemsize}")


def _judge(found: Comparison, algorithm: Algorithm, args: Arguments, *results: NDArray[Any]) -> None:
    """Add the errors of the results that differ."""
    before, after, other = results
    problem = PROBLEMS[algorithm.problem]
    case = Case(problem, args)
    one, two = (case.compare(r) for r in (before, after))
    errors = [m.ulps[other] for m in (one, two)]
    found.differing += int(other.sum())
    found.before, found.after = max(found.before, errors[0].max()), max(found.after, errors[1].max())
    found.worse += int((errors[1] > errors[0]).sum())
    if algorithm.name == "faithful":
        found.bound_used = float(np.nanmax([found.bound_used, errors[1].max()]))
    if algorithm.bound is None:
        return
    bound = case.limit(algorithm.bound, two)[other]
    with np.errstate(all="ignore"):
        used = np.where(np.isfinite(bound), relative(two)[other] / bound, 0.0)
    found.bound_used = float(np.nanmax([found.bound_used, np.max(used, initial=0.0)]))


@cache
def inputs(problem_name: str, form_name: str) -> tuple[Arguments, ...]:
    """Every number of 16 bits, the catalogue's inputs, adversarial ones, and ones made to cancel."""
    return tuple(_inputs(PROBLEMS[problem_name], KNOWN[form_name]))


def _inputs(problem: Problem, form: Format) -> Iterator[Arguments]:
    yield from (case.args for _, case in cases(problem, (form.name,)))
    if all(kind in (Kind.NUMBER, Kind.INDEX) for kind in problem.signature.arguments):
        if len(problem.signature.arguments) == 1 and form.dtype.itemsize == 2:
            yield (np.arange(2**16, dtype=np.uint16).view(form.dtype),)
        yield adversarial(problem, form, NUMBERS, 1, "mutants")
        return
    yield from (adversarial(problem, form, rows, n, "mutants") for n, rows in LENGTHS.items())
    if problem.domain == "probability" and problem.signature.arguments == (Kind.VECTOR,):
        yield (products(form, ENGINEERED, "mutants"),)
    if problem.domain == "probability" and problem.signature.arguments == (Kind.VECTOR, Kind.VECTOR):
        yield divergences(form, ENGINEERED, "mutants")
