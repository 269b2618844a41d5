"""Figures by declaration: each function here takes what to draw and returns a function from tables to a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from study.report.drawing import Drawing

    Draw = Callable[[Mapping[str, pd.DataFrame]], Drawing]


def error_against(
    table: str,
    problem: str,
    family: str,
    *,
    metric: str = "max_ulp",
    algorithms: Sequence[str] | None = None,
    formats: Sequence[str] | None = None,
    backend: str = "numpy",
    bounds: bool = True,
    overflow_of_exp: bool = False,
    beyond: bool = False,
) -> Draw:
    """Worst error against the swept parameter, one panel a format, failures in a strip above.

    Args:
        table: name of a sweep's table.
        problem: name of the problem.
        family: name of the inputs.
        metric: the column to draw: ``max_ulp``, ``p99_ulp``, ``max_u`` or ``max_scaled``.
        algorithms: names, in order; None: all there are.
        formats: names; None: the 16 to 64-bit ones.
        backend: whose arithmetic.
        bounds: draw a-priori bounds.
        overflow_of_exp: mark log xmax and shade what lies above; the parameter must be a logit.
        beyond: draw errors beyond the last digit too, instead of marks above the panels.
    """

    def draw(tables: Mapping[str, pd.DataFrame]) -> Drawing:
        from study.report.figures import errors

        here = tables[table][tables[table]["backend"] == backend]
        rows = errors.chosen(here, problem, family, algorithms, formats)
        return errors.draw(rows, errors.Look(metric, bounds, overflow_of_exp, beyond))

    return draw


def curve(table: str, x: str, y: str, *, labels: tuple[str, str], marked: Sequence[float] = ()) -> Draw:
    """A plain curve of one column against another, some of its points marked with their values.

    Args:
        table: name of the table.
        x: column of the abscissa.
        y: column of the ordinate.
        labels: what the axes say.
        marked: abscissas to mark, the nearest stored ones are taken.
    """

    def draw(tables: Mapping[str, pd.DataFrame]) -> Drawing:
        from study.report.figures import plain

        return plain.draw(tables[table], x, y, labels, marked)

    return draw


def worst_errors(table: str, problems: Sequence[str] | None = None, *, metric: str = "max_ulp", **equal: Any) -> Draw:
    """A dot plot: the worst error of each formula, a panel a problem, a marker a format.

    Args:
        table: name of a sweep's table.
        problems: names, in order; None: all there are.
        metric: the column to draw.
        **equal: columns and the value that they must have.
    """

    def draw(tables: Mapping[str, pd.DataFrame]) -> Drawing:
        from study.report.figures import dots

        return dots.draw(tables[table], problems, metric, equal)

    return draw


def outcome_map(table: str, problem: str, algorithms: Sequence[str], *, x: str = "spread", y: str = "offset") -> Draw:
    """Heat maps of outcomes over two parameters: a row of maps an algorithm, a column a format.

    Args:
        table: a tidy table in which ``x`` and ``y`` are columns.
        problem: name of the problem.
        algorithms: names, in order.
        x: column across.
        y: column up.
    """

    def draw(tables: Mapping[str, pd.DataFrame]) -> Drawing:
        from study.report.figures import heat

        return heat.outcomes(tables[table], problem, algorithms, x, y)

    return draw


def matrix(table: str, *, rows: str, columns: str, metric: str = "max_ulp", **equal: Any) -> Draw:
    """The worst errors of one factor against another (problem against library, say) and the format, written in cells.

    Args:
        table: name of a tidy table.
        rows: column whose values are the lines.
        columns: column whose values are blocks of columns, one column a format.
        metric: what to colour by.
        **equal: columns and the value that they must have.
    """

    def draw(tables: Mapping[str, pd.DataFrame]) -> Drawing:
        from study.report.figures import grid

        return grid.draw(tables[table], rows, columns, metric, equal)

    return draw


def pareto(table: str, problem: str, *, cost: str = "ns_per_element", metric: str = "max_ulp") -> Draw:
    """Worst error against cost, one panel a format: what no other formula beats in both is joined by a line.

    Args:
        table: a tidy table with a column of costs.
        problem: name of the problem.
        cost: that column.
        metric: the error.
    """

    def draw(tables: Mapping[str, pd.DataFrame]) -> Drawing:
        from study.report.figures import costs

        return costs.draw(tables[table], problem, cost, metric)

    return draw


def lines(
    table: str,
    *,
    x: str,
    y: Mapping[str, str],
    panel: Sequence[str],
    labels: tuple[str, str],
    caption: str,
    by: str | None = None,
    **equal: Any,
) -> Draw:
    """Small multiples: columns against another column, a panel for each value of a third.

    Args:
        table: name of the table.
        x: column of the abscissa, positive.
        y: columns of the ordinate, each with the name of its line.
        panel: columns whose values together have a panel each.
        labels: what the axes say.
        caption: what the figure shows.
        by: column whose values have a line each, where there is one ordinate.
        **equal: values, or lists of them, that columns must have.
    """

    def draw(tables: Mapping[str, pd.DataFrame]) -> Drawing:
        from study.report.evidence import pick
        from study.report.figures import multiples

        return multiples.draw(multiples.panels(pick(tables[table], **equal), panel, x, y, by), labels, caption)

    return draw


def by_library(table: str, x: str, y: str, *, panels: str, **equal: Any) -> Draw:
    """One column against another, a line for each library's function.

    Args:
        table: name of a tidy table with columns ``backend`` and ``algorithm``.
        x: column of the abscissa.
        y: column of the ordinate, drawn on a logarithmic axis.
        panels: column for each of whose values there is a panel.
        **equal: columns and the value that they must have.
    """

    def draw(tables: Mapping[str, pd.DataFrame]) -> Drawing:
        from study.report.figures import library_lines

        return library_lines.draw(tables[table], x, y, panels, equal)

    return draw
