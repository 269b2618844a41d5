"""Every a-priori bound against measured errors: ``python -m tests.campaigns.bounds [VECTORS [PROBLEM …]]``.

VECTORS random and adversarial instances of each problem, 450,000 by default, in each of the four formats that compute.
Prints, for each algorithm, how many instances the bound is for (the others break its assumptions) in the format with
the fewest, how many values it is for in all formats together, the largest error as a fraction of it, and how many
exceeded it; the printed theorems and their corrected forms by number. docs/faithful.md holds one such run.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.errors import relative_error
from study.formats import FORMATS, MAIN_FORMATS
from study.inputs.adversarial import adversarial
from study.problems import PROBLEMS
from study.problems.bounds import logsumexp, softmax
from study.problems.reference import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from study.formats import Format
    from study.problems import Problem

LENGTHS = {2: 0.4, 5: 0.4, 30: 0.19, 500: 0.01}
"""Which part of the vectors has which length."""
PART = 30_000
"""Instances measured at once."""
THEOREMS = {
    ("logsumexp", "shifted"): {
        "4.2": logsumexp.logsumexp_shifted_printed,
        "4.2'": logsumexp.logsumexp_shifted_corrected,
    },
    ("softmax", "exp_minus_logsumexp"): {
        "4.4": softmax.softmax_from_logsumexp_printed,
        "4.4'": softmax.softmax_from_logsumexp_corrected,
    },
}


def stacks(problem: Problem, vectors: int) -> Iterator[tuple[Format, Any]]:
    """Instances in each format, in parts."""
    for form in (FORMATS[name] for name in MAIN_FORMATS):
        for start in range(0, vectors, PART):
            for n, share in LENGTHS.items():
                rows = max(int(min(PART, vectors - start) * share), 1)
                yield form, adversarial(problem, form, rows, n, f"bounds benchmark {start}")


def shares(vectors: int, problems: list[str]) -> Iterator[tuple[str, Format, int, np.ndarray[Any, Any]]]:
    """Bounded instances, and errors as fractions of their bounds, by label, one stack of inputs after the other."""
    for problem in (PROBLEMS[name] for name in problems):
        for form, args in stacks(problem, vectors):
            reference = exact(problem, *args)
            wide = [a if a.dtype.kind in "iu" else a.astype(np.float64) for a in args]
            for algorithm in problem.algorithms.values():
                named: dict[str, Callable[..., Any]] = dict(THEOREMS.get((problem.name, algorithm.name), {}))
                if algorithm.bound is not None:
                    named[""] = algorithm.bound
                if form.name not in algorithm.formats or not named:
                    continue
                error = relative_error(algorithm(*args), reference)
                for label, bound in named.items():
                    with np.errstate(all="ignore"):
                        limit = np.broadcast_to(bound(form, wide, reference), reference.shape)
                        share = np.where(error == 0, 0.0, error / limit)
                    bounded = np.isfinite(limit)
                    instances = bounded.any(axis=-1) if problem.signature.vector_result else bounded
                    yield f"{problem.name} {algorithm.name} {label}".strip(), form, instances.sum(), share[bounded]


def main() -> None:
    """Print the table."""
    instances: dict[str, Counter[str]] = defaultdict(Counter)
    values, over, largest = Counter[str](), Counter[str](), defaultdict[str, float](float)
    vectors, problems = int(sys.argv[1]) if sys.argv[1:] else 450_000, sys.argv[2:] or list(PROBLEMS)
    for label, form, count, share in shares(vectors, problems):
        instances[label][form.name] += count
        values[label] += share.size
        over[label] += int((share > 1).sum())
        largest[label] = max(largest[label], float(np.max(share, initial=0)))
    sys.stdout.write("| bound | instances a format, at least | values | largest error / bound | exceeded |\n")
    sys.stdout.write("|---|---:|---:|---:|---:|\n")
    for label, each in instances.items():
        line = f"{label} | {min(each.values()):,} | {values[label]:,} | {largest[label]:.3g} | {over[label]:,}"
        sys.stdout.write(f"| {line} |\n")


if __name__ == "__main__":
    main()
