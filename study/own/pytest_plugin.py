"""pytest plugin: the ``precision`` fixture holds a kernel to a budget, and the summary says what room is left.

    def test_log_softmax(precision):
        precision(my_log_softmax, problem="log_softmax", format="float32", max_ulp=4)

    def test_softmax_is_no_worse_than_recorded(precision):
        precision.hold(my_softmax, problem="softmax", format="float32")

What was measured stands in the terminal summary, and in the JUnit properties of the test for a CI to chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from study.own.table import Measurement

MEASURED = pytest.StashKey[list[tuple[str, str, str, str, float, float]]]()


@dataclass(frozen=True)
class Precision:
    """``study.assert_accurate`` that notes what it measured.

    Attributes:
        root: the folder that records are in.
        noted: what was measured.
        record_property: pytest's.
    """

    root: Path
    noted: list[tuple[str, str, str, str, float, float]]
    record_property: Callable[[str, object], None]

    def __call__(self, function: Callable[..., Any], problem: str, format: Any, **options: Any) -> Measurement:  # noqa: A002
        """Hold a function to budgets: the arguments of ``study.assert_accurate``."""
        from study.own.budgets import BUDGETS, fixed

        budgets = {name: options.pop(name) for name in BUDGETS if name in options}
        return self._held(function, problem, format, fixed(**budgets), options)

    def hold(
        self,
        function: Callable[..., Any],
        problem: str,
        format: Any,  # noqa: A002 - as in study.measure
        against: str = "budgets.toml",
        factor: float | None = None,
        **options: Any,
    ) -> Measurement:
        """Hold a function to what ``study measure MODULE:FUNCTION --record FILE`` has recorded of it.

        Args:
            function: the function, recorded under the module that it is defined in.
            problem: as for ``study.measure``.
            format: as for ``study.measure``.
            against: the file, beside pytest's configuration.
            factor: how many times a recorded error is allowed; 1.5 unless told otherwise.
            **options: as for ``study.measure``.
        """
        from study.own.recorded import FACTOR, Record, key_of

        record = Record.read(self.root / against, key_of(function), FACTOR if factor is None else factor)
        return self._held(function, problem, format, record, options)

    def _held(
        self,
        function: Callable[..., Any],
        problem: str,
        format: Any,  # noqa: A002 - as in study.measure
        limits: Any,
        options: dict[str, Any],
    ) -> Measurement:
        from study.own.accuracy import check
        from study.own.budgets import spent

        checked = check(function, problem, format, limits, **options)
        name = getattr(function, "__name__", type(function).__name__)
        for form, part in checked.table.groupby("format", sort=False):
            for budget, (worst, limit) in spent(part, limits).items():
                self.noted.append((name, problem, str(form), budget, worst, limit))
                self.record_property(f"{name}.{problem}.{form}.{budget}", worst)
        if checked.complaints:
            pytest.fail(checked.text, pytrace=False)
        return checked.table


@pytest.fixture
def precision(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Precision:
    """Hold a kernel to budgets, ``precision(…)``, or to what is recorded of it, ``precision.hold(…)``."""
    return Precision(request.config.rootpath, request.config.stash.setdefault(MEASURED, []), record_property)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A line for every budget: what was measured, and how much room is left."""
    noted = config.stash.get(MEASURED, [])
    if not noted:
        return
    terminalreporter.section("precision")
    wide = max(len(name) for name, *_ in noted)
    heading = (
        f"{'function':{wide}}  {'problem':24} {'format':14} {'figure':13} {'measured':>10} {'budget':>8} {'room':>7}"
    )
    terminalreporter.write_line(heading)
    for name, problem, form, budget, worst, limit in noted:
        room = f"{1 - worst / limit:7.0%}" if limit and worst <= limit else "   none"
        line = f"{name:{wide}}  {problem:24} {form:14} {budget:13} {worst:10.4g} {limit:8g} {room}"
        terminalreporter.write_line(line, red=not worst <= limit)
