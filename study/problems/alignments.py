"""Alignments of labels with steps, of which each reads one class: a label, once or more, or 0, a blank, between labels.

A path is in one state at a time: 2k after k labels and a blank, 2k - 1 on the k-th label. Between equal labels there is
a blank; a label 0 is never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import errorfree
from study.problems import logsumexp as lse

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEVER = -1
"""In place of a class that is never read."""


def states(labels: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The class that each state reads, and whether it follows on the last but one: labels (…, l) -> (…, 2l + 1)."""
    labels = np.asarray(labels)
    read = np.zeros((*labels.shape[:-1], 2 * labels.shape[-1] + 1), dtype=np.int64)
    read[..., 1::2] = np.where(labels == 0, NEVER, labels)
    skips = np.zeros(read.shape, dtype=bool)
    skips[..., 3::2] = labels[..., 1:] != labels[..., :-1]
    return read, skips


def leading(labels: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The labels that lead on from each state, a blank apart: the one that it reads, and the next."""
    read, _ = states(labels)
    after = np.full(read.shape, NEVER)
    after[..., :-1:2], after[..., 1:-2:2] = read[..., 1::2], read[..., 3::2]
    return np.where(read == 0, NEVER, read), after


def lost(labels: Any, n: int) -> NDArray[np.bool_]:
    """Whether a class leads from a state to none: (…, l) -> (…, 2l + 1, n)."""
    read, after = leading(labels)
    found = [each[..., None] == np.arange(n) for each in (read, after, np.zeros_like(read))]
    return np.asarray(~np.logical_or.reduce(found))


def before(values: Any, filler: Any) -> tuple[Any, Any, Any]:
    """Of each state the values of itself, the last one and the last but one, from values behind two fillers."""
    return values[..., 2:], values[..., 1:-1], values[..., :-2] + filler


def longest(sizes: NDArray[np.float64], labels: Any) -> NDArray[np.float64]:
    """The largest sum of sizes over a path that reads as the labels, -inf where there is none: (…, b, n), (…, l)."""
    read, skips = states(labels)
    batch = np.broadcast_shapes(sizes.shape[:-2], read.shape[:-1])
    if np.isfinite(sizes).all() and not sizes.any():
        needed = np.count_nonzero(labels, axis=-1) + np.count_nonzero(labels[..., 1:] == labels[..., :-1], axis=-1)
        possible = (needed <= sizes.shape[-2]) & (labels != 0).all(axis=-1)
        return np.broadcast_to(np.where(possible, 0.0, -np.inf), batch)
    state = np.full((*batch, read.shape[-1] + 2), -np.inf)
    state[..., 2] = 0
    for step in np.moveaxis(reading(sizes, read, -np.inf), -2, 0):
        stays, last, skipped = before(state, np.where(skips, 0.0, -np.inf))
        state[..., 2:] = np.maximum(np.maximum(stays, last), skipped) + step
    return np.asarray(np.max(state[..., -2:], axis=-1))


def reading(values: Any, read: NDArray[np.int64], nothing: float) -> Any:
    """The values of the classes that the states read at every step: (…, b, n), (…, s) -> (…, b, s)."""
    xp = array_namespace(values)
    batch = np.broadcast_shapes(tuple(values.shape[:-2]), read.shape[:-1])
    values = xp.broadcast_to(values, (*batch, *values.shape[-2:]))
    places = np.broadcast_to(np.maximum(read, 0)[..., None, :], (*batch, values.shape[-2], read.shape[-1]))
    taken = xp.take_along_axis(values, xp.asarray(np.ascontiguousarray(places)), axis=-1)
    never = xp.asarray(read[..., None, :] == NEVER)
    return xp.where(never, xp.full_like(taken, nothing), taken)


def limit(logits: NDArray[np.float64], labels: Any) -> NDArray[np.float64]:
    """What the loss is in the extended reals: infinity, NaN, and 0 where it is a number: (…, b, n), (…, l)."""
    infinite = (logits == np.inf).any(axis=(-1, -2))
    undefined = np.isnan(logits).any(axis=(-1, -2)) | (logits == -np.inf).all(axis=-1).any(axis=-1)
    best = longest(np.where(logits == np.inf, 1.0, np.where(logits == -np.inf, -np.inf, 0.0)), labels)
    return np.where(undefined | (infinite & (best > 0)), np.nan, np.where(infinite | (best < 0), np.inf, 0.0))


@np.errstate(invalid="ignore", over="ignore")
def far(logits: NDArray[np.float64], labels: Any) -> tuple[Any, Any, Any]:
    """Three numbers the sum of which is a large loss: that of the best path in two words, and what all others change.

    The sum over paths is the product of the best one, whose log is held to 106 bits, and of a sum of ratios to it, for
    whose log, which is small beside that, binary64 will do.
    """
    read, skips = states(labels)
    jump, top = np.where(skips, 0.0, -np.inf), logits.max(axis=-1, keepdims=True)
    pair = errorfree.settled(logits - top, errorfree.two_sum(logits, -top))
    words = [reading(word, read, filler) for word, filler in zip(pair, (-np.inf, 0.0), strict=True)]
    best = [np.full((*read.shape[:-1], read.shape[-1] + 2), filler) for filler in (-np.inf, 0.0, 0.0)]
    best[0][..., 2] = 0
    for step in range(logits.shape[-2]):
        into = [np.stack(before(part, filler), axis=-1) for part, filler in zip(best, (jump, 0.0, 0.0), strict=True)]
        high, low, log = _gathered(*into)
        high, low = errorfree.add((high, low), (words[0][..., step, :], words[1][..., step, :]))
        for part, new in zip(best, (high, low, log), strict=True):
            part[..., 2:] = new
    high, low, log = _gathered(*(part[..., -2:] for part in best))
    return -high, -low, np.sum(lse.log1p.function(pair[0]), axis=-1) - log


def _gathered(high: Any, low: Any, log: Any) -> tuple[Any, Any, Any]:
    """The largest of pairs of words along the last axis, and the log of the sum of all relative to it."""
    tied = np.where(high == high.max(axis=-1, keepdims=True), low, -np.inf)
    at = tied.argmax(axis=-1)[..., None]
    one, two = (np.take_along_axis(word, at, axis=-1) for word in (high, low))
    sizes = np.where(high > -np.inf, (high - one) + (low - two) + log, -np.inf)
    return one[..., 0], two[..., 0], lse.log1p.function(sizes)
