"""How a measurement is held to limits on the command line: the options, what is said, and the files written."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from study.cli.group import checked_output, one_line_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from study.own.accuracy import Checked

OUTPUTS = ("json", "junit", "record")
"""Options that name a file to write."""

OPTIONS = (
    click.option("--max-ulp", type=float, help="Largest error allowed, in ulps."),
    click.option("--max-scaled", type=float, help="Largest error allowed over u (1 + cond) |reference|."),
    click.option(
        "--max-normwise", type=float, help="Largest error allowed over u times the result's largest component."
    ),
    click.option(
        "--record", type=click.Path(dir_okay=False), help="Write the figures into a TOML file; the rest stays."
    ),
    click.option("--against", type=click.Path(exists=True, dir_okay=False), help="Hold the figures to such a file."),
    click.option("--factor", type=float, help="How many times a recorded error is allowed; 1.5 unless told otherwise."),
    click.option("--full", is_flag=True, help="Show every kind of inputs, not only what fails first."),
    click.option("--json", type=click.Path(dir_okay=False, writable=True), help="Write every figure to a file."),
    click.option("--junit", type=click.Path(dir_okay=False, writable=True), help="Write a JUnit file for a CI."),
    click.option("--annotate", is_flag=True, help="Print ::error lines for GitHub, as where GITHUB_ACTIONS is set."),
)


def held(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that hold a measurement."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def limits(function: str, options: dict[str, Any]) -> list[Any]:
    """What the options hold a function to.

    Raises:
        OSError, ValueError: as ``study.own.budgets.fixed`` and ``study.own.recorded.Record.read`` do.
    """
    from study.own.budgets import BUDGETS, fixed
    from study.own.recorded import FACTOR, Record

    if options["factor"] is not None and options["against"] is None:
        raise ValueError("--factor is of --against, which is not given")
    budgets = {name: options[name] for name in BUDGETS if options[name] is not None}
    found: list[Any] = [fixed(**budgets)] if budgets else []
    if options["against"] is not None:
        factor = FACTOR if options["factor"] is None else options["factor"]
        found.append(Record.read(Path(options["against"]), function, factor))
    return found


def conclude(measured: Callable[[], tuple[str, Checked]], options: dict[str, Any]) -> NoReturn:
    """Measure, say what came of it, write the files that were asked for, and end: with 1 where a limit is exceeded.

    Args:
        measured: gives the name that the function is recorded under, and the measurement.
        options: of the command.
    """
    with one_line_errors():
        for name in OUTPUTS:
            checked_output(f"--{name}", options[name])
        function, checked = measured()
        said = _written(checked, function, options)
    from study.own.table import shown

    click.echo(shown(checked.table, full=options["full"], detailed=False))
    click.echo("\n" + "\n".join(filter(None, [checked.text, *said])))
    if checked.complaints and (options["annotate"] or os.environ.get("GITHUB_ACTIONS")):
        from study.cli.ci import github

        click.echo("\n".join(github(checked)))
    sys.exit(1 if checked.complaints else 0)


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
