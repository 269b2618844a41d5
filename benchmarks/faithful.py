"""The error of ``faithful`` on many random and adversarial inputs: ``python -m benchmarks.faithful [VECTORS]``.

For every problem and format, VECTORS instances (100,000 by default) of lengths from 1 to 1000 against the certified
reference; every undecided or worst one is held to mpmath. Numbers of the 16- and 8-bit formats are taken exhaustively
where there is one argument. Prints a table; docs/faithful.md holds one such run.
"""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

import numpy as np

from study.adversarial import adversarial
from study.errors import Outcome, compare
from study.exact import Exact
from study.formats import FORMATS, Format
from study.problems import PROBLEMS, Problem
from study.reference import exact

LENGTHS = {1: 0.05, 2: 0.3, 5: 0.4, 20: 0.2, 100: 0.045, 1000: 0.005}
"""Which part of the vectors has which length."""
WRONG = (Outcome.OVERFLOW, Outcome.UNDERFLOW, Outcome.NAN, Outcome.MISSED)


def inputs(problem: Problem, form: Format, vectors: int) -> Any:
    """Stacks of arguments."""
    if problem.shape == "()->()" and form.bits <= 16:
        yield (np.arange(2**form.bits, dtype=f"u{form.bits // 8}").view(form.dtype),)
        return
    if not any("n" in kind.axes for kind in problem.signature.arguments):
        yield adversarial(problem, form, vectors, 1, "benchmark")
        return
    for n, part in LENGTHS.items():
        yield adversarial(problem, form, max(int(vectors * part), 1), n, "benchmark")


def measured(problem: Problem, form: Format, vectors: int) -> tuple[int, float, int, int]:
    """Instances, largest error in ulps as mpmath has it, wrong outcomes, and outcomes that 2**-105 does not decide."""
    count, largest, wrong, undecided = 0, 0.0, 0, 0
    for args in inputs(problem, form, vectors):
        out = problem.algorithms["faithful"](*args)
        found = compare(out, exact(problem, *args))
        ulps = found.distance(found.ulp_exponent)
        limit = np.abs(found.reference.to_float())
        tie = (limit == form.xmins / 2) | (limit == (2 - form.overflow_margin) * 2.0**form.emax)
        tie &= (found.reference.lo == 0) & (found.reference.error > 0)
        wrong += int((np.isin(found.outcome, WRONG) & ~tie).sum())
        undecided += int((np.isin(found.outcome, WRONG) & tie).sum())
        stacks = problem.signature.stacked(args)
        count += len(stacks[0])
        worst = np.argmax(np.where(tie, 0, ulps)) if ulps.size else 0
        row = worst // ulps.shape[-1] if problem.signature.vector_result else worst
        one = [np.asarray(stack[row]) for stack in stacks]
        again = compare(problem.algorithms["faithful"](*one), Exact.from_mpf(problem.reference(*one)))
        size = again.distance(again.ulp_exponent)
        largest = max(largest, float(np.max(size[np.isfinite(size)], initial=0)))
        largest = max(largest, float(np.max(np.where(tie, 0, ulps), initial=0)))
    return count, largest, wrong, undecided


def main() -> None:
    """Print the table, row by row as it is found."""
    vectors = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    chosen = sys.argv[2:] or list(PROBLEMS)
    sys.stdout.write("| problem | format | instances | max ulp | wrong outcomes | s |\n|---|---|---:|---:|---:|---:|\n")
    for name in chosen:
        for form in FORMATS.values():
            start = perf_counter()
            count, largest, wrong, undecided = measured(PROBLEMS[name], form, vectors)
            note = f"{wrong}" + (f" ({undecided} on a tie)" if undecided else "")
            line = f"| {name} | {form.name} | {count:,} | {largest:.6f} | {note} | {perf_counter() - start:.1f} |\n"
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
