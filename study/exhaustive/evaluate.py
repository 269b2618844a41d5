"""A block of inputs, and an algorithm's results on it: numbers side by side, vectors entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.functions import is_formula, problem_named
from study.formats import FORMATS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.exhaustive.specification import Specification

CARRIED = tuple(name for name, form in FORMATS.items() if form.bits == 16)


class OtherArithmeticError(ArithmeticError):
    """Numbers carried in binary32 gave another result than NumPy."""


@dataclass(frozen=True)
class Block:
    """Some inputs of a sweep.

    Attributes:
        shard: the sweep.
        index: their numbers.
        args: the problem's arguments.
        wide: the same in binary64; vectors transposed.
    """

    shard: Specification
    index: NDArray[np.uint32]
    args: list[NDArray[Any]]
    wide: list[NDArray[np.float64]]

    @classmethod
    def of(cls, shard: Specification, start: int, stop: int) -> Block:
        """The inputs from start to stop."""
        args, index = shard.arguments(start, stop)
        with np.errstate(invalid="ignore"):
            return cls(shard, index, args, [np.ascontiguousarray(arg.T, dtype=np.float64) for arg in args])


def evaluate(block: Block, name: str, *, checked: bool) -> NDArray[Any]:
    """Results of an algorithm, exactly, in binary32 or binary64: a row a component.

    Args:
        block: the inputs.
        name: the algorithm.
        checked: whether formulas on carried numbers are held to NumPy's.

    Raises:
        OtherArithmeticError: they differ.
    """
    algorithm = problem_named(block.shard.problem).algorithms[name]
    if block.shard.form not in CARRIED or not is_formula(block.shard.problem, name):
        return _by_numpy(block, algorithm)
    from study.exhaustive.carried import Carried

    with np.errstate(all="ignore"):
        args = [Carried(block.shard.form, wide.astype(np.float32).T) for wide in block.wide]
        rows = np.atleast_2d(algorithm.function(*args).wide.T)
    if checked and not np.array_equal(rows, _by_numpy(block, algorithm), equal_nan=True):
        raise OtherArithmeticError(f"{block.shard.problem} ({name}): not what NumPy computes in {block.shard.form}")
    return rows


def _by_numpy(block: Block, algorithm: Any) -> NDArray[Any]:
    computed = np.asarray(algorithm(*block.args))
    with np.errstate(invalid="ignore"):
        rows = computed if computed.dtype == np.float32 else computed.astype(np.float64)
    return np.atleast_2d(rows.T)
