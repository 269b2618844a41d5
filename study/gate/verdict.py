"""The gate: what must hold of recomputed tables, on every machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from study.formats import MAIN_FORMATS
from study.gate import catalogue
from study.gate.drift import WRONG, named
from study.problems import PROBLEMS
from study.runs.experiment import Experiment, Sweep
from study.runs.runner import BACKEND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd


def violations(experiment: Experiment, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """One line for every promise that the tables break: those of every sweep, then the experiment's own."""
    for name in _measuring(experiment):
        yield from broken(f"{experiment.name}/{name}", tables[name])
    for contract in experiment.contracts:
        yield from contract(tables)


def _measuring(experiment: Experiment) -> list[str]:
    """Names of the tables whose rows measure algorithms: the sweeps, and all of the catalogue."""
    return [
        n for n, table in experiment.tables.items() if isinstance(table, Sweep) or experiment is catalogue.experiment
    ]


def broken(label: str, table: pd.DataFrame) -> Iterator[str]:
    """One line for every promise that holds on any inputs and that a sweep's table breaks."""
    yield from exceeded_bounds(label, table)
    yield from unfaithful(label, table)


def exceeded_bounds(label: str, table: pd.DataFrame) -> Iterator[str]:
    """A line for every row whose measured error is above its a-priori bound."""
    for row in table[table["bound_used"] > 1].sort_values("bound_used", ascending=False).itertuples():
        used = f"error {row.bound_used:.3g} times its a-priori bound"
        yield f"{_place(label, row)}: {used}; worst input {row.worst_input}"


def unfaithful(label: str, table: pd.DataFrame) -> Iterator[str]:
    """A line for every row of ``faithful`` with an error above one ulp, or a wrong outcome, whatever the inputs."""
    ours = table[table["algorithm"] == "faithful"]
    ours = ours.assign(wrong=ours[WRONG].sum(axis=1))
    bad = ours[~(ours["max_ulp"] <= 1) | (ours["wrong"] > 0)]
    for row in bad.sort_values("max_ulp", ascending=False).itertuples():
        yield (
            f"{_place(label, row)}: error {row.max_ulp:.4g} ulp, {row.wrong} wrong outcomes; one ulp and none are "
            f"allowed; worst input {row.worst_input}"
        )


def _place(label: str, row: Any) -> str:
    under = "" if getattr(row, "backend", BACKEND) == BACKEND else f" under {row.backend}"
    what = f"{row.problem} {row.algorithm} in {row.format}{under}"
    return f"{label}/{row.Index}: {what}, {row.inputs}, {row.parameter} = {row.value}"


def missing_failures(tables: Sequence[pd.DataFrame]) -> Iterator[str]:
    """A line for every algorithm and format whose documented failure no sweep shows any more.

    Args:
        tables: the sweeps' tables of all experiments; a problem that none of them measures is not asked for.
    """
    import pandas as pd

    if not tables:
        return
    rows = pd.concat(map(named, tables))
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
        drifted: a line for every error that has grown beyond what drift allows, and for tables that are not as stored.
        moved: errors that differ from the recorded ones, worst first; None where nothing is recorded for this machine.
        measured: the errors now, as a baseline records them.
        used: how much of each bound is used now.
    """

    broken: list[str]
    drifted: list[str]
    moved: pd.DataFrame | None
    measured: pd.DataFrame
    used: pd.DataFrame

    def as_json(self) -> str:
        """``ok``, the lines that broke it, and what moved, or null where nothing is recorded; infinities are null."""
        moved = None if self.moved is None else json.loads(self.moved.to_json(orient="records"))
        ok = not self.broken and not self.drifted
        facts = {"ok": ok, "broken": self.broken, "drifted": self.drifted, "moved": moved}
        return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def check(experiments: Sequence[Experiment], jobs: int | None = None, *, hard: bool = False) -> Verdict:
    """Recompute the tables of experiments and hold them to contracts, record and baseline; nothing is written.

    Contracts hold on every machine: bounds from above and below, failures that are documented, and what inputs alone
    decide. Drift, and tables byte by byte, are held under the numerical fingerprint that they were recorded under.

    Args:
        experiments: whose tables.
        jobs: worker processes, as for ``study.runs.runner.recompute``.
        hard: whether every algorithm is held to them on the hard battery too (``study.gate.catalogue``).

    Raises:
        DamagedResultsError: a stored table is not as it was written, or does not account for every input and says so.
    """
    from study.exhaustive.stored import incomplete
    from study.gate import bound_use, drift
    from study.runs import digests, store

    for line in chain(digests.damaged(store.RESULTS), incomplete(store.read_below("exhaustive"))):
        raise store.DamagedResultsError(line)
    recorded, uses = drift.read(), bound_use.read()
    broken_ones, differing, sweeps = _measured(experiments, jobs, hard=hard)
    measured, used = drift.summary(sweeps), bound_use.used(sweeps)
    if hard:  # a part of the experiments has not the inputs that each failure, and each use, takes
        broken_ones += [*missing_failures(list(sweeps.values())), *bound_use.loosened(uses, used)]
    if recorded is None:
        return Verdict(broken_ones, differing, None, measured, used)
    names = [e.name for e in experiments] + [catalogue.NAME] * hard
    part = recorded[recorded["experiment"].isin(names)]
    changes = drift.moved(part, measured)
    lines = [*differing, *drift.incomplete(part, measured), *drifted(changes)]
    return Verdict(broken_ones, lines, changes, measured, used)


def _measured(
    experiments: Sequence[Experiment], jobs: int | None, *, hard: bool
) -> tuple[list[str], list[str], dict[tuple[str, str], pd.DataFrame]]:
    """Broken contracts, tables that are not as stored, and the sweeps' tables by (experiment, table)."""
    from study.gate.differences import differences
    from study.runs.runner import recompute

    present = [e for e in experiments if not e.absent()]
    measured = [*present, *[catalogue.experiment] * hard]
    made = {experiment.name: tables for experiment, tables in recompute(measured, jobs)}
    found = [line for e in measured for line in violations(e, made[e.name])]
    differing = [line for e in present for line in differences(e, made[e.name])]
    return found, differing, {(e.name, name): made[e.name][name] for e in measured for name in _measuring(e)}


def drifted(changes: pd.DataFrame) -> Iterator[str]:
    """A line for every figure that has grown beyond what drift allows, and for failures of which few are left."""
    from study.gate.drift import KEY, LIMITS

    fewer = (changes["figure"] == "wrong") & (changes["measured"] < changes["recorded"] / changes["allowed"])
    for row in changes[(changes["ratio"] > changes["allowed"]) | fewer].to_dict("records"):
        what = " ".join(str(row[name]) for name in KEY)
        yield (
            f"{what}: {row['measured']:.4g}, {row['ratio']:.3g} times the recorded {row['recorded']:.4g} "
            f"(at least {LIMITS[row['figure']].floor:g}); {row['allowed']:g} times is allowed, for failures either way"
        )
