"""The command itself: what it is for, its exit codes, and how errors become one line."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="precision-study")
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # where the terminal's code page has no Σ or ∀


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Wrong use ends in one line and exit code 2; damaged results, a full disk, doubtful numbers in one and code 1."""
    from study.runs.execution import WorkerDiedError
    from study.runs.store import DamagedResultsError

    try:
        yield
    except (DamagedResultsError, WorkerDiedError, ArithmeticError, OSError) as error:
        raise click.ClickException(str(error)) from None
    except (ValueError, TypeError, ImportError) as error:
        raise click.UsageError(str(error)) from None


def formats_named(formats: str | None) -> list[str]:
    """Names of formats, separated by commas; the main ones where none is given.

    Raises:
        ValueError: there is no such format.
    """
    from study.formats import MAIN_FORMATS, get_format

    return [get_format(name.strip()).name for name in formats.split(",")] if formats else [*MAIN_FORMATS]


def checked_output(option: str, file: str | None) -> None:
    """See that a file can be written before anything is computed.

    Raises:
        ValueError: its name is empty, or its folder is missing.
    """
    if file is not None and (not file or not Path(file).absolute().parent.is_dir()):
        raise ValueError(f"{option} {file!r}: there is no such folder" if file else f"{option} names no file")
