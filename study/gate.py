"""The gate: what must hold of recomputed tables, on every machine."""

from __future__ import annotations

from dataclasses import dataclass
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

    if not tables:
        return
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


@dataclass(frozen=True)
class Verdict:
    """What the gate found.

    Attributes:
        broken: a line for every contract that is broken, on whatever machine.
        drifted: a line for every error that has grown beyond what drift allows.
        moved: errors that differ from the recorded ones, worst first; None where nothing is recorded for this machine.
        measured: the errors now, as a baseline records them.
    """

    broken: list[str]
    drifted: list[str]
    moved: pd.DataFrame | None
    measured: pd.DataFrame


def check(experiments: Sequence[Experiment], jobs: int | None = None) -> Verdict:
    """Recompute the tables of experiments and hold them to their contracts and to the baseline; nothing is written."""
    from study import drift
    from study.run import recompute

    broken: list[str] = []
    sweeps: dict[tuple[str, str], pd.DataFrame] = {}
    for experiment, tables in recompute([e for e in experiments if not e.absent()], jobs):
        broken += violations(experiment, tables)
        declared = {name for name, table in experiment.tables.items() if isinstance(table, Sweep)}
        sweeps |= {(experiment.name, name): tables[name] for name in declared}
    broken += missing_failures(list(sweeps.values()))
    measured, recorded = drift.summary(sweeps), drift.read()
    if recorded is None:
        return Verdict(broken, [], None, measured)
    changes = drift.moved(recorded[recorded["experiment"].isin([e.name for e in experiments])], measured)
    return Verdict(broken, list(drifted(changes)), changes, measured)


def drifted(changes: pd.DataFrame) -> Iterator[str]:
    """A line for every error that has grown beyond what drift allows."""
    from study.drift import ALLOWED, KEY

    for row in changes[changes["ratio"] > ALLOWED].to_dict("records"):
        what = " ".join(str(row[name]) for name in KEY)
        yield (
            f"{what}: {row['measured']:.4g} ulp, {row['ratio']:.3g} times the recorded {row['recorded']:.4g} "
            f"(or 1/2); {ALLOWED:g} times is allowed"
        )
