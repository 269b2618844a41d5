"""What accuracy costs: the time of every algorithm as a multiple of the naive one's, in the same run.

``python -m benchmarks.cost`` prints a table and writes it to results/cost/ratios.csv, which nothing compares: times are
a machine's own.
"""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from study.formats import FORMATS, MAIN_FORMATS, Format
from study.inputs.families import generator, rounded
from study.problems import PROBLEMS, Problem
from study.problems.signature import Kind
from study.runs.machine import provenance
from study.runs.store import RESULTS, write_provenance, write_table

ROWS, LENGTH, REPEATS = 100, 1000, 5


def ordinary(problem: Problem, form: Format) -> Any:
    """Arguments of an everyday kind: a hundred thousand logits from N(0, 1), or probabilities."""
    rng = generator("cost", problem.name)
    made: list[Any] = []
    for kind, domain in zip(problem.signature.arguments, problem.domains, strict=True):
        if kind.integer:
            made.append(rng.integers(LENGTH, size=(1, ROWS) if kind is Kind.INDICES else ROWS))
            continue
        x = rng.uniform(0.01, 1, (ROWS, LENGTH)) if domain == "probability" else rng.standard_normal((ROWS, LENGTH))
        x = -np.abs(x) if domain == "negative" else x
        made.append({Kind.NUMBER: x.ravel(), Kind.MATRIX: x[None]}.get(kind, x))
    return rounded(form, tuple(made))


def seconds(function: Any, args: Any) -> float:
    """The shortest of some runs."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        function(*args)
        times.append(perf_counter() - start)
    return min(times)


def main() -> None:
    """Measure, print and write."""
    rows = []
    for problem in PROBLEMS.values():
        for form in (FORMATS[name] for name in MAIN_FORMATS):
            args = ordinary(problem, form)
            first = None
            for algorithm in problem.algorithms.values():
                if form.name in algorithm.formats:
                    took = seconds(algorithm, args)
                    first = took if first is None else first
                    key = {"problem": problem.name, "algorithm": algorithm.name, "format": form.name}
                    rows.append({**key, "times_naive": took / first, "ns_per_number": 1e9 * took / (ROWS * LENGTH)})
    table = pd.DataFrame(rows).round({"times_naive": 2, "ns_per_number": 2})
    write_table("cost", "ratios", table)
    write_provenance("cost", provenance())
    sys.stdout.write(f"{table.to_string(index=False)}\n{RESULTS / 'cost' / 'ratios.csv'}\n")


if __name__ == "__main__":
    main()
