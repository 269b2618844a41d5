"""Drawing a token: the distribution that a formula draws from, over every random number that it may be given.

A generator's numbers lie on a grid, each with a known probability. What a formula makes of every one of them is
counted, so that the distribution is that of the formula, not of a sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic.reductions import WIDER, like, running_sum
from study.formats import format_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.formats import Format

FINE = 24
"""Random bits of a uniform number of binary32."""


@dataclass(frozen=True)
class Numbers:
    """The numbers that a generator gives.

    Attributes:
        values: of a format.
        chances: the probability of each, binary64.
    """

    values: NDArray[Any]
    chances: NDArray[np.float64]


def grid(form: Format) -> Numbers:
    """k 2⁻ᵖ for k = 0 … 2ᵖ − 1, equally likely: uniform on [0, 1), as PyTorch and NumPy draw binary32 and binary64."""
    k = np.arange(2**form.p)
    return Numbers(form.round(k / 2**form.p), np.full(len(k), 2.0**-form.p))


def narrowed(form: Format, *, wrapped: bool = False) -> Numbers:
    """k 2⁻²⁴ for k = 0 … 2²⁴ − 1, rounded to a narrower format: drawn in binary32, then cast; 1 is among them.

    Args:
        form: the format.
        wrapped: 0 instead of 1, as PyTorch's ``rand`` has it in 16 bits.
    """
    values, ends = _cells(form, 1.0)
    below = np.ceil(ends * 2**FINE)
    ties_down = form.to_bits(values[:-1]) % 2 == 0
    below = np.append(np.where((ends * 2**FINE == below) & ties_down, below + 1, below), 2**FINE)
    chances = np.diff(below, prepend=0) / 2**FINE
    if wrapped:
        chances[0], chances[-1] = chances[0] + chances[-1], 0.0
    return Numbers(values, chances)


def exponential(form: Format) -> Numbers:
    """Exp(1), rounded to the format: drawn in a wide format, then cast; 0 is among them."""
    values, ends = _cells(form, form.xmax)
    beyond = np.exp(-np.append(0.0, ends))
    return Numbers(values, np.append(-beyond[:-1] * np.expm1(-np.diff(ends, prepend=0.0)), beyond[-1]))


def _cells(form: Format, top: float) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """The numbers of a format from 0 to top, and the midpoints between them."""
    values = form.from_bits(np.arange(int(form.to_bits(form.round(top))) + 1))
    wide = values.astype(np.float64)
    return values, (wide[:-1] + wide[1:]) / 2


def inverse(
    p: NDArray[Any],
    uniform: Numbers | None = None,
    *,
    included: bool = False,
    divided: bool = False,
    wide: bool = False,
) -> NDArray[np.float64]:
    """First i with cᵢ > u, c the partial sums of p: what is drawn with every u.

    Args:
        p: probabilities of one format.
        uniform: the numbers u, without which they are the format's ``grid``, however fine that is.
        included: take the first i with cᵢ ≥ u instead, the default of ``searchsorted``.
        divided: divide c by its last first, as NumPy's ``choice`` does.
        wide: sum in the next wider format and round c once, as PyTorch's ``cumsum`` does on processors.

    Returns:
        The probability of each token and, last, that no token is found: u is beyond the last partial sum.
    """
    form = format_of(p)
    sums = like(running_sum(p.astype(WIDER[form.name])), p) if wide else running_sum(p)
    sums = (sums / sums[-1] if divided else sums).astype(np.float64)
    if uniform is not None:
        place = np.searchsorted(sums, uniform.values.astype(np.float64), side="left" if included else "right")
        return np.bincount(place, uniform.chances, len(sums) + 1).astype(np.float64)
    count = 2.0**form.p
    below = np.clip(np.floor(sums * count) + 1 if included else np.ceil(sums * count), 0, count)
    return np.asarray(np.diff(below, prepend=0, append=count) / count)


def gumbel(logits: NDArray[Any], uniform: Numbers, *, of_one_less: bool = False) -> NDArray[Any]:
    """xᵢ − log(−log u) for every u, or xᵢ − log(−log1p(−u)): its arg max is drawn (Gumbel 1954)."""
    with np.errstate(all="ignore"):
        inner = np.log1p(-uniform.values) if of_one_less else np.log(uniform.values)
        return np.asarray(logits[:, None] - np.log(-inner))


def race(p: NDArray[Any], waiting: Numbers) -> NDArray[Any]:
    """pᵢ / eᵢ for every e, exponential: its arg max is drawn (PyTorch's ``multinomial``, vLLM)."""
    with np.errstate(all="ignore"):
        return np.asarray(p[:, None] / waiting.values)


def winners(keys: NDArray[Any], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability that each row has the first largest key, drawn independently of the others; NaN is the largest.

    Args:
        keys: (n, numbers), what each token makes of every number.
        chances: the probability of each number.

    Returns:
        Σ over keys v of P(keyᵢ = v) Π_{j<i} P(keyⱼ < v) Π_{j>i} P(keyⱼ ≤ v), in binary64.
    """
    values, place = np.unique(keys.astype(np.float64), return_inverse=True)
    n, m = len(keys), len(values)
    flat = (place.reshape(keys.shape) + m * np.arange(n)[:, None]).reshape(-1)
    own = np.bincount(flat, np.tile(chances, n), n * m).reshape(n, m)
    upto = np.cumsum(own, axis=1)
    less = np.hstack([np.zeros((n, 1)), upto[:, :-1]])
    before = np.vstack([np.ones((1, m)), np.cumprod(less, axis=0)[:-1]])
    after = np.vstack([np.cumprod(upto[::-1], axis=0)[::-1][1:], np.ones((1, m))])
    return np.asarray((own * before * after).sum(axis=1))


def beaten(first: NDArray[Any], other: NDArray[Any], count: int, chances: NDArray[np.float64]) -> float:
    """The probability that the first of 1 + count tokens does not win, all others having the same keys.

    Args:
        first: what the first token makes of every number.
        other: what each of the others makes of them; NaN is the largest.
        count: how many others there are.
        chances: the probability of each number.
    """
    order = np.argsort(other.astype(np.float64))
    above = np.append(np.cumsum(chances[order][::-1])[::-1], 0.0)
    place = np.searchsorted(other[order].astype(np.float64), first.astype(np.float64), side="right")
    with np.errstate(divide="ignore"):
        return math.fsum(-chances * np.expm1(count * np.log1p(-np.minimum(above[place], 1))))


def of_two(keys: NDArray[Any]) -> NDArray[np.float64]:
    """``winners`` of two rows of equally likely numbers, without NaN: counted in integers, for very many numbers."""
    wins = int(np.searchsorted(np.sort(keys[1]), keys[0], side="right").sum(dtype=np.int64))
    share = wins / keys.shape[1] ** 2
    return np.array([share, 1 - share])


def total_variation(drawn: NDArray[np.float64], due: Exact) -> float:
    """½ Σ |drawnᵢ − dueᵢ|: the share of draws that are of another token than is due, at best.

    Args:
        drawn: probabilities of the tokens; one more is that of no token.
        due: the exact ones.
    """
    high, low = (np.ldexp(part, due.exponent.astype(np.int32)) for part in (due.hi, due.lo))
    off = (drawn[: len(high)] - high) - low
    return math.fsum([*np.abs(off), *drawn[len(high) :]]) / 2
