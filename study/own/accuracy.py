"""Anyone's function held to the exact values of a problem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from study.formats import get_format
from study.measurement.given import resolve
from study.measurement.guard import TIMEOUT
from study.measurement.judged import name_of, rows
from study.measurement.layouts import LAYOUTS
from study.measurement.worst import worst_case
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from study.formats import Format
    from study.libraries.backends import Backend
    from study.measurement.case import Case
    from study.measurement.given import Inputs
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
    layouts: Sequence[str] = LAYOUTS,
) -> pd.DataFrame:
    """Measure a function against the exact values of a problem.

    It is called in a process of its own (``study.own.isolated``), on each kind of inputs twice, and in every layout,
    shape and batch of ``study.measurement.layouts``: what it gives must be the same the second time, and is judged by
    its worst layout.

    Args:
        function: takes the problem's arguments as NumPy arrays of the format, a stack of instances with the vectors
            along the last axis, and returns an array of the same format.
        problem: the problem it is meant to solve, or its name.
        format: the format, or its name.
        inputs: one kind of the hard battery by name; a file of logits (``study.inputs.logits.load``); the problem's
            arguments, or a mapping of names to them; by default the whole battery. Numbers are rounded to the format.
        timeout: seconds for one call.
        backend: whose arrays the function takes and returns, where not NumPy's.
        layouts: the layouts that it is for; ``rows`` is always one of them.

    Returns:
        A tidy row for each kind of inputs: see ``study.measurement.case``; ``layout`` is where its figures are worst,
        and ``depends_on`` names the layouts in which some bit differs. A function that raises, hangs, ends its process,
        changes arrays, gives another result the second time, or returns another shape or dtype has that in
        ``misbehaviour`` and nothing in the figures.

    Raises:
        TypeError, ValueError: an unknown problem, format, kind, layout or backend, inputs that are none or do not fit,
            or no possible timeout.
        AbsentError: the backend is not installed.
    """
    return _measured(function, resolve(get_problem(problem), get_format(format), inputs), timeout, backend, layouts)


def _measured(
    function: Callable[..., Any],
    cases: Mapping[str, Case],
    timeout: float,
    backend: str | Backend,
    layouts: Sequence[str],
) -> pd.DataFrame:
    from study.libraries.backends import get_backend
    from study.own.isolated import Isolated

    if not 0 < timeout <= LONGEST:
        raise ValueError(f"a timeout is a positive number of seconds, at most {LONGEST:g}; got {timeout:g}")
    for layout in layouts:
        if layout not in LAYOUTS:
            raise ValueError(f"no layout named {layout!r}; there are: {', '.join(LAYOUTS)}")
    if (arrays := get_backend(backend)).name != "numpy":
        function = arrays.on_numpy(function)
    with Isolated(function, timeout) as call:
        return rows(name_of(function), call, cases, layouts)


def assert_accurate(
    function: Callable[..., Any],
    problem: str | Problem,
    format: str | Format,  # noqa: A002 - as above
    inputs: Inputs = None,
    timeout: float = TIMEOUT,
    layouts: Sequence[str] = LAYOUTS,
    **budgets: float,
) -> pd.DataFrame:
    """Hold a function to bounds on its error; arguments as ``measure``, and at least one budget.

    Args:
        function: as for ``measure``.
        problem: as for ``measure``.
        format: as for ``measure``.
        inputs: as for ``measure``.
        timeout: as for ``measure``.
        layouts: as for ``measure``.
        **budgets: ``max_ulp``, error in ulps; ``max_scaled``, error over u (1 + cond) |reference|; ``max_normwise``,
            largest error of a result over u times its largest component.

    Returns:
        What ``measure`` returns.

    Raises:
        AssertionError: a budget is exceeded or the function misbehaves; shows the worst input, the computed value, the
            reference to 25 digits, the error, and a line that replays it.
        TypeError, ValueError: as ``measure``; no budget, or an unknown one.
    """
    table, complaint = check(function, problem, format, inputs, timeout, layouts, **budgets)
    if complaint:
        raise AssertionError(complaint)
    return table


def check(
    function: Callable[..., Any],
    problem: str | Problem,
    format: str | Format,  # noqa: A002 - as above
    inputs: Inputs = None,
    timeout: float = TIMEOUT,
    layouts: Sequence[str] = LAYOUTS,
    **budgets: float,
) -> tuple[pd.DataFrame, str]:
    """What ``assert_accurate`` measures and what it complains of, empty where it does not; its arguments and errors."""
    if not budgets or set(budgets) - set(BUDGETS):
        raise ValueError(f"give at least one budget of {', '.join(BUDGETS)}; got {', '.join(budgets) or 'none'}")
    for name, limit in budgets.items():
        if not limit >= 0:
            raise ValueError(f"a budget is a number of at least 0; got {name} = {limit:g}")
    cases = resolve(get_problem(problem), get_format(format), inputs)
    table = _measured(function, cases, timeout, "numpy", layouts)
    measured = cast("list[dict[str, Any]]", table.to_dict("records"))
    wrong = [line for row in measured for line in _complaints(row, budgets)]
    if wrong:
        row = max(measured, key=lambda row: _severity(row, budgets))
        wrong += worst_case(row, cases, from_battery=_is_battery(inputs))
    return table, "\n".join(wrong)


def _complaints(row: Mapping[str, Any], budgets: Mapping[str, float]) -> list[str]:
    where = f"{row['function']} ({row['problem']}, {row['format']}) on {row['inputs']!r}"
    if row["misbehaviour"]:
        return [f"{where}: {row['misbehaviour']}"]
    place = "" if row.get("layout", "rows") == "rows" else f" (worst as {row['layout']})"
    return [
        f"{where}: {name} = {_above(row[name], limit)}, {limit:g} allowed{place}"
        for name, limit in budgets.items()
        if not row[name] <= limit
    ]


def _above(value: float, limit: float) -> str:
    """A value with as many digits as tell it from its limit."""
    return next((text for k in range(4, 18) if float(text := f"{value:.{k}g}") != limit), f"{value}")


def _severity(row: Mapping[str, Any], budgets: Mapping[str, float]) -> float:
    """How many times its budget a row takes; misbehaviour has no worst input to show."""
    if row["misbehaviour"]:
        return -1.0
    return max(float(row[name]) / (limit or 1.0) for name, limit in budgets.items())


def _is_battery(inputs: Inputs) -> bool:
    return inputs is None or (isinstance(inputs, str) and not Path(inputs).suffix)
