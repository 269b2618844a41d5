"""One shard measured: blocks of inputs, the reference found once a block, every algorithm judged against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.bins import BINS
from study.exhaustive.classify import classify
from study.exhaustive.evaluate import Block, evaluate
from study.exhaustive.functions import problem_named
from study.exhaustive.judge import OUTCOMES
from study.exhaustive.limits import Limits
from study.exhaustive.quick import KERNELS
from study.exhaustive.settle import settle, words
from study.exhaustive.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from study.exhaustive.specification import Specification

    Floats = NDArray[np.float64]

BLOCK = 2**15
"""Results judged at a time, so that their arrays stay in the cache."""


class Counter:
    """The tally of one algorithm in the making."""

    def __init__(self) -> None:
        self.histogram, self.outcomes = np.zeros(BINS, dtype=np.int64), np.zeros(OUTCOMES, dtype=np.int64)
        self.settled = self.by_mpmath = 0
        self.worst = (-1.0, 1, 0)

    def add(self, block: Block, computed: NDArray[Any], reference: tuple[Floats, Floats, Floats]) -> None:
        """Judge results, a row a component."""
        left = np.empty(computed.shape[1], dtype=np.int64)
        limits = Limits.of(block.shard.format)
        for component, row in enumerate(computed):
            hi, lo, bound = (part[component] for part in reference)
            error, at, count = classify(row, hi, lo, bound, limits, self.histogram, self.outcomes, left)
            if at >= 0:
                self._met(error, block, at, component)
            if count:
                self._settle(block, left[:count], component, row[left[:count]])

    def _settle(self, block: Block, rows: NDArray[np.int64], component: int, computed: NDArray[Any]) -> None:
        problem, form = problem_named(block.shard.problem), block.shard.format
        components = np.full(len(rows), component)
        with np.errstate(invalid="ignore"):
            held = computed.astype(form.dtype)
        errors, bins, outcomes, by_mpmath = settle(problem, [arg[rows] for arg in block.args], components, held)
        np.add.at(self.histogram, bins, 1)
        np.add.at(self.outcomes, outcomes, 1)
        self.settled += len(rows)
        self.by_mpmath += by_mpmath
        self._met(float(errors.max()), block, int(rows[errors.argmax()]), component)

    def _met(self, error: float, block: Block, row: int, component: int) -> None:
        self.worst = max(self.worst, (error, -int(block.index[row]), -component))

    def tally(self) -> Tally:
        """What was counted."""
        error, number, component = self.worst
        histogram = tuple(map(int, self.histogram))
        outcomes = tuple(map(int, self.outcomes))
        return Tally(
            sum(histogram), histogram, outcomes, self.settled, self.by_mpmath, float(error), -number, -component
        )


def measure(shard: Specification) -> dict[str, Tally]:
    """The tallies of a shard, by algorithm."""
    counters = {name: Counter() for name in shard.algorithms}
    checked = True
    for start, stop in cuts(shard):
        block = Block.of(shard, start, stop)
        if not len(block.index):
            continue
        reference = reference_of(block)
        for name, counter in counters.items():
            counter.add(block, evaluate(block, name, checked=checked), reference)
        checked = False
    return {name: counter.tally() for name, counter in counters.items()}


def cuts(shard: Specification) -> Iterator[tuple[int, int]]:
    """Where the blocks of a shard start and stop."""
    step = BLOCK // shard.length
    return ((start, min(start + step, shard.end)) for start in range(shard.start, shard.end, step))


def reference_of(block: Block) -> tuple[Floats, Floats, Floats]:
    """Two words and a bound, a row a component: from a quick kernel, or from the engine."""
    from study.problems.reference import exact

    problem = problem_named(block.shard.problem)
    if problem.name not in KERNELS:
        hi, lo, bound = (np.atleast_2d(part.T) for part in words(exact(problem, *block.args)))
        return hi, lo, bound
    shape = (block.shard.length, len(block.index)) if problem.signature.vector_result else (len(block.index),)
    hi, lo, bound = (np.empty(shape) for _ in range(3))
    KERNELS[problem.name](*block.wide, hi, lo, bound)
    return np.atleast_2d(hi), np.atleast_2d(lo), np.atleast_2d(bound)
