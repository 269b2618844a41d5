"""Commands on somebody's own function and logits."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from study.cli.group import checked_output, one_line_errors

if TYPE_CHECKING:
    from collections.abc import Callable

OUTCOMES = ("overflow", "underflow", "nan", "missed")


@click.command()
@click.argument("function", metavar="FUNCTION")
@click.option("--problem", required=True, help="What the function is meant to compute; study list names them.")
@click.option("--format", "formats", default="float32", show_default=True, help="Formats, separated by commas.")
@click.option(
    "--inputs", help="A kind of the hard battery, or a .npy, .npz or .csv file of logits. Default: the battery."
)
@click.option(
    "--layout",
    help="Of a library's function: rows (default), columns or strided rows. Of yours: some of those that it is called "
    "in, separated by commas (rows, column-major, strided, view, read-only, three axes, alone, square, batches). "
    "Default: all.",
)
@click.option("--max-ulp", type=float, help="Largest error allowed, in ulps.")
@click.option("--max-scaled", type=float, help="Largest error allowed over u (1 + cond) |reference|.")
@click.option("--max-normwise", type=float, help="Largest error allowed over u times the result's largest component.")
@click.option("--timeout", type=float, default=20.0, show_default=True, help="Seconds for one call of the function.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, writable=True), help="Write every figure to a file."
)
def measure(
    function: str, problem: str, formats: str, layout: str | None, json_file: str | None, **options: Any
) -> None:
    """Measure a function of yours, MODULE:FUNCTION, imported from the current folder too, or a library's by its name.

    Yours is called with NumPy arrays, a stack of instances with the vectors along the last axis, and returns an array
    of the same dtype. Exit code 1 if a budget is exceeded or the function misbehaves.

    \b
    Examples:
      study measure mykernels:log_softmax --problem log_softmax --format float16,float32 --max-normwise 20
      study measure scipy.special.softmax --problem softmax --format float16 --layout columns
    """  # noqa: D301 - \b is click's mark for text to be left as it is
    from study.formats import get_format
    from study.own.accuracy import BUDGETS, check
    from study.own.named import Named

    given = {name: value for name, value in options.items() if value is not None}
    if not set(BUDGETS) & set(given):
        given["max_ulp"] = float("inf")
    found, complaints = [], []
    with one_line_errors():
        checked_output("--json", json_file)
        if ":" in function:
            called: Any = Named.parse(function)
            given |= {} if layout is None else {"layouts": [name.strip() for name in layout.split(",")]}
        else:
            called = _of_library(function, problem, "rows" if layout is None else layout)
            given["layouts"] = ()
        for form in [get_format(name.strip()) for name in formats.split(",")]:
            table, complaint = check(called, problem, form, **given)
            found.append(table)
            complaints += [complaint] if complaint else []
            _show(table)
    if json_file:
        import pandas as pd

        Path(json_file).write_text(pd.concat(found).to_json(orient="records", indent=1), encoding="utf-8")
    for complaint in complaints:
        click.echo("\n" + complaint)
    sys.exit(1 if complaints else 0)


def _of_library(name: str, problem: str, layout: str) -> Callable[..., Any]:
    from study.libraries.backends import find_function, laid_out

    if "." not in name:
        raise ValueError(f"{name!r} names no function; write MODULE:FUNCTION, as in mykernels:log_softmax")
    return laid_out(*find_function(problem, name), layout)


def _show(table: Any) -> None:
    """One line a kind of inputs: the figures, and outcomes that should not be."""
    first = table.iloc[0]
    click.echo(f"{first['function']}: {first['problem']} in {first['format']}")
    click.echo(f"  {'inputs':20}{'count':>8}{'max ulp':>12}{'scaled':>12}{'normwise':>12}  wrong outcomes")
    for row in table.to_dict("records"):
        if row["misbehaviour"]:
            click.echo(f"  {row['inputs']:20}{row['count']:8}  {row['misbehaviour']}")
            continue
        figures = "".join(f"{row[name]:12.4g}" for name in ("max_ulp", "max_scaled", "max_normwise"))
        wrong = ", ".join(f"{row[o]:.0f} {o}" for o in OUTCOMES if row[o])
        click.echo(f"  {row['inputs']:20}{row['count']:8}{figures}  {wrong}")
