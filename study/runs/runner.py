"""The runner: the one place that loops. Experiments in, stored tables out."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study.libraries.backends import get_backend
from study.measurement.case import Case
from study.problems.crosscheck import DisagreementError
from study.runs import digests, execution, partial, store
from study.runs.experiment import Experiment, Sweep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

EXPERIMENTS = Path("experiments")
BACKEND = "numpy"
"""What the rows of NumPy's own arithmetic say; those under a recipe spell it."""
NOT_COMPUTING = (
    "study.report",
    "study.plots",
    "study.gate.verdict",
    "study.gate.contracts",
    "study.cli",
    "study.runs.execution",
)
"""Modules that no table depends on."""


def load(path: str | Path) -> Experiment:
    """Import the file of an experiment and return what it declares.

    Raises:
        ValueError: it declares none.
    """
    path = Path(path)
    name = f"experiments.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    experiment = getattr(module, "experiment", None)
    if not isinstance(experiment, Experiment):
        raise TypeError(f"{path} declares no experiment; it needs: experiment = Experiment(__file__, __doc__, …)")
    return experiment


def discover(names: Sequence[str] = (), root: Path = store.HERE) -> list[Experiment]:
    """The experiments of a folder, in the order of the report; of these names only, if any are given.

    Raises:
        ValueError: there is no such experiment, or no experiment at all.
    """
    paths = {path.stem: path for path in sorted((root / EXPERIMENTS).glob("*.py")) if not path.stem.startswith("_")}
    if not paths:
        raise ValueError(f"no experiments in {(root / EXPERIMENTS).resolve()}; study new NAME writes one to start from")
    for name in names:
        if name not in paths:
            near = get_close_matches(name, paths) or list(paths)
            raise ValueError(f"no experiment named {name!r}; did you mean: {', '.join(near)}?")
    return sorted((load(paths[name]) for name in names or paths), key=lambda e: (e.order, e.name))


def mark(experiment: Experiment) -> str:
    """What the tables of an experiment are made from; its own file counts as changed when touched, as for make."""
    touched = Path(experiment.module_file).stat().st_mtime_ns
    absent = experiment.absent()
    versions = [absent.get(name) or get_backend(name).version for name in experiment.backends]
    data = [Path(experiment.module_file).with_name(name).read_text(encoding="utf-8") for name in experiment.data]
    return store.fingerprint(roots(experiment), [touched, *versions, *data], skip=NOT_COMPUTING)


def roots(experiment: Experiment) -> list[Path]:
    """The files that an experiment's tables start from: its own, the runner, its problems' and its backends'."""
    from study.problems import get_problem

    modules = {get_problem(name).definition.__module__ for name in experiment.problem_names()}
    modules |= {f"study.libraries.backends.{name.partition(':')[0]}" for name in experiment.backends}
    return [
        Path(experiment.module_file),
        Path(__file__),
        *(Path(sys.modules[m].__file__ or "") for m in sorted(modules)),
    ]


def run_experiments(experiments: Sequence[Experiment], jobs: int | None = None, asked: Sequence[str] = ()) -> list[str]:
    """Compute and store what is not up to date, with a progress bar; returns the names of what was computed.

    The results of an experiment on a library that is absent are left as they are; unless it measures one that is asked
    for, then ``study.runs.partial`` says what becomes of the rows of the absent. Damaged tables are computed anew.
    Where the same bytes come out, what they were first measured with stays recorded.

    Raises:
        DamagedResultsError: a table is damaged that is not among these.
    """
    absent = {e.name: e.absent() for e in experiments}
    marks = {e.name: mark(e) for e in experiments if e.measured(asked)}
    for line in digests.damaged(store.RESULTS, healed=marks):
        raise store.DamagedResultsError(line)
    waiting = [e for e in experiments if e.name in marks and not store.is_current(e.name, marks[e.name])]
    for experiment, tables in recompute(waiting, jobs):
        files = [store.RESULTS / experiment.name / f"{name}.csv" for name in experiment.tables]
        before = [path.read_bytes() if path.exists() else b"" for path in files]
        measured_with = partial.facts(experiment, absent[experiment.name])
        for name, table in partial.completed(experiment, tables, absent[experiment.name]).items():
            store.write_table(experiment.name, name, table)
        facts = store.RESULTS / experiment.name / store.PROVENANCE
        if not facts.exists() or before != [path.read_bytes() for path in files]:
            store.write_provenance(experiment.name, measured_with)
        files.append(facts)
        store.stamp(experiment.name, marks[experiment.name], files)
    return [e.name for e in waiting]


def recompute(
    experiments: Sequence[Experiment], jobs: int | None = None
) -> Iterator[tuple[Experiment, dict[str, pd.DataFrame]]]:
    """Compute the tables of experiments, one after the other, with a progress bar.

    Args:
        experiments: what to compute.
        jobs: worker processes; by default the environment's JOBS, or else one a processor.
    """
    if not experiments:
        return
    from tqdm import tqdm

    named = {str(Path(e.module_file).resolve()): e for e in experiments}
    parts = {p: {name: [None] * _size(table) for name, table in e.tables.items()} for p, e in named.items()}
    calls = [(p, name, i) for p, tables in parts.items() for name, part in tables.items() for i in range(len(part))]
    calls.sort(key=lambda call: isinstance(named[call[0]].tables[call[1]], Sweep))
    left = Counter(path for path, _, _ in calls)
    pause = 0.2 if sys.stderr.isatty() else 10.0
    with execution.executor(jobs) as pool, tqdm(total=len(calls), unit="unit", mininterval=pause) as bar:
        for (path, name, index), result in execution.results(pool, _work, calls):
            parts[path][name][index] = result
            left[path] -= 1
            bar.set_description(named[path].name, refresh=False)
            bar.update()
            if not left[path]:
                yield named[path], _assembled(named[path], parts.pop(path))


def _assembled(experiment: Experiment, parts: dict[str, list[Any]]) -> dict[str, pd.DataFrame]:
    """The tables, from the rows of their units; of a whole table there is one."""
    import pandas as pd

    return {
        name: pd.DataFrame(
            [row for part in parts[name] for row in part] if isinstance(table, Sweep) else parts[name][0]
        )
        for name, table in experiment.tables.items()
    }


def _size(table: Any) -> int:
    return len(list(table.units())) if isinstance(table, Sweep) else 1


@lru_cache(maxsize=1)
def _loaded(path: str, _changed: int) -> Experiment:
    return load(path)


def _work(call: tuple[str, str, int]) -> Any:
    """In a worker: one unit of a sweep, or one whole table."""
    path, table_name, index = call
    experiment = _loaded(path, Path(path).stat().st_mtime_ns)
    table = experiment.tables[table_name]
    if not isinstance(table, Sweep):
        return table()
    try:
        return measure_unit(experiment.name, table, index)
    except DisagreementError as error:
        unit = list(table.units())[index]
        place = f"{unit.form}, {unit.family.name}, {table.parameter} = {unit.value}"
        raise DisagreementError(f"{experiment.name}/{table_name} ({place}): {error}") from None


def measure_sweep(experiment: str, sweep: Sweep) -> list[dict[str, Any]]:
    """The rows of a whole sweep, here and now."""
    return [row for index, _ in enumerate(sweep.units()) for row in measure_unit(experiment, sweep, index)]


def measure_unit(experiment: str, sweep: Sweep, index: int) -> list[dict[str, Any]]:
    """The rows of one unit: inputs drawn and rounded, the exact values found once, every algorithm measured.

    A random instance and every worst value are recomputed from the definition; ``DisagreementError`` stops the run.
    """
    from study.formats import get_format
    from study.problems import get_problem

    unit = list(sweep.units())[index]
    form = get_format(unit.form)
    drawn = sweep.inputs(unit, form)
    rows: list[dict[str, Any]] = []
    for problem_name, chosen in sweep.problems.items():
        problem = get_problem(problem_name)
        case = Case(problem, drawn[: len(problem.signature.arguments)])
        place = {"inputs": unit.family.name, "parameter": sweep.parameter, "value": unit.value}
        measured = [
            {
                "experiment": experiment,
                "backend": str(recipe or BACKEND),
                "problem": problem_name,
                "algorithm": algorithm.name,
                "format": recipe.store if recipe else unit.form,
                **place,
                **row,
            }
            for recipe in sweep.under(unit.form)
            for algorithm, row in case.each(chosen, recipe)
        ]
        case.confirm(measured, "crosscheck", *place.values())
        rows += measured
    return rows
