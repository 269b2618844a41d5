"""Scales: from a number to a place along an axis, and the ticks that a reader finds there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from study.report.text import plain, power

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Scale:
    """An axis.

    Attributes:
        warp: the function that makes steps of the axis equal, such as log10.
        low: number at its start.
        high: number at its end.
        length: in pixels.
        ticks: numbers to mark, and what to write there.
    """

    warp: Callable[[float], float]
    low: float
    high: float
    length: float
    ticks: Sequence[tuple[float, str]]

    def __call__(self, value: float) -> float:
        """Pixels from the start; what is far outside is put just outside."""
        start, end = self.warp(self.low), self.warp(self.high)
        return self.length * min(max((self.warp(value) - start) / (end - start), -1.0), 2.0)


def linear(low: float, high: float, length: float, ticks: Sequence[float] = ()) -> Scale:
    """Equal steps for equal differences."""
    return Scale(float, low, high, length, [(t, plain(t)) for t in ticks])


def log(low: float, high: float, length: float, most: int = 6) -> Scale:
    """Equal steps for equal ratios; ticks at powers of ten, few enough to be read, or else at 1, 2 and 5 times them."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / most))
    marks = [10.0**k for k in range(-(-first // step) * step, last + 1, step)]
    if len(marks) <= 2:
        marks = [m * 10.0**k for k in range(first - 1, last + 1) for m in (1, 2, 5) if low <= m * 10.0**k <= high]
    return Scale(_log10, low, high, length, [(t, power(t)) for t in marks])


def swept(values: Sequence[float], length: float) -> Scale:
    """For the values of a swept parameter: logarithmic, on both sides of zero where there are values on both."""
    low, high = min(values), max(values)
    if low > 0:
        return log(low, high if high > low else 10 * low, length)
    sizes = sorted(abs(v) for v in values if v) or [1.0]

    def warp(value: float) -> float:
        ratio = abs(value) / sizes[0]
        return math.copysign(ratio if ratio <= 1 else 1 + math.log10(ratio), value)

    powers = [10.0**k for k in range(math.ceil(math.log10(sizes[0])), math.floor(math.log10(sizes[-1])) + 1)]
    few = powers[:: -max(1, -(-len(powers) // 3))][::-1]
    marks = [t for t in (*(-p for p in reversed(few)), 0.0, *few) if low <= t <= high]
    return Scale(warp, low, high if high > low else low + 1, length, [(t, power(t)) for t in marks])


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else -400.0
