"""What accuracy costs: the time of every algorithm as a multiple of the naive one's, in the same run.

``python -m benchmarks.cost`` prints a table and writes it to results/cost/ratios.csv, which nothing compares: times are
a machine's own. ``python -m benchmarks.cost faithful`` prints that of ``faithful`` alone, and what is above target.
"""

from __future__ import annotations

import math
import sys
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

import pandas as pd

from study.formats import FORMATS, MAIN_FORMATS, Format
from study.inputs.domains import led
from study.inputs.families import generator, rounded
from study.problems import PROBLEMS, Problem
from study.runs.machine import provenance
from study.runs.store import RESULTS, write_provenance, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS, LENGTH, REPEATS = 100, 1000, 20
TARGETS = {"float16": 4, "bfloat16": 4, "float32": 4, "float64": 15}
"""How many times the naive formula's time ``faithful`` is meant to take at most."""


def ordinary(problem: Problem, form: Format) -> Any:
    """Arguments of an everyday kind, of N(0, 1), or probabilities: 100 rows of 1000, or a batch, or 100,000 numbers.

    A matrix between the entries of vectors has as many as one of those.
    """
    rng, kinds = generator("cost", problem.name), problem.signature.arguments
    n = math.isqrt(LENGTH) if any(kind.axes.count("n") > 1 for kind in kinds) else LENGTH
    axes = "".join(kind.axes for kind in kinds)
    stack = (1,) if "b" in axes else (ROWS,) if "n" in axes else (ROWS * LENGTH,)
    made: list[Any] = []
    for kind, domain in zip(kinds, problem.domains, strict=True):
        shape = (*stack, *({"n": n}.get(axis, ROWS) for axis in kind.axes))
        if kind.integer:
            made.append(rng.integers(n, size=shape))
        else:
            made.append(rng.uniform(0.01, 1, shape) if domain == "probability" else led(domain, rng.normal(size=shape)))
    return rounded(form, tuple(made))


def seconds(functions: Sequence[Any], args: Any) -> list[float]:
    """Processor time of each: the median of some rounds in which they take turns, after one that compiles."""
    rounds = [[_seconds(function, args) for function in functions] for _ in range(REPEATS + 1)]
    return [median(times) for times in zip(*rounds[1:], strict=True)]


def _seconds(function: Any, args: Any) -> float:
    start = process_time()
    function(*args)
    return process_time() - start


def faithful() -> str:
    """A line a problem: times the naive formula, and nanoseconds a number, in each format; ``!`` above its target."""
    lines = [f"{'problem':34}" + "".join(f"{form:>22}" for form in MAIN_FORMATS)]
    met = dict.fromkeys(MAIN_FORMATS, 0)
    for problem in PROBLEMS.values():
        cells = []
        for form in MAIN_FORMATS:
            args = ordinary(problem, FORMATS[form])
            naive = next(a for a in problem.algorithms.values() if form in a.formats)
            took, first = seconds([problem.algorithms["faithful"], naive], args)
            met[form] += took <= TARGETS[form] * first
            over = "" if took <= TARGETS[form] * first else "!"
            cells.append(f"{took / first:.2f} ({1e9 * took / (ROWS * LENGTH):.1f}){over:1}")
        lines.append(f"{problem.name:34}" + "".join(f"{cell:>22}" for cell in cells))
    within = (f"{met[form]} of {len(PROBLEMS)} within {TARGETS[form]}" for form in MAIN_FORMATS)
    return "\n".join([*lines, f"{'':34}" + "".join(f"{cell:>22}" for cell in within)])


def main() -> None:
    """Measure, print and write."""
    if sys.argv[1:] == ["faithful"]:
        sys.stdout.write(faithful() + "\n")
        return
    rows = []
    for problem in PROBLEMS.values():
        for form in (FORMATS[name] for name in MAIN_FORMATS):
            algorithms = [a for a in problem.algorithms.values() if form.name in a.formats]
            times = seconds(algorithms, ordinary(problem, form))
            for algorithm, took in zip(algorithms, times, strict=True):
                key = {"problem": problem.name, "algorithm": algorithm.name, "format": form.name}
                rows.append({**key, "times_naive": took / times[0], "ns_per_number": 1e9 * took / (ROWS * LENGTH)})
    table = pd.DataFrame(rows).round({"times_naive": 2, "ns_per_number": 2})
    write_table("cost", "ratios", table)
    write_provenance("cost", provenance())
    sys.stdout.write(f"{table.to_string(index=False)}\n{RESULTS / 'cost' / 'ratios.csv'}\n")


if __name__ == "__main__":
    main()
