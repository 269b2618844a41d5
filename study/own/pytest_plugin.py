"""pytest plugin: the ``precision`` fixture holds a kernel to a budget, and the summary says what room is left.

    def test_log_softmax(precision):
        precision(my_log_softmax, problem="log_softmax", format="float32", max_ulp=4)

What was measured stands in the terminal summary, and in the JUnit properties of the test for a CI to chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Precision = Callable[..., pd.DataFrame]

MEASURED = pytest.StashKey[list[tuple[str, str, str, str, float, float]]]()


@pytest.fixture
def precision(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Precision:
    """``study.assert_accurate`` that notes what it measured."""
    noted = request.config.stash.setdefault(MEASURED, [])

    def hold(function: Callable[..., Any], problem: str, format: str, **options: Any) -> pd.DataFrame:  # noqa: A002
        from study.own.accuracy import BUDGETS, check

        budgets = {name: options.pop(name) for name in BUDGETS if name in options}
        table, complaint = check(function, problem, format, **options, **budgets)
        name = getattr(function, "__name__", type(function).__name__)
        for budget, limit in budgets.items():
            worst = float(table[budget].max()) if budget in table else float("nan")
            noted.append((name, problem, format, budget, worst, limit))
            record_property(f"{name}.{problem}.{format}.{budget}", worst)
        if complaint:
            pytest.fail(complaint, pytrace=False)
        return table

    return hold


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
