"""Seeded faults of the engine against the crosscheck of this checkout, and of another one.

``python -m tests.campaigns.seeded CHECKOUT`` runs every seeded engine on every unit of the experiments' sweeps, and on
the hard battery, instances of at most LONGEST numbers. A trial is one problem on one unit: what the engine holds is
crosschecked where a run would, on a random instance and on the worst value of each algorithm, by the code of both.
"""

from __future__ import annotations

import importlib
import re
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified import certify
from study.formats import FORMATS
from study.gate import catalogue
from study.inputs.families import generator
from study.measurement.case import Case
from study.problems import PROBLEMS, Problem, crosscheck
from study.problems.reference import prepare
from study.runs.experiment import Sweep
from study.runs.runner import discover
from tests.certified.engine.mutants import MUTANTS
from tests.certified.engine.test_mutants import copy_of_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LONGEST = 1009
IMPORTS = re.compile(r"^(\s*(?:from|import) )study\b", re.MULTILINE)


class Trial:
    """One problem on one unit, and what does not depend on the engine."""

    def __init__(self, kind: str, case: Case, *seed: str | float) -> None:
        self.kind, self.problem, self.args = kind, case.problem, case.args
        self.stacks = self.problem.signature.stacked(prepare(self.problem, self.args))
        self.sample = int(generator(*seed).integers(len(self.stacks[0])))
        names = self.problem.algorithms.values()
        self.results = [np.asarray(a(*self.args)) for a in names if case.form.name in a.formats]

    def held(self) -> tuple[Any, set[tuple[int, int]]]:
        """What the engine in force holds, and the instances and components that a run would crosscheck."""
        case = Case(self.problem, self.args)
        worst = [case._worst(r, case.compare(r).ulps) for r in self.results if r.size]
        return case.reference, {(self.sample, 0), *((w["worst_row"], w["worst_component"]) for w in worst)}


def trials() -> Iterator[Trial]:
    """Every problem on every unit of the sweeps, and on every kind of the hard battery, that fits."""
    for experiment in discover():
        for sweep in (table for table in experiment.tables.values() if isinstance(table, Sweep)):
            for unit in sweep.units():
                drawn = sweep.inputs(unit, FORMATS[unit.form])
                for problem in (PROBLEMS[name] for name in sweep.problems):
                    case = Case(problem, drawn[: len(problem.signature.arguments)])
                    if fits(case):
                        yield Trial("sweeps", case, "crosscheck", unit.family.name, sweep.parameter, unit.value)
    for problem in PROBLEMS.values():
        for kind, case in catalogue.cases(problem):
            if fits(case):
                yield Trial("battery", case, "crosscheck", kind)


def fits(case: Case) -> bool:
    """Whether there are numbers, and no more of them in an instance than LONGEST."""
    sizes = [stack[0].size for stack in case.problem.signature.stacked(case.args) if len(stack)]
    return bool(sizes) and 0 < max(sizes) <= LONGEST


def other(checkout: Path, folder: Path) -> tuple[Any, Any]:
    """The crosscheck of another checkout, whose package is imported under another name."""
    shutil.copytree(checkout / "study", folder / "before", ignore=shutil.ignore_patterns("__pycache__"))
    for file in (folder / "before").rglob("*.py"):
        file.write_text(IMPORTS.sub(r"\1before", file.read_text()))
    theirs: Any = importlib.import_module("before.reference.crosscheck")
    problems: Any = importlib.import_module("before.problems")
    theirs.certified = remembered(theirs.certified)

    def check(problem: Problem, stacks: Any, held: Any, reported: Any) -> None:
        theirs.crosscheck(problems.PROBLEMS[problem.name], stacks, held, sorted({row for row, _ in reported}))

    return check, theirs.DisagreementError


def remembered(certified: Any) -> Any:
    """``certified``, each value found once for all engines."""
    known: dict[Any, Any] = {}

    def found(definition: Any, args: Any, *rest: Any, **others: Any) -> Any:
        arrays = [np.asarray(a) for a in args]
        key = (definition, *((a.dtype.str, a.shape, a.tobytes()) for a in arrays), repr(rest), repr(others))
        if key not in known:
            known[key] = certified(definition, args, *rest, **others)
        return known[key]

    return found


def caught(check: Any, error: Any, trial: Trial, held: Any, reported: Any) -> bool:
    """Whether a crosscheck refuses what is held."""
    try:
        check(trial.problem, trial.stacks, held, reported)
    except error:
        return True
    return False


def tried(engine: Any, made: Sequence[Trial], checks: Mapping[str, Any]) -> list[dict[str, bool]]:
    """Of each trial, which crosschecks refuse what an engine holds."""
    reference: Any = importlib.import_module("study.problems.reference")
    reference.engine = engine
    return [verdicts(trial, checks) for trial in made]


def verdicts(trial: Trial, checks: Mapping[str, Any]) -> dict[str, bool]:
    """Which crosschecks refuse what the engine in force holds."""
    held, reported = trial.held()
    return {name: caught(check, error, trial, held, reported) for name, (check, error) in checks.items()}


def main(checkout: str) -> None:
    """Run the trials against the crosscheck of another checkout."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sys.path.insert(0, name)
        checks = {
            "before": other(Path(checkout), folder),
            "now": (crosscheck.crosscheck, crosscheck.DisagreementError),
        }
        reference: Any = importlib.import_module("study.problems.reference")
        reference.certified = remembered(certify.certified)
        report(folder, checks)


def report(folder: Path, checks: Mapping[str, Any]) -> None:
    """Count what is refused, on the trials that the sound engine passes in every crosscheck."""
    made = list(trials())
    sound = tried(copy_of_engine(folder, "mutant_none", None), made, checks)
    wrong = Counter((t.kind, name) for t, seen in zip(made, sound, strict=True) for name in seen if seen[name])
    made = [trial for trial, seen in zip(made, sound, strict=True) if not any(seen.values())]
    say(f"{dict(Counter(t.kind for t in made))} trials of each engine; the sound one is refused in {dict(wrong)} more")
    total: Counter[Any] = Counter()
    for number, mutant in enumerate(MUTANTS):
        found: Counter[Any] = Counter()
        refused = tried(copy_of_engine(folder, f"mutant_{number}", mutant), made, checks)
        for trial, seen in zip(made, refused, strict=True):
            found.update((trial.kind, name) for name in seen if seen[name])
            found[trial.kind, "not by all"] += len(set(seen.values())) > 1
        total += found
        say(f"{mutant.name}: {dict(sorted(found.items()))}")
    say(f"in all: {dict(sorted(total.items()))}")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
