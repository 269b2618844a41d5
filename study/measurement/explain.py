"""One instance of a problem, evaluated step by step, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import Outcome
from study.measurement.case import Case
from study.measurement.trace import trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from study.problems import Algorithm, Problem

SHOWN = 6
"""How many numbers of a vector are printed."""


def explain(problem: Problem, algorithm: Algorithm, args: Sequence[NDArray[Any]]) -> Iterator[str]:
    """Lines that show one instance: the input, the steps where they can be seen, the result."""
    yield f"{problem.name} = {problem.formula}, algorithm {algorithm.name}: {algorithm.__doc__}"
    for arg in args:
        yield f"input   {_numbers(arg)}"
        if arg.dtype.kind not in "iu":
            yield f"   hex  {_listed([float(v).hex() for v in np.atleast_1d(arg)[:SHOWN]], arg.size)}"
    try:
        for step in trace(algorithm, *args):
            last = step.computed.size == 1 or step.operation not in {"sum", "product"}
            shown, true = (step.computed, step.exact) if last else (step.computed[..., -1], step.exact[..., -1])
            yield f"{step.operation:9} {_numbers(shown)}   exactly {_exactly(true)}   {step.max_ulp:.3g} ulp"
    except TypeError as error:
        yield f"({error})"
    case, result = Case(problem, tuple(args)), np.asarray(algorithm(*args))
    measured = case.compare(result)
    ulps = np.atleast_1d(measured.ulps)
    at = int(np.argmax(ulps))
    outcome = Outcome(int(np.atleast_1d(measured.outcome)[at])).name.lower()
    yield f"result    {_numbers(np.atleast_1d(result)[at : at + 1])}   ({outcome})"
    yield f"reference {case.shown(result, at, 25)[-1]}"
    yield f"error     {ulps[at]:.6g} ulp"


def _numbers(values: Any) -> str:
    flat = np.atleast_1d(np.asarray(values)).ravel()
    return _listed([str(v) for v in flat[:SHOWN]], flat.size)


def _exactly(values: Any) -> str:
    import mpmath

    flat = np.atleast_1d(np.asarray(values, dtype=object)).ravel()
    return _listed([mpmath.nstr(v, 17) for v in flat[:SHOWN]], flat.size)


def _listed(parts: list[str], size: int) -> str:
    return " ".join([*parts, f"… ({size} numbers)"] if size > SHOWN else parts)
