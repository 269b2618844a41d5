"""The rows of a function that is called on kinds of inputs: again, and in every layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.measurement.guard import MisbehavedError, guarded
from study.measurement.layouts import arrangements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from study.inputs.families import Arguments
    from study.measurement.case import Case
    from study.problems import Problem

    Call = Callable[[Sequence[NDArray[Any]], tuple[int, ...], str], NDArray[Any]]
    """(arguments, due shape, place in memory) -> result; raises MisbehavedError."""

FIGURES = ("max_ulp", "max_relative", "max_u", "max_scaled", "max_normwise", "overflow", "underflow", "nan", "missed")
"""What a layout can make worse."""


def measure_trusted(function: Callable[..., Any], cases: Mapping[str, Case]) -> pd.DataFrame:
    """A row for each kind of inputs, of a function that is known to behave: called once, in this process."""

    def call(args: Sequence[NDArray[Any]], shape: tuple[int, ...], _layout: str) -> NDArray[Any]:
        return guarded(function, args, shape)

    return rows(name_of(function), call, cases, ())


def name_of(function: Callable[..., Any]) -> str:
    """What a function is called; of a callable object, its class."""
    return str(getattr(function, "__name__", type(function).__name__))


def rows(name: str, call: Call, cases: Mapping[str, Case], layouts: Sequence[str]) -> pd.DataFrame:
    """A row for each kind of inputs.

    Args:
        name: of the function.
        call: calls it.
        cases: arguments by name.
        layouts: in which it is called besides as given, see ``study.measurement.layouts``; none: it is called once.
    """
    import pandas as pd

    made = []
    for kind, case in cases.items():
        key = {"problem": case.problem.name, "function": name, "format": case.form.name, "inputs": kind}
        made.append({**key, "misbehaviour": "", **_row(call, case, layouts)})
    return pd.DataFrame(made)


def _row(call: Call, case: Case, layouts: Sequence[str]) -> dict[str, Any]:
    problem, args = case.problem, case.args
    shape = problem.signature.result(args)
    try:
        result = call(args, shape, "rows")
        if layouts and _bits(call(args, shape, "rows")) != _bits(result):
            raise MisbehavedError("gives another result for the same input the second time")  # noqa: TRY301 - as others
        row = case.row(result)
        if not layouts:
            return row
        row |= {"layout": "rows", "depends_on": ""}
        core = (-1, *shape[len(shape) - problem.signature.vector_result :])
        for layout, chosen, given in _differing(call, problem, args, result.reshape(core), layouts):
            row = _worse(row, case.part(chosen).row(given), layout, chosen)
    except MisbehavedError as error:
        return {"misbehaviour": str(error), "count": int(np.prod(shape))}
    return row


def _differing(
    call: Call, problem: Problem, args: Arguments, first: NDArray[Any], layouts: Sequence[str]
) -> Iterator[tuple[str, NDArray[np.intp], NDArray[Any]]]:
    """The layouts in which some bit differs from the first results: name, instances, results."""
    for other in arrangements(problem.signature, args, layouts):
        try:
            given = call(other.args, problem.signature.result(other.args), other.memory)
        except MisbehavedError as error:
            raise MisbehavedError(f"{error} (as {other.name})") from None
        given = given.reshape((-1, *first.shape[1:]))
        if _bits(given) != _bits(first[other.instances]):
            yield other.name, other.instances, given


def _bits(values: NDArray[Any]) -> bytes:
    """What tells results apart: their bits, one NaN as good as another."""
    with np.errstate(invalid="ignore"):
        return np.where(values != values, np.asarray(np.nan, values.dtype), values).tobytes()  # noqa: PLR0124 - NaN


def _worse(row: dict[str, Any], other: dict[str, Any], layout: str, instances: NDArray[np.intp]) -> dict[str, Any]:
    """A row with what is worse in another layout; counts of wrong outcomes are the larger of the two."""
    names = dict.fromkeys([*str(row["depends_on"]).split(", "), layout])
    worse = row | {"depends_on": ", ".join(filter(None, names))}
    if other["max_ulp"] > row["max_ulp"]:
        worse |= {key: other[key] for key in other if key.startswith("worst_")}
        worse["worst_row"] = int(instances[other["worst_row"]])
    if any(other[figure] > row[figure] for figure in FIGURES):
        worse["layout"] = layout
    return worse | {figure: max(row[figure], other[figure]) for figure in FIGURES}
