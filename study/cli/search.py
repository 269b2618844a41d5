"""The command that looks for a worst case."""

from __future__ import annotations

import click

from study.cli.group import one_line_errors


@click.command()
@click.argument("problem")
@click.option("--format", "form", default="float64", show_default=True, help="The format.")
@click.option("--algorithm", required=True, help="Name of the algorithm; study list names them.")
@click.option("--length", type=click.IntRange(1, 8), default=4, show_default=True, help="Entries of a vector.")
@click.option("--budget", type=click.IntRange(2000), default=100_000, show_default=True, help="Inputs to try.")
@click.option("--seed", default="study", show_default=True, help="A name; the same finds the same.")
def search(problem: str, form: str, algorithm: str, length: int, budget: int, seed: str) -> None:
    """Look for the input with the largest error, and for comparison among as many random ones.

    What is found is a lower bound; only a sweep is the maximum. Results that are lost, zero, infinite or NaN where they
    should not be, have no such error: they are counted beside it.

    \b
    Example:
      study search logsumexp --format float64 --algorithm shifted --length 4
    """  # noqa: D301 - \b is click's mark for text to be left as it is
    from study.exhaustive.functions import problem_named
    from study.exhaustive.search.patterns import Space
    from study.exhaustive.search.run import run

    with one_line_errors():
        vectors = any(kind.axes for kind in problem_named(problem).signature.arguments)
        table, path, lost = run(Space(problem, form, length if vectors else 1), algorithm, budget, seed)
    for by, cases in table.groupby("found_by", sort=False):
        worst = cases.iloc[0]
        click.echo(f"{by}: {worst['ulps']:.6g} ulp after {worst['evaluations']:,} inputs, at {worst['input']}")
        for line in lost[str(by)] or ["none of them is lost"]:
            click.echo(f"  {line}")
    click.echo(path)
