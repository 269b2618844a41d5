"""Commands on somebody's own function and logits."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from study.cli.group import checked_output, one_line_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from study.own.accuracy import Checked

OUTPUTS = ("json", "junit", "record")
"""Options of ``measure`` that name a file to write."""


@click.command()
@click.argument("function", metavar="FUNCTION")
@click.option("--problem", required=True, help="What the function is meant to compute; study list names them.")
@click.option("--format", "formats", default="float32", show_default=True, help="Formats, separated by commas.")
@click.option(
    "--inputs", help="A kind of the hard battery, or a .npy, .npz or .csv file of logits. Default: the battery."
)
@click.option("--lengths", help="Instead: ordinary rows of these lengths, separated by commas, as 1000,128256.")
@click.option(
    "--layout",
    help="Of a library's function: rows (default), columns or strided rows. Of yours: some of those that it is called "
    "in, separated by commas (rows, column-major, strided, view, read-only, three axes, alone, square, batches). "
    "Default: all.",
)
@click.option("--recipe", default="", help="Run it under a recipe: 'compute wide', INPUT:COMPUTE:ACCUMULATE:STORE, ….")
@click.option("--max-ulp", type=float, help="Largest error allowed, in ulps.")
@click.option("--max-scaled", type=float, help="Largest error allowed over u (1 + cond) |reference|.")
@click.option("--max-normwise", type=float, help="Largest error allowed over u times the result's largest component.")
@click.option("--record", type=click.Path(dir_okay=False), help="Write the figures into a TOML file; the rest stays.")
@click.option("--against", type=click.Path(exists=True, dir_okay=False), help="Hold the figures to such a file.")
@click.option("--factor", type=float, help="How many times a recorded error is allowed; 1.5 unless told otherwise.")
@click.option("--timeout", type=float, default=20.0, show_default=True, help="Seconds for one call of the function.")
@click.option("--full", is_flag=True, help="Show every kind of inputs, not only what fails first.")
@click.option("--json", type=click.Path(dir_okay=False, writable=True), help="Write every figure to a file.")
@click.option("--junit", type=click.Path(dir_okay=False, writable=True), help="Write a JUnit file for a CI.")
@click.option("--annotate", is_flag=True, help="Print ::error lines for GitHub, as where GITHUB_ACTIONS is set.")
def measure(function: str, problem: str, formats: str, **options: Any) -> None:
    """Measure a function of yours, MODULE:FUNCTION, imported from the current folder too, or a library's by its name.

    Yours is called with NumPy arrays, a stack of instances with the vectors along the last axis, and returns an array
    of the same dtype. Exit code 1 if a budget or a recorded figure is exceeded or the function misbehaves.

    \b
    Examples:
      study measure mykernels:log_softmax --problem log_softmax --format float16,float32 --max-normwise 20
      study measure mykernels:log_softmax --problem log_softmax --record budgets.toml
      study measure mykernels:log_softmax --problem log_softmax --against budgets.toml
      study measure scipy.special.softmax --problem softmax --format float16 --layout columns
    """  # noqa: D301 - \b is click's mark for text to be left as it is
    with one_line_errors():
        for name in OUTPUTS:
            checked_output(f"--{name}", options[name])
        checked = _checked(function, problem, formats, options)
        said = _written(checked, function, options)
    from study.own.table import shown

    click.echo(shown(checked.table, full=options["full"], detailed=False))
    click.echo("\n" + "\n".join(filter(None, [checked.text, *said])))
    if checked.complaints and (options["annotate"] or os.environ.get("GITHUB_ACTIONS")):
        from study.cli.ci import github

        click.echo("\n".join(github(checked)))
    sys.exit(1 if checked.complaints else 0)


def _checked(function: str, problem: str, formats: str, options: dict[str, Any]) -> Checked:
    """The measurement that the options ask for, held to what they name."""
    from study.own.accuracy import check
    from study.own.budgets import BUDGETS, fixed
    from study.own.recorded import FACTOR, Record

    if options["factor"] is not None and options["against"] is None:
        raise ValueError("--factor is of --against, which is not given")
    budgets = {name: options[name] for name in BUDGETS if options[name] is not None}
    limits: list[Any] = [fixed(**budgets)] if budgets else []
    if options["against"] is not None:
        factor = FACTOR if options["factor"] is None else options["factor"]
        limits.append(Record.read(Path(options["against"]), function, factor))
    lengths = [_length(word) for word in (options["lengths"] or "").split(",") if options["lengths"] is not None]
    called, layouts = _called(function, problem, options["layout"])
    given = {**{name: options[name] for name in ("inputs", "timeout", "recipe")}, "lengths": lengths, **layouts}
    return check(called, problem, [name.strip() for name in formats.split(",")], *limits, **given)


def _called(function: str, problem: str, layout: str | None) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function and the layouts it is called in."""
    from study.own.named import Named, OfLibrary

    if ":" in function:
        return Named.parse(function), {} if layout is None else {"layouts": [n.strip() for n in layout.split(",")]}
    called = OfLibrary(problem, function, "rows" if layout is None else layout)
    called.load()  # so that what is wrong with it is told
    return called, {"layouts": ()}


def _length(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise ValueError(f"--lengths: {word!r} is no length; write whole numbers, as 1000,128256") from None


def _written(checked: Checked, function: str, options: dict[str, Any]) -> list[str]:
    """The files that were asked for, each whole or not at all; what is said of the record."""
    from study.runs.files import write

    if options["json"]:
        write(Path(options["json"]), checked.table.to_json(orient="records", indent=1))
    if options["junit"]:
        from study.cli.ci import junit

        write(Path(options["junit"]), junit(checked))
    if not options["record"]:
        return []
    from study.own.recorded import recorded

    path = Path(options["record"])
    if checked.complaints:
        return [f"not recorded {path} is as it was"]
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    write(path, recorded(text, path, function, checked.table))
    return [f"recorded     {len(checked.table)} kinds of inputs in {path}"]
