"""The command that audits somebody's own logits."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from study.cli.against import against
from study.cli.group import checked_output, formats_named, one_line_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from study.inputs.logits import Logits
    from study.own.audit import Audit, Each

ALONE = 2**20
"""Numbers up to which one process is done before others have started."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.argument("targets", type=click.Path(exists=True, dir_okay=False), required=False)
@click.option("--against", "other", type=click.Path(exists=True, dir_okay=False), help="Compare with: another engine.")
@click.option("--band", default="0.8,1.2", show_default=True, help="Ratios that are not clipped, with --against.")
@click.option("--axis", type=int, default=-1, show_default=True, help="Axis of the classes.")
@click.option("--variable", help="Name of the array in a file that has several.")
@click.option("--ignore-index", type=int, help="Target of vectors to leave out, as PyTorch's -100.")
@click.option("--format", "formats", help="Formats, separated by commas.  [default: float16 to float64]")
@click.option(
    "--recipe",
    "recipes",
    multiple=True,
    default=("compute wide",),
    show_default=True,
    help="Our formulas also under a recipe: 'store wide', INPUT:COMPUTE:SUM:STORE.",
)
@click.option("--full", is_flag=True, help="Measure and show everything: every formula, softmax, row sums.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True), help="Write the text to a file.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, writable=True), help="Write every figure.")
@click.option("--html", "html_file", type=click.Path(dir_okay=False, writable=True), help="Write a page.")
@click.option("--jobs", type=click.IntRange(1), envvar="JOBS", help="Worker processes; default: one a processor.")
def audit(
    file: str,
    targets: str | None,
    output: str | None,
    json_file: str | None,
    html_file: str | None,
    jobs: int | None,
    formats: str | None,
    recipes: tuple[str, ...],
    *,
    full: bool,
    ignore_index: int | None,
    **options: Any,
) -> None:
    """Is my loss right? The exact mean loss of your logits, and what every formula and library makes of it.

    FILE is .npy, .npz, .safetensors, .parquet, .csv or .mat, of shape (…, classes), −inf where masked; with --axis 0 a
    column is an observation. TARGETS is a file of class indices from 0. Without it a .csv or .parquet has them in a
    column named "target", others in an array named "targets"; where there are none, the normaliser log Σ exp x is
    audited. Ctrl-C ends it with the answer for what is done.

    With --against both files hold log-probabilities of the same tokens, (sequences, tokens), NaN where padded: their
    importance ratios, exactly, how many leave the band, and what rounding explains.

    \b
    Examples:
      study audit logits.npy targets.npy --ignore-index -100
      study audit logits.safetensors --full --html audit.html
      study audit logp_trainer.npy --against logp_sampler.npy
    """  # noqa: D301 - \b is click's mark for text to be left as it is
    from study.inputs.logits import opened
    from study.runs.files import write

    other, _ = options.pop("other"), options.pop("band")
    if other is not None:
        return against(click.get_current_context())
    with one_line_errors():
        for option, path in {"--output": output, "--json": json_file, "--html": html_file}.items():
            checked_output(option, path)
        watched = partial(_bar, desc="look", delay=1)
        with opened(file, targets, ignore=ignore_index, watched=watched, **options) as logits:
            made = _measured(file, logits, formats, recipes, jobs, full=full)
            text = _text(made, full=full)
        for path, content in _files(made, text, output, json_file, html_file):
            write(Path(path), content)
    if not output:
        click.echo(text)
    sys.exit(130 if made.interrupted else 0)


def _measured(
    file: str, logits: Logits, formats: str | None, recipes: tuple[str, ...], jobs: int | None, *, full: bool
) -> Audit:
    from study.own.audit import audit as measured
    from study.own.methods import everything, losses, under

    names = formats_named(formats)
    methods = (everything if full else losses)(names, targets=logits.targets is not None)
    methods += tuple(method for recipe in recipes for method in under(recipe, methods))
    if not methods:
        raise ValueError(f"no formula computes in {', '.join(names)}")
    size = logits.stored.vectors * logits.stored.length
    with _each(size, jobs) as each:
        return measured(Path(file).name, logits, methods, each, whole=full)


def _files(made: Audit, text: str, *paths: str | None) -> Iterator[tuple[str, str]]:
    """What is written: the text, JSON, a page, each where it is asked for."""
    output, json_file, html_file = paths
    if output:
        yield output, text + "\n"
    if json_file:
        from study.own.record import record

        yield json_file, record(made)
    if html_file:
        from study.report.audit import page

        yield html_file, page(made)


def _text(made: Audit, *, full: bool) -> str:
    from study.own import answer, tables

    more = tables.full(made) if full else ["more: --full, --json FILE, --html FILE"]
    return "\n".join([*answer.answer(made), "", *answer.notes(made), "" * full, *more])


@contextmanager
def _each(size: int, jobs: int | None) -> Iterator[Each]:
    """Calls on blocks, in this process where there is little to do, else on workers; a bar shows how far it is."""
    from study.own.audit import serially
    from study.runs import execution

    if size <= ALONE:
        yield partial(_shown, serially)
        return
    with execution.executor(jobs) as pool:
        ahead = execution.workers(jobs) + 1  # little is waited for after Ctrl-C
        yield partial(_shown, lambda function, calls: execution.results(pool, function, calls, ahead))


def _shown(each: Each, function: Callable[[Any], Any], calls: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """The same, with a bar."""
    with _bar(total=len(calls), desc=function.__name__) as bar:
        for call, result in each(function, calls):
            bar.update()
            yield call, result


def _bar(*args: Any, **options: Any) -> Any:
    """What shows how much is done, and the time left."""
    from tqdm import tqdm

    pause = 0.2 if sys.stderr.isatty() else 1.0
    return tqdm(*args, unit="block", mininterval=pause, leave=False, **options)
