"""The command that writes an experiment to start from."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = Template('''"""Up to which logit does log(sum(exp x)) hold, and what does the shift by the maximum save?

The question above is the first paragraph; this one says why it matters. Both stand in the report.
"""

from study import Experiment, Finding, Sweep
from study.inputs.families import scaled_normal


def lost(tables):
    """A sentence computed from the tables, or None where they do not bear it out."""
    rows = tables["sweep"]
    naive = rows[(rows["algorithm"] == "naive") & (rows["overflow"] > 0)]
    first = naive.groupby("format")["value"].min()
    each = ", ".join(f"from {value:g} in {form}" for form, value in first.items())
    return f"The naive formula overflows {each}." if each else None


experiment = Experiment(
    __file__,
    __doc__,
    title="$title",
    tables={
        "sweep": Sweep(
            parameter="largest logit",
            values=[1, 3, 10, 30, 100, 300, 1000],
            families=[scaled_normal(10)],
            problems={"logsumexp": ["naive", "shifted", "faithful"]},
            formats=["float16", "float32"],
            rows=lambda _value: 20,
        )
    },
    findings=[Finding(lost)],
)
''')


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Write experiments/NAME.py, an experiment to start from; study run then measures it and writes its report."""
    from study.cli.group import one_line_errors
    from study.runs.runner import EXPERIMENTS

    path = EXPERIMENTS / f"{name}.py"
    with one_line_errors():
        write(path, name)
    click.echo(f"{path}\nnow: study run {name}")


def write(path: Path, name: str) -> None:
    """Write the file.

    Raises:
        ValueError: the name is none of a Python module, or is taken.
    """
    if not name.isidentifier() or name.startswith("_"):
        raise ValueError(f"{name!r} cannot name an experiment; use letters, digits and _, as in my_loss")
    if path.exists():
        raise ValueError(f"{path} exists; choose another name")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEMPLATE.substitute(title=name.replace("_", " ").capitalize()), encoding="utf-8")
