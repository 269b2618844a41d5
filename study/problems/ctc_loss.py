"""Connectionist temporal classification: the loss of labels of which only the order is known, from logits."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic.constants import log_two
from study.arithmetic.pieces import known, piecewise
from study.certified.errors import Outcome
from study.problems import alignments, log_softmax, logsumexp, softmax, softplus
from study.problems.alignments import before, far, leading, lost, reading, states
from study.problems.base import Problem
from study.problems.bounds import alignments as bounds
from study.problems.logsumexp import finite, largest

FAR = 2.0**40
"""Losses of which the exponential is not told from 0 in every arithmetic, in binary digits."""
LARGE = 500
"""Binary digits of a quotient that every arithmetic holds, and beside which 1 is nothing; and twice as many below 1."""


def _definition(a: Any, logits: Any, labels: Any) -> Any:
    """log(1 + R/S), S the sum over the paths that read as the labels, R over all others: nothing cancels."""
    special = float(alignments.limit(logits, labels))
    if special != 0:
        return special
    (read, skips), away = states(labels), lost(labels, logits.shape[1])
    (count, n), end = away.shape, len(read)
    e = a.exp(a.difference(logits, logits.max(axis=1)[:, None]))
    weights = [e[:, c] for c in range(n)] + [a.sum(e)] + [a.sum(e[:, np.flatnonzero(row)]) for row in away]
    arcs = [[(s - k, read[s]) for k in range(2 + skips[s]) if s >= k] for s in range(count)]
    arcs.append([(end, n), *((s, n + 1 + s) for s in range(count))])
    state = a.chain(a.exact(np.eye(1, count + 1)[0]), arcs, weights)
    accepted = np.isin(np.arange(count + 1), (count - 2, count - 1))
    return a.log1p(a.sum(state[~accepted]) / a.sum(state[accepted]))


def _sensitivity(logits: Any, labels: Any, value: Any) -> Any:  # noqa: ARG001 - one call for all
    """At most: a step weighs R/(R + S) times how far two distributions are apart, 2 if there is but one step."""
    return -2 * np.sum(largest(logits), axis=-1) * np.expm1(-value)


ctc_loss = Problem(
    name="ctc_loss",
    formula="−log Σ ∏ softmax(logitsₜ)[pathₜ] over the paths that read as the labels, 0 between them",
    shape="(b,n),(l)->()",
    definition=_definition,
    sensitivity=_sensitivity,
    engine="ctc_loss",
    code="""
p = logits - logits.max(axis=-1, keepdims=True)
p = p - np.log(np.exp(p).sum(axis=-1, keepdims=True))
read = np.zeros((*labels.shape[:-1], 2 * labels.shape[-1] + 1), dtype=int)
read[..., 1::2] = labels
jump = np.full(read.shape, -np.inf)
jump[..., 3::2] = np.where(labels[..., 1:] == labels[..., :-1], -np.inf, 0)
alpha = np.full((*read.shape[:-1], read.shape[-1] + 2), -np.inf)
alpha[..., 2] = 0
for t in range(p.shape[-2]):
    into = np.logaddexp(np.logaddexp(alpha[..., 2:], alpha[..., 1:-1]), alpha[..., :-2] + jump)
    alpha[..., 2:] = into + np.take_along_axis(p[..., t, :], read, axis=-1)
-np.logaddexp(alpha[..., -1], alpha[..., -2])
""",
    special=(
        (([[0.0, -inf]], [1]), inf), (([[-inf, 0.0]], [1]), 0), (([[-inf, 0.0], [0.0, -inf]], [1]), 0),
        (([[0.0, 1.0], [1.0, 0.0]], [1, 1]), inf), (([[-inf, 0.0], [0.0, -inf], [-inf, 0.0]], [1, 1]), 0),
        (([[0.0, 0.0]], [0]), inf), (([[5.0], [7.0]], [0]), inf), (([[inf, 0.0]], [1]), inf),
        (([[inf, inf]], [1]), nan), (([[0.0, inf]], [1]), nan), (([[-inf, -inf]], [1]), nan),
        (([[nan, 0.0]], [1]), nan), (([[0.0, -inf, inf]], [1]), inf),
    ),
)  # fmt: skip


@ctc_loss.algorithm(bound=bounds.naive, fails=Outcome.OVERFLOW)
def naive(logits: Any, labels: Any) -> Any:
    """−log of the sum of products of softmax (Graves et al. 2006, (6) to (8)): ∞ once they underflow."""
    xp = array_namespace(logits)
    read, skips = states(labels)
    steps = reading(softmax.shifted.function(logits), read, 0.0)
    skips = xp.astype(xp.asarray(skips), logits.dtype)
    state = _start(steps, 0.0, 1.0)
    for step in range(steps.shape[-2]):
        into = (state[..., 2:] + state[..., 1:-1]) + state[..., :-2] * skips
        state = _behind(into * steps[..., step, :], 0.0)
    return -xp.log(state[..., -1] + state[..., -2])


@ctc_loss.algorithm(bound=bounds.log_space)
def log_space(logits: Any, labels: Any) -> Any:
    """−log α, α by log-softmax and logaddexp, as optax and PyTorch have it: below 0 by rounding where α is near 1."""
    return -_accepted(_logs(log_softmax.shifted.function(logits), labels)[-1])


@ctc_loss.algorithm()
def complement(logits: Any, labels: Any) -> Any:
    """log1p(R/S), S over the paths that read as the labels, R over all others, both in log space: never below 0."""
    xp = array_namespace(logits)
    p = log_softmax.log1p.function(logits)
    path = _logs(p, labels)
    away = xp.asarray(lost(labels, logits.shape[-1]))[..., None, :, :]
    ends = logsumexp.shifted.function(xp.where(away, p[..., :, None, :], xp.full_like(p[..., :, None, :], -xp.inf)))
    rest = [path[-1][..., 2:-2]]
    if logits.shape[-2]:
        left = xp.stack([state[..., 2:] for state in path[:-1]], axis=-2) + ends
        rest.append(xp.reshape(left, (*left.shape[:-2], left.shape[-2] * left.shape[-1])))
    others = logsumexp.shifted.function(xp.concat(rest, axis=-1))
    return softplus.stable(others - _accepted(path[-1]))


def _logs(p: Any, labels: Any) -> list[Any]:
    """Log of the sum over the paths to each state, after every step, behind two that are never reached."""
    xp = array_namespace(p)
    read, skips = states(labels)
    steps = reading(p, read, -np.inf)
    jump = xp.asarray(np.where(skips, 0.0, -np.inf), dtype=p.dtype)
    path = [_start(steps, -np.inf, 0.0)]
    for step in range(steps.shape[-2]):
        stays, last, skipped = before(path[-1], jump)
        into = xp.logaddexp(xp.logaddexp(stays, last), skipped)
        path.append(_behind(into + steps[..., step, :], -np.inf))
    return path


def _accepted(state: Any) -> Any:
    return array_namespace(state).logaddexp(state[..., -1], state[..., -2])


def _start(steps: Any, never: float, now: float) -> Any:
    """Before any step: in the first state."""
    xp = array_namespace(steps)
    shape = (*steps.shape[:-2], steps.shape[-1])
    return _behind(
        xp.where(xp.arange(shape[-1]) == 0, *(xp.full(shape, v, dtype=steps.dtype) for v in (now, never))), never
    )


def _behind(state: Any, filler: float) -> Any:
    xp = array_namespace(state)
    return xp.concat([xp.full((*state.shape[:-1], 2), filler, dtype=state.dtype), state], axis=-1)


def _faithful(a: Any, logits: Any, labels: Any) -> Any:
    """log1p(R/S): sums and products of numbers >= 0, their exponents apart; each step adds to what R/S is off by."""
    special = alignments.limit(logits, labels)
    ordinary = special == 0
    logits = np.where(ordinary[:, None, None], logits, 0.0)
    top = np.max(logits, axis=-1, initial=-np.inf)
    apart = np.concatenate([logits, np.full((*logits.shape[:-1], 1), -np.inf)], axis=-1)
    e = a.sure(a.exp(a.number(apart) - a.number(finite(top)[..., None])), apart == -np.inf)
    accepted, rest, exponent, more = _sums(a, e, labels, _away(a, e, logits, labels))
    value = piecewise(a, more > LARGE, _log_of_quotient, _log1p_of_quotient, rest / accepted, more)
    value, size = known(a, value, value * a.number(4.0 * max(logits.shape[1], 1)))
    beyond = ordinary & (a.log2(accepted) + exponent <= -FAR)
    if beyond.any():
        terms = np.zeros((3, len(logits)))
        terms[:, beyond] = far(logits[beyond], labels[beyond])
        loss, rest, others = map(a.number, terms)
        value = a.where(beyond, loss + rest + others, value)
    return a.where(ordinary, value, a.number(special)), size


def _log_of_quotient(a: Any, quotient: Any, exponent: Any) -> Any:
    return a.log(quotient) + a.number(exponent) * a.constant(log_two)


def _log1p_of_quotient(a: Any, quotient: Any, exponent: Any) -> Any:
    return a.log1p(quotient * a.number(np.exp2(np.clip(exponent, -2.0 * LARGE, LARGE))))


def _away(a: Any, e: Any, logits: Any, labels: Any) -> Any:
    """Of every step and state the sum over the classes that lead to no other: all but a blank and two labels.

    One of the two that is among the two largest classes is left out of the sum, another is taken from it: it is no
    more than two thirds.
    """
    classes, rows, steps = (
        np.arange(logits.shape[-1]),
        np.arange(len(logits))[:, None, None],
        np.arange(logits.shape[1]),
    )
    masked = np.where(classes > 0, logits, -np.inf)
    first = np.argmax(masked, axis=-1)[..., None]
    second = np.argmax(np.where(classes == first, -np.inf, masked), axis=-1)[..., None]
    kept = [classes > 0, (classes > 0) & (classes != first)]
    kept.append(kept[1] & (classes != second))
    zero = a.number(np.zeros(logits.shape))
    every, but_one, but_two = (
        a.total(a.where(np.broadcast_to(mask, logits.shape), e[..., :-1], zero))[..., None] for mask in kept
    )
    labels = [each[:, None] for each in leading(labels)]
    has_first, has_second = ((labels[0] == at) | (labels[1] == at) for at in (first, second))
    out = a.where(has_first, a.where(has_second, but_two, but_one), every)
    for label, again in zip(labels, (False, labels[0] == labels[1]), strict=True):
        left_out = (label == first) | (has_first & (label == second)) | again
        out = out - a.where(left_out, a.number(np.zeros(left_out.shape)), e[rows, steps[:, None], label])
    return out


def _sums(a: Any, e: Any, labels: Any, away: Any) -> tuple[Any, Any, Any, Any]:
    """S and R, the exponent of S, and how much larger that of R is; a state of none comes last."""
    read, skips = states(labels)
    count, each, steps = read.shape[-1], np.arange(read.shape[-1]), e.shape[1]
    rows = np.arange(len(read))[:, None]
    into = np.full((len(read), count + 1, 3), count)
    into[:, :-1, 0], into[:, 1:-1, 1], into[:, :-1, 2] = each, each[:-1], np.where(skips, each - 2, count)
    whole = a.total(e)[..., None]
    share = (e / whole)[
        rows[..., None], np.arange(steps)[:, None], np.pad(read, ((0, 0), (0, 1)), constant_values=-1)[:, None]
    ]
    state = a.number(np.tile(np.eye(1, count + 1), (len(read), 1)))
    before, left = a.number(np.zeros((len(read), steps, count))), a.number(np.zeros((len(read), steps + 1)))
    exponents = np.zeros((len(read), steps + 1), dtype=np.int64)
    for step in range(steps):
        before[:, step] = state[:, :-1]
        state, more = a.normalised(a.total(state[rows[..., None], into]) * share[:, step])
        exponents[:, step + 1] = exponents[:, step] + more
    last = each >= count - 2
    left[:, :-1], left[:, -1] = a.total(before * (away / whole)), a.total(state[:, each[~last]])
    rest, top = _total(a, left, exponents)
    return a.total(state[:, each[last]]), rest, exponents[:, -1], top - exponents[:, -1]


def _total(a: Any, x: Any, exponents: Any) -> tuple[Any, Any]:
    """The sum of numbers, each with its exponent, and that of the sum; what is nothing beside the largest counts 0."""
    if not exponents.any():
        return a.total(x), exponents[:, -1]
    sizes = np.ceil(a.log2(x)) + exponents
    top = np.nan_to_num(np.max(sizes, axis=-1), neginf=0.0)[:, None]
    factors = np.where(sizes > top - 2 * a.BITS, np.exp2(np.minimum(exponents - top, LARGE)), 0.0)
    return a.total(x * a.number(factors)), top[:, 0].astype(np.int64)


ctc_loss.faithful(_faithful)
