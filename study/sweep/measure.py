"""One shard measured: blocks of inputs, the reference found once a block, every algorithm judged against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.sweep.functions import problem_named
from study.sweep.tally import Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.problems import Problem
    from study.sweep.specification import Specification

    Floats = NDArray[np.float64]

BLOCK = 2**15
"""Results judged at a time, so that their arrays stay in the cache."""


def measure(shard: Specification) -> dict[str, Tally]:
    """The tallies of a shard, by algorithm."""
    tallies = {name: Tally() for name in shard.algorithms}
    step = BLOCK // shard.length
    for start in range(shard.start, shard.end, step):
        args, index = shard.arguments(start, min(start + step, shard.end))
        if len(index):
            for name, tally in _block(shard, args, index).items():
                tallies[name] += tally
    return tallies


def _block(shard: Specification, args: list[NDArray[Any]], index: NDArray[np.int64]) -> dict[str, Tally]:
    problem = problem_named(shard.problem)
    with np.errstate(invalid="ignore"):
        wide = [np.ascontiguousarray(arg, dtype=np.float64) for arg in args]
    reference = _reference(problem, wide)
    return {
        name: _judge(shard, problem, args, index, np.asarray(problem.algorithms[name](*args)), reference)
        for name in shard.algorithms
    }


def _reference(problem: Problem, args: list[Floats]) -> tuple[Floats, Floats, Floats]:
    """Two words and a bound, flat: from a quick kernel, or from the engine."""
    from study.reference import exact
    from study.sweep.quick import KERNELS
    from study.sweep.settle import words

    if problem.name in KERNELS:
        shape = args[0].shape if problem.signature.vector_result else args[0].shape[:1]
        hi, lo, bound = (np.empty(shape) for _ in range(3))
        KERNELS[problem.name](*args, hi, lo, bound)
    else:
        hi, lo, bound = words(exact(problem, *args))
    return hi.reshape(-1), lo.reshape(-1), bound.reshape(-1)


def _judge(
    shard: Specification,
    problem: Problem,
    args: list[NDArray[Any]],
    index: NDArray[np.int64],
    computed: NDArray[Any],
    reference: tuple[Floats, Floats, Floats],
) -> Tally:
    from study.sweep.classify import BINS, OUTCOMES, Limits, classify
    from study.sweep.settle import settle

    computed = computed.reshape(-1)
    with np.errstate(invalid="ignore"):
        wide = computed.astype(np.float64)
    histogram, outcomes = np.zeros(BINS, dtype=np.int64), np.zeros(OUTCOMES, dtype=np.int64)
    left = np.empty(computed.size, dtype=np.int64)
    worst, at, count = classify(wide, *reference, Limits.of(shard.format), histogram, outcomes, left)
    left, by_mpmath = left[:count], 0
    width = computed.size // len(index)
    candidates = [(worst, at)] if at >= 0 else []
    if count:
        rows, component = np.divmod(left, width)
        errors, bins, found, by_mpmath = settle(problem, [arg[rows] for arg in args], component, computed[left])
        np.add.at(histogram, bins, 1)
        np.add.at(outcomes, found, 1)
        candidates += [(float(errors.max()), int(left[errors.argmax()]))]
    worst, at = max(candidates, key=lambda pair: (pair[0], -pair[1]))
    return Tally(
        int(computed.size),
        tuple(map(int, histogram)),
        tuple(map(int, outcomes)),
        count,
        by_mpmath,
        float(worst),
        int(index[at // width]),
        at % width,
    )
