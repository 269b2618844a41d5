"""Softmax at a temperature: what a sampler draws from, and a distillation learns from."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from study.arithmetic import reductions
from study.certified.errors import Outcome
from study.problems import softmax as soft
from study.problems.base import Problem
from study.problems.bounds import temperature as bounds
from study.problems.logsumexp import largest


def _definition(a: Any, x: Any, temperature: float) -> Any:
    if not (x.size and np.isfinite(x.max()) and temperature > 0) or (temperature == a.inf and np.isinf(x).any()):
        return lambda j: 0.0 if x[j] < a.inf == x.max() and 0 < temperature < a.inf else a.nan
    used = x > -np.inf
    far = a.difference(x[used], x.max())
    terms = a.exp(far * 0.0 if temperature == a.inf else far / a.exact(temperature))
    total, place = a.sum(terms), np.cumsum(used) - 1
    return lambda j: terms[place[j]] / total if used[j] else 0.0


def _sensitivity(x: Any, temperature: Any, g: Any) -> Any:
    """2 max |x| g (1 - g) / T for the logits, g |x - Σ g x| / T for T."""
    logits = np.where(g > 0, x, 0)
    mean = np.sum(g * logits, axis=-1, keepdims=True)
    return (2 * largest(x)[..., None] * g * (1 - g) + g * np.abs(logits - mean)) / temperature[..., None]


temperature_softmax = Problem(
    name="temperature_softmax",
    formula="exp(xⱼ/T) / Σ exp(xᵢ/T), T > 0",
    shape="(n),()->(n)",
    definition=_definition,
    sensitivity=_sensitivity,
    domain="real, positive",
    engine="temperature_softmax",
    code="""
e = np.exp((x - x.max(axis=-1, keepdims=True)) / temperature[..., None])
e / e.sum(axis=-1, keepdims=True)
""",
    special=(
        (([], 1.0), []), (([7.0], 2.0), [1]), (([0.0, 0.0], 0.25), [0.5, 0.5]), (([-inf, 0.0], 0.5), [0, 1]),
        (([-inf, -inf], 1.0), [nan, nan]), (([inf, 0.0], 1.0), [nan, 0]), (([nan, 0.0], 1.0), [nan, nan]),
        (([1.0, 0.0], 0.0), [nan, nan]), (([1.0, 0.0], -1.0), [nan, nan]), (([1.0, 0.0], nan), [nan, nan]),
        (([1.0, 0.0], inf), [0.5, 0.5]), (([1.0, -inf], inf), [nan, nan]),
    ),
)  # fmt: skip


@temperature_softmax.algorithm(bound=bounds.softmax_at_temperature_unshifted, fails=Outcome.NAN)
def naive(x: Any, temperature: Any) -> Any:
    """exp(xⱼ/T) / Σ exp(xᵢ/T): ∞/∞ where x/T is above log xmax."""
    return soft.naive.function(x / _beside(temperature))


@temperature_softmax.algorithm(bound=bounds.softmax_of_quotients, fails=Outcome.NAN)
def divided_first(x: Any, temperature: Any) -> Any:
    """Shifted softmax of x/T: each quotient rounds in units of itself, and is ∞ − ∞ once it overflows."""
    return soft.shifted.function(x / _beside(temperature))


@temperature_softmax.algorithm(bound=bounds.softmax_of_quotients, fails=Outcome.NAN)
def inverse(x: Any, temperature: Any) -> Any:
    """Shifted softmax of x · (1/T): one rounding more, and 0 · ∞ once 1/T overflows."""
    return soft.shifted.function(x * (1 / _beside(temperature)))


@temperature_softmax.algorithm(bound=bounds.softmax_at_temperature)
def shifted(x: Any, temperature: Any) -> Any:
    """exp((xⱼ − max)/T) / Σ exp((xᵢ − max)/T): the distances alone round."""
    xp = array_namespace(x)
    if not x.shape[-1]:
        return x / _beside(temperature)
    terms = xp.exp((x - xp.max(x, axis=-1, keepdims=True)) / _beside(temperature))
    return terms / reductions.sequential_sum(terms)[..., None]


def _beside(temperature: Any) -> Any:
    """A number for each row."""
    return temperature[..., None]


def _faithful(a: Any, x: Any, temperature: Any) -> Any:
    """exp((xⱼ − max)/T) / Σ exp((xᵢ − max)/T): nothing cancels, but the exponent rounds in units of itself."""
    top, warmth = np.max(x, axis=-1, keepdims=True, initial=-np.inf), temperature[..., None]
    cold, masked = np.isfinite(warmth), x == -np.inf
    ordinary = np.isfinite(top) & (warmth > 0) & (cold | ~masked.any(axis=-1, keepdims=True))
    used = ordinary & ~masked
    far = a.number(np.where(used, x, 0.0)) - a.number(np.where(used, top, 0.0))
    exponent = far / a.number(np.where(ordinary & cold, warmth, 1.0))
    exponent = a.where(used & cold, exponent, a.number(np.zeros(x.shape)))
    terms = a.where(used, a.exp(exponent), a.number(np.zeros(x.shape)))
    value = terms / a.where(ordinary, a.total(terms)[..., None], a.number(np.ones(top.shape)))
    limits = np.where((top == np.inf) & (x < np.inf) & (warmth > 0) & cold, 0.0, np.nan)
    size = value * a.number(1 + a.size(exponent))
    return a.where(used | (ordinary & masked), value, a.number(limits)), size


temperature_softmax.faithful(_faithful)
