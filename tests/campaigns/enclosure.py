"""Check the engine's claims on many values, by Arb and, a sample, mpmath: ``python -m tests.campaigns.enclosure``."""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import chain, cycle
from time import perf_counter
from typing import TYPE_CHECKING, Any

import ml_dtypes
import numpy as np

from tests.campaigns import claims, problems

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTHS = (1, 2, 3, 10, 100, 1000, 4100)
FORMATS = (np.float64, np.float32, np.float16, ml_dtypes.bfloat16)
SAMPLED = 50
"""One case in so many goes to mpmath as well."""


def cases(rng: np.random.Generator, dtype: Any) -> Iterator[problems.Case]:
    """One round over every problem, family and length, on numbers of one format."""
    rounds = [problems.rows(rng, max(1, 100 // n), n, dtype=dtype) for n in LENGTHS]
    rounds += [problems.distributions(rng, 40, n) for n in (2, 10, 100)]
    return chain(problems.elementwise(rng, 2000, dtype=dtype), *rounds)


def run(count: int, seed: int) -> tuple[Counter[str], Counter[str], int]:
    """Values and undecided values by problem, and the number of violations."""
    rng = np.random.default_rng(seed)
    checked: Counter[str] = Counter()
    undecided: Counter[str] = Counter()
    violations, number = 0, 0
    formats = cycle(FORMATS)
    while checked.total() < count:
        for case in cases(rng, next(formats)):
            violated = claims.by_arb(case.value, case.truth)
            if number % SAMPLED == 0 and case.value.hi.size <= 1000:
                violated += claims.by_mpmath(case.value, case.truth)
            for i in violated:
                print(case.problem, case.family, i, case.value.hi[i].hex(), case.value.exponent[i])  # noqa: T201
            violations, number = violations + len(violated), number + 1
            checked[case.problem] += case.value.hi.size
            undecided[case.problem] += int(np.isinf(case.value.error).sum())
    return checked, undecided, violations


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="values to check")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    start = perf_counter()
    checked, undecided, violations = run(arguments.count, arguments.seed)
    for problem, number in sorted(checked.items()):
        print(f"{problem:34} {number:10} values, {undecided[problem]:8} undecided")  # noqa: T201
    seconds = perf_counter() - start
    print(f"{checked.total()} values, {violations} violations, {seconds:.0f} s, seed {arguments.seed}")  # noqa: T201
    raise SystemExit(violations > 0)


if __name__ == "__main__":
    main()
