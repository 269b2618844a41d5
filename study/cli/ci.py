"""What a CI reads of a measurement: JUnit's XML, and GitHub's annotations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from study.own.accuracy import Checked

MESSAGE, PROPERTY = "%\r\n", "%\r\n:,"
"""Characters that are escaped."""


def junit(checked: Checked) -> str:
    """A test case for each format and kind of inputs, its figures as properties."""
    from study.own.budgets import BUDGETS

    failed = {(c.row["format"], c.row["inputs"]): c for c in checked.complaints}
    rows = checked.table.to_dict("records")
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", name="precision", tests=str(len(rows)), failures=str(len(failed)))
    for row in rows:
        name = f"{row['problem']} {row['format']} {row['inputs']}"
        case = ET.SubElement(suite, "testcase", classname=str(row["function"]), name=name)
        properties = ET.SubElement(case, "properties")
        for figure in BUDGETS:
            if not math.isnan(value := float(row.get(figure, math.nan))):
                ET.SubElement(properties, "property", name=figure, value=repr(value))
        if complaint := failed.get((row["format"], row["inputs"])):
            failure = ET.SubElement(case, "failure", message=complaint.lines[0])
            failure.text = "\n".join([*complaint.lines, *checked.worst])
    ET.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def github(checked: Checked) -> Iterator[str]:
    """An annotation for everything complained of; the first has the worst input."""
    from study.own.budgets import told

    for number, line in enumerate(told(checked.complaints)):
        yield annotation("error", "\n".join([line, *checked.worst]) if number == 0 else line, title="precision")


def annotation(kind: str, message: str, **properties: str | int) -> str:
    """A workflow command, as GitHub Actions shows it beside a commit.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands has the format; %, line ends
    and, in properties, colons and commas are escaped as the runner undoes it.
    """
    places = ",".join(f"{name}={_escaped(str(value), PROPERTY)}" for name, value in properties.items())
    return f"::{kind} {places}::{_escaped(message, MESSAGE)}"


def _escaped(text: str, characters: str) -> str:
    return "".join(f"%{ord(c):02X}" if c in characters else c for c in text)
