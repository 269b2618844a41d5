"""Worst-case search: islands of inputs that mutate bit pattern by bit pattern, the worst surviving."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from study.certified.errors import Outcome
from study.exhaustive.search.lost import Lost
from study.inputs.families import generator
from study.measurement.case import Case

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.exhaustive.search.patterns import Space, Whole

ISLANDS = 8
"""Restarts, each with its own share of the budget; the last starts from the best of the others."""
PARENTS = 32
BROOD = 256
KEPT = 10


@dataclass
class Found:
    """The worst inputs met, without doubles.

    Attributes:
        codes: the inputs.
        ulps: their errors in ulps.
        evaluations: inputs tried.
        lost: those of them whose result is lost, which have no error in ulps here.
    """

    codes: Whole
    ulps: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    evaluations: int = 0
    lost: Lost = field(default_factory=Lost)

    def add(self, codes: Whole, ulps: NDArray[np.float64], keep: int) -> None:
        """Take in what was tried, and keep the worst; of one error one input, so that no input breeds with itself."""
        self.evaluations += len(codes)
        both = np.concatenate([self.codes, codes])
        ulps, index = np.unique(np.concatenate([self.ulps, ulps]), return_index=True)
        self.codes, self.ulps = both[index][::-1][:keep], ulps[::-1][:keep]


def nothing(space: Space) -> Found:
    """No inputs yet."""
    return Found(np.empty((0, space.width), dtype=np.int64))


def errors(space: Space, algorithm: str, codes: Whole, lost: Lost | None = None) -> NDArray[np.float64]:
    """Largest error of each input's results, in ulps; -1 where one is no ordinary number, which ``lost`` counts."""
    case = Case(space.function, tuple(space.arguments(codes)))
    measured = case.compare(np.asarray(space.function.algorithms[algorithm](*case.args)))
    outcomes = measured.outcome.reshape(len(codes), -1)
    if lost is not None:
        lost.add(codes, outcomes)
    ordinary = np.isin(outcomes, (Outcome.NORMAL, Outcome.SUBNORMAL))
    ulps = measured.ulps.reshape(len(codes), -1)
    return np.where(ordinary.all(axis=1), ulps.max(axis=1), -1.0)


def search(space: Space, algorithm: str, budget: int, seed: str) -> Found:
    """Evolve inputs of an algorithm towards the largest error; the same for the same seed.

    Args:
        space: the inputs.
        algorithm: name of the algorithm.
        budget: inputs to try.
        seed: a name for the draws.
    """
    best = nothing(space)
    for island in range(ISLANDS):
        rng = generator("search", space.problem, space.form, space.length, algorithm, seed, island)
        here = nothing(space)
        if island == ISLANDS - 1:
            here.codes, here.ulps = best.codes, best.ulps
        while here.evaluations < budget // ISLANDS:
            first = len(here.codes) == 0
            codes = (
                space.draw(rng, min(8 * BROOD, budget // ISLANDS // 3)) if first else _mutants(space, rng, here.codes)
            )
            here.add(codes, errors(space, algorithm, codes, here.lost), PARENTS)
        evaluations = best.evaluations + here.evaluations
        best.lost.merge(here.lost)
        best.add(here.codes, here.ulps, PARENTS)
        best.evaluations = evaluations
    return best


def sample(space: Space, algorithm: str, budget: int, seed: str) -> Found:
    """The worst of as many random inputs, to compare with."""
    rng = generator("random", space.problem, space.form, space.length, algorithm, seed)
    best = nothing(space)
    while best.evaluations < budget:
        codes = space.draw(rng, min(8 * BROOD, budget - best.evaluations))
        best.add(codes, errors(space, algorithm, codes, best.lost), KEPT)
    return best


def _mutants(space: Space, rng: np.random.Generator, parents: Whole) -> Whole:
    """Children: a parent with some numbers moved by ±2**k steps, negated, copied, taken from another, or new."""
    rows = rng.integers(len(parents), size=BROOD) * rng.integers(0, 2, BROOD)
    child, other = parents[rows], parents[rng.integers(len(parents), size=BROOD)]
    touched = rng.random(child.shape) < 1.5 / space.width
    touched[np.arange(BROOD), rng.integers(space.width, size=BROOD)] = True
    step = np.int64(1) << rng.integers(0, space.format.p + 2, child.shape)
    moved = child + np.where(rng.random(child.shape) < 0.5, -step, step)
    copied = np.take_along_axis(child, rng.integers(space.width, size=child.shape), axis=1)
    choice = rng.integers(0, 10, child.shape)
    changed: Whole = np.select(
        [choice < 5, choice == 5, choice == 6, choice == 7], [moved, other, copied, -child], space.draw(rng, BROOD)
    )
    out: Whole = np.where(touched, changed, child)
    return out
