"""What becomes of a mean loss by one method: the mean, its decimal digits right, the worst token, what is lost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic.reductions import sequential_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.own.methods import Method

    Floats = NDArray[np.float64]

MOST_DIGITS = 17.0
"""Of what is right to the last bit of binary64."""


@dataclass(frozen=True)
class Score:
    """Errors of a method's losses against the exact losses of the logits as they are stored.

    Attributes:
        method: the method.
        mean: of its losses, in nats, summed without error; over those whose exact value is finite.
        in_format: the same, summed left to right and divided in the format of the losses.
        digits: decimal digits right of the mean.
        token_digits: of the worst loss.
        lost: losses of which no digit is right: zero, infinite or NaN where the exact one is not, or off by all of it.
        worst: place of the loss with the largest error, among the vectors that are measured.
        value: that loss.
        error: its error in nats.
    """

    method: Method
    mean: float
    in_format: float
    digits: float
    token_digits: float
    lost: int
    worst: int
    value: float
    error: float


def scored(method: Method, losses: NDArray[Any], reference: Exact, mean: Exact, finite: NDArray[np.bool_]) -> Score:
    """Judge the losses of a method.

    Args:
        method: the method.
        losses: of each vector.
        reference: the exact ones.
        mean: their exact mean over the finite ones.
        finite: which of them are.
    """
    values = losses.astype(np.float64)
    error, size = distances(values, reference), np.abs(reference.to_float())
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        off = np.where(error == 0, 0.0, error / size)
        average = _exact_sum(values[finite]) / int(finite.sum()) if finite.any() else math.nan
    worst = int(np.argmax(np.where(finite, error, -1.0) if finite.any() else error))
    return Score(
        method,
        average,
        _summed(losses[finite]),
        digits(float(distances(np.array(average), mean)), float(mean.to_float())),
        _right(float(np.max(off[finite], initial=0))),
        int((~(off < 1)).sum()),
        worst,
        float(values[worst]),
        float(error[worst]),
    )


def distances(values: Floats, reference: Exact) -> Floats:
    """|value - exact| in binary64: infinite where one of the two is no number, 0 where neither is and they agree."""
    down = np.clip(reference.exponent, -2000, 2000).astype(np.int32)
    with np.errstate(all="ignore"):
        apart = np.abs((values - np.ldexp(reference.hi, down)) - np.ldexp(reference.lo, down))
    alike = (values == reference.hi) | (np.isnan(values) & np.isnan(reference.hi))
    agree = alike & ~np.isfinite(reference.hi)
    return np.where(agree, 0.0, np.where(np.isnan(apart), np.inf, apart))


def digits(error: float, exact: float) -> float:
    """Decimal digits right of a value that is off by so much."""
    return _right(0.0 if error == 0 else math.inf if exact == 0 else error / abs(exact))


def _right(relative: float) -> float:
    if not relative < 1:
        return 0.0
    return min(-math.log10(relative), MOST_DIGITS) if relative else MOST_DIGITS


def _exact_sum(values: Floats) -> float:
    return math.fsum(values) if np.isfinite(values).all() else float(values.sum())


def _summed(losses: NDArray[Any]) -> float:
    with np.errstate(all="ignore"):
        count = np.asarray(len(losses)).astype(losses.dtype)
        return float(sequential_sum(losses) / count)
