"""What a sweep costs an input, beside one evaluation of float64 exp, and what a second worker brings.

``python -m benchmarks.sweeps``; ``python -m benchmarks`` has the same tables. Nanoseconds of processor time on one
core, the least of three pieces of 2**20 inputs; everything is in it, from the bit patterns to the counts.
"""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import replace
from functools import partial
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.evaluate import Block
from study.exhaustive.functions import problem_named
from study.exhaustive.measure import BLOCK, measure
from study.exhaustive.specification import Specification
from study.runs import execution

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 2**20
CASES = (
    Specification("exp", "float32", ("numpy.exp",), start=0x3F000000),
    Specification("log", "float32", ("numpy.log",), start=0x3F000000),
    Specification("sigmoid", "float32", ("two_branch",), start=0x3F000000),
    Specification("log_sigmoid", "float32", ("two_branch",), start=0x3F000000),
    Specification("softplus", "float32", ("two_branch",), start=0x3F000000),
    Specification("log1mexp", "float32", ("maechler",), start=0xBE800000),
    Specification("logaddexp", "float16", ("log1p",), start=0x3C000000),
    Specification("binary_cross_entropy_with_logits", "float16", ("weighted",), start=0x3C000000),
    Specification("softmax", "float16", ("shifted",), 2, start=0x3C000000),
    Specification("log_softmax", "float16", ("log1p",), 2, start=0x3C000000),
    Specification("logaddexp", "bfloat16", ("log1p",), start=0x3F800000),
    Specification("binary_cross_entropy_with_logits", "bfloat16", ("weighted",), start=0x3F800000),
    Specification("softmax", "bfloat16", ("shifted",), 2, start=0x3F800000),
    Specification("log_softmax", "bfloat16", ("log1p",), 2, start=0x3F800000),
    Specification("logsumexp", "float8_e5m2", ("log1p",), 3, start=0x300000),
    Specification("softmax", "float8_e5m2", ("shifted",), 3, start=0x300000),
)
LONG = Specification("softplus", "float32", ("two_branch",), start=0x30000000, stop=0x40000000)


def main() -> None:
    """Print both tables."""
    sys.stdout.write(section())


def section() -> str:
    """Markdown: the cost of an input in each sweep, and one worker beside two."""
    lines = ["| sweep | ns an input | of it the algorithm, by NumPy alone | x np.exp |", "|---|---:|---:|---:|"]
    for case in CASES:
        sweep, alone, unit = costs(case)
        shape = "" if case.length == 1 else f" of {case.length}"
        (name,) = case.algorithms
        lines.append(f"| {case.problem}{shape}, {case.form}, {name} | {sweep:.1f} | {alone:.1f} | {sweep / unit:.0f} |")
    return "\n".join(lines) + "\n" + workers()


def workers() -> str:
    """One worker beside two by the clock and by the processor, and the memory they took."""
    (one, busy_one, _), (two, busy_two, largest) = (seconds(jobs) for jobs in (1, 2))
    return (
        f"\n2^{LONG.size.bit_length() - 1} inputs of softplus: {one:.1f} s with one worker, {two:.1f} s with two, "
        f"{one / two:.2f} times as fast, in {busy_one:.1f} and {busy_two:.1f} s of processor time; "
        f"{os.getloadavg()[0]:.1f} processes wanted the {os.cpu_count()} cores on average in the minute before. "
        f"Peak memory {memory():.0f} MiB, of a worker {largest:.0f} MiB.\n"
    )


def costs(case: Specification) -> tuple[float, float, float]:
    """Ns an input of a sweep, of its algorithm by itself, and of one float64 exp over the same inputs."""
    (name,) = case.algorithms
    measure(replace(case, stop=case.start + 2**12))
    starts = [case.start + i * COUNT for i in range(3)]
    sweep = min(timed(partial(measure, replace(case, start=start, stop=start + COUNT))) for start in starts) / COUNT
    block = Block.of(case, case.start, case.start + BLOCK // case.length)
    algorithm = problem_named(case.problem).algorithms[name]
    alone = min(timed(lambda: algorithm(*block.args)) for _ in range(20)) / len(block.index)
    x = np.ascontiguousarray(block.wide[0].reshape(-1))
    with np.errstate(all="ignore"):
        unit = min(timed(lambda: np.exp(x)) for _ in range(200)) / x.size
    return sweep * 1e9, alone * 1e9, unit * 1e9


def timed(call: Callable[[], Any]) -> float:
    """Processor time of a call in seconds."""
    began = process_time()
    call()
    return process_time() - began


def seconds(jobs: int) -> tuple[float, float, float]:
    """Time by the clock for a long sweep, the workers' start included; their processor time; the most memory of one."""
    began = perf_counter()
    with execution.executor(jobs) as pool:
        spent = [result for _, result in execution.results(pool, weighed, LONG.shards())]
    return perf_counter() - began, sum(busy for busy, _ in spent), max(peak for _, peak in spent)


def weighed(shard: Specification) -> tuple[float, float]:
    """In a worker: processor time of a shard, and the peak memory so far."""
    return timed(partial(measure, shard)), memory()


def memory() -> float:
    """Peak memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


if __name__ == "__main__":
    main()
