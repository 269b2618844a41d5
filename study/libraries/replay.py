"""A stored measurement of a library's function, made again: its worst input, the result, and the command for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from study.formats import get_format
from study.libraries.backends import get_backend, laid_out
from study.measurement.given import resolve
from study.measurement.judged import measure_trusted
from study.measurement.worst import worst_case
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = {"backend", "problem", "algorithm", "format", "inputs", "layout"}
"""What a row has to say to be made again."""


def replay(identifier: str, row: Mapping[str, Any]) -> str:
    """Lines on a row's worst input.

    Raises:
        AbsentError: its backend is not installed.
    """
    backend = get_backend(str(row["backend"]))
    function = laid_out(backend, backend.function(row["problem"], row["algorithm"]), str(row["layout"]))
    cases = resolve(get_problem(row["problem"]), get_format(row["format"]), str(row["inputs"]))
    table = measure_trusted(function, cases)
    found = cast("dict[str, Any]", table.to_dict("records")[0])
    header = f"{identifier}: {row['algorithm']} ({backend.name} {backend.version}), {row['problem']} in {row['format']}"
    lines = worst_case(found, cases[found["inputs"]])[:-1] or [found["misbehaviour"]]
    return "\n".join([f"{header}, {row['layout']}", *lines, f"again        {command(row)}"])


def command(row: Mapping[str, Any]) -> str:
    """The command that measures a row anew."""
    return (
        f"study measure {row['algorithm']} --problem {row['problem']} --format {row['format']} "
        f"--inputs '{row['inputs']}' --layout '{row['layout']}'"
    )
