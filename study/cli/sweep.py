"""Commands that leave nothing to chance: every input, or the worst that a search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from study.cli.group import one_line_errors

if TYPE_CHECKING:
    from study.exhaustive.specification import Specification


@click.command()
@click.argument("problem")
@click.option("--format", "form", required=True, help="Format of at most 24 bits of precision.")
@click.option("--algorithms", help="Names, separated by commas; default: all, and the libraries' functions.")
@click.option("--length", type=click.IntRange(1), default=1, show_default=True, help="Entries of a vector.")
@click.option("--start", default="0", show_default=True, help="First input: its bit patterns side by side, as 0x3f80.")
@click.option("--stop", help="One more than the last input; default: the end.")
@click.option("--jobs", type=click.IntRange(1), envvar="JOBS", help="Worker processes; default: one a processor.")
def sweep(
    problem: str, form: str, algorithms: str | None, length: int, start: str, stop: str | None, jobs: int | None
) -> None:
    """Measure algorithms on every input of a format; what is done is kept, and the same command goes on from there.

    SCHEDULER=tcp://HOST:PORT sends the work to a Dask cluster.

    \b
    Examples:
      study sweep softplus --format float32
      study sweep logaddexp --format float16 --algorithms log1p,faithful
      study sweep softmax --format float8_e4m3fn --length 3
    """  # noqa: D301 - \b is click's mark for text to be left as it is
    from study.exhaustive.functions import problem_named
    from study.exhaustive.specification import Specification

    with one_line_errors():
        known = problem_named(problem).algorithms
        names = algorithms.split(",") if algorithms is not None else [n for n, a in known.items() if form in a.formats]
        spec = Specification(
            problem, form, tuple(names), length, _number(start), None if stop is None else _number(stop)
        )
        _run([spec], jobs)


@click.command()
@click.option("--jobs", type=click.IntRange(1), envvar="JOBS", help="Worker processes; default: one a processor.")
def exhaustive(jobs: int | None) -> None:
    """Run every sweep of the plan, the cheap ones first: hours; what is done is kept."""
    from study.exhaustive.plan import plan

    with one_line_errors():
        _run(plan(), jobs)


def _number(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise ValueError(f"{text!r} is no input; write its bit patterns as a number, such as 16256 or 0x3f80") from None


def _run(specs: list[Specification], jobs: int | None) -> None:
    from study.exhaustive.run import run
    from study.exhaustive.told import told
    from study.runs.store import read_csv

    for spec in specs:
        paths, left = run(spec, jobs)
        for path in paths:
            click.echo(path)
        rest = f"; left as they were: {', '.join(left)}" if left else ""
        click.echo(f"{spec.name}: computed {', '.join(spec.algorithms)}{rest}")
        for row in read_csv(paths[0]).to_dict("records"):
            if row["algorithm"] in spec.algorithms:
                click.echo(f"  {told({str(name): value for name, value in row.items()})}")
