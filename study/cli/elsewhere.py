"""The commands for a function that lives elsewhere: inputs written, results judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from study.cli.group import one_line_errors
from study.cli.held import conclude, held, limits
from study.cli.own import lengths, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from study.own.accuracy import Checked

MOST = 2**22
"""Inputs of a sweep that a file takes."""


@click.command()
@click.argument("problem")
@click.argument("folder", type=click.Path(file_okay=False))
@click.option("--format", "formats", default="float32", show_default=True, help="Formats, separated by commas.")
@click.option(
    "--inputs", help="A kind of the hard battery, or a .npy, .npz or .csv file of logits. Default: the battery."
)
@click.option("--lengths", help="Instead: ordinary rows of these lengths, separated by commas, as 1000,128256.")
@click.option("--every", is_flag=True, help="Instead: every input, of vectors those of the length in --lengths.")
@click.option("--part", default="", help="Of --every: from which input to which, as 0x3f800000:0x3f810000.")
def export(problem: str, folder: str, formats: str, *, every: bool, part: str, **options: Any) -> None:
    """Write inputs for a function that runs elsewhere: another machine, an accelerator, another language.

    FOLDER gets inputs.npz, manifest.json and run.py, a script of one file that needs NumPy and the function's library
    alone. What it writes, results.npz, study judge reads.

    \b
    Examples:
      study export log_softmax shipped --format float16,bfloat16,float32
      python shipped/run.py torch:log_softmax --arrays torch --device cuda --call "f(logits, -1)"
      study judge shipped results.npz --max-normwise 20
    """  # noqa: D301 - \b is click's mark for text to be left as it is
    with one_line_errors():
        from study.own.accuracy import cases_of
        from study.own.elsewhere import exported
        from study.runs.files import write

        if (part and not every) or (every and options["inputs"]):
            raise ValueError("--every takes no --inputs, and --part is of --every")
        rows = lengths(options)
        cases: dict[str, Any] = {}
        for name in listed(formats):
            inputs = _swept(problem, name, rows, part) if every else options["inputs"]
            cases |= cases_of(problem, name, inputs, () if every else rows)
        for name, content in exported(cases).items():
            write(Path(folder) / name, content)
    kinds = sum(len(of_form) for of_form in cases.values())
    click.echo(f"{kinds} kinds of inputs of {problem} in {folder}; run run.py there, then: study judge {folder}")


def _swept(problem: str, form: str, rows: list[int], part: str) -> dict[str, Any]:
    """Every input of a format, or those of a part, as one kind."""
    from study.exhaustive.specification import Specification
    from study.problems import get_problem

    try:
        start, stop = (int(word, 0) for word in part.split(":")) if part else (0, None)
    except ValueError:
        raise ValueError(f"--part: {part!r} is no range; write START:STOP, as 0x3f800000:0x3f810000") from None
    names = tuple(get_problem(problem).algorithms)
    wanted = Specification(problem, form, names, max(rows, default=1), start, stop)
    if wanted.size > MOST:
        raise ValueError(f"{wanted.size:,} inputs are too many for a file; take at most {MOST:,} with --part")
    args, _ = wanted.arguments(wanted.start, wanted.end)
    return {"every input" if wanted.exhaustive else f"inputs {part}": args}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.argument("results", type=click.Path(exists=True, dir_okay=False), default="results.npz")
@held
def judge(folder: str, results: str, **options: Any) -> None:
    """Judge what a function elsewhere made of exported inputs: the table, verdict and exit code of study measure.

    FOLDER is what study export wrote; RESULTS is what run.py wrote there, or any .npz with, for each key of
    manifest.json, the bits of the results as unsigned integers.
    """
    conclude(lambda: _judged(Path(folder), Path(results), options), options)


def _judged(folder: Path, results: Path, options: dict[str, Any]) -> tuple[str, Checked]:
    from study.own.accuracy import held as held_to
    from study.own.elsewhere import judged

    made = judged(folder, results)

    def drawn(row: Mapping[str, Any]) -> tuple[str, ...]:
        again = f"inputs({str(folder)!r}, {row['format']!r}, {row['inputs']!r})"
        return again, "from study.own.elsewhere import inputs; "

    return made.name, held_to(made.table, made.cases, limits(made.name, options), drawn)
