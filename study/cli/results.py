"""Commands on the study's own experiments and results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from study.cli.group import checked_output, one_line_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from study.runs.experiment import Experiment


@click.command("list")
def list_() -> None:
    """List the experiments of this folder, the problems with their algorithms, the formats and the backends."""
    from study.formats import KNOWN
    from study.libraries.backends import BACKENDS
    from study.problems import PROBLEMS
    from study.runs.runner import EXPERIMENTS

    for number, experiment in enumerate(_discover(()) if EXPERIMENTS.is_dir() else ()):
        click.echo("experiments\n" * (number == 0) + f"  {experiment.name:24} {experiment.question}")
    click.echo("problems")
    for problem in PROBLEMS.values():
        click.echo(f"  {problem.name:24} {problem.formula}\n{'':27}{', '.join(problem.algorithms)}")
    click.echo(f"formats\n  {', '.join(KNOWN)}")
    versions = (f"{b.name} {b.version or '(not installed)'}" for b in BACKENDS.values())
    click.echo(f"backends\n  {', '.join(versions)}")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--jobs", type=click.IntRange(1), envvar="JOBS", help="Worker processes; default: one a processor.")
@click.option("--backends", default="", help="Libraries to measure also where others are missing, as 'torch jax'.")
def run(names: tuple[str, ...], jobs: int | None, backends: str) -> None:
    """Run experiments (all, or NAMES), as far as they are not up to date, and rebuild the report."""
    from study.libraries.backends import get_backend
    from study.runs import uptodate
    from study.runs.runner import EXPERIMENTS, run_experiments

    if not names and not backends and (said := uptodate.said(EXPERIMENTS)):
        click.echo("\n".join(["everything is up to date", *said]))
        return
    with one_line_errors():
        asked = [get_backend(name).name for name in backends.replace(",", " ").split()]
    experiments = _discover(names)
    lines = [line for experiment in experiments for line in _without(experiment, asked)]
    for line in lines:
        click.echo(line)
    with one_line_errors():
        computed = run_experiments(experiments, jobs, asked)
    click.echo(f"computed: {', '.join(computed)}" if computed else "everything is up to date")
    lines += _report()
    if not names and not backends:
        uptodate.record(EXPERIMENTS, lines)


def _without(experiment: Experiment, asked: list[str]) -> Iterator[str]:
    """What a run says of an experiment some of whose libraries are absent."""
    from study.libraries.backends.base import INSTALL
    from study.runs import partial, store

    absent = experiment.absent()
    if not absent:
        return
    whom = ", ".join(f"{name} {reason}" for name, reason in absent.items())
    if not experiment.measured(asked):
        stored = "results are kept" if store.has_tables(experiment) else "nothing is stored"
        yield f"{experiment.name}: {whom} ({INSTALL}); {stored}"
    else:
        yield f"{experiment.name}: {whom}; {'rows are kept' if partial.kept(experiment) else 'left out'}"


@click.command()
def report() -> None:
    """Rebuild the report from the stored tables alone."""
    _report()


@click.command()
@click.argument("names", nargs=-1)
@click.option("--jobs", type=click.IntRange(1), envvar="JOBS", help="Worker processes; default: one a processor.")
@click.option(
    "--json", type=click.Path(dir_okay=False, allow_dash=True), help="Write the verdict to a file; - prints it."
)
def check(names: tuple[str, ...], jobs: int | None, json: str | None) -> None:
    """The gate: recompute tables (all and the hard battery, or of NAMES) and fail if one breaks what it promises."""
    from study.gate import drift
    from study.gate.verdict import check as verdict
    from study.runs.files import write

    with one_line_errors():
        checked_output("--json", json)
        found = verdict(_discover(names), jobs, hard=not names)
        if json not in {None, "-"}:
            write(Path(str(json)), found.as_json())
    if json == "-":
        click.echo(found.as_json(), nl=False)
        sys.exit(1 if found.broken or found.drifted else 0)
    if found.moved is None:
        click.echo(
            f"no baseline for the fingerprint {drift.path().stem}: drift is not judged; study baseline records one"
        )
    elif len(found.moved):
        click.echo("\n".join(["moved since the baseline, worst first:", *drift.lines(found.moved)]))
    for line in found.broken + found.drifted:
        click.echo(line)
    count = len(found.broken + found.drifted)
    click.echo(
        f"{count} violations"
        if count
        else "every bound holds and is used, faithful is faithful, every documented failure is still there"
    )
    sys.exit(1 if count else 0)


@click.command()
@click.option("--jobs", type=click.IntRange(1), envvar="JOBS", help="Worker processes; default: one a processor.")
def baseline(jobs: int | None) -> None:
    """Record today's figures as the baseline for this machine's numerical fingerprint, and say what changed."""
    from study.gate import bound_use, drift
    from study.gate.verdict import check as verdict

    with one_line_errors():
        found = verdict(_discover(()), jobs, hard=True)
        broken = [line for line in found.broken if str(bound_use.path()) not in line]
        if broken:
            raise click.ClickException("contracts are broken; no baseline is recorded:\n" + "\n".join(broken))
        drift.record(found.measured)
        bound_use.record(found.used)
    click.echo(f"{drift.path()}: {len(found.measured)} figures recorded")
    if found.moved is not None:
        click.echo("\n".join(drift.lines(found.moved)) if len(found.moved) else "nothing changed")


@click.command()
@click.argument("case", metavar="EXPERIMENT/TABLE/ROW")
def replay(case: str) -> None:
    """Run one stored worst case again, step by step: each intermediate, its exact value and its error.

    It is looked up in the experiments and results of this folder, then in those that come with the package.
    """
    from study.cli.replay import replay as again

    with one_line_errors():
        click.echo(again(case))


def _discover(names: tuple[str, ...]) -> list[Experiment]:
    from study.runs.runner import discover

    with one_line_errors():
        return discover(names)


def _report() -> list[str]:
    from study.report import build

    with one_line_errors():
        path, findings = build()
    lines = [f"report: {path}", *(f"  • {sentence}" for sentence in findings[:3])]
    click.echo("\n".join(lines))
    return lines
