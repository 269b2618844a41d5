"""Anyone's function held to the exact values of a problem."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.formats import get_format
from study.measurement.given import resolve
from study.measurement.guard import TIMEOUT
from study.measurement.judged import name_of, rows
from study.measurement.layouts import LAYOUTS
from study.measurement.worst import worst_case
from study.own.named import python_of
from study.own.on_arrays import on_arrays
from study.own.under import under
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from study.libraries.backends import Backend
    from study.measurement.case import Case
    from study.measurement.given import Inputs
    from study.own.budgets import Complaint, Limits
    from study.own.table import Measurement
    from study.problems import Problem

LONGEST = 1e8
"""The longest timeout, in seconds: timers take no more."""


def measure(
    function: Callable[..., Any],
    problem: str | Problem,
    format: Any,  # noqa: A002 - the word that its users know
    inputs: Inputs = None,
    timeout: float = TIMEOUT,
    backend: str | Backend = "numpy",
    layouts: Sequence[str] = LAYOUTS,
    lengths: Sequence[int] = (),
    recipe: str = "",
) -> Measurement:
    """Measure a function against the exact values of a problem.

    It is called in a process of its own (``study.own.isolated``), on each kind of inputs twice, and in every layout,
    shape and batch of ``study.measurement.layouts``: what it gives must be the same the second time, and is judged by
    its worst layout.

    Args:
        function: takes the problem's arguments as NumPy arrays of the format, a stack of instances with the vectors
            along the last axis, and returns an array of the same format.
        problem: the problem it is meant to solve, or its name.
        format: the format, its name or its dtype (``np.float32``, ``torch.bfloat16``), or a list of them.
        inputs: one kind of the hard battery by name; a file of logits (``study.inputs.logits.load``); the problem's
            arguments, or a mapping of names to them; by default the whole battery. Numbers are rounded to the format.
        timeout: seconds for one call.
        backend: whose arrays the function takes and returns, where not NumPy's, and on which device: ``torch:cuda``.
        layouts: the layouts that it is for; ``rows`` is always one of them.
        lengths: of rows of ordinary numbers to measure on, instead of inputs.
        recipe: what it runs under, by name or spelled (``study.arithmetic.recipe.parse``): it is then called with
            arrays of the computing format, and its result stored in the recipe's.

    Returns:
        A tidy row for each format and kind of inputs: see ``study.measurement.case``; ``layout`` is where its figures
        are worst, and ``depends_on`` names the layouts in which some bit differs. A function that raises, hangs, ends
        its process, changes arrays, gives another result the second time, or returns another shape or dtype has that in
        ``misbehaviour`` and nothing in the figures.

    Raises:
        TypeError, ValueError: an unknown problem, format, kind, layout or backend, inputs that are none or do not fit,
            or no possible timeout.
        AbsentError: the backend is not installed.
    """
    cases = cases_of(problem, format, inputs, lengths)
    return _measured(on_arrays(function, backend), cases, timeout, layouts, recipe)


def cases_of(
    problem: str | Problem, formats: Any, inputs: Inputs, lengths: Sequence[int]
) -> dict[str, dict[str, Case]]:
    """What to measure on, by format and by kind of inputs."""
    named = [get_format(one) for one in (formats if isinstance(formats, list | tuple) else [formats])]
    return {form.name: resolve(get_problem(problem), form, inputs, lengths) for form in named}


def _measured(
    function: Callable[..., Any],
    cases: Mapping[str, Mapping[str, Case]],
    timeout: float,
    layouts: Sequence[str],
    recipe: str,
) -> Measurement:
    import pandas as pd

    from study.own.isolated import Isolated
    from study.own.table import Measurement

    if not 0 < timeout <= LONGEST:
        raise ValueError(f"a timeout is a positive number of seconds, at most {LONGEST:g}; got {timeout:g}")
    for layout in layouts:
        if layout not in LAYOUTS:
            raise ValueError(f"no layout named {layout!r}; there are: {', '.join(LAYOUTS)}")
    if not cases:
        raise ValueError("no format is given")
    made = []
    for form, kinds in cases.items():
        with Isolated(mine := under(function, recipe, form), timeout) as call:
            made.append(rows(name_of(mine), call, kinds, layouts))
    return Measurement(pd.concat(made, ignore_index=True))


def assert_accurate(
    function: Callable[..., Any],
    problem: str | Problem,
    format: Any,  # noqa: A002 - as above
    inputs: Inputs = None,
    timeout: float = TIMEOUT,
    layouts: Sequence[str] = LAYOUTS,
    lengths: Sequence[int] = (),
    recipe: str = "",
    **budgets: float,
) -> Measurement:
    """Hold a function to bounds on its error; arguments as ``measure``, and at least one budget.

    Args:
        function: as for ``measure``.
        problem: as for ``measure``.
        format: as for ``measure``.
        inputs: as for ``measure``.
        timeout: as for ``measure``.
        layouts: as for ``measure``.
        lengths: as for ``measure``.
        recipe: as for ``measure``.
        **budgets: ``max_ulp``, error in ulps; ``max_scaled``, error over u (1 + cond) |reference|; ``max_normwise``,
            largest error of a result over u times its largest component.

    Returns:
        What ``measure`` returns.

    Raises:
        AssertionError: a budget is exceeded or the function misbehaves; shows the worst input, the computed value, the
            reference to 25 digits, the error, and a line that replays it.
        TypeError, ValueError: as ``measure``; no budget, or an unknown one.
    """
    from study.own.budgets import fixed

    limits = fixed(**budgets)
    given: dict[str, Any] = {"inputs": inputs, "timeout": timeout, "layouts": layouts, "lengths": lengths}
    checked = check(function, problem, format, limits, recipe=recipe, **given)
    if checked.complaints:
        raise AssertionError(checked.text)
    return checked.table


@dataclass(frozen=True)
class Checked:
    """A measurement held to limits.

    Attributes:
        table: the measurement.
        complaints: of rows that are above a limit or misbehave.
        worst: lines on the worst input, of the row that takes most of its limits or, within them, fails first.
    """

    table: Measurement
    complaints: list[Complaint]
    worst: list[str]

    @property
    def text(self) -> str:
        """What is complained of, and the worst input."""
        from study.own.budgets import told

        return "\n".join([*told(self.complaints), *self.worst])


def check(
    function: Callable[..., Any],
    problem: str | Problem,
    format: Any,  # noqa: A002 - as above
    *limits: Limits,
    inputs: Inputs = None,
    timeout: float = TIMEOUT,
    backend: str | Backend = "numpy",
    layouts: Sequence[str] = LAYOUTS,
    lengths: Sequence[int] = (),
    recipe: str = "",
) -> Checked:
    """Measure a function and hold it to limits (``study.own.budgets``); arguments and errors as ``measure``."""
    cases, function = cases_of(problem, format, inputs, lengths), on_arrays(function, backend)
    table = _measured(function, cases, timeout, layouts, recipe)

    def replayed(row: Mapping[str, Any]) -> tuple[str, ...]:
        called = under(function, recipe, row["format"])
        return _drawn(row, inputs, lengths), *python_of(called)

    return held(table, cases, limits, replayed)


def held(
    table: Measurement,
    cases: Mapping[str, Mapping[str, Case]],
    limits: Sequence[Limits],
    replayed: Callable[[Mapping[str, Any]], tuple[str, ...]],
) -> Checked:
    """A measurement held to limits.

    Args:
        table: the measurement.
        cases: what was measured on, by format and kind of inputs.
        limits: what it is held to.
        replayed: of a row the Python that draws its arguments, that imports the function, and its name; see
            ``study.measurement.worst.worst_case``.
    """
    from study.own.budgets import complaints
    from study.own.table import gravest

    found = complaints(table, *limits)
    row = max(found, key=lambda c: c.severity).row if found else gravest(table)
    worst = worst_case(row, cases[row["format"]][row["inputs"]], *replayed(row))
    return Checked(table, found, worst)


def _drawn(row: Mapping[str, Any], inputs: Inputs, lengths: Sequence[int]) -> str:
    """Python that draws a kind of inputs again; empty for what the user gave."""
    if not (inputs is None or (isinstance(inputs, str) and not Path(inputs).suffix)):
        return ""
    which = f", {[*lengths]}" if lengths else ""
    return f"study.battery({row['problem']!r}, {row['format']!r}{which})[{row['inputs']!r}]"
