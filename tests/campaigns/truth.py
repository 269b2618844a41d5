"""The problems once more, over mpmath numbers and over Arb balls, and the check of the engine's claims against them.

Each formula is written for a ``Field``: its numbers and its elementary functions. None shares code with the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby, pairwise, product
from typing import TYPE_CHECKING, Any

import flint
import mpmath
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Field:
    """Numbers and elementary functions, at a working precision in bits."""

    number: Callable[[float], Any]
    exp: Callable[[Any], Any]
    expm1: Callable[[Any], Any]
    log: Callable[[Any], Any]
    log1p: Callable[[Any], Any]
    workprec: Callable[[int], Any]


MPMATH = Field(lambda x: mpmath.mpf(float(x)), mpmath.exp, mpmath.expm1, mpmath.log, mpmath.log1p, mpmath.workprec)
ARB = Field(
    lambda x: flint.arb(float(x)),
    flint.arb.exp,
    flint.arb.expm1,
    flint.arb.log,
    flint.arb.log1p,
    flint.ctx.workprec,
)


def exp(f: Field, x: float) -> Any:
    """exp(x)."""
    return f.exp(f.number(x))


def log(f: Field, x: float) -> Any:
    """log(x)."""
    return f.log(f.number(x))


def sigmoid(f: Field, x: float) -> Any:
    """1/(1 + exp(-x)), without its cancellation."""
    tail = f.exp(-f.number(abs(x)))
    return (tail if x < 0 else 1) / (1 + tail)


def softplus(f: Field, x: float) -> Any:
    """log(1 + exp(x)), without its cancellation."""
    return f.log1p(f.exp(f.number(x))) if x < 0 else f.number(x) + f.log1p(f.exp(-f.number(x)))


def log_sigmoid(f: Field, x: float) -> Any:
    """log(1/(1 + exp(-x)))."""
    return -softplus(f, -x)


def log1mexp(f: Field, x: float) -> Any:
    """log(1 - exp(x))."""
    return f.log1p(-f.exp(f.number(x))) if x < -1 else f.log(-f.expm1(f.number(x)))


def kl_k3(f: Field, r: float) -> Any:
    """exp(r) - 1 - r; near 0 the sum of r^j / j!, without its cancellation: what is left out is below 2^-580 of it."""
    if abs(r) > 2.0**-10:
        return f.expm1(f.number(r)) - f.number(r)
    return sum((f.number(r) ** j / math.factorial(j) for j in range(2, 60)), f.number(0.0))


def kl_k3_gradient(f: Field, r: float) -> Any:
    """exp(r) - 1."""
    return f.expm1(f.number(r))


def logaddexp(f: Field, a: float, b: float) -> Any:
    """log(exp(a) + exp(b))."""
    a, b = max(a, b), min(a, b)
    return f.number(a) + f.log1p(f.exp(f.number(b) - f.number(a)))


def binary_cross_entropy_with_logits(f: Field, x: float, y: float) -> Any:
    """y softplus(-x) + (1 - y) softplus(x)."""
    terms = [f.number(y) * softplus(f, -x)] if y else []
    return sum(terms + ([(1 - f.number(y)) * softplus(f, x)] if y != 1 else []))


def binary_cross_entropy(f: Field, p: float, y: float) -> Any:
    """-(y log p + (1 - y) log(1 - p))."""
    terms = [f.number(y) * log(f, p)] if y else []
    return -sum(terms + ([(1 - f.number(y)) * f.log1p(-f.number(p))] if y != 1 else []))


def binary_cross_entropy_gradient(f: Field, x: float, y: float) -> Any:
    """sigmoid(x) - y."""
    return -sigmoid(f, -x) if y == 1 else sigmoid(f, x) - f.number(y)


def _others(f: Field, x: Sequence[float], m: float, left_out: int) -> Any:
    return sum((f.exp(f.number(v) - f.number(m)) for j, v in enumerate(x) if j != left_out), f.number(0.0))


def logsumexp(f: Field, x: Sequence[float]) -> list[Any]:
    """log sum exp(x_j)."""
    top = int(np.argmax(x))
    return [f.number(x[top]) + f.log1p(_others(f, x, x[top], top))]


def softmax(f: Field, x: Sequence[float]) -> list[Any]:
    """exp(x_i)/sum exp(x_j)."""
    top = int(np.argmax(x))
    total = 1 + _others(f, x, x[top], top)
    return [f.exp(f.number(v) - f.number(x[top])) / total for v in x]


def log_softmax(f: Field, x: Sequence[float]) -> list[Any]:
    """x_i - logsumexp(x)."""
    top = int(np.argmax(x))
    excess = f.log1p(_others(f, x, x[top], top))
    return [(f.number(v) - f.number(x[top])) - excess for v in x]


def nll(f: Field, x: Sequence[float], target: int) -> list[Any]:
    """-log_softmax(x)[target]."""
    return [-log_softmax(f, x)[target]]


def nll_from_probabilities(f: Field, p: Sequence[float], target: int) -> list[Any]:
    """-log p[target]."""
    return [-log(f, p[target])]


def mean_nll(f: Field, x: Sequence[Sequence[float]], target: Sequence[int]) -> list[Any]:
    """The mean of the losses of a batch."""
    return [sum((nll(f, row, t)[0] for row, t in zip(x, target, strict=True)), f.number(0.0)) / len(x)]


def sequence_log_likelihood(f: Field, x: Sequence[Sequence[float]], target: Sequence[int]) -> list[Any]:
    """The sum of the log-probabilities of a sequence's tokens."""
    return [-sum((nll(f, row, t)[0] for row, t in zip(x, target, strict=True)), f.number(0.0))]


def perplexity(f: Field, x: Sequence[Sequence[float]], target: Sequence[int]) -> list[Any]:
    """exp of the mean of the losses."""
    return [f.exp(mean_nll(f, x, target)[0])]


def importance_ratio(f: Field, p: Sequence[float], q: Sequence[float]) -> list[Any]:
    """exp(sum p_i - sum q_i)."""
    return [f.exp(sum(map(f.number, p), f.number(0.0)) - sum(map(f.number, q), f.number(0.0)))]


def multilabel_nll(f: Field, x: Sequence[float], y: Sequence[float]) -> list[Any]:
    """The sum of the losses of the labels."""
    pairs = zip(x, y, strict=True)
    return [sum((binary_cross_entropy_with_logits(f, u, v) for u, v in pairs), f.number(0.0))]


def nll_gradient(f: Field, x: Sequence[float], target: int) -> list[Any]:
    """softmax(x) - onehot(target)."""
    out = softmax(f, x)
    out[target] = -sum((p for j, p in enumerate(out) if j != target), f.number(0.0))
    return out


def likelihood(f: Field, p: Sequence[float]) -> list[Any]:
    """prod p_i."""
    out = f.number(1.0)
    for v in p:
        out = out * f.number(v)
    return [out]


def log_likelihood(f: Field, p: Sequence[float]) -> list[Any]:
    """sum log p_i."""
    return [sum((log(f, v) for v in p), f.number(0.0))]


def cross_entropy(f: Field, p: Sequence[float], q: Sequence[float]) -> list[Any]:
    """-sum p_i log q_i."""
    return [-sum((f.number(u) * log(f, v) for u, v in zip(p, q, strict=True) if u), f.number(0.0))]


def entropy(f: Field, p: Sequence[float]) -> list[Any]:
    """-sum p_i log p_i."""
    return cross_entropy(f, p, p)


def kl_divergence(f: Field, p: Sequence[float], q: Sequence[float]) -> list[Any]:
    """sum p_i (log p_i - log q_i)."""
    pairs = zip(p, q, strict=True)
    return [sum((f.number(u) * (log(f, u) - log(f, v)) for u, v in pairs if u and u != v), f.number(0.0))]


def hmm_forward(
    f: Field, start: Sequence[float], transition: Sequence[Sequence[float]], likelihoods: Sequence[Sequence[float]]
) -> list[Any]:
    """log of the sum, over all paths through the states, of the products along them."""
    out = f.number(0.0)
    for path in product(range(len(start)), repeat=len(likelihoods)):
        term = f.number(start[path[0]])
        for i, j in pairwise(path):
            term = term * f.number(transition[i][j])
        for step, j in enumerate(path):
            term = term * f.number(likelihoods[step][j])
        out = out + term
    return [f.log(out)]


def ctc_loss(f: Field, x: Sequence[Sequence[float]], labels: Sequence[int]) -> list[Any]:
    """log of the sum of exp(sum x_t[path_t]) over all paths, less that over those that read as the labels."""
    top = f.number(max(max(row) for row in x))
    read, others = f.number(0.0), f.number(0.0)
    for path in product(range(len(x[0])), repeat=len(x)):
        term = f.exp(sum((f.number(row[c]) - top for row, c in zip(x, path, strict=True)), f.number(0.0)))
        if [c for c, _ in groupby(path) if c] == list(labels):
            read = read + term
        else:
            others = others + term
    return [f.log1p(others / read)]


def entropy_from_logits(f: Field, x: Sequence[float]) -> list[Any]:
    """-sum g_j log g_j."""
    pairs = zip(softmax(f, x), log_softmax(f, x), strict=True)
    return [sum((-g * log_ for g, log_ in pairs), f.number(0.0))]


def entropy_from_logits_gradient(f: Field, x: Sequence[float]) -> list[Any]:
    """g_j sum g_i (x_i - x_j), whose terms are 0 where all are equal."""
    g, v = softmax(f, x), [f.number(each) for each in x]
    return [p * sum((q * (w - u) for q, w in zip(g, v, strict=True)), f.number(0.0)) for p, u in zip(g, v, strict=True)]


def temperature_softmax(f: Field, x: Sequence[float], t: float) -> list[Any]:
    """exp(x_j/t)/sum exp(x_i/t)."""
    terms = [f.exp((f.number(v) - f.number(max(x))) / f.number(t)) for v in x]
    return [e / sum(terms, f.number(0.0)) for e in terms]


def z_loss(f: Field, x: Sequence[float]) -> list[Any]:
    """(log sum exp(x_j))**2."""
    return [logsumexp(f, x)[0] ** 2]


def z_loss_gradient(f: Field, x: Sequence[float]) -> list[Any]:
    """2 log sum exp(x_i) times softmax."""
    return [2 * logsumexp(f, x)[0] * g for g in softmax(f, x)]


def cross_entropy_label_smoothing(f: Field, x: Sequence[float], target: int, eps: float) -> list[Any]:
    """-(1 - eps) log g_target - eps times the mean of log g."""
    losses, share = [-v for v in log_softmax(f, x)], f.number(eps)
    return [(1 - share) * losses[target] + share * sum(losses, f.number(0.0)) / len(x)]


def cross_entropy_label_smoothing_gradient(f: Field, x: Sequence[float], target: int, eps: float) -> list[Any]:
    """Softmax less the smoothed label, the sum of the others at the target."""
    share = f.number(eps)
    out = [g if j == target else g - share / len(x) for j, g in enumerate(nll_gradient(f, x, target))]
    out[target] = out[target] + share * (len(x) - 1) / len(x)
    return out


def focal_loss(f: Field, x: Sequence[float], target: int, gamma: float) -> list[Any]:
    """-(1 - p)**gamma log p."""
    loss = nll(f, x, target)[0]
    return [_power(f, x, target, gamma) * loss]


def focal_loss_gradient(f: Field, x: Sequence[float], target: int, gamma: float) -> list[Any]:
    """-G at the target, G's share elsewhere, G = (1 - p)**gamma (1 - p + gamma p (-log p))."""
    g, (loss,) = softmax(f, x), nll(f, x, target)
    rest = sum((p for j, p in enumerate(g) if j != target), f.number(0.0))
    whole = _power(f, x, target, gamma) * (rest + f.number(gamma) * g[target] * loss)
    return [-whole if j == target else p / rest * whole if len(x) > 1 else p for j, p in enumerate(g)]


def _power(f: Field, x: Sequence[float], target: int, gamma: float) -> Any:
    g = softmax(f, x)
    rest = sum((p for j, p in enumerate(g) if j != target), f.number(0.0))
    return f.exp(-f.number(gamma) * f.log1p(g[target] / rest)) if len(x) > 1 else f.number(1.0)
