"""The tables of a sweep, from its merged tallies: the same bytes whatever made them, in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import Outcome
from study.exhaustive.bins import bin_edges
from study.exhaustive.evaluate import Block, evaluate
from study.exhaustive.functions import problem_named
from study.exhaustive.measure import cuts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from study.exhaustive.specification import Specification
    from study.exhaustive.tally import Tally


class AnotherResultError(ArithmeticError):
    """An algorithm gave another result when it was run again."""


def summary(spec: Specification, tallies: dict[str, Tally]) -> pd.DataFrame:
    """A row an algorithm: counts, outcomes, and the largest error, its reference recomputed by the engine and mpmath.

    Raises:
        AnotherResultError: the result of that error does not come out again.
    """
    import pandas as pd

    return pd.DataFrame([_row(spec, name, tally) for name, tally in tallies.items()])


def histogram(tallies: dict[str, Tally]) -> pd.DataFrame:
    """How many results of each algorithm have an error in (above_ulp, to_ulp]; bins that are empty are left out."""
    import pandas as pd

    rows = [
        {"algorithm": name, "above_ulp": low, "to_ulp": high, "count": count}
        for name, tally in tallies.items()
        for (low, high), count in zip(bin_edges(), tally.histogram, strict=True)
        if count
    ]
    return pd.DataFrame(rows)


def _row(spec: Specification, name: str, tally: Tally) -> dict[str, Any]:
    return {
        "problem": spec.problem,
        "algorithm": name,
        "format": spec.form,
        "length": spec.length,
        "coverage": "exhaustive" if spec.exhaustive else f"inputs {spec.start:#x} to {spec.end - 1:#x}",
        "inputs": spec.size,
        "count": tally.count,
        **_worst(spec, name, tally),
        "not_correctly_rounded": tally.not_correctly_rounded,
        **{outcome.name.lower(): tally.outcomes[outcome] for outcome in Outcome},
        "by_engine": tally.settled - tally.by_mpmath,
        "by_mpmath": tally.by_mpmath,
    }


def _worst(spec: Specification, name: str, tally: Tally) -> dict[str, Any]:
    from study.certified.errors import ulp_error
    from study.measurement.case import Case
    from study.problems.crosscheck import crosscheck

    if not tally.count:
        return {"max_ulp": 0.0, "worst_input": "", "worst_component": 0, "worst_computed": "", "worst_reference": ""}
    problem = problem_named(spec.problem)
    args, _ = spec.arguments(tally.worst_input, tally.worst_input + 1)
    case, at = Case(problem, tuple(args)), tally.worst_component
    with np.errstate(invalid="ignore"):
        crosscheck(problem, [arg.astype(np.float64) for arg in args], case.reference, [(0, at)])
        computed = _again(spec, name, tally.worst_input).astype(spec.format.dtype)
    error = float(ulp_error(computed, case.reference.reshape(computed.shape))[at])
    _, _, given, result, reference = case.shown(computed, at)
    if not np.isclose(error, tally.worst_ulp, rtol=1e-5, atol=0):
        raise AnotherResultError(
            f"{spec.problem} ({name}) is off by {error} ulps at {given}, where the sweep found "
            f"{tally.worst_ulp}: it does not compute the same each time"
        )
    return {
        "max_ulp": error,
        "worst_input": given,
        "worst_component": at,
        "worst_computed": result,
        "worst_reference": reference,
    }


def _again(spec: Specification, name: str, number: int) -> NDArray[np.float64]:
    """Results on one input, computed within its block: a library may compute a number by itself otherwise."""
    shard = next(shard for shard in spec.shards() if shard.start <= number < shard.end)
    start, stop = next((start, stop) for start, stop in cuts(shard) if start <= number < stop)
    block = Block.of(shard, start, stop)
    return evaluate(block, name, checked=False)[:, np.searchsorted(block.index, number)].astype(np.float64)
