"""``study audit --against``: two engines' log-probabilities of the same tokens, in text and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from study.cli.group import checked_output, formats_named, one_line_errors

if TYPE_CHECKING:
    from study.own.against import Against

ALONE = ("full", "recipes", "html_file", "jobs", "axis")
"""Options of an audit that say nothing of two engines."""


def against(context: click.Context) -> None:
    """Compare the log-probabilities of two files, and say and write what was asked for."""
    from study.own.against import record
    from study.own.against_answer import answer
    from study.own.record import told
    from study.runs.files import write

    output, json_file = context.params["output"], context.params["json_file"]
    with one_line_errors():
        _refuse(context)
        for option, path in {"--output": output, "--json": json_file}.items():
            checked_output(option, path)
        made = _compared(context)
        lines = answer(made)
        if json_file:
            write(Path(json_file), json.dumps(told(record(made, lines)), indent=1, allow_nan=False))
        if output:
            write(Path(output), "\n".join(lines) + "\n")
    if not output:
        click.echo("\n".join(lines))


def _compared(context: click.Context) -> Against:
    from study.inputs.log_probabilities import pair
    from study.own.against import compare

    given = context.params
    file, other, names, band = given["file"], given["other"], formats_named(given["formats"]), _ends(given["band"])
    held = pair(file, other, given["targets"], given["variable"], given["ignore_index"])
    return compare((Path(file).name, Path(other).name), held, names, band)


def _refuse(context: click.Context) -> None:
    """See that no option was given that says nothing here."""
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE
        if given and parameter.name in ALONE:
            raise ValueError(f"{parameter.opts[0]} says nothing of two engines; leave it out beside --against")


def _ends(band: str) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in band.split(","))
    except ValueError:
        raise ValueError(f"--band is two ratios, as 0.8,1.2, not {band!r}") from None
    return low, high
