"""Shapes of a problem: a gufunc signature such as ``(n),i->()``, and the checks it implies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


class Kind(Enum):
    """What one instance of an argument is."""

    VECTOR = "(n)"
    NUMBER = "()"
    INDEX = "i"
    """A position along the vectors: an integer from 0 to n - 1."""


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
        return cls(tuple(Kind(part) for part in arguments.split(",")), Kind(result) is Kind.VECTOR)

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
        shapes = [tuple(arg.shape) for arg in args]
        vectors = [kind is Kind.VECTOR for kind in self.arguments]
        for position, (shape, vector) in enumerate(zip(shapes, vectors, strict=True)):
            if vector and not shape:
                raise ValueError(f"argument {position} must be a vector or a stack of vectors, got a number")
        lengths = {shape[-1] for shape, vector in zip(shapes, vectors, strict=True) if vector}
        if len(lengths) > 1:
            raise ValueError(f"vectors differ in length: {sorted(lengths)}")
        batches = [shape[:-1] if vector else shape for shape, vector in zip(shapes, vectors, strict=True)]
        try:
            return np.broadcast_shapes(*batches)
        except ValueError:
            raise ValueError(f"stacks of shapes {batches} do not broadcast") from None

    def stacked(self, args: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """The arguments broadcast against each other, all instances along one first axis."""
        batch = self.batch(args)
        shapes = [(*batch, a.shape[-1]) if kind is Kind.VECTOR else batch
                  for a, kind in zip(args, self.arguments, strict=True)]  # fmt: skip
        return [
            np.broadcast_to(a, shape).reshape(math.prod(batch), *shape[len(batch) :])
            for a, shape in zip(args, shapes, strict=True)
        ]

    def length(self, args: Sequence[Any]) -> int | None:
        """The vectors' length n, None where the problem has none."""
        for arg, kind in zip(args, self.arguments, strict=True):
            if kind is Kind.VECTOR:
                return int(arg.shape[-1])
        return None

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
            if kind is not Kind.INDEX:
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
