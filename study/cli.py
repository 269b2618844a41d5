"""The command line: ``study`` and ``python -m study``."""

from __future__ import annotations

import sys

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="study")
def main() -> None:
    """Measure how accurate likelihoods, softmaxes and losses are in floating point.

    \b
    Exit codes: 0 fine, 1 a bound is exceeded or results are damaged, 2 wrong use.

    \b
    Examples:
      study list                     what can be run, measured and in which formats
      study run softmax_range        run one experiment, then rebuild the report
      study check                    recompute everything and hold it to its bounds
      study replay digits/losses/3   one stored worst case, step by step
      study audit LOGITS.npy         measure every formula on your own logits
    """  # noqa: D301 - \b is click's mark for text to be left as it is


@main.command("list")
def list_() -> None:
    """List the experiments, the problems with their algorithms, and the formats."""
    from study.formats import FORMATS
    from study.problems import PROBLEMS

    click.echo("experiments")
    for experiment in _discover(()):
        click.echo(f"  {experiment.name:24} {experiment.question}")
    click.echo("problems")
    for problem in PROBLEMS.values():
        click.echo(f"  {problem.name:24} {problem.formula}\n{'':27}{', '.join(problem.algorithms)}")
    click.echo(f"formats\n  {', '.join(FORMATS)}")


@main.command()
@click.argument("names", nargs=-1)
@click.option("--jobs", type=click.IntRange(1), envvar="JOBS", help="Worker processes; default: one a processor.")
def run(names: tuple[str, ...], jobs: int | None) -> None:
    """Run experiments (all, or NAMES), as far as they are not up to date, and rebuild the report."""
    from study.run import run_experiments

    computed = run_experiments(_discover(names), jobs)
    click.echo(f"computed: {', '.join(computed)}" if computed else "everything is up to date")
    _report()


@main.command()
def report() -> None:
    """Rebuild the report from the stored tables alone."""
    _report()


@main.command()
@click.argument("names", nargs=-1)
@click.option("--jobs", type=click.IntRange(1), envvar="JOBS", help="Worker processes; default: one a processor.")
def check(names: tuple[str, ...], jobs: int | None) -> None:
    """The gate: recompute tables (all, or of NAMES) and fail if one breaks a bound or lost a documented failure."""
    from study.gate import check as violations

    found = violations(_discover(names), jobs)
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} violations" if found else "every bound holds, every documented failure is still there")
    sys.exit(1 if found else 0)


@main.command()
@click.argument("case", metavar="EXPERIMENT/TABLE/ROW")
def replay(case: str) -> None:
    """Run one stored worst case again, step by step: each intermediate, its exact value and its error."""
    from study.replay import replay as again
    from study.store import DamagedResultsError

    try:
        click.echo(again(case))
    except DamagedResultsError as error:
        raise click.ClickException(str(error)) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.argument("targets", type=click.Path(exists=True, dir_okay=False), required=False)
def audit(file: str, targets: str | None) -> None:
    """Measure every formula in every format on your own logits: FILE is .npy, .npz or .csv, a row an observation.

    TARGETS is a file of class indices. Without it a .csv has them in a last column named "target", and an .npz in an
    array named "targets"; where there are none, losses are not measured.
    """
    from study.audit import audit as measure

    try:
        click.echo(measure(file, targets))
    except (ValueError, TypeError) as error:
        raise click.UsageError(str(error)) from None


def _discover(names: tuple[str, ...]) -> list:  # type: ignore[type-arg]  # naming it would import what --help need not
    from study.run import discover

    try:
        return discover(names)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _report() -> None:
    from study.report import build
    from study.store import DamagedResultsError

    try:
        path, findings = build()
    except DamagedResultsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"report: {path}")
    for sentence in findings[:3]:
        click.echo(f"  • {sentence}")
