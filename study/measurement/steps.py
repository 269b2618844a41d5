"""The steps of an algorithm: which of them the result came from, and where digits went."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.certified.errors import ulp_error
from study.certified.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RUNNING = {"sum", "product"}
"""Operations that give every partial result; the last is the one that is used."""

ONE = 1.0
"""Error in ulps up to which nothing is lost."""

TELLING = 4.0
"""How many times further off than its operands, or than one ulp, a step is at which digits go: two bits."""


@dataclass(frozen=True)
class Step:
    """One operation.

    Attributes:
        operation: its name.
        computed: its results in the format.
        exact: what they would be had every operation so far been exact.
        operands: numbers of the steps that it took its operands from.
    """

    operation: str
    computed: NDArray[Any]
    exact: NDArray[np.object_]
    operands: frozenset[int] = frozenset()

    @cached_property
    def max_ulp(self) -> float:
        """Largest error so far, in ulps of the exact intermediate; of a running sum or product, that of the whole."""
        computed, exact = self.shown
        return float(np.max(ulp_error(computed, Exact.from_mpf(exact)), initial=0))

    @cached_property
    def off(self) -> float:
        """The same, infinite where an infinity, or nothing but zeros, stands for other numbers: no rounding does that.

        0 where every exact number is 0, which has no digits to lose.
        """
        computed, exact = self.shown
        other = np.asarray(np.frompyfunc(_number, 1, 1)(exact)).astype(bool)
        if np.any(np.isinf(computed) & other) or (computed.size and np.all((computed == 0) & other)):
            return float("inf")
        return self.max_ulp if np.any(exact != 0) else 0.0

    @property
    def shown(self) -> tuple[NDArray[Any], NDArray[np.object_]]:
        """What is computed and exact, of a running sum or product the whole."""
        if self.operation not in RUNNING or self.computed.shape[-1] < 2:
            return self.computed, self.exact
        return self.computed[..., -1:], self.exact[..., -1:]


def _number(value: mpmath.mpf) -> bool:
    return bool(value) and bool(mpmath.isfinite(value))


def used(steps: Sequence[Step]) -> list[int]:
    """Numbers of the steps that the last one came from, itself too: branches that were not taken are left out."""
    found: set[int] = set()
    waiting = [len(steps) - 1] if steps else []
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += steps[number].operands
    return sorted(found)


def telling(steps: Sequence[Step], numbers: Sequence[int]) -> set[int]:
    """Those of the steps at which digits go."""
    return {k for k in numbers if _growth(steps[k], [steps[j] for j in steps[k].operands]) >= TELLING}


def losing(steps: Sequence[Step]) -> int | None:
    """The step that lost the digits which the result lacks, where those are two bits or more.

    From the result back to the operand that is off most, as long as that is off half as much: what is off more than
    twice as much as its operands has lost it.
    """
    if not steps or not steps[-1].off >= TELLING:
        return None
    at = len(steps) - 1
    while operands := steps[at].operands:
        worst = max(operands, key=lambda k: steps[k].off)
        if steps[worst].off < steps[at].off / 2 and steps[worst].max_ulp < steps[at].max_ulp / 2:
            break
        at = worst
    return at


def lost_bits(steps: Sequence[Step], number: int) -> float:
    """How many bits a step is further off than its operands, or than one ulp; infinite where nothing is left."""
    return float(np.log2(_growth(steps[number], [steps[k] for k in steps[number].operands])))


def _growth(step: Step, operands: Sequence[Step]) -> float:
    before = max([ONE, *(operand.off for operand in operands)])
    return 1.0 if np.isinf(before) else max(step.off / before, 1.0)
