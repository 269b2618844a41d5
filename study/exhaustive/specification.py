"""What a sweep is: a problem, a format, algorithms, and every tuple of bit patterns or a range of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.functions import problem_named
from study.formats import Overflow, get_format
from study.inputs.domains import led

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from study.formats import Format
    from study.problems import Problem

LARGEST_SHARD = 2**23
MOST_SHARDS = 512


@dataclass(frozen=True)
class Specification:
    """One sweep, or one shard of it.

    Attributes:
        problem: name of the problem.
        form: name of the format, of at most 24 bits of precision.
        algorithms: names of the algorithms, in order.
        length: entries of its vectors; 1 for a problem without any.
        start: first input: the bit patterns of its numbers side by side, the first number the most significant.
        stop: one more than the last input; None for the end of the domain.
    """

    problem: str
    form: str
    algorithms: tuple[str, ...]
    length: int = 1
    start: int = 0
    stop: int | None = None

    def __post_init__(self) -> None:
        problem, form = problem_named(self.problem), get_format(self.form)
        if form.p > 24:
            raise ValueError(f"{form.name} has too many numbers to sweep; study search looks for its worst case")
        if not form.signed:
            raise ValueError(f"{form.name} holds scales, powers of two, not numbers to compute with")
        if form.overflow is Overflow.SATURATE:
            raise ValueError(f"{form.name} saturates, and a sweep counts what overflows; study.measure takes it")
        if any(len(kind.axes) > 1 or kind.integer for kind in problem.signature.arguments):
            raise ValueError(f"{self.problem} takes more than numbers and vectors; it cannot be swept")
        missing = [name for name in self.algorithms if name not in problem.algorithms]
        if missing or not self.algorithms:
            known = ", ".join(problem.algorithms)
            raise ValueError(f"{self.problem} has no algorithm {', '.join(map(repr, missing))}; it has: {known}")
        if self.vectors != (self.length > 1):
            raise ValueError(
                f"{self.problem} takes {'vectors: give a length of 2 or 3' if self.vectors else 'numbers'}"
            )
        if self.bits > 32:
            raise ValueError(
                f"{self.count} numbers of {form.bits} bits are 2^{self.bits} inputs; at most 2^32 are swept"
            )
        if not 0 <= self.start < self.end <= self.domain:
            raise ValueError(f"inputs run from 0 to {self.domain}, not from {self.start} to {self.end}")

    @property
    def format(self) -> Format:
        """The format."""
        return get_format(self.form)

    @property
    def vectors(self) -> bool:
        """Whether the problem takes vectors."""
        return any(kind.axes for kind in problem_named(self.problem).signature.arguments)

    @property
    def count(self) -> int:
        """Numbers that an input is made of."""
        return sum(self.length if kind.axes else 1 for kind in problem_named(self.problem).signature.arguments)

    @property
    def bits(self) -> int:
        """Bits that an input is made of."""
        return self.count * self.format.bits

    @property
    def domain(self) -> int:
        """How many inputs there are."""
        return 1 << self.bits

    @property
    def end(self) -> int:
        """One more than the last input."""
        return self.domain if self.stop is None else self.stop

    @property
    def size(self) -> int:
        """How many inputs are swept."""
        return self.end - self.start

    @property
    def exhaustive(self) -> bool:
        """Whether that is every bit pattern."""
        return self.size == self.domain

    @property
    def name(self) -> str:
        """Folder of its results."""
        shape = "" if self.length == 1 else f"{self.length}"
        part = "" if self.exhaustive else f"_{self.start:x}_{self.end:x}"
        return f"{self.problem}{shape}_{self.form}{part}"

    def shards(self) -> Iterator[Specification]:
        """The sweep in pieces of one size, whatever the number of workers."""
        size = min(LARGEST_SHARD, max(4096, self.domain // MOST_SHARDS))
        for start in range(self.start, self.end, size):
            yield replace(self, start=start, stop=min(start + size, self.end))

    def key(self, code: str) -> str:
        """Digest of all that determines an algorithm's result; ``code`` is the fingerprint of the code and machine."""
        inputs = {name: value for name, value in asdict(self).items() if name != "algorithms"}
        text = json.dumps([inputs, code], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def arguments(self, start: int, stop: int) -> tuple[list[NDArray[Any]], NDArray[np.uint32]]:
        """Inputs from start to stop that lie in the problem's domain, as its arguments; and their numbers.

        Vectors are held entry by entry. A label outside [0, 1] is no probability, and a number below 0 not positive:
        such inputs are left out.
        """
        index = np.arange(stop - start, dtype=np.uint32) + np.uint32(start)
        problem = problem_named(self.problem)
        if not {"real", "negative"} >= set(problem.domains):
            index = index[self._inside(index, problem)]
        args: list[NDArray[Any]] = []
        shift = self.bits
        for kind in problem.signature.arguments:
            size = self.length if kind.axes else 1
            shift -= size * self.format.bits
            numbers = [self._numbers(index, shift + (size - 1 - j) * self.format.bits) for j in range(size)]
            args.append(np.stack(numbers).T if kind.axes else numbers[0])
        return args, index

    def _numbers(self, index: NDArray[np.uint32], shift: int) -> NDArray[Any]:
        """The number of each input whose last bit is at a place."""
        return self.format.from_bits(index >> np.uint32(shift))

    def _inside(self, index: NDArray[np.uint32], problem: Problem) -> NDArray[np.bool_]:
        """Where each number that has to be a probability is one, by the order of bit patterns, or positive, a count."""
        width, shift = self.format.bits, self.bits
        one = int(self.format.to_bits(self.format.round(1.0)))
        inside = np.ones(len(index), dtype=bool)
        for kind, domain in zip(problem.signature.arguments, problem.domains, strict=True):
            for _ in range(self.length if kind.axes else 1):
                shift -= width
                if domain == "probability":
                    patterns = self.format.to_bits(self._numbers(index, shift))
                    inside &= (patterns <= one) | (patterns == 1 << (width - 1))
                elif domain in {"positive", "count"}:
                    numbers = self._numbers(index, shift)
                    with np.errstate(invalid="ignore"):
                        inside &= numbers == led(domain, numbers)
        return inside
