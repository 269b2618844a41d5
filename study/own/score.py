"""What becomes of losses by one method: their mean, decimal digits right, the worst token, what is lost."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic.reductions import sequential_sum
from study.measurement.written import decimal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.own.methods import Method

    Floats = NDArray[np.float64]

MOST_DIGITS = 15.9
"""What binary64 can tell: 2**-53."""


@dataclass(frozen=True)
class Tally:
    """Errors of the losses of some vectors against the exact losses of the logits as they are stored.

    Attributes:
        total: their sum in binary64, rounded once, over those whose exact value is finite.
        off: largest relative error of these.
        lost: losses of which no digit is right: zero, infinite or NaN where the exact one is not, or off by all of it.
        zeros: those of them that are zero, and so off by no more than a loss that is near it.
        row: the vector with the largest error, by its number in the file.
        value: its loss.
        exact: its exact loss, in decimal.
        error: how far it is off, in nats.
    """

    total: float
    off: float
    lost: int
    zeros: int
    row: int
    value: float
    exact: str
    error: float

    def __add__(self, other: Tally) -> Tally:
        worse = max(self, other, key=lambda tally: (tally.error, -tally.row))
        return replace(
            worse,
            total=self.total + other.total,
            off=max(self.off, other.off),
            lost=self.lost + other.lost,
            zeros=self.zeros + other.zeros,
        )


@dataclass(frozen=True)
class Score:
    """A tally of all losses, and what their mean is worth.

    Attributes:
        method: the method.
        tally: of its losses.
        mean: of its losses, in nats.
        digits: decimal digits right of the mean.
        in_format: the losses summed left to right and divided in their own format; NaN where they were not kept.
    """

    method: Method
    tally: Tally
    mean: float
    digits: float
    in_format: float

    @property
    def token_digits(self) -> float:
        """Decimal digits right of the worst loss."""
        return right(self.tally.off)

    @property
    def lost(self) -> int:
        """How many losses have no digit right."""
        return self.tally.lost

    @property
    def gone(self) -> str:
        """The same in words, empty where there are none."""
        zeros = " to 0" if self.tally.zeros == self.lost else f", {self.tally.zeros:,} to 0" * bool(self.tally.zeros)
        return f"{self.lost:,} lost{zeros}" if self.lost else ""


def tallied(losses: NDArray[Any], reference: Exact, rows: NDArray[np.intp]) -> Tally:
    """Judge losses.

    Args:
        losses: of each vector, in any format.
        reference: the exact ones.
        rows: the number of each vector.
    """
    values, finite = losses.astype(np.float64), np.isfinite(reference.hi)
    error, size = distances(values, reference), np.abs(reference.to_float())
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        off = np.where(error == 0, 0.0, error / size)
    lost = ~(off < 1)
    worst = int(np.argmax(np.where(finite, error, -1.0)))
    return Tally(
        _sum(values[finite]),
        float(np.max(off[finite], initial=0)),
        int(lost.sum()),
        int((lost & (values == 0)).sum()),
        int(rows[worst]),
        float(values[worst]),
        decimal(reference[worst]),
        float(error[worst]) if finite[worst] else -1.0,
    )


def scored(method: Method, tally: Tally, mean: Exact, count: int, kept: NDArray[Any] | None) -> Score:
    """Judge a mean.

    Args:
        method: the method.
        tally: of its losses.
        mean: the exact mean.
        count: how many losses are in both.
        kept: the losses in their order, where they were kept.
    """
    average = tally.total / count if count else math.nan
    in_format = math.nan if kept is None else summed(kept)
    return Score(method, tally, average, digits(average, mean), in_format)


def distances(values: Floats, reference: Exact) -> Floats:
    """|value - exact| in binary64: infinite where one of the two is no number, 0 where neither is and they agree."""
    down = np.clip(reference.exponent, -2000, 2000).astype(np.int32)
    with np.errstate(all="ignore"):
        apart = np.abs((values - np.ldexp(reference.hi, down)) - np.ldexp(reference.lo, down))
    alike = (values == reference.hi) | (np.isnan(values) & np.isnan(reference.hi))
    agree = alike & ~np.isfinite(reference.hi)
    return np.where(agree, 0.0, np.where(np.isnan(apart), np.inf, apart))


def digits(value: float, exact: Exact) -> float:
    """Decimal digits right of a value."""
    error, size = float(distances(np.array(value), exact)), abs(float(exact.to_float()))
    return right(0.0 if error == 0 else math.inf if size == 0 else error / size)


def right(relative: float) -> float:
    """Decimal digits right at a relative error, at most MOST_DIGITS."""
    if not relative < 1:
        return 0.0
    return min(-math.log10(relative), MOST_DIGITS) if relative else MOST_DIGITS


def summed(losses: NDArray[Any]) -> float:
    """The mean of losses, added left to right and divided in their format."""
    with np.errstate(all="ignore"):
        count = np.asarray(len(losses)).astype(losses.dtype)
        return float(sequential_sum(losses) / count)


def _sum(values: Floats) -> float:
    return math.fsum(values) if np.isfinite(values).all() else float(values.sum())
