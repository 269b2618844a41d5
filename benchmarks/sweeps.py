"""What a sweep costs an input, beside one evaluation of float64 exp: ``python -m benchmarks.sweeps``.

Nanoseconds of processor time on one core, the least of three pieces of 2**20 inputs; everything is in it, from the bit
patterns to the counts. Peak memory is that of this process.
"""

from __future__ import annotations

import resource
import sys
from time import process_time

import numpy as np

from study.sweep.measure import measure
from study.sweep.specification import Specification

COUNT = 2**20
CASES = (
    ("exp", "float32", "numpy.exp", 1, 0x3F000000),
    ("log", "float32", "numpy.log", 1, 0x3F000000),
    ("sigmoid", "float32", "two_branch", 1, 0x3F000000),
    ("log_sigmoid", "float32", "two_branch", 1, 0x3F000000),
    ("softplus", "float32", "two_branch", 1, 0x3F000000),
    ("log1mexp", "float32", "maechler", 1, 0xBE800000),
    ("logaddexp", "float16", "log1p", 1, 0x3C000000),
    ("binary_cross_entropy_with_logits", "float16", "weighted", 1, 0x3C000000),
    ("softmax", "float16", "shifted", 2, 0x3C000000),
    ("log_softmax", "float16", "log1p", 2, 0x3C000000),
    ("logaddexp", "bfloat16", "log1p", 1, 0x3F800000),
    ("logsumexp", "float8_e5m2", "log1p", 3, 0x300000),
    ("softmax", "float8_e5m2", "shifted", 3, 0x300000),
)


def main() -> None:
    """Print a row a case."""
    unit = exponential()
    sys.stdout.write(f"np.exp in float64: {unit:.2f} ns\n\n| sweep | ns an input | x np.exp |\n|---|---:|---:|\n")
    for problem, form, algorithm, length, start in CASES:
        cost = min(piece(problem, form, algorithm, length, start + i * COUNT) for i in range(3))
        shape = "" if length == 1 else f" of {length}"
        sys.stdout.write(f"| {problem}{shape}, {form}, {algorithm} | {cost:.1f} | {cost / unit:.0f} |\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    sys.stdout.write(f"\npeak memory {peak:.0f} MiB\n")


def exponential() -> float:
    """One evaluation of exp in float64 over a block of the sweep's size, ns an element."""
    x = np.random.default_rng(1).normal(size=2**15)
    times = []
    for _ in range(200):
        began = process_time()
        np.exp(x)
        times.append(process_time() - began)
    return min(times) / x.size * 1e9


def piece(problem: str, form: str, algorithm: str, length: int, start: int) -> float:
    """Cost of some inputs of a sweep, ns each; kernels are compiled before."""
    spec = Specification(problem, form, (algorithm,), length, start, start + COUNT)
    measure(Specification(problem, form, (algorithm,), length, start, start + 2**12))
    began = process_time()
    measure(spec)
    return (process_time() - began) / COUNT * 1e9


if __name__ == "__main__":
    main()
