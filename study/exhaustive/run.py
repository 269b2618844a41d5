"""A sweep from end to end: shards that are missing computed, all merged, its tables written."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from study.exhaustive import shards, stored, tables
from study.exhaustive.functions import backends_of, problem_named
from study.exhaustive.measure import measure
from study.exhaustive.tally import Tally
from study.libraries.backends import BACKENDS
from study.runs import execution, store
from study.runs.machine import provenance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from study.exhaustive.specification import Specification

RESULTS = Path("exhaustive")
"""Folder within the results."""


class AnotherMachineError(OSError):
    """A worker's code, packages or processor are not those that the shards are named after."""


@cache
def code_of(problem: str) -> str:
    """Fingerprint of the code that a sweep depends on, of package versions and of the machine."""
    module = problem_named(problem).definition.__module__
    study = Path(__file__).parents[1]
    loaded = sorted([*(study / "certified" / "engine").glob("*.py"), *(study / "libraries" / "backends").glob("*.py")])
    roots = [Path(__file__).with_name("measure.py"), Path(sys.modules[module].__file__ or ""), *loaded]
    return store.fingerprint(roots, {backend.name: backend.version for backend in BACKENDS.values()})


def run(spec: Specification, jobs: int | None = None) -> tuple[list[Path], list[str]]:
    """Compute what is missing of a sweep, with a progress bar, and merge it into its stored tables.

    Returns:
        The paths of the tables, and the algorithms whose stored rows were left as they are.

    Raises:
        DamagedResultsError: stored tables are damaged that hold more than what is computed.
    """
    folder = RESULTS / spec.name
    kept = stored.others(folder, spec)
    merged = {name: Tally() for name in spec.algorithms}
    for tallies in _tallies(spec, jobs):
        merged |= {name: merged[name] + tally for name, tally in tallies.items()}
    made = {"summary": tables.summary(spec, merged), "histogram": tables.histogram(merged)}
    for name, table in made.items():
        store.write_table(str(folder), name, stored.merged(spec, table, kept[name]))
    left = list(kept["summary"]["algorithm"])
    facts = provenance(backends_of(spec.problem, spec.algorithms))
    store.write_provenance(str(folder), stored.facts(folder, facts, left))
    for written in (shards.FOLDER, store.RESULTS / RESULTS):
        store.tidy(written)
    return [store.RESULTS / folder / f"{name}.csv" for name in made], left


def _tallies(spec: Specification, jobs: int | None) -> Iterator[dict[str, Tally]]:
    """The tallies of every shard, stored ones first, in no particular order; of an algorithm in one of the two."""
    from tqdm import tqdm

    code = code_of(spec.problem)
    missing = []
    pause = 0.2 if sys.stderr.isatty() else 10.0
    with tqdm(total=spec.size, desc=spec.name, unit="", unit_scale=True, mininterval=pause) as bar:
        for shard in spec.shards():
            known = shards.read(shard, code)
            yield {name: known[name] for name in spec.algorithms if name in known}
            rest = tuple(name for name in spec.algorithms if name not in known)
            if rest:
                missing.append(replace(shard, algorithms=rest))
            else:
                bar.update(shard.size)
        if not missing:
            return
        bar.unpause()
        with execution.executor(min(execution.workers(jobs), len(missing))) as pool:
            for (shard, _), tallies in execution.results(pool, _work, [(shard, code) for shard in missing]):
                shards.write(shard, code, tallies)
                bar.update(shard.size)
                yield tallies


def _work(call: tuple[Specification, str]) -> dict[str, Tally]:
    """In a worker: one shard, if it is the same code on the same kind of machine."""
    shard, code = call
    if code_of(shard.problem) != code:
        raise AnotherMachineError("a worker has other code, packages or another processor; results would be mixed")
    return measure(shard)
