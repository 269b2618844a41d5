"""Fill in the templates: the page for browsers and its Markdown twin for code hosts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.formats import MAIN_FORMATS
from study.inputs.battery import GROUPS
from study.report import answer, exhaustive, four, provenance, svg, use
from study.report.columns import COLUMNS
from study.report.sections import MOST, formulas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment
    from markupsafe import Markup

    from study.report.data import Data
    from study.report.sections import Section

TEMPLATES = Path(__file__).parent / "templates"
STRONGEST = 5
METRICS = ("max_ulp", "max_u", "max_scaled", "max_normwise", "max_cond", "bound_used")
TITLE = "Which formula, in which floating-point format, can you trust?"


def render(data: Data, sections: Sequence[Section]) -> dict[str, str]:
    """The texts of ``report.html`` and ``README.md``."""
    uses = use.uses(data.rows, data.tried, data.special, data.experiments)
    first = {u.problem for u in uses if u.calls} or {u.problem for u in uses}
    context = {
        "title": TITLE,
        "formats": MAIN_FORMATS,
        "matrix": [line for line in data.matrix if line[0].problem in first],
        "further": [line for line in data.matrix if line[0].problem not in first],
        "marks": answer.MARKS,
        "four": dict(zip(("lines", "longest"), four.answer(t for _, t in data.experiments), strict=True)),
        "narrowed": list(four.NARROWED.values()),
        "narrow": four.FORM,
        "wide": four.WIDE,
        "faithful": answer.faithful(data.rows, exhaustive.errors(data.exhaustive)),
        "uses": uses,
        "groups": GROUPS,
        "library_format": use.COMPARED,
        "formulas": formulas(dict.fromkeys(name for s in sections for name in s.problems)),
        "most": MOST,
        "strongest": data.claims[:STRONGEST],
        "sections": sections,
        "metrics": [COLUMNS[name] for name in METRICS],
        "provenance": provenance.groups(sections),
        "colours": svg.variables(":root") + svg.SHEET,
    }
    return {name: environment().get_template(f"{name}.j2").render(context) for name in ("report.html", "README.md")}


@cache
def environment() -> Environment:
    """Where the templates are, and what they may call."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cell": markdown_cell, "prose": prose}
    environment.globals |= {"read": lambda name: (TEMPLATES / name).read_text(encoding="utf-8")}
    return environment


def prose(words: str) -> Markup:
    """A docstring's paragraph: what stands in double backticks is code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"``(.+?)``", r"<code>\1</code>", str(escape(words))))  # noqa: S704 - escaped before


def markdown_cell(words: Any) -> str:
    """Words inside a Markdown table."""
    return str(words).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
