"""Inputs as integers in the order of the numbers they stand for: a step of one is a step to the next number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.functions import problem_named
from study.formats import get_format
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
        length: entries of its vectors.
    """

    problem: str
    form: str
    length: int = 1

    def __post_init__(self) -> None:
        if any("b" in kind.axes for kind in self.function.signature.arguments):
            raise ValueError(f"{self.problem} takes batches; search the loss of one row, as nll")

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
        return sum(self.length if kind.axes else 1 for kind in self.function.signature.arguments)

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
        at = 0
        args: list[NDArray[Any]] = []
        for kind, domain in zip(self.function.signature.arguments, self.function.domains, strict=True):
            count = self.length if kind.axes else 1
            taken = codes[:, at : at + count]
            at += count
            if kind.integer:
                args.append(np.abs(taken[:, 0]) % self.length)
                continue
            part = led(domain, self.decode(taken))
            args.append(part if kind.axes else part[:, 0])
        return args
