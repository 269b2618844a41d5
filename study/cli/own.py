"""The command that measures somebody's own function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from study.cli.held import conclude, held, limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from study.own.accuracy import Checked


@click.command()
@click.argument("function", metavar="FUNCTION")
@click.option("--problem", required=True, help="What the function is meant to compute; study list names them.")
@click.option("--format", "formats", default="float32", show_default=True, help="Formats, separated by commas.")
@click.option(
    "--inputs", help="A kind of the hard battery, or a .npy, .npz or .csv file of logits. Default: the battery."
)
@click.option("--lengths", help="Instead: ordinary rows of these lengths, separated by commas, as 1000,128256.")
@click.option(
    "--layout",
    help="Of a library's function: rows (default), columns or strided rows. Of yours: some of those that it is called "
    "in, separated by commas (rows, column-major, strided, view, read-only, three axes, alone, square, batches). "
    "Default: all.",
)
@click.option("--recipe", default="", help="Run it under a recipe: 'compute wide', INPUT:COMPUTE:ACCUMULATE:STORE, ….")
@click.option("--arrays", default="numpy", help="Whose arrays yours takes and returns, as torch or jax; else NumPy's.")
@click.option("--device", default="", help="Where these are, or a library's own, as cuda or gpu:1.")
@click.option("--timeout", type=float, default=20.0, show_default=True, help="Seconds for one call of the function.")
@held
def measure(function: str, problem: str, formats: str, **options: Any) -> None:
    """Measure a function of yours, MODULE:FUNCTION, imported from the current folder too, or a library's by its name.

    Yours is called with NumPy arrays, a stack of instances with the vectors along the last axis, and returns an array
    of the same dtype. Exit code 1 if a budget or a recorded figure is exceeded or the function misbehaves.

    \b
    Examples:
      study measure mykernels:log_softmax --problem log_softmax --format float16,float32 --max-normwise 20
      study measure mykernels:log_softmax --problem log_softmax --record budgets.toml
      study measure mykernels:log_softmax --problem log_softmax --against budgets.toml
      study measure mymodel:loss --problem nll --arrays torch --device cuda
      study measure scipy.special.softmax --problem softmax --format float16 --layout columns
    """  # noqa: D301 - \b is click's mark for text to be left as it is
    conclude(lambda: (function, _checked(function, problem, formats, options)), options)


def _checked(function: str, problem: str, formats: str, options: dict[str, Any]) -> Checked:
    """The measurement that the options ask for, held to what they name."""
    from study.own.accuracy import check

    called, layouts = _called(function, problem, **{name: options[name] for name in ("layout", "arrays", "device")})
    given = {
        **{name: options[name] for name in ("inputs", "timeout", "recipe")},
        "lengths": lengths(options),
        **layouts,
    }
    return check(called, problem, listed(formats), *limits(function, options), **given)


def _called(
    function: str, problem: str, layout: str | None, arrays: str, device: str
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function, and how it is called: the layouts, and whose arrays."""
    from study.own.named import Named, OfLibrary

    if ":" in function:
        layouts = {} if layout is None else {"layouts": [n.strip() for n in layout.split(",")]}
        return Named.parse(function), {"backend": ":".join(filter(None, (arrays, device))), **layouts}
    if arrays != "numpy":
        raise ValueError("--arrays is of a function of yours, MODULE:FUNCTION; a library's takes its own")
    called = OfLibrary(problem, function, "rows" if layout is None else layout, device)
    called.load()  # so that what is wrong with it is told
    return called, {"layouts": ()}


def listed(formats: str) -> list[str]:
    """Names of formats, separated by commas."""
    return [name.strip() for name in formats.split(",")]


def lengths(options: dict[str, Any]) -> list[int]:
    """The lengths that the option names.

    Raises:
        ValueError: one is no whole number.
    """
    words = options["lengths"].split(",") if options["lengths"] is not None else []
    try:
        return [int(word) for word in words]
    except ValueError as error:
        word = str(error).rpartition(": ")[2]
        raise ValueError(f"--lengths: {word} is no length; write whole numbers, as 1000,128256") from None
