"""The log-likelihood of observations of a hidden Markov chain, by the forward recursion."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.arithmetic.constants import log_two
from study.arithmetic.pieces import known
from study.certified.errors import Outcome
from study.problems import logsumexp as lse
from study.problems.base import Problem
from study.problems.bounds import chains as bounds


def _definition(a: Any, start: Any, transition: Any, likelihoods: Any) -> Any:
    kind = float(limit(start, transition, likelihoods))
    if not likelihoods.shape[0] or kind != 1:
        return 0.0 if not likelihoods.shape[0] else -a.inf if kind == 0 else kind
    states = range(len(start))
    arcs = [[(i, len(start) * i + j) for i in states] for j in states]
    later = [a.exact(likelihoods[1:, j]) for j in states]
    weights = [later[j] * a.exact(transition[i, j]) for i in states for j in states]
    return a.log(a.sum(a.chain(a.exact(start) * a.exact(likelihoods[0]), arcs, weights)))


def limit(start: Any, transition: Any, likelihoods: Any) -> Any:
    """What the likelihood is in the extended reals: 0, infinity or NaN, and 1 for any other number."""
    given = (start, transition, likelihoods)
    if all(np.all((x > 0) & (x < np.inf)) for x in given):
        return np.ones(np.broadcast_shapes(start.shape[:-1], transition.shape[:-2], likelihoods.shape[:-2]))
    start, transition, likelihoods = (_kind(np.where(x < 0, np.nan, x)) for x in given)
    state = start
    with np.errstate(invalid="ignore"):
        for step in range(likelihoods.shape[-2]):
            moved = np.sum(state[..., :, None] * transition, axis=-2) if step else state
            state = _kind(_kind(moved) * likelihoods[..., step, :])
        return _kind(np.sum(state, axis=-1))


def _kind(x: Any) -> Any:
    return np.where(np.isfinite(x), np.sign(x), x)


hmm_forward = Problem(
    name="hmm_forward",
    formula="log Σ αₜ, α₁ = π ∘ b₁, αₜ = (αₜ₋₁ A) ∘ bₜ",
    shape="(n),(n,n),(b,n)->()",
    definition=_definition,
    sensitivity=lambda start, transition, likelihoods, value: np.full(np.shape(value), 2.0 * likelihoods.shape[-2]),  # noqa: ARG005 - one call for all
    domain="probability",
    engine="hmm_forward",
    code="""
alpha, total = start, 0.0
for t in range(likelihoods.shape[-2]):
    moved = (alpha[..., None] * transition).sum(axis=-2) if t else alpha
    alpha = moved * likelihoods[..., t, :]
    scale = alpha.sum(axis=-1)
    alpha, total = alpha / scale[..., None], total + np.log(scale)
total
""",
    special=(
        (([1.0, 0.0], [[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.5], [0.5, 1.0]]), 0),
        (([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [[1.0, 1.0], [1.0, 1.0]]), 0),
        (([1.0, 0.0], [[0.0, 1.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 1.0]]), -inf),
        (([1.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 1.0]]), -inf),
        (([0.0, -0.0], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]), -inf),
        (([nan, 1.0], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]), nan),
        (([-1.0, 1.0], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]), nan),
        (([0.5, 0.5], [[1.0, 1.0], [1.0, 1.0]], [[1.0, 1.0], [inf, 1.0]]), inf),
        (([0.5, 0.0], [[inf, 1.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 1.0]]), nan),
    ),
)  # fmt: skip


@hmm_forward.algorithm(bound=bounds.forward, fails=Outcome.OVERFLOW)
def naive(start: Any, transition: Any, likelihoods: Any) -> Any:
    """log Σ αₜ of the probabilities as they are: −∞ once they underflow."""
    if not likelihoods.shape[-2]:
        return _nothing(start, transition, likelihoods)
    matrix = array_namespace(start).matrix_transpose(transition)
    state = start * likelihoods[..., 0, :]
    for step in range(1, likelihoods.shape[-2]):
        state = reductions.sequential_sum(state[..., None, :] * matrix) * likelihoods[..., step, :]
    return array_namespace(start).log(reductions.sequential_sum(state))


@hmm_forward.algorithm(bound=bounds.scaled_forward)
def scaled(start: Any, transition: Any, likelihoods: Any) -> Any:
    """Σ log cₜ, cₜ = Σ αₜ, by which αₜ is divided before the next step (Rabiner 1989, (91) to (103))."""
    if not likelihoods.shape[-2]:
        return _nothing(start, transition, likelihoods)
    xp = array_namespace(start)
    matrix, one, sums = xp.matrix_transpose(transition), xp.ones((), dtype=start.dtype), []
    state = start * likelihoods[..., 0, :]
    for step in range(likelihoods.shape[-2]):
        if step:
            state = reductions.sequential_sum(state[..., None, :] * matrix) * likelihoods[..., step, :]
        sums.append(reductions.sequential_sum(state))
        state = state / xp.where(sums[-1] > 0, sums[-1], one)[..., None]
    return reductions.sequential_sum(xp.log(xp.stack(sums, axis=-1)))


@hmm_forward.algorithm()
def log_space(start: Any, transition: Any, likelihoods: Any) -> Any:
    """Log αₜ = logsumexp(log αₜ₋₁ + log A) + log bₜ, each logsumexp shifted by its maximum."""
    if not likelihoods.shape[-2]:
        return _nothing(start, transition, likelihoods)
    xp = array_namespace(start)
    matrix, logs = xp.log(xp.matrix_transpose(transition)), xp.log(likelihoods)
    state = xp.log(start) + logs[..., 0, :]
    for step in range(1, likelihoods.shape[-2]):
        state = lse.shifted.function(state[..., None, :] + matrix) + logs[..., step, :]
    return lse.shifted.function(state)


def _nothing(start: Any, transition: Any, likelihoods: Any) -> Any:
    """Of no observation: log 1."""
    shape = np.broadcast_shapes(start.shape[:-1], transition.shape[:-2], likelihoods.shape[:-2])
    return array_namespace(start).zeros(shape, dtype=start.dtype)


def _faithful(a: Any, start: Any, transition: Any, likelihoods: Any) -> Any:
    """Log Σ αₜ: sums and products of numbers >= 0, their exponent apart; each step is off by so much of the result."""
    special = limit(start, transition, likelihoods)
    ordinary = special == 1
    start, transition, likelihoods = (
        np.where(ordinary.reshape(-1, *[1] * (x.ndim - 1)), x, 1.0) for x in (start, transition, likelihoods)
    )
    if not likelihoods.shape[1]:
        return a.number(np.zeros(len(start)))
    matrix = a.number(np.swapaxes(transition, -1, -2))
    state, exponent = a.normalised(a.number(start) * a.number(likelihoods[:, 0]))
    for step in range(1, likelihoods.shape[1]):
        state, more = a.normalised(a.total(state[:, None, :] * matrix) * a.number(likelihoods[:, step]))
        exponent = exponent + more
    size = a.number(np.full(len(start), max(1.0, likelihoods.shape[1] / 4)))
    value, size = known(a, a.log(a.total(state)) + a.number(exponent) * a.constant(log_two), size)
    with np.errstate(divide="ignore"):
        limit_of_log = a.number(np.log(np.where(ordinary, 1.0, special)))
    return a.where(ordinary, value, limit_of_log), size


hmm_forward.faithful(_faithful)
