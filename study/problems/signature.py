"""Shapes of a problem: a gufunc signature such as ``(n),i->()``, and the checks it implies."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


class Kind(Enum):
    """What one instance of an argument is: its axes by name, or an index along the axis n."""

    VECTOR = "(n)"
    NUMBER = "()"
    INDEX = "i"
    """A position along the vectors: an integer from 0 to n - 1."""
    MATRIX = "(b,n)"
    """A batch of vectors."""
    INDICES = "(b)"
    """A position for each vector of a batch."""
    SQUARE = "(n,n)"
    """A matrix between the entries of vectors: the transitions of a chain, whose steps are a batch."""
    LABELS = "(l)"
    """Positions that a batch is to pass, in order; the first of all positions, 0, stands between them."""

    @property
    def axes(self) -> str:
        """Names of its axes, in order."""
        return "".join(name for name in self.value if name in "bnl")

    @property
    def integer(self) -> bool:
        """Whether it holds positions."""
        return self in {Kind.INDEX, Kind.INDICES, Kind.LABELS}

    def lowest(self, n: int) -> int:
        """The first position worth taking among n: a label is none of those that stand between labels."""
        return min(1, n - 1) if self is Kind.LABELS else 0


ALONG = {Kind.VECTOR, Kind.MATRIX, Kind.SQUARE}
"""Kinds whose last axis is that of the vectors."""
STATES, LABELS = 3, 2
"""Entries of the vectors, and labels, of a chain that is as long as it is said to be."""

_WANTED = {
    Kind.VECTOR: "a vector or a stack of vectors",
    Kind.MATRIX: "a batch of vectors or a stack of batches",
    Kind.INDICES: "the positions of a batch",
    Kind.SQUARE: "a square matrix or a stack of them",
    Kind.LABELS: "labels in order or a stack of them",
}
_GOT = {0: "a number", 1: "a vector"}
_DIFFERING = {"n": "vectors differ in length", "b": "batches differ in size", "l": "labels differ in number"}


@dataclass(frozen=True)
class Signature:
    """What one instance of a problem takes and gives; stacks of instances broadcast, vectors along the last axis.

    Attributes:
        arguments: kind of each argument.
        vector_result: whether an instance's result is a vector.
    """

    arguments: tuple[Kind, ...]
    vector_result: bool

    @classmethod
    def parse(cls, text: str) -> Signature:
        """Read ``(n),i->(n)``."""
        arguments, result = text.split("->")
        return cls(tuple(Kind(part) for part in re.findall(r"\([^)]*\)|i", arguments)), Kind(result) is Kind.VECTOR)

    @property
    def chain(self) -> bool:
        """Whether an instance is a chain: a batch in order, its vectors the steps from one position to the next."""
        return not {Kind.SQUARE, Kind.LABELS}.isdisjoint(self.arguments)

    def sizes(self, length: int, batch: int) -> dict[str, int]:
        """The axes of an instance of a length: that of its vectors, of which a batch has so many, or of the chain."""
        if self.chain:
            return {"b": length, "n": STATES, "l": LABELS}
        return {"b": batch, "n": length}

    def each(self, args: Sequence[Any], change: Callable[[Any], Any], kinds: set[Kind]) -> list[Any]:
        """The arguments, those of some kinds changed; a wrong number of them is left for ``batch`` to report."""
        if len(args) != len(self.arguments):
            return list(args)
        return [change(arg) if kind in kinds else arg for arg, kind in zip(args, self.arguments, strict=True)]

    def batch(self, args: Sequence[Any]) -> tuple[int, ...]:
        """Shape of the stack of instances that these arrays make.

        Raises:
            ValueError: a wrong number of arguments, a missing axis, or shapes that do not agree.
        """
        if len(args) != len(self.arguments):
            raise ValueError(f"takes {len(self.arguments)} arguments, got {len(args)}")
        sizes: dict[str, set[int]] = {}
        batches = []
        for position, (arg, kind) in enumerate(zip(args, self.arguments, strict=True)):
            shape, core = tuple(arg.shape), len(kind.axes)
            if len(shape) < core:
                raise ValueError(f"argument {position} must be {_WANTED[kind]}, got {_GOT[len(shape)]}")
            for name, size in zip(kind.axes, shape[len(shape) - core :], strict=True):
                sizes.setdefault(name, set()).add(size)
            batches.append(shape[: len(shape) - core])
        for name, lengths in sizes.items():
            if len(lengths) > 1:
                raise ValueError(f"{_DIFFERING[name]}: {sorted(lengths)}")
        try:
            return np.broadcast_shapes(*batches)
        except ValueError:
            raise ValueError(f"stacks of shapes {batches} do not broadcast") from None

    def length(self, args: Sequence[Any]) -> int | None:
        """The vectors' length n, None where the problem has none."""
        for arg, kind in zip(args, self.arguments, strict=True):
            if "n" in kind.axes:
                return int(arg.shape[-1])
        return None

    def stacked(self, args: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """The arguments broadcast against each other, all instances along one first axis; raises as ``batch`` does."""
        batch = self.batch(args)
        count = math.prod(batch)
        cores = [arg.shape[arg.ndim - len(kind.axes) :] for arg, kind in zip(args, self.arguments, strict=True)]
        return [np.broadcast_to(arg, batch + core).reshape(count, *core) for arg, core in zip(args, cores, strict=True)]

    def result(self, args: Sequence[Any]) -> tuple[int, ...]:
        """Shape of the result for these arrays; raises as ``batch`` does."""
        batch = self.batch(args)
        return (*batch, self.length(args) or 0) if self.vector_result else batch

    def check_indices(self, args: Sequence[Any]) -> None:
        """See that indices are integers within the vectors.

        Raises:
            TypeError: an index is not an integer.
            ValueError: an index lies outside 0 … n - 1.
        """
        length = self.length(args)
        for position, (arg, kind) in enumerate(zip(args, self.arguments, strict=True)):
            if not kind.integer:
                continue
            indices = np.asarray(arg)
            if indices.dtype.kind not in "iu":
                raise TypeError(f"argument {position} must be integers (an index), got dtype {indices.dtype}")
            if length == 0 and indices.size:
                raise ValueError(f"argument {position} must lie within the vectors, which are empty")
            if length is not None and indices.size and not (indices.min() >= 0 and indices.max() < length):
                raise ValueError(
                    f"argument {position} must lie in 0 … {length - 1}, got {indices.min()} … {indices.max()}"
                )
