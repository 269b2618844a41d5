"""What a CI reads of a measurement: JUnit's XML, and GitHub's annotations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from study.own.accuracy import Checked


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
    """``::error`` for everything complained of, as GitHub Actions shows beside a commit; the first has the worst input.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands has the format.
    """
    from study.own.budgets import told

    for number, line in enumerate(told(checked.complaints)):
        message = "\n".join([line, *checked.worst]) if number == 0 else line
        yield f"::error title=precision::{_escaped(message)}"


def _escaped(text: str) -> str:
    """A message in one line, as the runner undoes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
