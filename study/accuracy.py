"""Anyone's function held to the exact values of a problem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from study.formats import get_format
from study.given import resolve
from study.guard import TIMEOUT, MisbehavedError, guarded
from study.problems import Algorithm, get_problem
from study.reference import exact
from study.statistics import statistics
from study.worst import worst_case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from study.backends import Backend
    from study.formats import Format
    from study.given import Inputs
    from study.inputs import Arguments
    from study.problems import Problem

BUDGETS = ("max_ulp", "max_scaled", "max_normwise")
"""The figures that can be held to a budget."""

LONGEST = 1e8
"""The longest timeout, in seconds: timers take no more."""


def measure(
    function: Callable[..., Any],
    problem: str | Problem,
    format: str | Format,  # noqa: A002 - the word that its users know
    inputs: Inputs = None,
    timeout: float = TIMEOUT,
    backend: str | Backend = "numpy",
) -> pd.DataFrame:
    """Measure a function against the exact values of a problem.

    Args:
        function: takes the problem's arguments as NumPy arrays of the format, a stack of instances with the vectors
            along the last axis, and returns an array of the same format.
        problem: the problem it is meant to solve, or its name.
        format: the format, or its name.
        inputs: one kind of the hard battery by name; a file of logits (``study.logits.load``); the problem's arguments,
            or a mapping of names to them; by default the whole battery. Numbers are rounded to the format.
        timeout: seconds for one call.
        backend: whose arrays the function takes and returns, where not NumPy's.

    Returns:
        A tidy row for each kind of inputs: see ``study.statistics``. A function that raises, hangs, changes its
        input, or returns another shape or dtype has that in ``misbehaviour`` and nothing in the figures.

    Raises:
        TypeError, ValueError: an unknown problem, format, kind or backend, unfitting inputs, or no possible timeout.
        AbsentError: the backend is not installed.
    """
    import pandas as pd

    from study.backends import get_backend

    problem, form = get_problem(problem), get_format(format)
    name = getattr(function, "__name__", type(function).__name__)
    if (arrays := get_backend(backend)).name != "numpy":
        function = arrays.on_numpy(function)
    if not 0 < timeout <= LONGEST:
        raise ValueError(f"a timeout is a positive number of seconds, at most {LONGEST:g}; got {timeout:g}")
    rows = []
    for kind, args in resolve(problem, form, inputs).items():
        rows.append({
            "problem": problem.name,
            "function": name,
            "format": form.name,
            "inputs": kind,
            "misbehaviour": "",
            **_row(function, problem, args, timeout),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _row(function: Callable[..., Any], problem: Problem, args: Arguments, timeout: float) -> dict[str, Any]:
    shape = problem.signature.result(args)
    try:
        result = guarded(function, args, shape, timeout)
    except MisbehavedError as error:
        return {"misbehaviour": str(error), "count": int(np.prod(shape))}
    known = Algorithm(problem.name, "given", lambda *_: result, problem.signature)
    reference = exact(problem, *args)
    return statistics(problem, known, args, reference, problem.condition(*args, reference=reference))


def assert_accurate(
    function: Callable[..., Any],
    problem: str | Problem,
    format: str | Format,  # noqa: A002 - as above
    inputs: Inputs = None,
    timeout: float = TIMEOUT,
    **budgets: float,
) -> pd.DataFrame:
    """Hold a function to bounds on its error; arguments as ``measure``, and at least one budget.

    Args:
        function: as for ``measure``.
        problem: as for ``measure``.
        format: as for ``measure``.
        inputs: as for ``measure``.
        timeout: as for ``measure``.
        **budgets: ``max_ulp``, error in ulps; ``max_scaled``, error over u (1 + cond) |reference|; ``max_normwise``,
            largest error of a result over u times its largest component.

    Returns:
        What ``measure`` returns.

    Raises:
        AssertionError: a budget is exceeded or the function misbehaves; shows the worst input, the computed value, the
            reference to 25 digits, the error, and a line that replays it.
        TypeError, ValueError: as ``measure``; no budget, or an unknown one.
    """
    table, complaint = check(function, problem, format, inputs, timeout, **budgets)
    if complaint:
        raise AssertionError(complaint)
    return table


def check(
    function: Callable[..., Any],
    problem: str | Problem,
    format: str | Format,  # noqa: A002 - as above
    inputs: Inputs = None,
    timeout: float = TIMEOUT,
    **budgets: float,
) -> tuple[pd.DataFrame, str]:
    """What ``assert_accurate`` measures and what it complains of, empty where it does not; its arguments and errors."""
    if not budgets or set(budgets) - set(BUDGETS):
        raise ValueError(f"give at least one budget of {', '.join(BUDGETS)}; got {', '.join(budgets) or 'none'}")
    for name, limit in budgets.items():
        if not limit >= 0:
            raise ValueError(f"a budget is a number of at least 0; got {name} = {limit:g}")
    table = measure(function, problem, format, inputs, timeout)
    rows = cast("list[dict[str, Any]]", table.to_dict("records"))
    wrong = [line for row in rows for line in _complaints(row, budgets)]
    if wrong:
        row = max(rows, key=lambda row: _severity(row, budgets))
        wrong += worst_case(
            row, resolve(get_problem(problem), get_format(format), inputs), from_battery=_is_battery(inputs)
        )
    return table, "\n".join(wrong)


def _complaints(row: Mapping[str, Any], budgets: Mapping[str, float]) -> list[str]:
    where = f"{row['function']} ({row['problem']}, {row['format']}) on {row['inputs']!r}"
    if row["misbehaviour"]:
        return [f"{where}: {row['misbehaviour']}"]
    return [
        f"{where}: {name} = {row[name]:.4g}, {limit:g} allowed"
        for name, limit in budgets.items()
        if not row[name] <= limit
    ]


def _severity(row: Mapping[str, Any], budgets: Mapping[str, float]) -> float:
    """How many times its budget a row takes; misbehaviour has no worst input to show."""
    if row["misbehaviour"]:
        return -1.0
    return max(float(row[name]) / (limit or 1.0) for name, limit in budgets.items())


def _is_battery(inputs: Inputs) -> bool:
    return inputs is None or (isinstance(inputs, str) and not Path(inputs).suffix)
