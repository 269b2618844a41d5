"""The gate: what must hold of recomputed tables, on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.experiment import MAIN_FORMATS, Experiment, Sweep
from study.problems import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd


def violations(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """One line for every promise that the tables break: bounds, worst first, then the experiment's own."""
    for name, declared in experiment.tables.items():
        if isinstance(declared, Sweep):
            yield from exceeded_bounds(f"{experiment.name}/{name}", tables[name])
    for contract in experiment.contracts:
        yield from contract(tables)


def exceeded_bounds(label: str, table: pd.DataFrame) -> Iterator[str]:
    """A line for every row whose measured error is above its a-priori bound."""
    for row in table[table["bound_used"] > 1].sort_values("bound_used", ascending=False).itertuples():
        yield (
            f"{label}/{row.Index}: {row.problem} {row.algorithm} in {row.format}, {row.inputs}, "
            f"{row.parameter} = {row.value}: error {row.bound_used:.3g} times its a-priori bound; "
            f"worst input {row.worst_input}"
        )


def missing_failures(tables: Sequence[pd.DataFrame]) -> Iterator[str]:
    """A line for every algorithm and format whose documented failure no sweep shows any more.

    Args:
        tables: the sweeps' tables of all experiments; a problem that none of them measures is not asked for.
    """
    import pandas as pd

    rows = pd.concat(tables)
    for problem in PROBLEMS.values():
        for algorithm in problem.algorithms.values():
            if algorithm.fails is None:
                continue
            failure = algorithm.fails.name.lower()
            measured = rows[(rows["problem"] == problem.name) & (rows["algorithm"] == algorithm.name)]
            for form in MAIN_FORMATS:
                part = measured[measured["format"] == form]
                if len(part) and not part[failure].sum():
                    yield (
                        f"{problem.name} {algorithm.name} in {form} is documented to end in {failure}, "
                        f"and no longer does on any of {part['count'].sum()} values"
                    )


def check(experiments: Sequence[Experiment], jobs: int | None = None) -> list[str]:
    """Recompute the tables of experiments and return what they violate; nothing is written."""
    from study.run import recompute

    found: list[str] = []
    sweeps: list[pd.DataFrame] = []
    for experiment, tables in recompute(experiments, jobs):
        found += violations(experiment, tables)
        sweeps += [tables[name] for name, declared in experiment.tables.items() if isinstance(declared, Sweep)]
    return found + (list(missing_failures(sweeps)) if sweeps else [])
