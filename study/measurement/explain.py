"""One instance of a problem, evaluated step by step, as text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import Outcome
from study.measurement.case import Case
from study.measurement.steps import losing, lost_bits, telling, used
from study.measurement.trace import trace
from study.measurement.worst import instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from study.arithmetic.recipe import Recipe
    from study.measurement.steps import Step
    from study.problems import Algorithm, Problem

SHOWN = 6
"""How many numbers of a vector are printed."""


def explain(
    problem: Problem,
    algorithm: Algorithm,
    args: Sequence[NDArray[Any]],
    row: int | None = None,
    recipe: Recipe | None = None,
) -> Iterator[str]:
    """Lines that show one instance: the input, the steps where digits go, the result.

    Args:
        problem: the problem.
        algorithm: the algorithm.
        args: its arguments: the instance, or a stack of instances along the first axis.
        row: which one of a stack.
        recipe: what it runs under, if not plainly in the format of its arguments.
    """
    yield f"{problem.name} = {problem.formula}, algorithm {algorithm.name}: {algorithm.__doc__}"
    own = list(args) if row is None else instance(problem, args, row)
    for arg in own:
        yield f"input   {_numbers(arg)}"
        if arg.dtype.kind not in "iu":
            yield f"   hex  {_listed([float(v).hex() for v in arg.ravel()[:SHOWN]], arg.size)}"
    if recipe is None or recipe.plain:
        try:
            yield from _steps(trace(algorithm, *args, row=row))
        except TypeError as untraced:
            yield f"({untraced})"
        result = np.asarray(algorithm(*args))
    else:
        yield f"(under {recipe}, whose steps are not traced)"
        result = recipe.run(algorithm, *args)
    case = Case(problem, tuple(own))
    if row is not None:
        result = result.reshape((-1, *case.reference.shape))[row]
    measured = case.compare(result)
    ulps = np.atleast_1d(measured.ulps)
    at = int(np.argmax(ulps))
    outcome = Outcome(int(np.atleast_1d(measured.outcome)[at])).name.lower()
    component = f"component {at}, " if problem.signature.vector_result else ""
    yield f"result    {_numbers(np.atleast_1d(result)[at : at + 1])}   ({component}{outcome})"
    yield f"reference {case.shown(result, at, 25)[-1]}"
    yield error(float(ulps[at]))


def error(ulps: float) -> str:
    """The last line of an explanation."""
    return f"error     {ulps:.6g} ulp"


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    """A line for each step at which digits go, and for the last; what lies between them is folded into one."""
    numbers = used(steps)
    loser = losing(steps)
    seen = telling(steps, numbers) | {*numbers[-1:]} | ({loser} - {None})
    yield f"{'step':9} computed   exactly   error of the step's result"
    for shown, some in groupby(numbers, key=lambda k: k in seen):
        part = list(some)
        if not shown:
            names = dict.fromkeys(steps[k].operation for k in part)
            most = max(steps[k].off for k in part)
            off = f"at most {most:.3g} ulp off" if np.isfinite(most) else "of what is lost"
            yield f"{'…':9} {_count(len(part), 'step')}, {off}: {', '.join(names)}"
            continue
        for k in part:
            mark = f"   <- {_lost(lost_bits(steps, k))}" if k == loser else ""
            computed, true = steps[k].shown
            yield f"{steps[k].operation:9} {_numbers(computed)}   {_exactly(true)}   {steps[k].max_ulp:.3g} ulp{mark}"
    if left := len(steps) - len(numbers):
        yield f"{'…':9} {_count(left, 'step')} of branches that were not taken"


def _lost(bits: float) -> str:
    return "what the result lacks is lost here: " + ("all of it" if np.isinf(bits) else f"{bits:.1f} bits")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _numbers(values: Any) -> str:
    flat = np.atleast_1d(np.asarray(values)).ravel()
    return _listed([str(v) for v in flat[:SHOWN]], flat.size)


def _exactly(values: Any) -> str:
    import mpmath

    flat = np.atleast_1d(np.asarray(values, dtype=object)).ravel()
    return _listed([mpmath.nstr(v, 17) for v in flat[:SHOWN]], flat.size)


def _listed(parts: list[str], size: int) -> str:
    return " ".join([*parts, f"… ({size} numbers)"] if size > SHOWN else parts)
