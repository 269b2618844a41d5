"""Inputs as integers in the order of the numbers they stand for: a step of one is a step to the next number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.functions import problem_named
from study.formats import get_format
from study.inputs.adversarial import BATCH
from study.inputs.domains import led

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.formats import Format
    from study.problems import Problem

    Whole = NDArray[np.int64]

LARGEST = 2.0**10
"""First guesses lie between the smallest eps / LARGEST and this, evenly in their logarithm."""


@dataclass(frozen=True)
class Space:
    """All inputs of a problem in a format, a row of integers each; a target is one as any number is, modulo n.

    Attributes:
        problem: name of the problem.
        form: name of the format.
        length: entries of its vectors, or steps of its chains.
    """

    problem: str
    form: str
    length: int = 1

    @property
    def function(self) -> Problem:
        """The problem."""
        return problem_named(self.problem)

    @property
    def format(self) -> Format:
        """The format."""
        return get_format(self.form)

    @property
    def width(self) -> int:
        """Numbers that an input is made of."""
        return sum(map(math.prod, self.shapes))

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shape of each argument of an instance."""
        signature = self.function.signature
        sizes = signature.sizes(self.length, BATCH)
        return [tuple(sizes[axis] for axis in kind.axes) for kind in signature.arguments]

    def draw(self, rng: np.random.Generator, rows: int) -> Whole:
        """Random inputs: both signs, every order of magnitude from far below eps to LARGEST."""
        low, high = np.log2(self.format.eps) - 10, min(np.log2(LARGEST), self.format.emax - 1)
        size = np.exp2(rng.uniform(low, high, (rows, self.width)))
        return self.encode(np.where(rng.random(size.shape) < 0.5, -size, size))

    def encode(self, values: NDArray[np.float64]) -> Whole:
        """Numbers, rounded to the format, as integers."""
        held = self.format.round(values)
        sign = np.uint64(2 ** (self.format.bits - 1))
        pattern = self.format.to_bits(held).astype(np.uint64)
        size = (pattern & (sign - np.uint64(1))).astype(np.int64)
        return np.where(pattern & sign, -size, size)

    def decode(self, codes: Whole) -> NDArray[Any]:
        """The numbers of integers; those past the largest number become it."""
        top = int(self.encode(np.array(self.format.xmax)))
        size = np.minimum(np.abs(codes), top)
        values = self.format.from_bits(size)
        return np.where(codes < 0, -values, values).astype(self.format.dtype)

    def arguments(self, codes: Whole) -> list[NDArray[Any]]:
        """The problem's arguments, each number led into its domain."""
        at, n = 0, self.function.signature.sizes(self.length, BATCH)["n"]
        args: list[NDArray[Any]] = []
        described = zip(self.function.signature.arguments, self.shapes, self.function.domains, strict=True)
        for kind, shape, domain in described:
            count = math.prod(shape)
            taken = codes[:, at : at + count].reshape(-1, *shape)
            at += count
            low = kind.lowest(n)
            args.append(low + np.abs(taken) % (n - low) if kind.integer else led(domain, self.decode(taken)))
        return args
